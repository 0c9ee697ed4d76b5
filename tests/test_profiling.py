"""Tests that calls are noted of the code under test, and not of what garbage collection calls meanwhile."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tests.profiling import calls_of


class Cycle:
    """Something that garbage collection alone finds, with a callback in Python."""

    def __init__(self) -> None:
        self.itself = self
        weakref.finalize(self, self.gone)

    @staticmethod
    def gone() -> None: ...


@pytest.fixture
def eager_collection() -> Iterator[None]:
    """Garbage collection after every few objects that are made from now on."""
    before = gc.get_threshold()
    gc.collect()
    gc.set_threshold(30)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("eager_collection")
def test_collection_of_what_others_left_is_not_noted() -> None:
    left = [Cycle()]

    def work() -> list[dict[str, list[object]]]:
        left.clear()  # as if somebody else's had become garbage at this moment
        made: list[dict[str, list[object]]] = []
        for number in range(100):
            made.append({"number": [number]})
        return made

    assert calls_of(work) == [work.__code__]
    assert gc.isenabled()
