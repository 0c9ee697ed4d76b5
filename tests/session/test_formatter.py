"""Tests the text that shows an entity (session.md section 22), of entities of a sandbox."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from ftrack_typed.entities import Note, Session, Shot, Status, Task, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import ImplicitLoadError
from ftrack_typed.formatter import FILTER, format, shows_colours
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import Production


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def shot(session: Session, production: Production) -> Shot:
    """A shot and its project, of which little is loaded, in a session that loads nothing more."""
    query = session.query(Shot).where(Shot.id == production.shot_id)
    found = query.select(Shot.name, Shot.project.name, Shot.project.full_name).one()
    session.auto_populate = False
    return found


def only(*names: str) -> Any:
    return lambda entity, name, value: name in names


def test_attributes_stand_below_the_type(shot: Shot) -> None:
    text = format(shot, attribute_filter=only("name", "id", "description"))
    assert text == f"Shot\n description: NOT_SET\n id: {shot.id}\n name: sh010"


def test_unset_attributes_can_be_left_out(shot: Shot) -> None:
    shown = format(shot, attribute_filter=FILTER["ignore_unset"]).splitlines()
    margin = " " * len(" project: ")
    assert shown[0] == "Shot"
    assert {" name: sh010", " project: Project", f"{margin} full_name: {shot.project.full_name}"} <= set(shown)
    assert "NOT_SET" not in "".join(shown)
    assert "NOT_SET" in format(shot)


def test_indent(shot: Shot) -> None:
    chosen = only("name", "project")
    project = shot.project.name
    assert format(shot, attribute_filter=chosen, indent=2).splitlines() == [
        "  Shot",
        "   name: sh010",
        "   project: Project",
        f"             name: {project}",
    ]
    assert format(shot, attribute_filter=chosen, indent=2, indent_first_line=False).splitlines()[:2] == [
        "Shot",
        "   name: sh010",
    ]


def test_formatters(shot: Shot) -> None:
    formatters = {"header": str.upper, "label": "<{}>".format}
    text = format(shot, formatters, only("name", "project"))
    assert text.splitlines() == [
        "SHOT",
        " <name>: sh010",
        " <project>: PROJECT",
        f"           <name>: {shot.project.name}",
    ]
    assert format(shot, {"header": str.upper}, only("name")) == "SHOT\n name: sh010"


def test_collections_are_listed_when_recursive(session: Session, production: Production, sandbox: Sandbox) -> None:
    author = session.query(User).where(User.username == session.api_user).select(User.username).one()
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name).one()
    task.notes = [session.create(Note, content=content, author=author) for content in ("first", "second\nline")]
    chosen = only("name", "notes", "content")
    assert format(task, attribute_filter=chosen).splitlines() == ["Task", " name: task_000", " notes:"]
    assert format(task, attribute_filter=chosen, recursive=True).splitlines() == [
        "Task",
        " name: task_000",
        " notes: Note",
        "         content: first",
        "        Note",
        "         content: second",
        "                  line",
    ]


def test_collection_that_is_not_shown_is_not_loaded(session: Session, production: Production, sandbox: Sandbox) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).one()
    sandbox.requests.clear()
    text = format(task, attribute_filter=only("name", "notes", "description"))
    assert " notes: NOT_SET" in text.splitlines()
    assert len(sandbox.requests) == 1
    assert not [each for each in sandbox.requests if "notes" in str(each.operations)]


def test_entity_is_shown_in_full_once(session: Session, production: Production) -> None:
    author = session.query(User).where(User.username == session.api_user).select(User.username).one()
    note = session.create(Note, content="look", author=author)
    note.replies.append(session.create(Note, content="done", author=author, in_reply_to=note))
    chosen = only("replies", "in_reply_to", "content")
    assert format(note, attribute_filter=chosen, recursive=True).splitlines() == [
        "Note",
        " content: look",
        " in_reply_to: NOT_SET",
        " replies: Note",
        "           content: done",
        "           in_reply_to: Note{...}",
        "           replies:",
    ]


def test_entity_is_known_by_its_row() -> None:
    note = Note._ftrack_new({"id": "1", "in_reply_to": Note._ftrack_new({"id": "1", "content": "another object"})})
    assert format(note, attribute_filter=only("in_reply_to")) == "Note\n in_reply_to: Note{...}"


def test_nothing_is_loaded_where_the_loading_mode_forbids_it(
    session: Session, production: Production, sandbox: Sandbox
) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).one()
    sandbox.requests.clear()
    with session.loading_mode("raise"), pytest.raises(ImplicitLoadError):
        format(task)
    assert len(sandbox.requests) == 0


def test_what_is_deleted_shows_what_was_loaded(session: Session, production: Production) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name).one()
    session.delete(task)
    session.commit()
    text = format(task, attribute_filter=only("name", "bid"))
    assert text == "Task\n bid: NOT_SET\n name: task_000"


def test_entities_without_a_key_are_each_shown() -> None:
    task = Task._ftrack_new({"name": "comp", "status": Status._ftrack_new({"name": "Ready"})})
    assert format(task, attribute_filter=only("name", "status")).splitlines() == [
        "Task",
        " name: comp",
        " status: Status",
        "          name: Ready",
    ]


def test_mappings_are_shown_as_they_are(session: Session, production: Production) -> None:
    task = session.query(Task).where(Task.id == production.task_ids[0]).one()
    task.metadata["department"] = "fx"
    text = format(task, attribute_filter=only("metadata"))
    assert text == "Task\n metadata: {'department': 'fx'}"


def test_filter_gets_entity_name_and_value(shot: Shot) -> None:
    seen: list[tuple[Entity, str, Any]] = []

    def keep(entity: Entity, name: str, value: Any) -> bool:
        seen.append((entity, name, value))
        return False

    assert format(shot, attribute_filter=keep) == "Shot"
    assert (shot, "name", "sh010") in seen
    assert sorted(name for _, name, _ in seen) == sorted(shot.keys())


@pytest.mark.parametrize(
    ("environment", "is_terminal", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"TERM": "xterm"}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"ANSI_COLORS_DISABLED": "1"}, True, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_where_there_are_colours(environment: dict[str, str], is_terminal: bool, expected: bool) -> None:
    assert shows_colours(environment, is_terminal) is expected


def test_colours(shot: Shot, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "ANSI_COLORS_DISABLED", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert format(shot, attribute_filter=only("name")) == "\x1b[1m\x1b[4mShot\x1b[0m\n \x1b[34mname\x1b[0m: sh010"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert "\x1b" not in format(shot)
