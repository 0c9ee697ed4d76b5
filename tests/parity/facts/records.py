"""Facts of symbols, operations, inspection, and what the server is asked to do (sections 1, 8, 10 and 19)."""

from __future__ import annotations

import copy
import importlib
from collections.abc import MutableMapping
from typing import Any

from tests.parity.client import Client, Entity, Session, raised, unique

SYMBOLS = {
    "NOT_SET": False,
    "CREATED": True,
    "MODIFIED": True,
    "DELETED": True,
}

TEXTS = {
    "COMPONENT_ADDED_TO_LOCATION_TOPIC": "ftrack.location.component-added",
    "COMPONENT_REMOVED_FROM_LOCATION_TOPIC": "ftrack.location.component-removed",
    "ORIGIN_LOCATION_ID": "ce9b348f-8809-11e3-821c-20c9d081909b",
    "UNMANAGED_LOCATION_ID": "cb268ecc-8809-11e3-a7e2-20c9d081909b",
    "REVIEW_LOCATION_ID": "cd41be70-8809-11e3-b98a-20c9d081909b",
    "CONNECT_LOCATION_ID": "07b82a97-8cf9-11e3-9383-20c9d081909b",
    "SERVER_LOCATION_ID": "3a372bde-05bc-11e4-8908-20c9d081909b",
}


def symbols_are_named_and_true_or_false(client: Client, session: Session) -> None:
    # Section 1.
    for name, truth in SYMBOLS.items():
        symbol = getattr(client.symbol, name)
        assert (str(symbol), repr(symbol), bool(symbol)) == (name, f"Symbol({name})", truth)
        assert copy.copy(symbol) is symbol
    own = client.symbol.Symbol("OWN")
    assert (str(own), repr(own), bool(own)) == ("OWN", "Symbol(OWN)", True)
    assert not client.symbol.Symbol("OWN", False)
    assert own != client.symbol.Symbol("OWN")
    assert str(client.symbol.JOB_SYNC_USERS_LDAP) == "SYNC_USERS_LDAP"


def texts_among_the_symbols(client: Client, session: Session) -> None:
    # Section 1, and protocol section 5.3.
    for name, text in TEXTS.items():
        assert getattr(client.symbol, name) == text
    assert client.symbol.CHUNK_SIZE == 1048576


def operations_are_a_stack(client: Client, session: Session) -> None:
    # Section 19.
    module = _module(client, "operation", "operations")
    operations = module.Operations()
    assert (len(operations), bool(operations), list(operations)) == (0, False, [])
    first = module.CreateEntityOperation("Task", {"id": "1"}, {"name": "comp"})
    second = module.UpdateEntityOperation("Task", {"id": "1"}, "name", "comp", "anim")
    third = module.DeleteEntityOperation("Task", {"id": "1"})
    for operation in (first, second, third):
        operations.push(operation)
    assert (len(operations), bool(operations), list(operations)) == (3, True, [first, second, third])
    assert operations.pop() is third
    operations.clear()
    assert list(operations) == []


def operations_say_what_they_do(client: Client, session: Session) -> None:
    # Section 19.
    module = _module(client, "operation", "operations")
    created = module.CreateEntityOperation("Task", {"id": "1"}, {"name": "comp"})
    assert (created.entity_type, dict(created.entity_key), created.entity_data) == (
        "Task",
        {"id": "1"},
        {"name": "comp"},
    )
    updated = module.UpdateEntityOperation("Task", {"id": "1"}, "name", "comp", "anim")
    assert (updated.entity_type, dict(updated.entity_key)) == ("Task", {"id": "1"})
    assert (updated.attribute_name, updated.old_value, updated.new_value) == ("name", "comp", "anim")
    deleted = module.DeleteEntityOperation("Task", {"id": "1"})
    assert (deleted.entity_type, dict(deleted.entity_key)) == ("Task", {"id": "1"})


def recorded_operations_are_those_of_the_session(client: Client, session: Session) -> None:
    # Sections 3 and 19: what is recorded, and true where there is any.
    module = _module(client, "operation", "operations")
    task = _task(client, session)
    assert not session.recorded_operations
    before = task["name"]
    task["name"] = "changed"
    assert session.recorded_operations
    (operation,) = session.recorded_operations
    assert isinstance(operation, module.UpdateEntityOperation)
    assert (operation.attribute_name, operation.new_value) == ("name", "changed")
    assert operation.old_value == client.expect(original=client.not_set, ours=before)
    session.recorded_operations.clear()
    assert not session.recorded_operations
    assert client.state(session, task) == "NOT_SET"


def operations_keep_what_collections_held(client: Client, session: Session) -> None:
    # Section 19: values are copied when they are recorded, so that later edits do not alter earlier operations.
    task = _task(client, session)
    author = session.query(f'User where username is "{client.server.user}"').one()
    notes = [session.create("Note", {"content": "x", "author": author}) for _ in range(2)]
    task["notes"].append(notes[0])
    session.commit()
    list(task["notes"])
    task["notes"].append(notes[1])
    (operation,) = session.recorded_operations
    held = list(operation.old_value)
    task["notes"].remove(notes[0])
    assert list(operation.old_value) == held == [notes[0]]
    session.rollback()


