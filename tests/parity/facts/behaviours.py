"""Facts of the methods of entities, of the formatter and of data (sections 15 and 22)."""

from __future__ import annotations

import contextlib

from tests.parity.client import Client, Entity, Session, raised, unique


def refused_timer(client: Client, session: Session) -> None:
    # Section 15, User: an error of its own.
    user = _user(session)
    user.start_timer()
    with raised(client.error("NotUniqueError")):
        user.start_timer()
    assert (client.pending(session) > 0) is client.expect(original=True, ours=False)
    session.reset() if not client.is_ours else session.commit()


def timer_becomes_a_timelog(client: Client, session: Session) -> None:
    # Section 15, User.
    user = _user(session)
    user.start_timer(comment="trying", name="work")
    timelog = user.stop_timer()
    assert (timelog["comment"], timelog["name"], timelog["user_id"]) == ("trying", "work", user["id"])
    assert client.server.rows(f"select id from Timer where user_id is {user['id']}") == []
    with raised(client.error("NoResultFoundError")):
        user.stop_timer()


def forced_timer_stops_the_other(client: Client, session: Session) -> None:
    # Section 15, User.
    user = _user(session)
    user.start_timer(comment="first", force=True)
    second = user.start_timer(comment="second", force=True)
    assert [row["id"] for row in client.server.rows(f"select id from Timer where user_id is {user['id']}")] == [
        second["id"]
    ]
    (row,) = client.server.rows(f"select comment from Timelog where user_id is {user['id']}")
    assert row["comment"] == "first"


def timelog_that_cannot_be_sent(client: Client, session: Session) -> None:
    # Section 15, User: what fails for another reason is raised as it is.
    user = _user(session)
    user.start_timer()
    call = session.call

    def refused(operations: list[dict[str, object]]) -> object:
        if operations[0]["action"] == "query":
            return call(operations)
        raise ValueError("no disk")

    session.call = refused
    with raised(ValueError, "no disk"):
        user.stop_timer()
    session.call = call
    assert (client.pending(session) > 0) is client.expect(original=True, ours=False)
    if not client.is_ours:
        session.rollback()


def note_waits_for_a_commit(client: Client, session: Session) -> None:
    # Section 15, CreateNoteMixin.
    task, author = _task(client, session), _author(client, session)
    note = task.create_note("look", author, recipients=[_user(session)])
    assert note in task["notes"]
    assert client.server.notes(task["id"]) == set()
    session.commit()
    assert client.server.notes(task["id"]) == {note["id"]}
    assert len(client.server.rows(f"select resource_id from Recipient where note_id is {note['id']}")) == 2


def note_with_a_recipient_of_a_wrong_type(client: Client, session: Session) -> None:
    # Section 15, CreateNoteMixin, leaves this open.
    task, author = _task(client, session), _author(client, session)
    with contextlib.suppress(Exception):
        task.create_note("look", author, recipients=[author, task])
    assert (client.pending(session) > 0) is client.expect(original=True, ours=False)
    session.rollback()


def category_or_labels(client: Client, session: Session) -> None:
    # Section 15, CreateNoteMixin.
    task, author = _task(client, session), _author(client, session)
    label = session.query("select name from NoteLabel").first()
    with raised(ValueError):
        task.create_note("look", author, category=label, labels=[label])
    assert client.pending(session) == 0


def reply_is_among_the_replies(client: Client, session: Session) -> None:
    # Section 15, Note.
    task, author = _task(client, session), _author(client, session)
    note = task.create_note("look", author)
    session.commit()
    reply = note.create_reply("done", author)
    assert reply in note["replies"]
    session.commit()
    (row,) = client.server.rows(f"select in_reply_to_id from Note where id is {reply['id']}")
    assert row["in_reply_to_id"] == note["id"]


def job_of_another_type(client: Client, session: Session) -> None:
    # Section 15, Job.
    with raised(ValueError):
        session.create("Job", {"type": "render", "user_id": _author(client, session)["id"]})
    assert client.pending(session) == 0


def statuses_and_types(client: Client, session: Session) -> None:
    # Section 15, ProjectSchema: lists of the caller's own.
    schema = session.query("select id from ProjectSchema").first()
    for entity_type in ("Task", "AssetVersion", "Shot"):
        statuses = schema.get_statuses(entity_type)
        assert type(statuses) is list
        assert {status.entity_type for status in statuses} == {"Status"}
    assert type(schema.get_types("Shot")) is list
    assert {each.entity_type for each in schema.get_types("Task")} == {"Type"}
    for entity_type in ("NoSuchType", "User"):
        with raised(ValueError):
            schema.get_statuses(entity_type)


def requests_of_statuses(client: Client, session: Session) -> None:
    # Section 15, ProjectSchema, leaves the number of requests open.
    schema = session.query("select id from ProjectSchema").first()
    client.server.clear()
    assert schema.get_statuses("Shot")
    assert (len(client.server.requests) > 1) is client.expect(original=True, ours=False)


def _user(session: Session) -> Entity:
    user = session.create("User", {"username": unique("user")})
    session.commit()
    return user


def _author(client: Client, session: Session) -> Entity:
    return session.query(f'User where username is "{client.server.user}"').one()


def _task(client: Client, session: Session) -> Entity:
    return session.get("Task", client.server.production(1).tasks[0])
