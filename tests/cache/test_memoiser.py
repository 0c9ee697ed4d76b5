"""Tests the remembering of what functions return (session.md section 18)."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from ftrack_typed.cache import Memoiser, MemoryCache, StringKeyMaker, memoise, memoise_decorator, memoiser


class Counted:
    """A function that counts its calls."""

    def __init__(self) -> None:
        """Start with none."""
        self.calls = 0

    def function(self) -> Any:
        """Return the function."""

        def called(a: int, b: int = 2, *rest: int, **named: int) -> dict[str, Any]:
            self.calls += 1
            return {"values": [a, b, *rest], "named": named}

        return called


@pytest.mark.parametrize(
    ("args", "kw"), [((1,), {}), ((1, 2), {}), ((), {"a": 1}), ((), {"b": 2, "a": 1}), ([1], None), ((1,), {"b": 2})]
)
def test_arguments_are_the_same_however_they_are_given(args: Any, kw: Any) -> None:
    counted, remembering = Counted(), Memoiser()
    function = counted.function()
    assert remembering.call(function, (1,)) == remembering.call(function, args, kw)
    assert counted.calls == 1


@pytest.mark.parametrize(("args", "kw"), [((2,), {}), ((1, 3), {}), ((1, 2, 3), {}), ((1,), {"c": 3})])
def test_other_arguments_are_another_call(args: Any, kw: Any) -> None:
    counted, remembering = Counted(), Memoiser()
    function = counted.function()
    remembering.call(function, (1,))
    remembering.call(function, args, kw)
    assert counted.calls == 2


def test_callers_cannot_change_what_others_get() -> None:
    remembering, function = Memoiser(), Counted().function()
    for _ in range(3):
        result = remembering.call(function, (1,))
        assert result["values"] == [1, 2]
        result["values"].append(3)


def test_copies_can_be_switched_off() -> None:
    remembering, function = Memoiser(return_copies=False), Counted().function()
    assert remembering.call(function, (1,)) is remembering.call(function, (1,))


def test_cache_and_keys_can_be_chosen() -> None:
    cache: MemoryCache[str, Any] = MemoryCache()
    remembering = Memoiser(cache, StringKeyMaker())
    remembering.call(len, ("abc",))
    assert cache.values() == [3]
    assert remembering.cache is cache


def test_failure_is_not_remembered() -> None:
    calls = []

    def fail() -> None:
        calls.append(1)
        raise OSError("no")

    remembering = Memoiser()
    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            remembering.call(fail)
    assert len(calls) == 2


def test_function_that_does_not_tell_its_parameters() -> None:
    with pytest.raises(ValueError, match="signature"):
        inspect.signature(dict.fromkeys if False else max)
    remembering = Memoiser()
    assert remembering.call(max, (1, 2)) == 2
    assert remembering.call(max, (3, 2)) == 3
    assert remembering.call(max, ([1],), {"key": None}) == 1


class Shop:
    """A class with a method that is remembered for each instance."""

    calls = 0

    def __init__(self, name: str) -> None:
        """Take a *name*, by which instances differ."""
        self.name = name

    @memoise
    def greeting(self, whom: str, mark: str = "!") -> str:
        """Greet *whom*."""
        Shop.calls += 1
        return f"{self.name} greets {whom}{mark}"


def test_decorator() -> None:
    assert Shop("a").greeting("b") == "a greets b!"
    assert Shop("a").greeting(whom="b", mark="!") == "a greets b!"
    assert Shop.calls == 1
    assert Shop("c").greeting("b") == "c greets b!"
    assert Shop.greeting.__name__ == "greeting"
    assert Shop.greeting.__doc__ == "Greet *whom*."
    assert b"greeting" in b"".join(memoiser.cache.keys())


def test_method_is_remembered_for_its_own_object() -> None:
    remembering = Memoiser()
    assert remembering.call(Plain("a").told, ()) == "a"
    assert remembering.call(Plain("b").told, ()) == "b"


class Plain:
    """A class with a plain method."""

    def __init__(self, name: str) -> None:
        """Take a *name*."""
        self.name = name

    def told(self) -> str:
        """Return the name."""
        return self.name


def test_decorator_with_a_memoiser_of_ones_own() -> None:
    mine = Memoiser()
    calls = []

    @memoise_decorator(mine)
    def double(number: int) -> int:
        calls.append(number)
        return 2 * number

    assert [double(1), double(number=1), double(2)] == [2, 2, 4]
    assert calls == [1, 2]
    assert len(mine.cache.keys()) == 2


def test_functions_of_one_name_are_not_taken_for_each_other() -> None:
    remembering = memoise_decorator(Memoiser())

    def times(factor: int) -> Any:
        @remembering
        def multiplied(number: int) -> int:
            return factor * number

        return multiplied

    class First:
        @staticmethod
        @remembering
        def name(number: int) -> str:
            return f"first {number}"

    class Second:
        @staticmethod
        @remembering
        def name(number: int) -> str:
            return f"second {number}"

    assert [times(2)(5), times(3)(5)] == [10, 15]
    assert [remembering(lambda number: number + 1)(5), remembering(lambda number: number * 9)(5)] == [6, 45]
    assert [First.name(1), Second.name(1)] == ["first 1", "second 1"]


def _named(number: int) -> int:
    return number + 1


def test_function_of_a_module_has_one_key_in_every_process() -> None:
    cache: MemoryCache[str, int] = MemoryCache()
    Memoiser(cache, StringKeyMaker()).call(_named, (1,))
    assert cache.keys() == [f"{_named}{{'number': 1}}"]
