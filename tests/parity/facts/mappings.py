"""Facts of metadata and of custom attributes (sections 7, 12, 13 and 14)."""

from __future__ import annotations

import copy
from typing import Any

from tests.parity.client import Client, Entity, Session, raised, unique


def metadata_is_a_mapping(client: Client, session: Session) -> None:
    # Section 13.
    task = _task(client, session, a="1", b="2")
    metadata = task["metadata"]
    assert metadata["a"] == "1"
    assert len(metadata) == 2
    assert set(metadata) == {"a", "b"}
    assert "a" in metadata
    assert "c" not in metadata
    assert metadata.get("c", "default") == "default"
    assert dict(metadata.items()) == {"a": "1", "b": "2"}
    with raised(KeyError):
        metadata["c"]
    with raised(KeyError):
        del metadata["c"]
    assert client.pending(session) == 0


def keys_of_metadata_are_a_list(client: Client, session: Session) -> None:
    # Sections 13 and 27.
    keys = _task(client, session, a="1", b="2")["metadata"].keys()
    assert isinstance(keys, list)
    assert sorted(keys) == ["a", "b"]


def metadata_is_added_changed_and_removed(client: Client, session: Session) -> None:
    # Section 13: one by one, and all in one commit.
    task = _task(client, session, a="1", b="2")
    task["metadata"]["b"] = "3"
    task["metadata"]["c"] = "4"
    del task["metadata"]["a"]
    expected = {"b": "3", "c": "4"}
    assert dict(task["metadata"].items()) == expected
    session.commit()
    assert client.server.metadata(task["id"]) == expected
    assert dict(task["metadata"].items()) == expected


def mapping_replaces_metadata(client: Client, session: Session) -> None:
    # Section 12: what it lacks is deleted; and once more; and the same once more.
    task = _task(client, session, a="1", b="2")
    for given in ({"b": "3", "c": "4"}, {"d": "5"}, {"d": "5"}, {}):
        task["metadata"] = given
        assert dict(task["metadata"].items()) == given
        session.commit()
        assert client.server.metadata(task["id"]) == given
        assert dict(task["metadata"].items()) == given


def removed_key_can_come_back(client: Client, session: Session) -> None:
    # Sections 7, delete, and 12: the original still knows the row that was deleted, whose key cannot be set again. Ours
    # has forgotten it.
    task = _task(client, session, a="1")
    del task["metadata"]["a"]
    session.commit()
    if client.is_ours:
        task["metadata"]["a"] = "2"
        session.commit()
        assert client.server.metadata(task["id"]) == {"a": "2"}
        return
    with raised(client.error("ImmutableAttributeError")):
        task["metadata"]["a"] = "2"


def mapping_twice_before_the_commit(client: Client, session: Session) -> None:
    # Section 12: the last one counts.
    task = _task(client, session, a="1")
    task["metadata"] = {"b": "2", "c": "3"}
    task["metadata"] = {"c": "4", "d": "5"}
    session.commit()
    assert client.server.metadata(task["id"]) == {"c": "4", "d": "5"}


def metadata_of_a_new_entity(client: Client, session: Session) -> None:
    # Sections 4 and 13: by assignment and key by key; nothing is asked for.
    production = client.server.production(0)
    task = session.create("Task", {"name": "comp", "parent_id": production.shot, "metadata": {"a": "1"}})
    client.server.clear()
    task["metadata"]["b"] = "2"
    task["metadata"]["a"] = "3"
    assert dict(task["metadata"].items()) == {"a": "3", "b": "2"}
    assert client.server.requests == []
    session.commit()
    assert client.server.metadata(task["id"]) == {"a": "3", "b": "2"}


def metadata_at_the_creation_on_the_wire(client: Client, session: Session) -> None:
    # Section 7, wire examples: the original makes the owner refer to the row as well. Ours lets the row name its owner.
    production = client.server.production(0)
    shot = session.get("Shot", production.shot)
    task = session.create("Task", {"name": "comp", "parent": shot, "metadata": {"a": "1"}})
    client.server.clear()
    session.commit()
    rows = ["create Task", "create Metadata"]
    assert client.server.actions == client.expect(original=[*rows, "update Task"], ours=rows)
    created = client.server.operations[1]["entity_data"]
    assert created["key"] == "a"
    assert created["value"] == "1"
    assert created["parent_id"] == task["id"]
    assert created["parent_type"] == "Task"


def replaced_metadata_on_the_wire(client: Client, session: Session) -> None:
    # Section 7, wire examples: as above.
    task = _task(client, session, a="1")
    task["metadata"] = {"b": "2"}
    client.server.clear()
    session.commit()
    sent = [action for action in client.server.actions if action != "query"]
    rows = ["delete Metadata", "create Metadata"]
    assert sent == client.expect(original=[*rows, "update Task"], ours=rows)
    operations = [operation for operation in client.server.operations if operation["action"] != "query"]
    assert operations[0]["entity_key"] == [task["id"], "a"]


def hostile_metadata_comes_back_unchanged(client: Client, session: Session) -> None:
    # Section 8, encode: keys and values are text, whatever is in it.
    task = _task(client, session)
    values = {'"': "'", "'; drop table x": "\\", "limit 5": "offset 2", "ö☃": "\U0001f600\n", "%": "{0}"}
    task["metadata"] = values
    session.commit()
    assert client.server.metadata(task["id"]) == values
    row = session.get("Metadata", [task["id"], "limit 5"])
    assert row["value"] == "offset 2"


