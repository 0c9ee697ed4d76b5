"""Owns the part of a session that deals in caches; nothing of them is imported before somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ..cache import Cache, KeyMaker
    from ..entity_cache import EntityCache
    from ..session import Session
    from ..state import SessionState

    CacheArgument: TypeAlias = Cache[Any, Any] | Callable[[Session], Cache[Any, Any] | None] | None


class CacheAccess:
    """The cache of a session: what it knows, and what its user's cache keeps beyond it."""

    _state: SessionState

    @property
    def cache(self) -> EntityCache:
        """The layers in which the session keeps entities, the nearest first; see docs/caches.md.

        The first is what the session knows; one given as ``cache`` follows. What is appended to ``cache.caches`` is
        used from then on.
        """
        if self._state.cache is None:
            with self._state.lock:
                if self._state.cache is None:
                    self._use_cache(None, None, True)
        assert self._state.cache is not None
        return self._state.cache

    @property
    def cache_key_maker(self) -> KeyMaker[Any]:
        """Makes the key of an entity in the cache, of its type and the list of the parts of its primary key."""
        return self.cache.key_maker

    def _use_cache(self, cache: CacheArgument, key_maker: KeyMaker[Any] | None, needed: bool = False) -> None:
        if needed or cache is not None or key_maker is not None:
            from ..entity_cache import opened

            self._state.cache = opened(self._state, cache, key_maker)
