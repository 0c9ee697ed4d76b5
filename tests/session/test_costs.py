"""Tests what a session does for what it is asked: calls of Python functions and kept bytes, counted, never timed.

The rows are those of the benchmark, given to the session through its transport.
"""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.answers import Answers
from benchmarks.shapes import expression
from ftrack_typed.entities import Session, Task
from ftrack_typed.errors import UnexpectedResponseError
from ftrack_typed.schema import standard_workspace
from tests.profiling import calls_of

TASKS = 10_000
FEW, MANY = 200, 500

MOST_CALLS_PER_NEW_ROW = {"flat": 9, "nested": 15, "collections": 52}
"""Calls of Python functions that a row takes at most, with all that hangs on it. Measured on 3.11: 7.4, 12.1, 43.3."""

MOST_CALLS_PER_KNOWN_ROW = {"flat": 13, "nested": 19, "collections": 66}
"""The same for a row that is known. Measured on 3.11: 10.4, 15.5, 55.7."""

MOST_CALLS_PER_WRITE = 4
"""Measured on 3.11: 4.0."""

MOST_CALLS_PER_CREATION = 103
"""For making an entity and for sending it. Measured on 3.11: 93."""


class CountingTransport:
    """Carries operations to the stub's answers, without a network; counts the calls."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.calls = 0

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        self.calls += 1
        results: list[Any] = json.loads(self._answers.to(operations))
        return results

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8")), TASKS)


@pytest.fixture
def transport(answers: Answers) -> CountingTransport:
    return CountingTransport(answers)


@pytest.fixture
def open_session(transport: CountingTransport, tmp_path: Path) -> Iterator[Callable[[], Session]]:
    """Give what opens sessions on the stub's answers."""
    opened: list[Session] = []

    def open_one() -> Session:
        opened.append(Session("http://stub.invalid", "key", "user", schema_cache_path=tmp_path, transport=transport))
        return opened[-1]

    yield open_one
    for session in opened:
        session.rollback()
        session.close()


@pytest.fixture
def session(open_session: Callable[[], Session]) -> Session:
    """Give a session on the stub's answers."""
    return open_session()


def tasks_of(session: Session, shape: str, count: int) -> list[Task]:
    return [task for task in session.query(expression(shape, count)).all() if isinstance(task, Task)]


def python_calls(action: Callable[[], object]) -> int:
    """Return how many Python functions are called while *action* runs, outside of the stub."""
    return sum("benchmarks" not in code.co_filename for code in calls_of(action))


@pytest.mark.parametrize("shape", MOST_CALLS_PER_NEW_ROW)
def test_a_new_row_takes_few_calls(open_session: Callable[[], Session], shape: str) -> None:
    tasks_of(open_session(), shape, MANY)  # the stub works out its answers
    tasks_of(open_session(), shape, FEW)
    few, many = open_session(), open_session()
    for session in (few, many):
        tasks_of(session, shape, 1)  # what is worked out once for each type
    more = python_calls(lambda: tasks_of(many, shape, MANY)) - python_calls(lambda: tasks_of(few, shape, FEW))
    assert more / (MANY - FEW) <= MOST_CALLS_PER_NEW_ROW[shape]


@pytest.mark.parametrize("shape", MOST_CALLS_PER_KNOWN_ROW)
def test_a_known_row_takes_few_calls(session: Session, shape: str) -> None:
    for count in (FEW, MANY):
        tasks_of(session, shape, count)
    more = python_calls(lambda: tasks_of(session, shape, MANY)) - python_calls(lambda: tasks_of(session, shape, FEW))
    assert more / (MANY - FEW) <= MOST_CALLS_PER_KNOWN_ROW[shape]


def test_a_loaded_read_enters_no_python_code(session: Session) -> None:
    tasks = tasks_of(session, "nested", 100)
    assert python_calls(lambda: [(task.name, task.status.name, task.start_date) for task in tasks]) <= 2


def test_a_recorded_write_takes_few_calls(session: Session) -> None:
    tasks = tasks_of(session, "flat", 200)

    def write() -> None:
        for task in tasks:
            task.description = "written"

    assert (python_calls(write) - 1) / 200 <= MOST_CALLS_PER_WRITE


def test_a_creation_and_its_commit_take_calls_in_proportion(session: Session, transport: CountingTransport) -> None:
    parent = tasks_of(session, "nested", 1)[0].parent

    def create(count: int) -> None:
        for number in range(count):
            session.create(Task, name=f"made {number}", description="made", parent=parent)
        session.commit()

    create(1)
    few, many = python_calls(lambda: create(50)), python_calls(lambda: create(250))
    assert (many - few) / 200 <= MOST_CALLS_PER_CREATION


def test_a_commit_does_the_same_however_much_is_cached(
    open_session: Callable[[], Session], transport: CountingTransport
) -> None:
    counted: dict[int, int] = {}
    for cached in (100, TASKS):
        session = open_session()
        tasks = tasks_of(session, "minimal", cached)
        assert len(tasks) == cached
        for text in ("first, for what is worked out once", "second"):
            tasks[50].description = text
            transport.calls = 0
            counted[cached] = python_calls(session.commit)
            assert transport.calls == 1
    assert counted[100] == counted[TASKS]


@pytest.mark.parametrize("shape", ["flat", "nested", "collections"])
def test_a_row_keeps_no_more_memory_than_plain_dicts(session: Session, answers: Answers, shape: str) -> None:
    tasks_of(session, shape, 1)
    operation = {"action": "query", "expression": expression(shape, 500).replace("limit", "offset 0 limit")}
    body = answers.to([operation])

    def kept(action: Callable[[], object]) -> int:
        gc.collect()
        tracemalloc.start()
        result = action()
        gc.collect()
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert result
        return size

    plain = kept(lambda: json.loads(body))
    assert kept(lambda: tasks_of(session, shape, 500)) <= plain


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_collection_is_as_found_when_a_query_returns(session: Session, collecting: bool) -> None:
    found = gc.isenabled()
    try:
        (gc.enable if collecting else gc.disable)()
        tasks_of(session, "collections", 500)
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if found else gc.disable)()


class SpoilingTransport(CountingTransport):
    """Answers with rows of which the last one cannot be read."""

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        results = super().call(operations)
        if operations[0]["action"] == "query":
            del results[0]["data"][-1]["id"]
        return results


@pytest.mark.parametrize("collecting", [True, False])
def test_garbage_collection_is_as_found_when_a_query_fails(answers: Answers, tmp_path: Path, collecting: bool) -> None:
    found = gc.isenabled()
    transport = SpoilingTransport(answers)
    with Session("http://stub.invalid", "key", "user", schema_cache_path=tmp_path, transport=transport) as session:
        try:
            (gc.enable if collecting else gc.disable)()
            with pytest.raises(UnexpectedResponseError):
                tasks_of(session, "collections", 50)
            assert gc.isenabled() is collecting
        finally:
            (gc.enable if found else gc.disable)()
