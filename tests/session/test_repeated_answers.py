"""Tests what an entity holds after an answer that repeats, or nearly repeats, what it holds already."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from ftrack_typed.entities import Session, Task, User
from ftrack_typed.schema import standard_workspace

TASK: Final = "11111111-0000-4000-8000-000000000001"
OTHER: Final = "11111111-0000-4000-8000-000000000002"


def note(number: int, content: str) -> dict[str, Any]:
    return {"__entity_type__": "Note", "id": f"22222222-0000-4000-8000-00000000000{number}", "content": content}


def metadata(**values: Any) -> list[dict[str, Any]]:
    return [{"__entity_type__": "Metadata", "key": key, "value": value} for key, value in values.items()]


def custom(**values: Any) -> list[dict[str, Any]]:
    own = {"__entity_type__": "ContextCustomAttributeValue", "configuration_id": "c", "entity_id": TASK}
    return [{**own, "key": key, "value": value} for key, value in values.items()]


def row(**changed: Any) -> dict[str, Any]:
    """Return the row of one task, with *changed* values."""
    return {
        "__entity_type__": "Task",
        "id": TASK,
        "name": "comp",
        "bid": 1,
        "start_date": {"__type__": "datetime", "value": "2030-01-31T00:00:00"},
        "thumbnail_url": {"value": "u", "width": 1},
        "notes": [note(1, "one"), note(2, "two")],
        "metadata": metadata(a="1", b="2"),
        "custom_attributes": custom(fps=24, on=True, due=None),
        **changed,
    }


class Answering:
    """Answers every query with the rows that it is told."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = [row()]

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        if operations[0]["action"] == "query":
            return [{"data": copy.deepcopy(self.rows), "metadata": {}} for _ in operations]
        if operations[0]["action"] == "query_schemas":
            return [self.schemas()]
        return [{"version": "9.9.9"} for _ in operations]

    @staticmethod
    def schemas() -> list[dict[str, Any]]:
        """Return schemas in which tasks have a crew, which the code does not know."""
        schemas: list[dict[str, Any]] = json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8"))
        task = next(schema for schema in schemas if schema["id"] == "Task")
        task["properties"]["crew"] = {"type": "array", "items": {"$ref": "User"}}
        return schemas

    def close(self) -> None:
        pass


@pytest.fixture
def server() -> Answering:
    return Answering()


@pytest.fixture
def session(server: Answering, tmp_path: Path) -> Session:
    return Session("http://stub.invalid", "key", "user", schema_cache_path=tmp_path, transport=server)


def asked(session: Session) -> Task:
    (found,) = session.query("select name from Task").all()
    assert isinstance(found, Task)
    return found


def test_an_answer_that_says_the_same_replaces_nothing(session: Session) -> None:
    task = asked(session)
    held = dict(vars(task))
    assert asked(session) is task
    again = vars(task)
    assert {name for name in held if again[name] is not held[name]} == {"_ftrack_page", "thumbnail_url"}
    assert (list(task.metadata), task.custom_attributes["fps"], len(task.notes)) == (["a", "b"], 24, 2)


CHANGES: Final[dict[str, tuple[str, Any, Any]]] = {
    "a text": ("name", "light", "light"),
    "a number": ("bid", 2.5, 2.5),
    "nothing any more": ("bid", None, None),
    "a number in JSON that equals a truth": ("thumbnail_url", {"value": "u", "width": True}, None),
    "one value of a mapping": ("metadata", metadata(a="1", b="3"), {"a": "1", "b": "3"}),
    "a key less": ("metadata", metadata(a="1"), {"a": "1"}),
    "other order of keys": ("metadata", metadata(b="2", a="1"), {"b": "2", "a": "1"}),
    "a custom value": ("custom_attributes", custom(fps=25, on=True, due=None), {"fps": 25, "on": True, "due": None}),
    "a custom value less": ("custom_attributes", custom(fps=24, on=True), {"fps": 24, "on": True}),
    "a custom value more": (
        "custom_attributes",
        custom(fps=24, on=True, due=None, more="x"),
        {"fps": 24, "on": True, "due": None, "more": "x"},
    ),
    "an equal custom value of another type": (
        "custom_attributes",
        custom(fps=24, on=1, due=None),
        {"fps": 24, "on": 1, "due": None},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_changed_shows(session: Session, server: Answering, name: str) -> None:
    wire, value, expected = CHANGES[name]
    task = asked(session)
    server.rows = [row(**{wire: value})]
    asked(session)
    held: Any = task[wire]
    if isinstance(expected, dict):
        assert [(key, item, type(item)) for key, item in held.items()] == [
            (key, item, type(item)) for key, item in expected.items()
        ]
    elif wire == "thumbnail_url":
        assert held["width"] is True
    else:
        assert held == expected


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"width": value}, lambda value: [value]])
def test_values_that_are_equal_and_not_the_same_show_in_mappings(
    session: Session, server: Answering, wrap: Callable[[Any], Any]
) -> None:
    for number in (1, True, 1.0):
        server.rows = [row(metadata=metadata(a=number), custom_attributes=custom(a=wrap(number)))]
        task: Any = asked(session)
        assert type(task.metadata["a"]) is type(number)
        assert repr(task.custom_attributes["a"]) == repr(wrap(number))


