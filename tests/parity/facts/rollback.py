"""Facts of rollback (section 7)."""

from __future__ import annotations

from tests.parity.client import Client, Entity, Session, unique


def edits_are_taken_back(client: Client, session: Session) -> None:
    # Section 7, rollback: values and collections are what the server says.
    task = _task(client, session)
    user = session.query(f'User where username is "{client.server.user}"').one()
    note = session.create("Note", {"content": "x", "author": user})
    assert len(task["notes"]) == 0
    task["name"] = "changed"
    task["notes"].append(note)
    task["metadata"]["a"] = "1"
    session.rollback()
    assert task["name"] == "task_000"
    assert len(task["notes"]) == 0
    assert len(task["metadata"]) == 0
    assert client.state(session, task) == "NOT_SET"
    assert client.pending(session) == 0
    client.server.clear()
    session.commit()
    assert client.server.requests == []


def references_are_taken_back(client: Client, session: Session) -> None:
    # Section 7, rollback.
    task = _task(client, session)
    before = task["status"]
    after = next(status for status in session.query("Status").all() if status != before)
    task["status"] = after
    assert task["status"] is after
    session.rollback()
    assert task["status"] is before


def new_entities_are_forgotten(client: Client, session: Session) -> None:
    # Section 7, rollback: it is no longer known.
    user = session.create("User", {"username": unique("user")})
    session.rollback()
    client.server.clear()
    assert session.get("User", user["id"]) is None
    assert client.server.actions == ["query"]


def deletions_are_taken_back(client: Client, session: Session) -> None:
    # Section 7, rollback: the entity is known as before.
    task = _task(client, session)
    session.delete(task)
    session.rollback()
    assert client.state(session, task) == "NOT_SET"
    client.server.clear()
    assert session.get("Task", task["id"]) is task
    assert client.server.requests == []
    session.commit()
    assert len(client.server.rows(f"select id from Task where id is {task['id']}")) == 1


def later_edits_are_sent(client: Client, session: Session) -> None:
    # Section 7, rollback: the session goes on.
    task = _task(client, session)
    task["description"] = "never"
    session.rollback()
    task["bid"] = 60.0
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert operation["entity_data"] == {"__entity_type__": "Task", "bid": 60.0}


def _task(client: Client, session: Session) -> Entity:
    return session.get("Task", client.server.production(1).tasks[0])
