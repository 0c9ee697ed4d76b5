"""Tests the contexts that switch loading and recording for a block of code: they nest, and restore after an error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ftrack_typed.entities import Session
from ftrack_typed.session import AutoPopulatingContext, OperationRecordingContext

CONTEXTS: dict[str, Callable[[Session, Any], AbstractContextManager[None]]] = {
    "auto_populate": lambda session, flag: session.auto_populating(flag),
    "record_operations": lambda session, flag: session.operation_recording(flag),
}


@pytest.mark.parametrize("name", CONTEXTS)
@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_block_has_the_flag_and_the_one_before_comes_back(
    session: Session, name: str, flag: bool, before: bool
) -> None:
    setattr(session, name, before)
    with CONTEXTS[name](session, flag) as nothing:
        assert [nothing] == [None]
        assert getattr(session, name) is flag
    assert getattr(session, name) is before


@pytest.mark.parametrize("name", CONTEXTS)
def test_flag_comes_back_after_an_error(session: Session, name: str) -> None:
    with pytest.raises(ZeroDivisionError), CONTEXTS[name](session, False):
        _ = 1 / 0
    assert getattr(session, name) is True


@pytest.mark.parametrize("kind", [AutoPopulatingContext, OperationRecordingContext])
def test_one_context_can_be_entered_again_within_itself(
    session: Session, kind: Callable[[Session, bool], AbstractContextManager[None]]
) -> None:
    name = "auto_populate" if kind is AutoPopulatingContext else "record_operations"
    context = kind(session, False)
    with context:
        setattr(session, name, True)
        setattr(session, name, False)
        with context:
            assert getattr(session, name) is False
        assert getattr(session, name) is False
    assert getattr(session, name) is True


def mode_of(session: Session) -> str:
    return session._state.loading


def test_loading_mode_comes_back(session: Session) -> None:
    with session.loading_mode("raise") as nothing:
        assert [nothing] == [None]
        with session.loading_mode("single"):
            assert mode_of(session) == "single"
        assert mode_of(session) == "raise"
        with pytest.raises(ZeroDivisionError), session.loading_mode("warn"):
            _ = 1 / 0
        assert mode_of(session) == "raise"
    assert mode_of(session) == "siblings"
