"""Tests what holds for every cache (session.md section 18): one contract, whatever lies behind it."""

from __future__ import annotations

import threading

import pytest

from ftrack_typed.cache import Cache


def test_value_comes_back(cache: Cache[str, str]) -> None:
    cache.set("key", "value é 🎬 \n\0")
    cache.set("key", "another é 🎬 \n\0")
    assert cache.get("key") == "another é 🎬 \n\0"


def test_absent_key_is_a_key_error(cache: Cache[str, str]) -> None:
    with pytest.raises(KeyError, match="key"):
        cache.get("key")
    with pytest.raises(KeyError, match="key"):
        cache.remove("key")


def test_removed_value_is_gone(cache: Cache[str, str]) -> None:
    cache.set("key", "value")
    cache.remove("key")
    with pytest.raises(KeyError):
        cache.get("key")
    assert cache.keys() == []


def test_keys_and_values_are_lists(cache: Cache[str, str]) -> None:
    assert (cache.keys(), cache.values()) == ([], [])
    cache.set("a", "1")
    cache.set("b", "2")
    assert sorted(cache.keys()) == ["a", "b"]
    assert sorted(cache.values()) == ["1", "2"]


def test_clear_forgets_everything(cache: Cache[str, str]) -> None:
    cache.set_many({"a": "1", "b": "2"})
    cache.clear()
    assert cache.keys() == []


def test_clear_with_a_pattern_is_searched_in_keys(cache: Cache[str, str]) -> None:
    cache.set_many({"('Task', ['1'])": "1", "('Shot', ['1'])": "2", "('TaskType', ['1'])": "3"})
    cache.clear("'Task'")
    assert sorted(cache.keys()) == ["('Shot', ['1'])", "('TaskType', ['1'])"]
    cache.clear("Type.*1")
    assert cache.keys() == ["('Shot', ['1'])"]


def test_many_at_once(cache: Cache[str, str]) -> None:
    values = {f"key {number}": str(number) for number in range(90)}
    cache.set_many(values)
    assert cache.get_many([*values, "absent"]) == values
    cache.remove_many(["key 0", "absent", *(f"key {number}" for number in range(10, 90))])
    assert sorted(cache.keys()) == [f"key {number}" for number in range(1, 10)]


def test_nothing_at_once(cache: Cache[str, str]) -> None:
    cache.set_many({})
    cache.remove_many([])
    assert cache.get_many([]) == {}


def test_closed_cache_opens_again(cache: Cache[str, str]) -> None:
    cache.set("key", "value")
    cache.close()
    assert cache.get("key") == "value"


def test_threads_at_once(cache: Cache[str, str]) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(20):
                cache.set(f"{number} {turn}", str(turn))
                assert cache.get(f"{number} {turn}") == str(turn)
                cache.values()
                if turn % 2:
                    cache.remove(f"{number} {turn}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(cache.keys()) == 40
