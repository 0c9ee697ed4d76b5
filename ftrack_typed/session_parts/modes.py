"""Owns the modes of a session, each kept per thread, and the context managers that switch one for a block of code."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..state import LoadingMode, SessionState


class _Populating(Protocol):
    @property
    def auto_populate(self) -> bool: ...
    @auto_populate.setter
    def auto_populate(self, value: bool) -> None: ...


class _Recording(Protocol):
    @property
    def record_operations(self) -> bool: ...
    @record_operations.setter
    def record_operations(self, value: bool) -> None: ...


class AutoPopulatingContext:
    """While entered, reading an attribute of a session's entities may load it, or may not."""

    def __init__(self, session: _Populating, auto_populate: bool) -> None:
        """Set `auto_populate` of *session* for the block."""
        self._session = session
        self._auto_populate = auto_populate
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(self._session.auto_populate)
        self._session.auto_populate = self._auto_populate

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.auto_populate = self._before.pop()


class OperationRecordingContext:
    """While entered, changes of a session's entities are recorded for the next commit, or are not."""

    def __init__(self, session: _Recording, record_operations: bool) -> None:
        """Set `record_operations` of *session* for the block."""
        self._session = session
        self._record_operations = record_operations
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(self._session.record_operations)
        self._session.record_operations = self._record_operations

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._session.record_operations = self._before.pop()


class LoadingContext:
    """While entered, reading an attribute that is not loaded does what another loading mode says."""

    def __init__(self, state: SessionState, mode: LoadingMode) -> None:
        """Set the loading mode of the session of *state* for the block."""
        self._state = state
        self._mode: LoadingMode = mode
        self._before: list[LoadingMode] = []

    def __enter__(self) -> None:
        self._before.append(self._state.loading)
        self._state.loading = self._mode

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._state.loading = self._before.pop()


class Modes:
    """The part of a session that says what reading and writing do, in the thread that asks."""

    _state: SessionState

    @property
    def auto_populate(self) -> bool:
        """Whether reading an attribute that is not loaded may load it, in this thread."""
        return self._state.auto_populate

    @auto_populate.setter
    def auto_populate(self, value: bool) -> None:
        self._state.auto_populate = value

    @property
    def record_operations(self) -> bool:
        """Whether changes made in this thread are recorded for the next commit."""
        return self._state.record_operations

    @record_operations.setter
    def record_operations(self, value: bool) -> None:
        self._state.record_operations = value

    def auto_populating(self, auto_populate: bool) -> AutoPopulatingContext:
        """Say for a block of code, in this thread, whether reading an attribute may load it."""
        return AutoPopulatingContext(self, auto_populate)

    def operation_recording(self, record_operations: bool) -> OperationRecordingContext:
        """Say for a block of code, in this thread, whether changes are recorded."""
        return OperationRecordingContext(self, record_operations)

    def loading_mode(self, mode: LoadingMode) -> LoadingContext:
        """Say for a block of code, in this thread, what reading an attribute that is not loaded does.

        "siblings" loads it for all entities of the same answer in one request, "single" for the one alone; "warn" and
        "raise" name the place in the code and the ``select`` that makes the request needless.
        """
        return LoadingContext(self._state, mode)
