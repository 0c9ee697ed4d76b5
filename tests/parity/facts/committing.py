"""Facts of delete, states and commit (section 7, and 19 for the states)."""

from __future__ import annotations

from tests.parity.client import Client, Entity, Session, raised, unique


def states_of_an_entity(client: Client, session: Session) -> None:
    # Section 19: what was done last, but for what is new, and what is deleted.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    assert client.state(session, task) == "NOT_SET"
    task["description"] = "x"
    assert client.state(session, task) == "MODIFIED"
    session.delete(task)
    assert client.state(session, task) == "DELETED"
    user = session.create("User", {"username": unique("user")})
    user["email"] = "a@example.com"
    assert client.state(session, user) == "CREATED"
    session.delete(user)
    assert client.state(session, user) == "DELETED"


def states_end_with_the_commit(client: Client, session: Session) -> None:
    # Section 7, commit, item 4.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["description"] = "x"
    user = session.create("User", {"username": unique("user")})
    session.commit()
    assert client.state(session, task) == client.state(session, user) == "NOT_SET"
    assert client.pending(session) == 0
    client.server.clear()
    session.commit()
    assert client.server.requests == []


def reading_changes_no_state(client: Client, session: Session) -> None:
    # Sections 12 and 13: neither of a value nor of a collection.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    assert len(task["notes"]) == 0
    assert len(task["metadata"]) == 0
    assert task["description"] is None
    assert client.state(session, task) == "NOT_SET"
    assert client.pending(session) == 0


def same_value_again_is_a_change(client: Client, session: Session) -> None:
    # Section 12: setting a value records it, whether it differs or not.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["name"] = task["name"]
    assert client.state(session, task) == "MODIFIED"
    client.server.clear()
    session.commit()
    assert client.server.actions == ["update Task"]


def creation_on_the_wire(client: Client, session: Session) -> None:
    # Section 7, commit, items 1 and 2: one operation with the key, the type and the values; references as such.
    production = client.server.production(0)
    shot = session.get("Shot", production.shot)
    status = session.query('Status where name is "Approved"').one()
    task = session.create("Task", {"name": "comp", "parent": shot, "status": status})
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert (operation["action"], operation["entity_type"]) == ("create", "Task")
    assert operation["entity_key"] == [task["id"]]
    data = operation["entity_data"]
    assert (data["__entity_type__"], data["id"], data["name"]) == ("Task", task["id"], "comp")
    assert data["parent"] == {"__entity_type__": "Shot", "id": production.shot}
    assert data["status"] == {"__entity_type__": "Status", "id": status["id"]}


def update_on_the_wire(client: Client, session: Session) -> None:
    # Section 7, commit, items 1 and 2: neighbouring updates of one entity are one, the last value of each counts.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["description"] = "first"
    task["description"] = "second"
    task["bid"] = 60.0
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert operation == {
        "action": "update",
        "entity_type": "Task",
        "entity_key": [task_id],
        "entity_data": {"__entity_type__": "Task", "description": "second", "bid": 60.0},
    }


def deletion_on_the_wire(client: Client, session: Session) -> None:
    # Section 7, commit, item 1.
    (task_id, *_) = client.server.production(1).tasks
    session.delete(session.get("Task", task_id))
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert (operation["action"], operation["entity_type"], operation["entity_key"]) == ("delete", "Task", [task_id])
    assert client.server.rows(f"select id from Task where id is {task_id}") == []


def order_is_that_of_the_changes(client: Client, session: Session) -> None:
    # Section 7, commit, item 1.
    production = client.server.production(3)
    first, second, third = (session.get("Task", task_id) for task_id in production.tasks)
    third["description"] = "x"
    user = session.create("User", {"username": unique("user")})
    session.delete(first)
    second["description"] = "x"
    client.server.clear()
    session.commit()
    sent = [(each["action"], each["entity_key"][0]) for each in client.server.operations]
    assert sent == [
        ("update", third["id"]),
        ("create", user["id"]),
        ("delete", production.tasks[0]),
        ("update", second["id"]),
    ]
    assert len(client.server.requests) == 1


