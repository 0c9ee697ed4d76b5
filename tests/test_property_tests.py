"""Tests that property tests cannot fail by chance: neither by the examples of one run, nor by a slow machine."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st


def examples() -> list[str]:
    """Return the examples that one run of a property test tries."""
    tried: list[str] = []

    @settings(settings.get_profile("tests"), max_examples=20)
    @given(st.text())
    def note(text: str) -> None:
        tried.append(text)

    note()
    return tried


def test_examples_are_the_same_in_every_run() -> None:
    assert examples() == examples()


def test_machine_that_stands_still_for_a_while_fails_nothing() -> None:
    paused = False

    @settings(settings.get_profile("tests"), max_examples=5)
    @given(st.integers())
    def pause_once(number: int) -> None:
        nonlocal paused
        if not paused:
            time.sleep(0.5)  # longer than the limit that hypothesis has of itself
        paused = True

    pause_once()
    assert paused
