"""Facts of single entities: names, mapping, equality, texts, and what cannot be changed (sections 11 and 12)."""

from __future__ import annotations

import collections.abc
import contextlib
import operator
from typing import Any

from tests.parity.client import Client, Entity, Session, raised, unique


def entity_knows_its_type_and_session(client: Client, session: Session) -> None:
    # Section 11.
    task = _task(client, session)
    assert task.entity_type == "Task"
    assert task.session is session
    assert list(task.primary_key_attributes) == ["id"]
    assert list(session.query("Metadata").first().primary_key_attributes) == ["parent_id", "key"]
    assert list(task.default_projections) == client.server.schema("Task")["default_projections"]


def text_of_an_entity(client: Client, session: Session) -> None:
    # Section 11: type and key, and no call.
    task = _task(client, session)
    client.server.add_metadata("Task", task["id"], lens="32mm")
    row = session.get("Metadata", [task["id"], "lens"])
    client.server.clear()
    assert str(task) == f"<Task({task['id']})>"
    assert str(row) == f"<Metadata({task['id']}, lens)>"
    assert f"{task}" == str(task)
    assert client.server.requests == []


def repr_of_an_entity(client: Client, session: Session) -> None:
    # Section 11: the original tells the class and the address. Ours tells the name, where it is loaded, and the key.
    task = _task(client, session)
    client.server.clear()
    if client.is_ours:
        assert repr(task) == f"<Task 'task_000' ({task['id']})>"
    else:
        assert repr(task).startswith("<dynamic ftrack Task object ")
    assert client.server.requests == []


def names_are_those_of_the_schema(client: Client, session: Session) -> None:
    # Sections 11 and 14: all but those that cannot be selected.
    task = _task(client, session)
    properties: dict[str, Any] = client.server.schema("Task")["properties"]
    readable = {name for name, described in properties.items() if not described.get("restricted_projection")}
    client.server.clear()
    assert set(task) == set(task.keys()) == readable
    assert len(task) == len(task.keys()) == len(readable)
    assert client.server.requests == []


def unknown_names_are_key_errors(client: Client, session: Session) -> None:
    # Section 11: to read and to write.
    task = _task(client, session)
    with raised(KeyError):
        task["no_such_attribute"]
    with raised(KeyError):
        task["no_such_attribute"] = 1
    with raised(AttributeError):
        del task["no_such_attribute"]
    assert client.state(session, task) == "NOT_SET"


def get_gives_the_default_for_unknown_names_only(client: Client, session: Session) -> None:
    # Section 11: a value that is None or has to be loaded is what it is.
    task = _task(client, session)
    assert task.get("name") == "task_000"
    assert task.get("no_such_attribute") is None
    assert task.get("no_such_attribute", 3) == 3
    assert task.get("description", "default") is None
    assert "name" in task
    assert "no_such_attribute" not in task


def items_and_values_are_lists(client: Client, session: Session) -> None:
    # Section 11: of pairs, and of values, in the order of the names.
    task = _task(client, session)
    pairs, values, names = task.items(), task.values(), list(task.keys())
    assert isinstance(pairs, list)
    assert isinstance(values, list)
    assert [name for name, _ in pairs] == names
    assert len(values) == len(names)
    assert values[names.index("name")] == "task_000"


def methods_of_a_mapping(client: Client, session: Session) -> None:
    # Section 11: an entity is a MutableMapping, so what that has on top works by reading, writing and deleting.
    task = session.query(f"select name, description from Task where id is {_task(client, session)['id']}").one()
    assert isinstance(task, collections.abc.MutableMapping)
    task.update({"name": "changed"}, description="changed")
    assert (task["name"], task["description"]) == ("changed", "changed")
    assert task.pop("name") == "changed"
    assert task["name"] == "task_000"
    assert task.pop("no_such_attribute", 3) == 3
    assert task.setdefault("description", "default") == "changed"
    with raised(KeyError):
        task.pop("no_such_attribute")
    with raised(KeyError):
        task.update(no_such_attribute=1)
    session.rollback()


def item_of_an_entity_that_is_popped(client: Client, session: Session) -> None:
    # Section 11: the original takes back the change of the first attribute. Ours has no use for that.
    task = _task(client, session)
    if client.is_ours:
        with raised(TypeError, "del entity[name]"):
            task.popitem()
    else:
        assert len(task.popitem()) == 2
    session.rollback()


def deleting_an_item_goes_back(client: Client, session: Session) -> None:
    # Section 11: to what the server says.
    task = _task(client, session)
    task["name"] = "changed"
    del task["name"]
    assert task["name"] == "task_000"
    del task["name"]
    assert task["name"] == "task_000"


def clear_goes_back_in_everything(client: Client, session: Session) -> None:
    # Section 11: del for each attribute.
    task = session.query(f"select name, description from Task where id is {_task(client, session)['id']}").one()
    task["name"] = "changed"
    task["description"] = "changed"
    task.clear()
    assert (task["name"], task["description"]) == ("task_000", None)