def test_custom_value_whose_key_changed_has_the_new_one(session: Session, server: Answering) -> None:
    for key in ("before", "after"):
        server.rows = [row(custom_attributes=custom(**{key: 1}))]
        assert dict(asked(session).custom_attributes) == {key: 1}


def test_custom_value_of_another_configuration_is_sent_to_that(session: Session, server: Answering) -> None:
    task: Any = asked(session)
    server.rows = [
        row(custom_attributes=[{**each, "configuration_id": "d"} for each in custom(fps=24, on=True, due=None)])
    ]
    asked(session)
    task.custom_attributes["fps"] = 25.0
    assert [each.entity_key["configuration_id"] for each in session.recorded_operations] == ["d"]


def test_items_that_came_went_or_changed_places_show(session: Session, server: Answering) -> None:
    task = asked(session)
    for contents in (["one", "two", "three"], ["two"], ["two", "one"], ["one", "two"], []):
        numbers = {"one": 1, "two": 2, "three": 3}
        server.rows = [row(notes=[note(numbers[content], content) for content in contents])]
        asked(session)
        assert [each.content for each in task.notes] == contents


def test_a_changed_value_of_an_item_shows_in_the_collection_that_stays(session: Session, server: Answering) -> None:
    task = asked(session)
    notes = task.notes
    server.rows = [row(notes=[note(1, "one, edited"), note(2, "two")])]
    asked(session)
    assert task.notes is notes
    assert [each.content for each in notes] == ["one, edited", "two"]


def test_an_edit_goes_back_to_what_the_last_answer_said(session: Session, server: Answering) -> None:
    task = asked(session)
    task.metadata["b"] = "mine"
    task.name = "mine"
    del task.notes[1]
    # The answer says what is held here: nothing of it may become the value to go back to and be changed later on.
    server.rows = [row(name="mine", metadata=metadata(a="1", b="mine"), notes=[note(1, "one")])]
    asked(session)
    task.metadata["b"] = "mine again"
    task.name = "mine again"
    del task.notes[0]
    session.rollback()
    assert dict(task.metadata) == {"a": "1", "b": "mine"}
    assert task.name == "mine"
    assert [each.content for each in task.notes] == ["one"]


def test_a_deleted_item_that_the_server_still_has_is_back(session: Session, server: Answering) -> None:
    task = asked(session)
    session.delete(task.notes[0])
    session.rollback()
    asked(session)
    assert [each.content for each in task.notes] == ["one", "two"]


def test_entities_of_different_rows_keep_their_own(session: Session, server: Answering) -> None:
    server.rows = [row(), row(id=OTHER, notes=[], metadata=metadata(c="3"))]
    first, second = session.query("select name from Task").all()
    for _ in range(2):
        session.query("select name from Task").all()
    assert (list(first["metadata"]), list(second["metadata"])) == (["a", "b"], ["c"])
    assert (len(first["notes"]), len(second["notes"])) == (2, 0)


def test_entities_in_a_list_that_the_code_does_not_know_are_those_of_the_session(
    session: Session, server: Answering
) -> None:
    person = {"__entity_type__": "User", "id": "u", "username": "ann"}
    server.rows = [row(crew=[person]), row(id=OTHER, crew=[])]
    first, second = session.query("select crew.username from Task").all()
    known = session.get(User, "u")
    assert known is not None
    assert (first["crew"], second["crew"]) == ([known], [])
    assert first["crew"][0] is known
    assert known.username == "ann"
