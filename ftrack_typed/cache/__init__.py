"""Caches of what a server holds, and of what functions return; docs/caches.md says which one is for which job."""

from __future__ import annotations

from .base import Cache, ProxyCache, TextCache
from .file import FileCache
from .keys import KeyMaker, ObjectKeyMaker, StringKeyMaker
from .layered import LayeredCache
from .memoising import Memoiser, memoise, memoise_decorator, memoiser
from .memory import MemoryCache
from .redis import RedisCache
from .serialised import SerialisedCache

__all__ = [
    "Cache",
    "FileCache",
    "KeyMaker",
    "LayeredCache",
    "Memoiser",
    "MemoryCache",
    "ObjectKeyMaker",
    "ProxyCache",
    "RedisCache",
    "SerialisedCache",
    "StringKeyMaker",
    "TextCache",
    "memoise",
    "memoise_decorator",
    "memoiser",
]
