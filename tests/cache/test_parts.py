"""Tests what single caches add to the contract: bounds, ages, layers, other forms, and subclasses (session.md 18)."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from ftrack_typed.cache import Cache, LayeredCache, MemoryCache, ProxyCache, SerialisedCache
from tests.cache.conftest import Clock
from tests.logs import messages_of


class Vanishing(MemoryCache[str, str]):
    """A cache whose keys are gone as soon as they are listed."""

    def keys(self) -> list[str]:
        """Return the keys, and forget them."""
        keys = super().keys()
        for key in keys:
            super().remove(key)
        return keys


def test_keys_that_vanish_are_passed_over() -> None:
    cache = Vanishing()
    cache.set("key", "value")
    assert cache.values() == []
    cache.set("key", "value")
    cache.clear()
    cache.set("key", "value")
    cache.clear("k")


def test_pattern_may_be_compiled() -> None:
    cache: MemoryCache[str, int] = MemoryCache()
    cache.set_many({"Task": 1, "Shot": 2})
    cache.clear(re.compile("task", re.IGNORECASE))
    assert cache.keys() == ["Shot"]


def test_abstract_cache_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Cache()  # type: ignore[abstract]


def test_bounded_memory_drops_what_was_not_used_for_longest() -> None:
    cache: MemoryCache[str, int] = MemoryCache(3)
    cache.set_many({"a": 1, "b": 2, "c": 3})
    cache.get("a")
    cache.set("b", 22)
    cache.set("d", 4)
    assert sorted(cache.keys()) == ["a", "b", "d"]
    assert len(cache) == 3


def test_unbounded_memory_drops_nothing() -> None:
    cache: MemoryCache[int, int] = MemoryCache()
    cache.set_many({number: number for number in range(5000)})
    assert len(cache.keys()) == 5000


def test_memory_forgets_what_is_too_old(clock: Clock) -> None:
    cache: MemoryCache[str, int] = MemoryCache(max_age=10, clock=clock)
    cache.set("a", 1)
    clock.now += 6
    cache.set("b", 2)
    assert cache.keys() == ["a", "b"]
    clock.now += 4
    assert cache.keys() == ["b"]
    with pytest.raises(KeyError):
        cache.get("a")
    assert cache.get("b") == 2
    cache.set("a", 3)
    assert cache.get("a") == 3


@pytest.mark.parametrize("size", [0, -1])
def test_size_that_makes_no_sense(size: int) -> None:
    with pytest.raises(ValueError, match="max_size"):
        MemoryCache(size)


@pytest.mark.parametrize("age", [0, -1.5, float("nan")])
def test_age_that_makes_no_sense(age: float) -> None:
    with pytest.raises(ValueError, match="max_age"):
        MemoryCache(max_age=age)


def layers() -> tuple[LayeredCache[str, int], list[MemoryCache[str, int]]]:
    """Return a cache of three layers, and the layers."""
    caches: list[MemoryCache[str, int]] = [MemoryCache(), MemoryCache(), MemoryCache()]
    return LayeredCache(caches), caches


def test_layers_are_written_together() -> None:
    layered, caches = layers()
    layered.set("a", 1)
    assert [cache.get("a") for cache in caches] == [1, 1, 1]
    layered.remove("a")
    assert [cache.keys() for cache in caches] == [[], [], []]


@pytest.mark.parametrize("many", [False, True])
def test_hit_is_copied_into_nearer_layers_only(many: bool) -> None:
    layered, caches = layers()
    caches[1].set("a", 1)
    assert (layered.get_many(["a"]) == {"a": 1}) if many else (layered.get("a") == 1)
    assert [cache.keys() for cache in caches] == [["a"], ["a"], []]


def test_nearest_layer_counts() -> None:
    layered, caches = layers()
    for number, cache in enumerate(caches):
        cache.set("a", number)
    assert layered.get("a") == 0
    assert layered.get_many(["a"]) == {"a": 0}


def test_removal_needs_one_layer_that_has_the_key() -> None:
    layered, caches = layers()
    caches[2].set("a", 1)
    layered.remove("a")
    assert caches[2].keys() == []
    with pytest.raises(KeyError):
        layered.remove("a")


def test_keys_of_layers_are_a_union() -> None:
    layered, caches = layers()
    caches[0].set_many({"a": 1, "b": 1})
    caches[2].set_many({"b": 2, "c": 2})
    assert layered.keys() == ["a", "b", "c"]


def test_layers_can_be_added() -> None:
    layered, _ = layers()
    added: MemoryCache[str, int] = MemoryCache()
    layered.caches.append(added)
    layered.set("a", 1)
    assert added.get("a") == 1


def test_serialised_values_have_another_form_below() -> None:
    below: MemoryCache[str, str] = MemoryCache()
    cache: SerialisedCache[str, Any] = SerialisedCache(below, json.dumps, json.loads)
    cache.set("a", [1, {"b": None}])
    cache.set_many({"c": 2})
    assert below.get_many(["a", "c"]) == {"a": '[1, {"b": null}]', "c": "2"}
    assert cache.values() == [[1, {"b": None}], 2]


def test_serialised_without_functions_is_as_it_is() -> None:
    below: MemoryCache[str, object] = MemoryCache()
    cache: SerialisedCache[str, object] = SerialisedCache(below)
    value = object()
    cache.set("a", value)
    assert cache.get("a") is value


def test_what_cannot_be_decoded_is_dropped_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    below: MemoryCache[str, str] = MemoryCache()
    cache: SerialisedCache[str, Any] = SerialisedCache(below, json.dumps, json.loads)
    below.set_many({"good": "1", "bad": "{"})
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        assert cache.get_many(["good", "bad"]) == {"good": 1}
    (message,) = messages_of("ftrack_typed.cache", caplog)
    assert "'bad'" in message
    assert below.keys() == ["good"]
    below.set("bad", "[")
    with pytest.raises(KeyError):
        cache.get("bad")


class Picky(ProxyCache[str, int]):
    """A cache that takes no odd numbers, and shows all of them doubled."""

    def set(self, key: str, value: int) -> None:
        """Keep an even *value*."""
        if value % 2 == 0:
            super().set(key, value)

    def get(self, key: str) -> int:
        """Return twice the value."""
        return 2 * super().get(key)


def test_subclass_says_for_many_what_it_says_for_one() -> None:
    cache = Picky(MemoryCache[str, int]())
    cache.set_many({"a": 1, "b": 2})
    assert cache.get_many(["a", "b"]) == {"b": 4}
    assert cache.values() == [4]
