"""Tests the keys of caches, to the byte (session.md section 18)."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
from typing import Any

import pytest

from ftrack_typed.cache import KeyMaker, ObjectKeyMaker, StringKeyMaker


class Sample:
    """A class with methods of each sort."""

    def method(self) -> None: ...

    @classmethod
    def of_class(cls) -> None: ...

    @staticmethod
    def static() -> None: ...


def function() -> None: ...


def pickled(item: object) -> bytes:
    return pickle.dumps(item, protocol=2)


MODULE = __name__.encode()


def test_texts_are_joined_with_nothing() -> None:
    assert StringKeyMaker().key({}, {}) == "{}{}"
    assert StringKeyMaker().key("a", 1, None) == "a1None"


def test_key_of_an_entity() -> None:
    assert StringKeyMaker().key(("User", ["some-id"])) == "('User', ['some-id'])"


def test_key_maker_of_ones_own() -> None:
    class Upper(KeyMaker[str]):
        def __init__(self) -> None:
            self.item_separator = "-"

        def _key(self, item: Any) -> str:
            return str(item).upper()

    assert Upper().key("a", "b") == "A-B"


def test_abstract_key_maker_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="_key"):
        KeyMaker()  # type: ignore[abstract]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("text", pickled("text")),
        ("é", pickled("é")),
        (1, pickled(1)),
        (None, pickled(None)),
        (True, pickled(True)),
        ({}, b"\1\1"),
        (
            {"b": 1, "a": 2},
            b"\1" + pickled("a") + b"\2" + pickled(2) + b"\0" + pickled("b") + b"\2" + pickled(1) + b"\1",
        ),
        # In the order of the keys, not in that of what stands for them.
        (
            {"b": 1, "aaa": 1},
            b"\1" + pickled("aaa") + b"\2" + pickled(1) + b"\0" + pickled("b") + b"\2" + pickled(1) + b"\1",
        ),
        ([], b"\3\3"),
        ([1, "a"], b"\3" + pickled(1) + b"\0" + pickled("a") + b"\3"),
        ((1, [2]), b"\3" + pickled(1) + b"\0\3" + pickled(2) + b"\3\3"),
        (function, b"\4function\0" + MODULE),
        (Sample, b"\4Sample\0" + MODULE),
        (Sample().method, b"\4method\0Sample\0" + MODULE),
        (Sample.of_class, b"\4of_class\0type\0" + MODULE),
        (Sample.static, b"\4static\0" + MODULE),
        (functools.partial, b"\4partial\0functools"),
        (len, b"\4len"),
    ],
)
def test_bytes_of_one_item(item: object, expected: bytes) -> None:
    assert ObjectKeyMaker().key(item) == expected


def test_items_are_joined_with_a_zero_byte() -> None:
    assert ObjectKeyMaker().key("a", 1) == pickled("a") + b"\0" + pickled(1)


def test_mapping_with_keys_that_have_no_order() -> None:
    key = ObjectKeyMaker().key
    assert key({1: "a", "b": 2}) == key({"b": 2, 1: "a"})


def test_set_has_one_key_in_every_process() -> None:
    code = "from ftrack_typed.cache import ObjectKeyMaker; print(ObjectKeyMaker().key({'a', 'b', 'c', 'd', 'e'}))"
    keys = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(keys) == 1