def copy_of_metadata_is_detached(client: Client, session: Session) -> None:
    # Sections 13 and 27.
    task = _task(client, session, a="1")
    copied = copy.copy(task["metadata"])
    task["metadata"]["b"] = "2"
    assert dict(copied.items()) == {"a": "1"}
    assert dict(task["metadata"].items()) == {"a": "1", "b": "2"}


def custom_attributes_are_all_there(client: Client, session: Session) -> None:
    # Section 14, dense reads: all that are configured, with their defaults.
    shot = _shot(client, session)
    attributes = shot["custom_attributes"]
    assert {"fstart", "fend", "handles", "fps", "client_due", "turnover", "is_hero"} <= set(attributes.keys())
    assert isinstance(attributes["fstart"], (int, float))
    # Protocol section 3.5: one that is inherited shows what was set on the entity itself, and here nothing was.
    assert attributes["is_hero"] is None
    assert len(attributes) == len(list(attributes))
    assert "fstart" in attributes
    assert "no_such_key" not in attributes


def unknown_custom_attributes_are_key_errors(client: Client, session: Session) -> None:
    # Section 14: to read and to write, of what is on the server.
    shot = _shot(client, session)
    with raised(KeyError):
        shot["custom_attributes"]["no_such_key"]
    with raised(KeyError):
        shot["custom_attributes"]["no_such_key"] = 1
    assert client.pending(session) == 0


def unknown_custom_attribute_of_a_new_entity(client: Client, session: Session) -> None:
    # Section 14: here the original says ValueError. Ours says the same as elsewhere.
    shot = session.create("Shot", {"name": unique("sh"), "parent_id": client.server.production(0).project})
    with raised(client.error(original="ValueError", ours="KeyError")):
        shot["custom_attributes"]["no_such_key"] = 1


def custom_attributes_are_written_and_read_back(client: Client, session: Session) -> None:
    # Section 14.
    shot = _shot(client, session)
    values: dict[str, Any] = {"fstart": 1017, "turnover": "TO_07", "is_hero": True, "fps": 23.976}
    for key, value in values.items():
        shot["custom_attributes"][key] = value
        assert shot["custom_attributes"][key] == value
    session.commit()
    assert {key: shot["custom_attributes"][key] for key in values} == values
    held = client.server.rows(f"select custom_attributes from Shot where id is {shot['id']}")[0]["custom_attributes"]
    assert {row["key"]: row["value"] for row in held if row["key"] in values} == values


def custom_attribute_on_the_wire(client: Client, session: Session) -> None:
    # Section 14: always an update of its row.
    shot = _shot(client, session)
    shot["custom_attributes"]["fstart"] = 1017
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert (operation["action"], operation["entity_type"]) == ("update", "ContextCustomAttributeValue")
    assert shot["id"] in operation["entity_key"]
    assert operation["entity_data"]["value"] == 1017


def custom_attribute_of_a_new_entity(client: Client, session: Session) -> None:
    # Section 7, wire examples.
    shot = session.create("Shot", {"name": unique("sh"), "parent_id": client.server.production(0).project})
    shot["custom_attributes"]["fstart"] = 1017
    assert shot["custom_attributes"]["fstart"] == 1017
    client.server.clear()
    session.commit()
    sent = [action for action in client.server.actions if action != "query"]
    assert sent == ["create Shot", "update ContextCustomAttributeValue"]
    held = client.server.rows(f"select custom_attributes from Shot where id is {shot['id']}")[0]["custom_attributes"]
    assert {row["key"]: row["value"] for row in held}["fstart"] == 1017
    assert shot["custom_attributes"]["fstart"] == 1017


def custom_attributes_take_a_mapping(client: Client, session: Session) -> None:
    # Sections 12 and 14: of a new entity, at its creation.
    values = {"fstart": 1017, "turnover": "TO_09"}
    data = {"name": unique("sh"), "parent_id": client.server.production(0).project, "custom_attributes": values}
    shot = session.create("Shot", data)
    session.commit()
    held = client.server.rows(f"select custom_attributes from Shot where id is {shot['id']}")[0]["custom_attributes"]
    assert {row["key"]: row["value"] for row in held if row["key"] in values} == values


def rollback_takes_back_custom_attributes(client: Client, session: Session) -> None:
    # Section 7, rollback.
    shot = _shot(client, session)
    before = shot["custom_attributes"]["fstart"]
    shot["custom_attributes"]["fstart"] = before + 1
    session.rollback()
    assert shot["custom_attributes"]["fstart"] == before
    client.server.clear()
    session.commit()
    assert client.server.requests == []


def custom_attributes_are_asked_for_once(client: Client, session: Session) -> None:
    # Section 12: they are loaded as a whole.
    shot = _shot(client, session)
    assert shot["custom_attributes"]["fstart"] is not None
    client.server.clear()
    assert shot["custom_attributes"]["fend"] is not None
    assert len(shot["custom_attributes"].keys()) > 0
    assert client.server.requests == []


def _task(client: Client, session: Session, **metadata: str) -> Entity:
    """Return a task with *metadata*."""
    (task_id,) = client.server.production(1).tasks
    client.server.add_metadata("Task", task_id, **metadata)
    return session.get("Task", task_id)


def _shot(client: Client, session: Session) -> Entity:
    return session.get("Shot", client.server.production(0).shot)
