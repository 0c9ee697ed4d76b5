"""Owns what the tests of caches share: a clock that can be set, a real Redis, and every kind of cache."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

from ftrack_typed.cache import Cache, FileCache, LayeredCache, MemoryCache, ProxyCache, RedisCache, SerialisedCache
from tests.conftest import Require, redis_program
from tests.ports import held_port

PATIENCE = 60.0
"""Seconds that a cache may wait for its server or file, where a test is not about what happens otherwise."""

Made = Callable[[], Cache[str, str]]


@attrs.define
class Clock:
    """A clock that stands still until it is set."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@attrs.frozen
class RedisServer:
    """A Redis server of the tests' own."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"


def start_redis(folder: Path, port: int) -> RedisServer:
    """Start a Redis server on *port* that keeps nothing, and wait until it answers."""
    program = redis_program()
    assert program is not None
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = b""
    while b"eady to accept connections" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return RedisServer(port, process)


def stop_redis(server: RedisServer) -> None:
    """End a server at once, as a crash would."""
    server.process.kill()
    server.process.communicate()


@pytest.fixture(scope="session")
def redis_server(require: Require, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis server that all tests of one process share; each uses a prefix of its own."""
    require("redis")
    with held_port() as port:
        server = start_redis(tmp_path_factory.mktemp("redis"), port)
        yield server
        stop_redis(server)


def _make(kind: str, folder: Path, server: Callable[[], RedisServer]) -> Cache[str, str]:
    memory: Cache[str, str] = MemoryCache()
    makers: dict[str, Made] = {
        "memory": lambda: memory,
        "bounded": lambda: MemoryCache(100, max_age=100),
        "proxy": lambda: ProxyCache(memory),
        "layered": lambda: LayeredCache([MemoryCache[str, str](), FileCache(folder / "layer.db", timeout=PATIENCE)]),
        "serialised": lambda: SerialisedCache(memory, str.upper, str.lower),
        "file": lambda: FileCache(folder / "deep" / "cache.db", timeout=PATIENCE),
        "redis": lambda: RedisCache(server().url, prefix=f"{folder.name}[*]:", timeout=PATIENCE),
    }
    return makers[kind]()


@pytest.fixture(params=["memory", "bounded", "proxy", "layered", "serialised", "file", "redis"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cache[str, str]]:
    """One empty cache of each kind."""
    made = _make(request.param, tmp_path, functools.partial(request.getfixturevalue, "redis_server"))
    yield made
    made.close()
