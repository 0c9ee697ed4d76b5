"""Tests the cache in Redis, with a real server: sharing, ages, damage, and a server that goes and comes back."""

from __future__ import annotations

import logging
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed.cache import RedisCache
from tests.cache.conftest import PATIENCE, RedisServer, start_redis, stop_redis
from tests.logs import messages_of
from tests.ports import held_port


@pytest.fixture
def shared(redis_server: RedisServer) -> Iterator[RedisCache]:
    made = RedisCache(redis_server.url, prefix=f"{uuid.uuid4().hex}:", timeout=PATIENCE)
    yield made
    made.close()


OTHER = """
import sys
from ftrack_typed.cache import RedisCache
cache = RedisCache(sys.argv[1], prefix=sys.argv[2], timeout=60)
print(ascii(cache.get("key")))
cache.set("key", "newer")
cache.close()
"""


def test_two_processes_share_values(shared: RedisCache, redis_server: RedisServer) -> None:
    shared.set("key", "value é")
    command = [sys.executable, "-c", OTHER, redis_server.url, shared.prefix]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "'value \\xe9'\n"
    assert shared.get("key") == "newer"


def test_prefixes_keep_caches_apart(shared: RedisCache, redis_server: RedisServer) -> None:
    other = RedisCache(redis_server.url, prefix=f"{shared.prefix}[x]*?", timeout=PATIENCE)
    shared.set("key", "1")
    other.set("key", "2")
    assert other.keys() == ["key"]
    other.clear()
    assert shared.keys() == ["key"]
    other.close()


def test_client_of_ones_own(redis_server: RedisServer) -> None:
    import redis

    client = redis.Redis.from_url(redis_server.url, decode_responses=True)
    cache = RedisCache(client, prefix=f"{uuid.uuid4().hex}:")
    cache.set("key", "value")
    cache.close()
    assert cache.get("key") == "value"
    assert cache.keys() == ["key"]
    client.close()


def test_server_is_told_the_age(redis_server: RedisServer) -> None:
    import redis

    cache = RedisCache(redis_server.url, prefix=f"{uuid.uuid4().hex}:", max_age=1000, timeout=PATIENCE)
    cache.set("key", "value")
    client = redis.Redis.from_url(redis_server.url)
    left = client.pttl(f"{cache.prefix}key")
    assert isinstance(left, int)
    assert 500_000 < left <= 1_000_000
    client.close()
    cache.close()


def test_damaged_value_is_dropped_with_a_warning(
    shared: RedisCache, redis_server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    import redis

    client = redis.Redis.from_url(redis_server.url)
    client.set(f"{shared.prefix}bad", b"\xff\xfe")
    client.close()
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        assert shared.get_many(["bad"]) == {}
    assert "'bad'" in caplog.text
    assert shared.keys() == []


def test_more_keys_than_one_command_names(shared: RedisCache) -> None:
    values = {str(number): str(number) for number in range(2500)}
    shared.set_many(values)
    assert shared.get_many(values) == values
    shared.clear("1")
    assert len(shared.keys()) == len([key for key in values if "1" not in key])


def test_server_that_goes_and_comes_back(
    redis_server: RedisServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with held_port() as port:
        server = start_redis(tmp_path, port)
        secret = f"redis://user:hidden-word@127.0.0.1:{port}/0"
        cache = RedisCache(server.url, retry_after=0, timeout=PATIENCE)
        patient = RedisCache(secret, retry_after=36_000, timeout=PATIENCE)
        cache.set("key", "value")
        stop_redis(server)
        with caplog.at_level(logging.WARNING, "ftrack_typed"):
            for _ in range(2):
                assert cache.get_many(["key"]) == {}
                with pytest.raises(KeyError):
                    cache.get("key")
                with pytest.raises(KeyError):
                    cache.remove("key")
                cache.set("key", "value")
                assert (cache.keys(), cache.values()) == ([], [])
                cache.clear()
                assert patient.keys() == []
        warnings = messages_of("ftrack_typed.cache", caplog)
        assert len(warnings) == 2, "one warning from each cache for as long as that lasts"
        assert "hidden-word" not in caplog.text
        assert "hidden-word" not in repr(patient)
        server = start_redis(tmp_path, port)
        cache.set("key", "newer")
        assert cache.get("key") == "newer"
        assert "works again" in caplog.text
        assert patient.get_many(["key"]) == {}, "it is tried again after a while"
        cache.close()
        patient.close()
        stop_redis(server)


def test_address_of_another_kind() -> None:
    pytest.importorskip("redis")
    with pytest.raises(ValueError, match="redis"):
        RedisCache("http://example.com")


def test_missing_extra_is_named() -> None:
    code = """
import sys
sys.modules["redis"] = None
from ftrack_typed.cache import RedisCache
try:
    RedisCache()
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'ftrack-typed[redis]'" in done.stdout
