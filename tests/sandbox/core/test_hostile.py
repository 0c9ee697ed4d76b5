"""Tests that no text does harm: what stands in a field, a value, a sort key or a query comes back or is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ftrack_typed.query.tokens import quote
from ftrack_typed.sandbox.faults import Fault

from .conftest import Calls, Entity, create, query, ref, update

HOSTILE = [
    "",
    " ",
    "'; drop table context; --",
    '" or 1=1 --',
    "\\",
    '\\"',
    "%",
    "_",
    "\0",
    "a\0b",
    "limit 5",
    "none",
    "{}",
    "{0}",
    ":name",
    "?",
    "\r\n\t",
    "\N{PILE OF POO}",
    "\u202e\ufeff\u0301",
    "İıß",
    "x" * 20_000,
]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
relaxed = settings(max_examples=20)


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_come_back_and_are_found(calls: Calls, project: Entity, text: str) -> None:
    _check(calls, project, text)


@relaxed
@given(texts)
def test_any_text_comes_back_and_is_found(calls: Calls, project: Entity, text: str) -> None:
    _check(calls, project, text)


def _check(calls: Calls, project: Entity, text: str) -> None:
    if any(character in text for character in calls.store.database.dialect.unstorable):
        _check_refusal(calls, project, text)
        return
    made = calls.create("Task", name=text, description=text, parent=ref("Project", project))
    note = calls.create("Note", content=text)
    meta = create("Metadata", parent_id=made["id"], parent_type="Task", key=text, value=text)
    calls.batch(meta, update("Note", note["id"], content=text))
    row = calls.one(f"select name, description, metadata.key, metadata.value from Task where id is {quote(made['id'])}")
    assert (row["name"], row["description"]) == (text, text)
    assert [(each["key"], each["value"]) for each in row["metadata"]] == [(text, text)]
    literal = quote(text)
    for criteria in (
        f"name is {literal}",
        f"name in ({literal}, {literal})",
        f"metadata any (key is {literal} and value is {literal})",
        f"metadata.key in ({literal})",
        f"not name is_not {literal}",
    ):
        found = calls.query(f'select name from Task where project_id is "{project["id"]}" and {criteria} order by name')
        assert [each["name"] for each in found] == [text], criteria
    assert calls.query(f"Task where id is {literal}") == []
    calls.query(f"Task where name like {literal} or description not_like {literal}")
    calls.delete("Task", made["id"])
    calls.delete("Note", note["id"])


def _check_refusal(calls: Calls, project: Entity, text: str) -> None:
    """Expect that what the database cannot hold is refused by name, written and asked for."""
    parent = ref("Project", project)
    written = calls.fault(create("Task", name="fine", parent=parent), create("Task", name=text, parent=parent))
    assert (written.exception, written.status, written.operation) == ("ValidationError", 422, 1)
    assert "Task.name has the character U+0000" in written.content
    asked = calls.fault(query(f"Task where name is {quote(text)}"))
    assert (asked.exception, asked.status) == ("ParseError", 422)
    key = calls.fault({"action": "delete", "entity_type": "Task", "entity_key": [text]})
    assert (key.exception, key.status) == ("ValidationError", 422)
    assert calls.query(f"Task where project_id is {project['id']} and name is fine") == []


@relaxed
@given(st.lists(texts, min_size=1, max_size=5, unique_by=str.casefold))
def test_any_texts_sort_stably(calls: Calls, project: Entity, names: list[str]) -> None:
    made = calls.attempt(*(create("Task", name=name, parent=ref("Project", project)) for name in names))
    if isinstance(made, Fault):
        # Names that differ behind a NUL only are alike to SQLite, and PostgreSQL has no NUL.
        assert "there is another" in made.content or "U+0000" in made.content
        return
    text = f"select name from Task where project_id is {project['id']} order by name"
    up, down = calls.query(text), calls.query(f"{text} descending")
    assert sorted(row["name"] for row in up) == sorted(names)
    assert len(up) == len(down) == len(names)
    for answer in made:
        calls.delete("Task", answer["data"]["id"])


@relaxed
@given(texts)
def test_like_finds_what_contains_a_text(calls: Calls, project: Entity, text: str) -> None:
    if "\0" in text:
        return
    made = calls.create("Task", name=f"a{text}b", parent=ref("Project", project))
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = calls.query(f"Task where id is {made['id']} and name like {quote(f'a{pattern}b')}")
    assert len(found) == 1
    calls.delete("Task", made["id"])


words = st.sampled_from(
    [
        "select",
        "from",
        "where",
        "and",
        "or",
        "not",
        "is",
        "is_not",
        "in",
        "like",
        "(",
        ")",
        "[Shot]",
        ",",
        '"x"',
        "'%'",
        "5",
        "none",
        "name",
        "id",
        "bid",
        "status.name",
        "parent",
        "notes",
        "any",
        "has",
        "Task",
        "Shot",
        "limit 2",
        "offset 1",
        "order by name",
        "group by name",
        "count(id)",
        "start_date",
        "2024-01-01",
        "custom_attributes",
        "key",
        "metadata.key",
        "ancestors",
        "link",
        "children",
        "time_logged",
    ]
)


@settings(max_examples=150)
@given(
    st.lists(words, max_size=12).map(" ".join).map("Task where ".__add__) | st.lists(words, max_size=10).map(" ".join)
)
@example("select " + ", ".join(["parent" + ".parent" * 30 + ".name"] * 3) + " from Task")
@example("Task where " + "children." * 200 + "name is x")
@example("Task where name like '" + "%a" * 30_000 + "'")
@example("Task where id in (" * 40 + "x" + ")" * 40)
@example("Task where bid is 1e999 or bid is 99999999999999999999999999 or bid is nan or bid is -inf")
@example("Task where start_date > 0001-01-01 and start_date < '9999-12-31T23:59:59-14:00' or start_date is 9999-12-31")
@example("Task limit 99999999999999999999999")
@example("Task where name is \ud800")
def test_any_query_is_answered_or_refused(calls: Calls, text: str) -> None:
    found = calls.attempt(query(text))
    if isinstance(found, Fault):
        assert (found.exception, found.status) == ("ParseError", 422), found.content
    else:
        json.dumps(found)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["__type__", "value", "id", "__entity_type__"]), inner)
    ),
    max_leaves=4,
)
attributes = st.sampled_from(
    [
        "name",
        "bid",
        "status",
        "status_id",
        "start_date",
        "notes",
        "metadata",
        "scopes",
        "parent",
        "parent_id",
        "project_id",
        "custom_attributes",
        "link",
        "thumbnail_url",
        "context_type",
        "id",
        "sort",
        "object_type",
    ]
)


@settings(max_examples=60)
@given(st.dictionaries(attributes, values, max_size=3), st.sampled_from(["create", "update"]))
def test_any_data_is_taken_or_refused(calls: Calls, task: Entity, data: dict[str, Any], action: str) -> None:
    made = create("Task", parent_id=task["parent_id"]) if action == "create" else update("Task", task["id"])
    made["entity_data"] |= data
    found = calls.attempt(made, query("select id from Task limit 1"))
    if isinstance(found, Fault):
        assert found.status < 500, found.content
    else:
        json.dumps(found)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["action", "entity_type", "entity_key", "entity_data", "expression"]), values))
@example({"action": ["query"]})
@example({"action": "delete", "entity_type": ["Task"], "entity_key": {}})
def test_any_operation_is_carried_out_or_refused(calls: Calls, operation: dict[str, Any]) -> None:
    for action in (operation.get("action"), "query", "create", "update", "delete"):
        found = calls.attempt({**operation, "action": action})
        assert isinstance(found, list) or found.status < 500, found
