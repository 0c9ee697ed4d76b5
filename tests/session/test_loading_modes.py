"""Tests what reading an attribute that is not loaded does in each loading mode, against the sandbox over HTTP."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.errors import ImplicitLoadError, ImplicitLoadWarning, NotLoadedError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production

READS: list[Callable[[Task], object]] = [lambda task: task.description, lambda task: task["description"]]


@pytest.fixture
def tasks(session: Session, production: Production, sandbox: Sandbox) -> list[Task]:
    found = session.query(Task).where(Task.project.id == production.project_id).all()
    sandbox.requests.clear()
    return found


@pytest.mark.parametrize("read", READS)
def test_raise_names_the_place_and_the_select(
    session: Session, tasks: list[Task], sandbox: Sandbox, read: Callable[[Task], object]
) -> None:
    with (
        session.loading_mode("raise"),
        pytest.raises(ImplicitLoadError, match=r"select\(Task\.description\)") as caught,
    ):
        read(tasks[0])
    file, _, line = caught.value.call_site.rpartition(":")
    assert file == __file__
    assert int(line) > 0
    assert len(sandbox.requests) == 0
    read(tasks[0])
    assert len(sandbox.requests) == 1


@pytest.mark.parametrize("read", READS)
def test_warn_loads_and_points_at_the_place(
    session: Session, tasks: list[Task], sandbox: Sandbox, read: Callable[[Task], object]
) -> None:
    with session.loading_mode("warn"), pytest.warns(ImplicitLoadWarning, match="Task.description") as caught:
        read(tasks[0])
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with session.loading_mode("warn"):
            assert [task.description for task in tasks] == [None] * 3
    assert len(sandbox.requests) == 1


def test_single_loads_one_at_a_time(session: Session, tasks: list[Task], sandbox: Sandbox) -> None:
    with session.loading_mode("single"):
        assert [task.description for task in tasks] == [None] * 3
    assert len(sandbox.requests) == 3
    assert [task.bid for task in tasks] == [0.0] * 3
    assert len(sandbox.requests) == 4, "they are siblings as before"


def test_mode_of_the_constructor_holds_in_every_thread(
    open_session: type[Session], production: Production, sandbox: Sandbox
) -> None:
    session = open_session(loading="raise")
    task = session.query(Task).where(Task.id == production.task_ids[0]).one()
    seen: list[str | None] = []

    def work() -> None:
        with session.loading_mode("siblings"):
            seen.append(task.status.name)
        try:
            _ = task.bid
        except ImplicitLoadError as error:
            seen.append(error.name)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["Not started", "bid"]
    with pytest.raises(ImplicitLoadError):
        _ = task.bid


def test_mode_of_a_block_holds_in_its_thread_alone(session: Session, tasks: list[Task]) -> None:
    seen: list[str | None] = []
    with session.loading_mode("raise"):
        thread = threading.Thread(target=lambda: seen.append(tasks[0].status.name))
        thread.start()
        thread.join()
        with pytest.raises(ImplicitLoadError):
            _ = tasks[0].description
    assert seen == ["Not started"]


def test_population_that_is_off_wins_over_every_mode(session: Session, tasks: list[Task], sandbox: Sandbox) -> None:
    for mode in ("siblings", "single", "warn", "raise"):
        with session.auto_populating(False), session.loading_mode(mode), pytest.raises(NotLoadedError) as caught:
            _ = tasks[0].description
        assert not isinstance(caught.value, ImplicitLoadError)
    assert len(sandbox.requests) == 0


def test_unknown_mode_is_refused(session: Session, open_session: type[Session]) -> None:
    with pytest.raises(ValueError, match="siblings, single, warn, raise"), session.loading_mode("lazy"):  # type: ignore[arg-type]
        pass
    with pytest.raises(ValueError, match="not 'never'"):
        open_session(loading="never")  # type: ignore[arg-type]