def created_and_deleted_is_never_sent(client: Client, session: Session) -> None:
    # Section 7, commit, item 2a: with its updates; others are sent.
    user = session.create("User", {"username": unique("user")})
    user["email"] = "a@example.com"
    kept = session.create("User", {"username": unique("user")})
    session.delete(user)
    client.server.clear()
    session.commit()
    assert [operation["entity_key"] for operation in client.server.operations] == [[kept["id"]]]


def commit_that_comes_to_nothing(client: Client, session: Session) -> None:
    # Section 7, commit, item 3: no call. The original keeps what is recorded; to ours it is done with.
    user = session.create("User", {"username": unique("user")})
    session.delete(user)
    session.commit()
    assert client.server.requests == []
    assert (client.pending(session) > 0) is client.expect(original=True, ours=False)


def value_taken_back_is_not_sent(client: Client, session: Session) -> None:
    # Sections 7, item 2, and 11: del goes back to what the server says. The original keeps the operations.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["name"] = "changed"
    del task["name"]
    assert task["name"] == "task_000"
    client.server.clear()
    session.commit()
    assert client.server.requests == []
    assert (client.pending(session) > 0) is client.expect(original=True, ours=False)


def edits_of_a_new_entity_go_into_its_creation(client: Client, session: Session) -> None:
    # Section 7, commit, item 2e.
    user = session.create("User", {"username": unique("user")})
    user["email"] = "a@example.com"
    user["first_name"] = "A"
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert operation["action"] == "create"
    assert (operation["entity_data"]["email"], operation["entity_data"]["first_name"]) == ("a@example.com", "A")


def new_entities_edited_in_turn(client: Client, session: Session) -> None:
    # Section 7, the test in the text: the value set around the other's creation is sent last, on its own.
    first = session.create("User", {"username": unique("user")})
    first["username"] = unique("first")
    first["email"] = "early@example.com"
    second = session.create("User", {"username": unique("second")})
    first["email"] = "late@example.com"
    client.server.clear()
    session.commit()
    sent = client.server.operations
    assert [(each["action"], each["entity_key"][0]) for each in sent] == [
        ("create", first["id"]),
        ("create", second["id"]),
        ("update", first["id"]),
    ]
    assert sent[0]["entity_data"]["username"] == first["username"]
    assert "email" not in sent[0]["entity_data"]
    assert sent[2]["entity_data"] == {"__entity_type__": "User", "email": "late@example.com"}


def known_entities_edited_in_turn(client: Client, session: Session) -> None:
    # Section 7, commit, items 2b and 2e: the last update of each attribute stays in its place.
    production = client.server.production(2)
    first, second = (session.get("Task", task_id) for task_id in production.tasks)
    first["description"] = "early"
    second["description"] = "other"
    first["description"] = "late"
    client.server.clear()
    session.commit()
    sent = [(each["entity_key"][0], each["entity_data"]["description"]) for each in client.server.operations]
    assert sent == [(second["id"], "other"), (first["id"], "late")]


def sent_values_are_there_after_the_commit(client: Client, session: Session) -> None:
    # Section 7, commit, items 4 and 5: the original may have to ask for them. Ours keeps what was sent.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    task["description"] = "sent"
    user = session.create("User", {"username": unique("user"), "email": "a@example.com"})
    session.commit()
    client.server.clear()
    assert task["description"] == "sent"
    assert user["email"] == "a@example.com"
    if client.is_ours:
        assert client.server.requests == []


def values_of_the_server_are_fetched_after_the_commit(client: Client, session: Session) -> None:
    # Section 7, commit, item 4: what only the server knows is not there, and is asked for when it is read.
    production = client.server.production(0)
    task = session.create("Task", {"name": "comp", "parent_id": production.shot})
    session.commit()
    assert task["status"]["name"]
    assert task["project_id"] == production.project
    assert task["created_by"]["username"] == client.server.user
    assert task["description"] is None


