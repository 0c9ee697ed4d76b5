"""Owns what the tests of faults share: the sandbox and sessions of the tests of sessions, and a watchdog."""

from __future__ import annotations

import faulthandler
import sys
from collections.abc import Iterator

import pytest

from tests.session.conftest import open_session, production, sandbox, session

__all__ = ["open_session", "production", "sandbox", "session"]

PATIENCE = 900.0
"""Seconds after which a test is taken to wait for ever: many times what the slowest takes on a busy machine."""


@pytest.fixture
def watchdog() -> Iterator[None]:
    """End the whole run, with the stacks of all threads, where the test does not end: threads wait for each other."""
    assert sys.__stderr__ is not None
    faulthandler.dump_traceback_later(PATIENCE, exit=True, file=sys.__stderr__)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
