"""Caches, see docs/caches.md."""

from ftrack_typed.cache import (
    Cache,
    FileCache,
    KeyMaker,
    LayeredCache,
    Memoiser,
    MemoryCache,
    ObjectKeyMaker,
    ProxyCache,
    SerialisedCache,
    StringKeyMaker,
    memoise,
    memoise_decorator,
    memoiser,
)

__all__ = [
    "Cache",
    "FileCache",
    "KeyMaker",
    "LayeredCache",
    "Memoiser",
    "MemoryCache",
    "ObjectKeyMaker",
    "ProxyCache",
    "SerialisedCache",
    "StringKeyMaker",
    "memoise",
    "memoise_decorator",
    "memoiser",
]