def new_entity_is_known_after_the_commit(client: Client, session: Session) -> None:
    # Section 7, commit: the object stays the one of its row.
    user = session.create("User", {"username": unique("user")})
    session.commit()
    client.server.clear()
    assert session.get("User", user["id"]) is user
    assert client.server.requests == []
    assert session.query(f"User where id is {user['id']}").one() is user


def refused_commit_changes_nothing(client: Client, session: Session) -> None:
    # Section 7, commit, item 4: operations and values stay as they were, here and on the server.
    production = client.server.production(2)
    first, second = (session.get("Task", task_id) for task_id in production.tasks)
    first["description"] = "kept"
    second["name"] = "task_000"
    waiting = client.pending(session)
    with raised(client.error("ServerError")):
        session.commit()
    assert client.pending(session) == waiting
    assert (first["description"], second["name"]) == ("kept", "task_000")
    assert client.state(session, first) == client.state(session, second) == "MODIFIED"
    rows = client.server.rows(f"select description, name from Task where project_id is {production.project}")
    assert sorted((row["name"], row["description"]) for row in rows) == [("task_000", None), ("task_001", None)]
    second["name"] = "task_002"
    session.commit()
    rows = client.server.rows(f"select description, name from Task where project_id is {production.project}")
    assert sorted((row["name"], row["description"]) for row in rows) == [("task_000", "kept"), ("task_002", None)]


def unrecorded_edit_is_not_sent(client: Client, session: Session) -> None:
    # Section 3: recording can be off for a while.
    (task_id, *_) = client.server.production(1).tasks
    task = session.get("Task", task_id)
    with session.operation_recording(False):
        task["description"] = "local"
        session.delete(task)
    assert task["description"] == "local"
    client.server.clear()
    session.commit()
    assert client.server.requests == []
    assert len(client.server.rows(f"select id from Task where id is {task_id}")) == 1


def deleted_entity_stays_until_the_commit(client: Client, session: Session) -> None:
    # Section 7, delete: it can be read and found meanwhile.
    task = _task(client, session)
    session.delete(task)
    client.server.clear()
    assert task["name"] == "task_000"
    assert session.get("Task", task["id"]) is task
    assert client.server.requests == []
    assert client.state(session, task) == "DELETED"


def deleted_entity_after_the_commit(client: Client, session: Session) -> None:
    # Section 7, delete: the original keeps it. Ours forgets it, and get asks the server.
    task = _task(client, session)
    session.delete(task)
    session.commit()
    assert task["name"] == "task_000"
    found = session.get("Task", task["id"])
    if client.is_ours:
        assert found is None
        return
    assert found is task


def deleted_entity_refuses_changes(client: Client, session: Session) -> None:
    # Section 7, delete: to the original it is an entity like others. Ours says that it is gone.
    task = _task(client, session)
    session.delete(task)
    session.commit()
    if client.is_ours:
        with raised(client.error("DeletedEntityError")):
            task["name"] = "too late"
        with raised(client.error("DeletedEntityError")):
            session.delete(task)
        return
    task["name"] = "too late"
    assert client.state(session, task) == "MODIFIED"


def deletion_of_what_is_gone_is_no_error(client: Client, session: Session) -> None:
    # Protocol section 5, with section 7: somebody else was quicker.
    task = _task(client, session)
    client.server.remove("Task", task["id"])
    session.delete(task)
    session.commit()
    assert client.state(session, task) in {"NOT_SET", "DELETED"}
    assert client.pending(session) == 0


def commit_through_a_wrapped_call(client: Client, session: Session) -> None:
    # Section 27: queries and commits go through the session's call, which tools replace.
    task = _task(client, session)
    seen: list[str] = []
    call = session.call

    def wrapped(operations: list[dict[str, object]]) -> object:
        seen.extend(str(operation["action"]) for operation in operations)
        return call(operations)

    session.call = wrapped
    task["description"] = "x"
    session.commit()
    session.query("User").first()
    assert seen == ["update", "query"]


def _task(client: Client, session: Session) -> Entity:
    return session.get("Task", client.server.production(1).tasks[0])