def identity_and_primary_key(client: Client, session: Session) -> None:
    # Section 19.
    inspection = _module(client, "inspection")
    task = _task(client, session)
    client.server.add_metadata("Task", task["id"], lens="32mm")
    row = session.get("Metadata", [task["id"], "lens"])
    client.server.clear()
    assert inspection.identity(task) == ("Task", [task["id"]])
    assert inspection.identity(row) == ("Metadata", [task["id"], "lens"])
    assert list(inspection.primary_key(row).items()) == [("parent_id", task["id"]), ("key", "lens")]
    assert all(isinstance(value, str) for value in inspection.primary_key(row).values())
    assert client.server.requests == []


def states_follow_what_is_recorded(client: Client, session: Session) -> None:
    # Section 19.
    inspection, symbol = _module(client, "inspection"), client.symbol
    made = client.server.production(3)
    changed, deleted, left = (session.get("Task", task_id) for task_id in made.tasks)
    created = session.create("Note", {"content": "x", "author": session.query("User").first()})
    changed["name"] = "changed"
    session.delete(deleted)
    expected = [symbol.CREATED, symbol.MODIFIED, symbol.DELETED, symbol.NOT_SET]
    assert inspection.states([created, changed, deleted, left]) == expected
    assert [inspection.state(each) for each in (created, changed, deleted, left)] == expected
    assert inspection.states([]) == []
    assert (session.created, session.modified, session.deleted) == ([created], [changed], [deleted])
    session.rollback()
    assert inspection.states([changed, deleted, left]) == [symbol.NOT_SET] * 3


def payload_is_a_mapping(client: Client, session: Session) -> None:
    # Section 8.
    payload_class = _module(client, "session").OperationPayload
    payload = payload_class({"action": "query", "expression": "User"})
    assert isinstance(payload, MutableMapping)
    assert str(payload) == "<OperationPayload {'action': 'query', 'expression': 'User'}>"
    payload["expression"] = "Task"
    assert dict(payload) == {"action": "query", "expression": "Task"}
    del payload["expression"]
    assert (list(payload), len(payload), "expression" in payload) == (["action"], 1, False)


def payloads_are_sent_with_references(client: Client, session: Session) -> None:
    # Section 8: an entity that is a value of a payload is a reference, whatever else of it waits for a commit.
    payload_class = _module(client, "session").OperationPayload
    task = _task(client, session)
    parent = task["parent"]
    parent["description"] = "waits"
    data = payload_class({"__entity_type__": "Task", "id": task["id"], "parent": parent})
    operation = {"action": "update", "entity_type": "Task", "entity_key": [task["id"]], "entity_data": data}
    client.server.clear()
    session.call([payload_class(operation)])
    (sent,) = client.server.operations
    assert sent["entity_data"]["parent"] == session.entity_reference(parent)
    session.rollback()


def unknown_strategy_is_a_value_error(client: Client, session: Session) -> None:
    # Section 8.
    with raised(ValueError):
        session.encode([], entity_attribute_strategy="no_such_strategy")


def entities_are_encoded_by_the_strategy(client: Client, session: Session) -> None:
    # Section 8: what is set, what was changed, what the server has.
    task = session.query(f"select name, bid from Task where id is {_task(client, session)['id']}").one()
    new = session.create("Task", {"name": "new", "parent": task["parent"]})
    task["name"] = "changed"
    client.server.clear()
    assert '"name": "changed"' in session.encode(task)
    assert '"name": "changed"' in session.encode(task, "set_only")
    modified = session.encode(task, entity_attribute_strategy="modified_only")
    assert '"name": "changed"' in modified
    assert '"bid"' not in modified
    persisted = session.encode(task, entity_attribute_strategy="persisted_only")
    assert '"name": "task_000"' in persisted
    assert '"name"' not in session.encode(new, entity_attribute_strategy="persisted_only")
    assert client.server.requests == []
    assert '"description": null' in session.encode(task, entity_attribute_strategy="all")
    session.rollback()


def keys_are_reset_to_new_ones(client: Client, session: Session) -> None:
    # Section 10.
    user = session.create("User", {"username": unique("user"), "is_active": True})
    session.commit()
    keys = [session.reset_remote("api_key", entity=user)["api_key"] for _ in range(2)]
    assert len({*keys}) == 2
    with raised(client.error("ServerError")):
        session.reset_remote("no_such_thing", entity=user)


def widgets_have_an_address(client: Client, session: Session) -> None:
    # Section 10: the name, the entity and the theme reach the server.
    task = _task(client, session)
    client.server.clear()
    url = session.get_widget_url("tasks", entity=task, theme="dark")
    assert url.startswith("http")
    (operation,) = client.server.operations
    assert operation["action"] == "get_widget_url"
    assert (operation["name"], operation["theme"]) == ("tasks", "dark")
    assert (operation["entity_type"], operation["entity_key"]) == ("Task", [task["id"]])


def invitations_are_one_batch(client: Client, session: Session) -> None:
    # Section 10: one operation for each, and nothing is returned.
    users = [
        session.create("User", {"username": unique("user"), "is_active": True, "email": "a@b.c"}) for _ in range(2)
    ]
    session.commit()
    client.server.clear()
    assert session.send_user_invites(users) is None
    assert client.server.actions == ["send_user_invite", "send_user_invite"]
    assert len(client.server.requests) == 1
    assert session.send_user_invite(users[0]) is None
    assert [each["user_id"] for each in client.server.operations] == [*(user["id"] for user in users), users[0]["id"]]


def _module(client: Client, original: str, ours: str = "") -> Any:
    name = f"ftrack_typed.{ours or original}" if client.is_ours else f"ftrack_api.{original}"
    return importlib.import_module(name)


def _task(client: Client, session: Session) -> Entity:
    return session.get("Task", client.server.production(1).tasks[0])
