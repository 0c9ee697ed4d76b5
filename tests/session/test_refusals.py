"""Tests that arguments and values which cannot be meant are refused where they are given, by name."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from ftrack_typed.cache import FileCache, LayeredCache, MemoryCache
from ftrack_typed.entities import Session, Status, Task
from ftrack_typed.errors import AttributeValueError, NotLoadedError, QueryError, QueryValueError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production

HALF = "\ud800"


@pytest.mark.parametrize("size", ["5", 1.5, None, True])
def test_page_size_is_a_whole_number(session: Session, sandbox: Sandbox, size: Any) -> None:
    sandbox.requests.clear()
    with pytest.raises(TypeError, match="page_size"):
        session.query("Task", page_size=size)
    with pytest.raises(TypeError, match="page_size"):
        session.query(Task, page_size=size).all()
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("value", ["x", [1], True])
def test_limits_of_caches_are_numbers(value: Any, tmp_path: Any) -> None:
    with pytest.raises(TypeError, match="max_age"):
        FileCache(tmp_path / "cache.db", max_age=value)
    with pytest.raises(TypeError, match="max_age"):
        MemoryCache(max_age=value)
    with pytest.raises(TypeError, match="max_size"):
        MemoryCache(max_size=value)
    with pytest.raises(TypeError, match="caches"):
        LayeredCache([value])
    assert list(tmp_path.iterdir()) == []


def test_key_is_no_mapping(session: Session, production: Production) -> None:
    task_id = production.task_ids[0]
    task = session.query(Task).where(Task.id == task_id).one()
    wrong: Any
    for wrong, what in ((task, "an entity"), ({"id": task_id}, "a mapping")):
        with pytest.raises(TypeError, match=f"the key of Task is the text of id, not {what}"):
            session.get(Task, wrong)
    assert session.get(Task, [task_id]) is task


@pytest.mark.parametrize("url", ["http://[::1", "http://", "https://host:port", "http://host:99999"])
def test_broken_address_names_the_argument(url: str) -> None:
    with pytest.raises(TypeError, match="server_url"):
        Session(url, "key", "user")


@pytest.mark.parametrize("name", ["auto_populate", "plugin_arguments"])
def test_argument_of_another_type_is_named(open_session: Any, session: Session, name: str) -> None:
    with pytest.raises(TypeError, match=name):
        open_session(**{name: [1]})
    wrong: Any = "no"
    with pytest.raises(TypeError, match="auto_populate"):
        session.auto_populate = wrong
    assert session.auto_populate


@pytest.mark.parametrize("name", ["server_url", "api_key", "api_user"])
def test_what_is_no_text_is_named_and_not_shown(open_session: Any, name: str) -> None:
    with pytest.raises(TypeError, match=rf"^{name} is text, not int$"):
        open_session(**{name: 12345})


@pytest.mark.parametrize("wrong", ["name", [1], [None]])
def test_populate_names_what_is_no_entity(session: Session, sandbox: Sandbox, wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^populate takes entities, not "):
        session.populate(wrong, "name")
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("wrong", ["ann", None])
def test_invitations_name_what_is_no_entity(session: Session, sandbox: Sandbox, wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^send_user_invite takes entities, not "):
        session.send_user_invite(wrong)
    assert len(sandbox.requests) == 0


def test_rows_are_told_by_numbers(session: Session, sandbox: Sandbox) -> None:
    wrong: Any = "name"
    with pytest.raises(TypeError, match="a whole number, or rows by a slice, not by 'name'"):
        session.query("Task")[wrong]
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("wrong", [5, None, b"/tmp/x.mov"])
def test_path_of_a_component_is_a_path(session: Session, wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^a path is text or an os\.PathLike"):
        session.create_component(wrong, location=None)
    assert len(session.recorded_operations) == 0


@pytest.mark.parametrize("wrong", [{"action": "query"}, "query", ["query"], [None], None])
def test_call_names_what_is_no_operation(session: Session, sandbox: Sandbox, wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"^call takes a list of operations, each a mapping, "):
        session.call(wrong)
    assert len(sandbox.requests) == 0


def test_entity_of_another_session_is_told_with_what_to_do(
    session: Session, open_session: type[Session], production: Production
) -> None:
    task = session.get(Task, production.task_ids[0])
    status = open_session().query(Status).first()
    assert task is not None
    assert status is not None
    with pytest.raises(
        AttributeValueError, match=r"not <Status.*>: it belongs to another session; session\.merge"
    ) as caught:
        task.status = status
    assert caught.value.value is status
    task.status = session.merge(status)


def test_reading_after_a_reset_says_so(session: Session, production: Production) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name).one()
    session.reset()
    with pytest.raises(NotLoadedError, match="the session was reset"):
        _ = task.description
    again = session.merge(task)
    assert again is not task
    assert again.id == task.id


@pytest.mark.parametrize("text", [HALF, f"a{HALF}b"])
def test_half_a_surrogate_pair_is_not_sent(session: Session, sandbox: Sandbox, text: str) -> None:
    sandbox.requests.clear()
    for criterion in (Task.name == text, Task.name.in_(["a", text]), Task.name.like(text)):
        with pytest.raises(QueryValueError, match="surrogate"):
            session.query(Task).where(criterion).all()
    with pytest.raises(QueryError, match="surrogate"):
        session.query(f'select id from Task where name is "{text}"').all()
    assert len(sandbox.requests) == 0


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks(session: Session, number: float) -> None:
    with pytest.raises(ValueError, match="JSON cannot hold"):
        session.encode({"a": [number]})
    with pytest.raises(ValueError, match="is no JSON"):
        session.decode(f"[{str(number).replace('inf', 'Infinity').replace('nan', 'NaN')}]")


@pytest.mark.parametrize("content", ["", ', "value": null', ', "value": 5', ', "value": "soon"', ', "value": {}'])
def test_broken_date_is_named(session: Session, content: str) -> None:
    with pytest.raises(ValueError, match="is no date"):
        session.decode(f'{{"__type__": "datetime"{content}}}')


def test_dates_beyond_the_calendar(session: Session) -> None:
    with pytest.raises(ValueError, match="in UTC"):
        session.encode({"a": datetime.min.replace(tzinfo=timezone(timedelta(hours=1)))})
    with pytest.raises(ValueError, match="is no date"):
        session.decode('{"__type__": "datetime", "value": "0001-01-01T00:00:00+01:00"}')


@pytest.mark.parametrize("wrong", ["topic", {"topic": "x"}, None])
def test_only_events_are_published(session: Session, wrong: Any) -> None:
    with pytest.raises(TypeError, match="publish takes an"):
        session.event_hub.publish(wrong, synchronous=True)