def entities_are_equal_where_their_rows_are(client: Client, session: Session) -> None:
    # Section 11: by identity; values never count.
    production = client.server.production(2)
    first, second = (session.get("Task", task_id) for task_id in production.tasks)
    with contextlib.closing(client.open()) as other:
        same = other.get("Task", first["id"])
        same["name"] = "changed"
        assert same is not first
        assert same == first
        assert operator.ne(same, first) is False
        assert hash(same) == hash(first)
        assert same in {first}
        assert first != second
        assert len({first, second, same}) == 2
        assert {first: "found"}[same] == "found"


def entities_equal_nothing_else(client: Client, session: Session) -> None:
    # Section 11: what has no identity is different.
    task = _task(client, session)
    for other in (None, task["id"], 3, {"id": task["id"]}, [task["id"]]):
        assert task != other
        assert operator.eq(task, other) is False


def comparison_sends_nothing(client: Client, session: Session) -> None:
    # Sections 11 and 19: identity is never loaded.
    production = client.server.production(2)
    first, second = (session.get("Task", task_id) for task_id in production.tasks)
    client.server.clear()
    assert first != second
    assert len({first, second}) == 2
    assert client.server.requests == []


def immutable_attribute_can_be_set_once(client: Client, session: Session) -> None:
    # Section 12: at the creation, and then no more.
    production = client.server.production(0)
    user = session.create("User", {"username": unique("user"), "resource_type": "user"})
    assert user["resource_type"] == "user"
    build = session.create("AssetBuild", {"name": "tree", "parent_id": production.project, "bid": 60.0})
    assert build["bid"] == 60.0
    with raised(client.error("ImmutableAttributeError"), "bid"):
        build["bid"] = 120.0
    assert build["bid"] == 60.0


def immutable_attribute_of_a_known_entity(client: Client, session: Session) -> None:
    # Section 12: where it has a value it is refused, and del is allowed (section 11).
    shot = session.query(f"select bid from Shot where id is {client.server.production(0).shot}").one()
    with raised(client.error("ImmutableAttributeError"), "bid"):
        shot["bid"] = 120.0
    with raised(client.error("ImmutableAttributeError"), "id"):
        shot["id"] = "other"
    del shot["bid"]
    assert shot["bid"] == 0
    client.server.clear()
    session.commit()
    assert client.server.requests == []


def immutable_attribute_that_is_not_loaded(client: Client, session: Session) -> None:
    # Section 12: the original refuses only where it knows a value. Ours knows that the server has one.
    shot = session.query(f"select id from Shot where id is {client.server.production(0).shot}").one()
    if client.is_ours:
        with raised(client.error("ImmutableAttributeError"), "bid"):
            shot["bid"] = 120.0
        return
    shot["bid"] = 120.0
    assert shot["bid"] == 120.0


def computed_attribute_of_a_new_entity(client: Client, session: Session) -> None:
    # Section 12: to the original it is an attribute like others. Ours refuses what the server would pass over.
    production = client.server.production(0)
    data = {"name": "comp", "parent_id": production.shot, "time_logged": 60.0}
    if client.is_ours:
        with raised(client.error("ImmutableAttributeError"), "time_logged"):
            session.create("Task", data)
        return
    assert session.create("Task", data)["time_logged"] == 60.0


def wrong_type_of_a_value(client: Client, session: Session) -> None:
    # Section 12: the original sets any value. Ours refuses it at once and says what is wanted.
    task = _task(client, session)
    if client.is_ours:
        with raised(TypeError, "Task.name"):
            task["name"] = 3
        assert task["name"] == "task_000"
        return
    task["name"] = 3
    assert task["name"] == 3


def reference_and_its_key(client: Client, session: Session) -> None:
    # Section 12: two attributes to the original; the other one changes with the commit. One value to ours.
    task = session.query(f"select status.name, status_id from Task where id is {_task(client, session)['id']}").one()
    before = task["status_id"]
    after = next(status for status in session.query("Status").all() if status["id"] != before)
    task["status"] = after
    assert task["status"] is after
    assert task["status_id"] == client.expect(original=before, ours=after["id"])
    session.commit()
    assert task["status_id"] == after["id"]


def reference_set_to_nothing(client: Client, session: Session) -> None:
    # Sections 7 and 12: None is sent as null.
    production = client.server.production(1)
    task = session.query(f"select thumbnail.name from Task where id is {production.tasks[0]}").one()
    client.server.clear()
    task["description"] = None
    task["thumbnail"] = None
    session.commit()
    (operation,) = client.server.operations
    assert operation["entity_data"] == {"__entity_type__": "Task", "description": None, "thumbnail": None}


def _task(client: Client, session: Session) -> Entity:
    return session.get("Task", client.server.production(1).tasks[0])
