"""Facts of get, of what is known already, of merging and of loading (sections 4, 5, 6 and 12)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.parity.client import Client, Session, raised, unique


def get_asks_once(client: Client, session: Session) -> None:
    # Section 4, get: what is known is given without a call.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    assert client.server.actions == ["query"]
    assert client.server.expressions[0].startswith("select context_type, id, name from Task where ")
    assert session.get("Task", task_id) is task
    assert session.get("Task", [task_id]) is task
    assert session.get("Task", {"id": task_id}.values()) is task
    assert client.server.actions == ["query"]


def get_of_what_a_query_found_sends_nothing(client: Client, session: Session) -> None:
    # Sections 4 and 5: one memory for both.
    production = client.server.production(3)
    tasks = session.query(f"Task where project_id is {production.project}").all()
    client.server.clear()
    assert all(session.get("Task", task["id"]) is task for task in tasks)
    assert client.server.requests == []


def get_of_something_absent_is_none(client: Client, session: Session) -> None:
    # Section 4, get.
    assert session.get("Task", "non-existant-id") is None
    assert client.server.actions == ["query"]


def get_of_an_unknown_type_is_refused(client: Client, session: Session) -> None:
    # Section 4, get: a KeyError, and not the error that create raises. Ours raises the same everywhere, a LookupError.
    with raised(client.error(original="KeyError", ours="UnrecognisedEntityTypeError")):
        session.get("NoSuchType", "id")
    assert client.server.expressions == []


def get_with_a_wrong_number_of_parts_is_refused(client: Client, session: Session) -> None:
    # Section 4, get.
    for entity_type, key in (("Task", ["a", "b"]), ("Task", []), ("Metadata", "a"), ("Metadata", ["a", "b", "c"])):
        with raised(ValueError):
            session.get(entity_type, key)
    assert client.server.requests == []


def get_takes_keys_of_several_parts(client: Client, session: Session) -> None:
    # Section 4, get: the parts in the order of the schema.
    production = client.server.production(1)
    client.server.add_metadata("Task", production.tasks[0], lens="32mm")
    row = session.get("Metadata", [production.tasks[0], "lens"])
    assert row["value"] == "32mm"
    client.server.clear()
    assert session.get("Metadata", [production.tasks[0], "lens"]) is row
    assert client.server.requests == []


def get_by_a_more_general_type(client: Client, session: Session) -> None:
    # Section 4, get: the original keeps entities by the name of their own type and asks again. Ours keeps one for
    # a row.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    client.server.clear()
    assert session.get("Context", task_id) is task
    assert len(client.server.requests) == client.expect(original=1, ours=0)


def one_object_for_each_row(client: Client, session: Session) -> None:
    # Section 5: the same identity is the same object, below other entities too.
    production = client.server.production(3)
    text = f"select name, parent.name, project.name from Task where project_id is {production.project}"
    tasks, again = session.query(text).all(), session.query(text).all()
    assert {id(task) for task in tasks} == {id(task) for task in again}
    shot = session.get("Shot", production.shot)
    assert all(task["parent"] is shot for task in tasks)
    project = session.get("Project", production.project)
    assert all(task["project"] is project for task in tasks)


def entities_may_refer_to_each_other_in_circles(client: Client, session: Session) -> None:
    # Section 5: circles in what is merged come to an end.
    production = client.server.production(2)
    text = f"select children.parent.children.parent.name from Shot where id is {production.shot}"
    shot = session.query(text).one()
    assert {task["id"] for task in shot["children"]} == set(production.tasks)
    assert all(task["parent"] is shot for task in shot["children"])


def repeated_query_refreshes(client: Client, session: Session) -> None:
    # Section 5: values that are not edited here become what the server says now.
    (task_id, *_) = client.server.production(1).tasks
    text = f"select name, description from Task where id is {task_id}"
    task = session.query(text).one()
    assert task["description"] is None
    client.server.change("Task", task_id, description="from elsewhere")
    assert task["description"] is None
    assert session.query(text).one() is task
    assert task["description"] == "from elsewhere"


def repeated_query_keeps_what_is_edited_here(client: Client, session: Session) -> None:
    # Section 5: what is edited stays edited; what it goes back to is new.
    (task_id, *_) = client.server.production(1).tasks
    text = f"select name, description from Task where id is {task_id}"
    task = session.query(text).one()
    task["description"] = "mine"
    client.server.change("Task", task_id, description="theirs", name="renamed")
    session.query(text).one()
    assert (task["description"], task["name"]) == ("mine", "renamed")
    del task["description"]
    assert task["description"] == "theirs"


def edited_value_survives_until_the_commit(client: Client, session: Session) -> None:
    # Section 5: a query between the edit and the commit does not take the edit away.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["description"] = "mine"
    session.query(f"select description from Task where id is {task_id}").one()
    session.commit()
    assert client.server.rows(f"select description from Task where id is {task_id}")[0]["description"] == "mine"


def query_refreshes_what_it_finds_on_the_way(client: Client, session: Session) -> None:
    # Section 5: entities below those that were asked for are the known ones, refreshed.
    production = client.server.production(1)
    shot = session.query(f"select name from Shot where id is {production.shot}").one()
    client.server.change("Shot", production.shot, name="sh020")
    session.query(f"select parent.name from Task where id is {production.tasks[0]}").one()
    assert shot["name"] == "sh020"


def collection_is_refreshed_unless_it_is_edited(client: Client, session: Session) -> None:
    # Section 5: a collection that was only read follows the server; an edited one stays.
    production = client.server.production(1)
    (user_id, *_) = (row["id"] for row in client.server.rows("select id from User limit 1"))
    first, second, third = (_note(client, user_id, production.tasks[0]) for _ in range(3))
    text = f"select notes.content from Task where id is {production.tasks[0]}"
    task = session.query(text).one()
    assert {note["id"] for note in task["notes"]} == {first, second, third}
    client.server.remove("Note", third)
    session.query(text).one()
    assert {note["id"] for note in task["notes"]} == {first, second}
    task["notes"].remove(session.get("Note", first))
    fourth = _note(client, user_id, production.tasks[0])
    session.query(text).one()
    assert {note["id"] for note in task["notes"]} == {second}
    session.rollback()
    assert {note["id"] for note in task["notes"]} == {first, second, fourth}


def metadata_is_refreshed_unless_it_is_edited(client: Client, session: Session) -> None:
    # Section 5, of a mapped collection.
    (task_id, *_) = client.server.production(1).tasks
    client.server.add_metadata("Task", task_id, a="1")
    text = f"select metadata.key, metadata.value from Task where id is {task_id}"
    task = session.query(text).one()
    assert dict(task["metadata"].items()) == {"a": "1"}
    client.server.add_metadata("Task", task_id, b="2")
    session.query(text).one()
    assert dict(task["metadata"].items()) == {"a": "1", "b": "2"}
    task["metadata"]["c"] = "3"
    client.server.add_metadata("Task", task_id, d="4")
    session.query(text).one()
    assert dict(task["metadata"].items()) == {"a": "1", "b": "2", "c": "3"}


def absent_value_is_loaded_when_it_is_read(client: Client, session: Session) -> None:
    # Section 12: one call, and none for the next time.
    (task_id, *_) = client.server.production(1).tasks
    client.server.change("Task", task_id, description="loaded")
    task = session.get("Task", task_id)
    client.server.clear()
    assert task["description"] == "loaded"
    assert task["description"] == "loaded"
    assert client.server.actions == ["query"]


def absent_reference_comes_with_its_default_projections(client: Client, session: Session) -> None:
    # Section 12: reading what its type shows by default needs no further call.
    production = client.server.production(1)
    task = session.get("Task", production.tasks[0])
    client.server.clear()
    assert task["parent"]["id"] == production.shot
    assert task["parent"]["name"] == "sh010"
    assert task["parent"]["context_type"] == "task"
    assert client.server.actions == ["query"]


def absent_value_of_many_entities(client: Client, session: Session) -> None:
    # Section 12: the original asks for each entity. Ours loads it for all that came with the same page.
    production = client.server.production(4)
    tasks = session.query(f"select name from Task where project_id is {production.project}").all()
    client.server.clear()
    assert [task["description"] for task in tasks] == [None] * 4
    assert len(client.server.requests) == client.expect(original=4, ours=1)


def nothing_is_loaded_where_that_is_off(client: Client, session: Session) -> None:
    # Sections 3 and 12: values that are not there are NOT_SET; those that are can be read.
    production = client.server.production(1)
    task = session.query(f"select name from Task where id is {production.tasks[0]}").one()
    client.server.clear()
    with session.auto_populating(False):
        assert task["name"] == "task_000"
        assert task["description"] is client.not_set
        assert task["parent"] is client.not_set
        assert not task["description"]
    assert client.server.requests == []
    assert task["description"] is None
    assert task["parent"]["id"] == production.shot


def collection_where_nothing_is_loaded(client: Client, session: Session) -> None:
    # Section 12: the original makes an empty one and keeps it. Ours never takes what is not loaded for empty.
    production = client.server.production(1)
    client.server.add_metadata("Task", production.tasks[0], a="1")
    task = session.query(f"select name from Task where id is {production.tasks[0]}").one()
    client.server.clear()
    with session.auto_populating(False):
        if client.is_ours:
            assert task["metadata"] is client.not_set
        else:
            assert len(task["metadata"]) == 0
    assert client.server.requests == []
    assert dict(task["metadata"].items()) == client.expect(original={}, ours={"a": "1"})


def attribute_where_nothing_is_loaded(client: Client, session: Session) -> None:
    # Section 11: the values of the original are items alone. Ours are attributes too, which are never NOT_SET.
    (task_id, *_) = client.server.production(1).tasks
    task = session.query(f"select name from Task where id is {task_id}").one()
    with session.auto_populating(False), raised(client.error(original="AttributeError", ours="NotLoadedError")):
        _ = task.description


def reference_to_nothing_is_none(client: Client, session: Session) -> None:
    # Section 12: null is a value, and not the same as no value.
    production = client.server.production(1)
    task = session.query(f"select thumbnail_id, description from Task where id is {production.tasks[0]}").one()
    with session.auto_populating(False):
        assert task["thumbnail_id"] is None
        assert task["description"] is None
    assert task["thumbnail"] is None


def dates_are_aware(client: Client, session: Session) -> None:
    # Section 8, decode: what the server writes without an offset is UTC.
    (task_id, *_) = client.server.production(1).tasks
    value = {"__type__": "datetime", "value": "2031-05-06T07:08:09"}
    client.server.change("Task", task_id, start_date=value)
    start = session.get("Task", task_id)["start_date"]
    assert start.isoformat() == "2031-05-06T07:08:09+00:00"
    # The original gives objects of a library for dates. Ours gives those of Python.
    assert isinstance(start, datetime) is client.expect(original=False, ours=True)


def populate_loads_for_all_in_one_call(client: Client, session: Session) -> None:
    # Section 6: into the same objects.
    production = client.server.production(3)
    tasks = session.query(f"select id from Task where project_id is {production.project}").all()
    client.server.clear()
    assert session.populate(tasks, "name, description, parent.name") is None
    assert client.server.actions == ["query"]
    assert client.server.expressions[0].startswith("select name, description, parent.name from Task where id in (")
    with session.auto_populating(False):
        assert sorted(task["name"] for task in tasks) == ["task_000", "task_001", "task_002"]
        assert {task["description"] for task in tasks} == {None}
        assert {task["parent"]["name"] for task in tasks} == {"sh010"}


def populate_takes_one_or_several(client: Client, session: Session) -> None:
    # Section 6: an entity, a list, a tuple, or what a query gave.
    production = client.server.production(2)
    result = session.query(f"select id from Task where project_id is {production.project}")
    tasks = result.all()
    for number, given in enumerate((tasks[0], tasks, tuple(tasks), result)):
        name = ("description", "bid", "sort", "priority_id")[number]
        client.server.clear()
        session.populate(given, name)
        assert len(client.server.requests) == 1
        with session.auto_populating(False):
            assert tasks[0][name] is not client.not_set


def populate_of_keys_of_several_parts(client: Client, session: Session) -> None:
    # Section 6: rows with composite keys share a query too.
    (task_id, *_) = client.server.production(1).tasks
    client.server.add_metadata("Task", task_id, a="1", b="2")
    rows = session.query(f"select key, parent_id from Metadata where parent_id is {task_id}").all()
    client.server.clear()
    session.populate(rows, "value")
    assert client.server.actions == ["query"]
    with session.auto_populating(False):
        assert {row["key"]: row["value"] for row in rows} == {"a": "1", "b": "2"}


def populate_skips_new_entities(client: Client, session: Session) -> None:
    # Section 6: where no others remain nothing is sent.
    user = session.create("User", {"username": unique("user")})
    known = session.query(f'User where username is "{client.server.user}"').one()
    client.server.clear()
    session.populate([user], "email")
    session.populate([], "email")
    assert client.server.requests == []
    session.populate([user, known], "email")
    assert len(client.server.requests) == 1
    assert user["id"] not in client.server.expressions[0]
    with session.auto_populating(False):
        assert known["email"] is not client.not_set


def populate_refreshes_and_keeps_edits(client: Client, session: Session) -> None:
    # Section 6: what is loaded is loaded again, what is edited stays.
    (task_id, *_) = client.server.production(1).tasks
    task = session.query(f"select name, description, bid from Task where id is {task_id}").one()
    task["description"] = "mine"
    client.server.change("Task", task_id, description="theirs", name="renamed", bid=60.0)
    session.populate(task, "name, description, bid")
    assert (task["name"], task["description"], task["bid"]) == ("renamed", "mine", 60.0)
    session.rollback()
    assert task["description"] == "theirs"


def populate_says_nothing_of_what_is_gone(client: Client, session: Session) -> None:
    # Section 6: it does not check that everything came back.
    production = client.server.production(2)
    tasks = session.query(f"select id from Task where project_id is {production.project} order by name").all()
    client.server.remove("Task", production.tasks[1])
    session.populate(tasks, "name")
    with session.auto_populating(False):
        assert tasks[0]["name"] == "task_000"
        assert tasks[1]["name"] is client.not_set


def populate_of_several_types(client: Client, session: Session) -> None:
    # Section 6: the original takes all for the type of the first. Ours loads each.
    production = client.server.production(1)
    task = session.query(f"select id from Task where id is {production.tasks[0]}").one()
    shot = session.query(f"select id from Shot where id is {production.shot}").one()
    session.populate([task, shot], "description")
    with session.auto_populating(False):
        assert task["description"] is None
        assert shot["description"] is client.expect(original=client.not_set, ours=None)


def populate_of_what_not_all_types_have(client: Client, session: Session) -> None:
    # Section 6: the original asks of all what it is told, as for the type of the first, and the server refuses. Ours
    # loads it for those that have it, and refuses, before anything is sent, what none has.
    production = client.server.production(1)
    task = session.query(f"select id from Task where id is {production.tasks[0]}").one()
    project = session.query(f"select id from Project where id is {production.project}").one()
    if client.is_ours:
        session.populate([project, task], "full_name, bid, name")
        with session.auto_populating(False):
            assert (task["bid"], task["name"]) == (0.0, "task_000")
            assert project["full_name"]
            assert project["name"]
    else:
        with raised(client.error("ServerError")):
            session.populate([project, task], "bid")
    client.server.clear()
    with raised(client.error(original="ServerError", ours="UnknownAttributeError")):
        session.populate([project, task], "name, bidd")
    assert len(client.server.requests) == client.expect(original=1, ours=0)


def items_load_all_scalars_in_one_call(client: Client, session: Session) -> None:
    # Sections 6 and 11: what is missing of the plain values comes with one query.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    properties: dict[str, Any] = client.server.schema("Task")["properties"]
    scalars = {"description", "bid", "sort", "start_date", "status_id", "type_id", "created_at", "link"}
    assert scalars <= set(properties)
    client.server.clear()
    pairs = dict(task.items())
    first = client.server.expressions[0]
    assert all(name in first for name in scalars)
    assert {name: pairs[name] for name in ("id", "name", "description")} == {
        "id": task_id,
        "name": "task_000",
        "description": None,
    }
    with session.auto_populating(False):
        assert all(task[name] is not client.not_set for name in scalars)


def _note(client: Client, user_id: str, task_id: str) -> str:
    return client.server.add("Note", content="look", user_id=user_id, parent_id=task_id, parent_type="Task")
