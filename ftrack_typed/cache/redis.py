"""Owns the cache that a farm shares: text in Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .ages import Outage, checked_age, warn_of_dropped
from .base import BatchedTextCache, chunks

if TYPE_CHECKING:
    from redis import Redis

T = TypeVar("T")

_CHUNK: Final = 1000
"""How many keys one command names."""


class RedisCache(BatchedTextCache):
    """Text in a Redis server, shared by everybody who uses the same *prefix*; needs the extra ``redis``.

    Where the server cannot be reached, or refuses, the cache is empty and takes nothing, with a warning in the log;
    after some seconds it is tried again. Reading goes on in any case.
    """

    def __init__(
        self,
        server: str | Redis = "redis://localhost:6379/0",
        *,
        prefix: str = "ftrack-typed:",
        max_age: float | None = None,
        timeout: float = 2.0,
        retry_after: float = 5.0,
    ) -> None:
        """Use *server*, an address or a client, and keys that start with *prefix*.

        The server forgets values that are older than *max_age*. All times are in seconds; *timeout* is for connecting
        and for each answer and counts with an address only. Raise ImportError without the extra, and ValueError for an
        address of another kind.
        """
        try:
            import redis
        except ImportError as error:
            raise ImportError("RedisCache needs the package redis: pip install 'ftrack-typed[redis]'") from error
        self.prefix = prefix
        self.max_age = checked_age(max_age)
        self._owned = isinstance(server, str)
        self._client: Redis = (
            redis.Redis.from_url(server, socket_timeout=timeout, socket_connect_timeout=timeout)
            if isinstance(server, str)
            else server
        )
        where = self._client.connection_pool.connection_kwargs
        # No address in a log: it may hold a password.
        self._name = f"Redis at {where.get('path') or '{}:{}'.format(where.get('host'), where.get('port'))}"
        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._outage = Outage(self._name, retry_after)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.prefix!r} in {self._name}>"

    def keys(self) -> list[str]:
        """Return all keys with the prefix, without it."""
        pattern = "".join(f"\\{letter}" if letter in "*?[]\\^" else letter for letter in self.prefix) + "*"

        def found() -> list[bytes]:
            return list(self._client.scan_iter(match=pattern, count=_CHUNK))

        none: list[bytes] = []
        return [_text(name).removeprefix(self.prefix) for name in self._tried(found, none)]

    def get_many(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the texts under those of *keys* that have one; one command for a thousand of them."""
        found: dict[str, str] = {}
        for chunk in chunks(list(keys), _CHUNK):
            names = [self.prefix + key for key in chunk]
            values: Sequence[Any] = self._tried(lambda names=names: self._client.mget(names), [])  # type: ignore[misc]
            for key, value in zip(chunk, values, strict=False):
                if value is not None:
                    self._take(found, key, value)
        return found

    def _take(self, found: dict[str, str], key: str, value: bytes | str) -> None:
        try:
            found[key] = _text(value)
        except UnicodeDecodeError as error:
            warn_of_dropped(self, key, error)
            self._removed([key])

    def set_many(self, values: Mapping[str, str]) -> None:
        """Keep *values*, in one exchange with the server."""
        self._check(values)
        age = None if self.max_age is None else max(1, int(self.max_age * 1000))

        def write() -> None:
            with self._client.pipeline(transaction=False) as pipeline:
                for key, value in values.items():
                    pipeline.set(self.prefix + key, value, px=age)
                pipeline.execute()

        if values:
            self._tried(write, None)

    def close(self) -> None:
        """Close the connections, where the cache opened them; the next use opens new ones."""
        if self._owned:
            self._client.close()

    def _removed(self, keys: Sequence[str]) -> int:
        removed = 0
        for chunk in chunks(keys, _CHUNK):
            names = [self.prefix + key for key in chunk]
            count: Any = self._tried(lambda names=names: self._client.unlink(*names), 0)  # type: ignore[misc]
            removed += int(count)
        return removed

    def _tried(self, work: Callable[[], T], otherwise: T) -> T:
        """Return what *work* returns, or *otherwise* while the server is out of use."""
        if self._outage.lasts:
            return otherwise
        try:
            result = work()
        except self._errors as error:
            self._outage.begin(error)
            return otherwise
        self._outage.end()
        return result


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8")
