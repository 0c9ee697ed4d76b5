"""Facts of create and ensure (section 4)."""

from __future__ import annotations

import uuid
from datetime import datetime

from tests.parity.client import Client, Production, Session, raised, unique


def create_sends_nothing(client: Client, session: Session) -> None:
    # Section 4, create: the new entity is recorded, and known from then on.
    user = session.create("User", {"username": unique("user")})
    assert client.state(session, user) == "CREATED"
    assert client.pending(session) > 0
    assert session.get("User", user["id"]) is user
    assert client.server.expressions == []


def create_of_an_unknown_type_is_refused(client: Client, session: Session) -> None:
    # Section 4, create: with an error of its own.
    with raised(client.error("UnrecognisedEntityTypeError"), "NoSuchType"):
        session.create("NoSuchType", {})
    assert client.pending(session) == 0


def id_is_made_here(client: Client, session: Session) -> None:
    # Section 4, create: a uuid, which the server then uses.
    username = unique("user")
    user = session.create("User", {"username": username})
    made = user["id"]
    assert str(uuid.UUID(made)) == made
    session.commit()
    assert user["id"] == made
    assert [row["id"] for row in client.server.rows(f'select id from User where username is "{username}"')] == [made]


def given_id_wins(client: Client, session: Session) -> None:
    # Section 4, create.
    given = str(uuid.uuid4())
    user = session.create("User", {"id": given, "username": given})
    assert user["id"] == given
    session.commit()
    assert client.server.rows(f"select username from User where id is {given}")[0]["username"] == given


def defaults_of_the_schema_are_values(client: Client, session: Session) -> None:
    # Section 4, create: they are local values, and are sent.
    production = client.server.production(1)
    task = session.create("Task", {"name": "comp", "parent_id": production.shot})
    client.server.clear()
    with session.auto_populating(False):
        for name, described in client.server.schema("Task")["properties"].items():
            if "default" in described and described["default"] != "{uid}" and name != "name":
                assert task[name] == described["default"], name
    session.commit()
    (operation,) = client.server.operations
    assert operation["entity_data"]["priority_id"] == "9661b320-3a0c-11e2-81c1-0800200c9a66"


def what_is_not_given_is_not_set(client: Client, session: Session) -> None:
    # Section 4, create: and reading it asks nobody, since the server does not know the entity (section 6).
    user = session.create("User", {"username": unique("user")})
    client.server.clear()
    assert user["email"] is client.not_set
    assert user["first_name"] is client.not_set
    assert client.server.requests == []
    session.commit()
    (operation,) = client.server.operations
    assert "email" not in operation["entity_data"]


def reference_keeps_its_identity(client: Client, session: Session) -> None:
    # Section 4, create: before the commit and after it.
    production = client.server.production(0)
    shot = session.get("Shot", production.shot)
    status = session.query('Status where name is "Approved"').one()
    task = session.create("Task", {"name": "comp", "parent": shot, "status": status})
    assert task["status"] is status
    assert task["parent"] is shot
    session.commit()
    assert task["status"] is status
    assert task["parent"] is shot


def mapping_as_metadata_makes_the_rows(client: Client, session: Session) -> None:
    # Section 4, create.
    production = client.server.production(0)
    given = {"lens": "32mm", "camera": "A"}
    task = session.create("Task", {"name": "comp", "parent_id": production.shot, "metadata": given})
    assert dict(task["metadata"].items()) == given
    session.commit()
    assert client.server.metadata(task["id"]) == given


def unrecorded_entity_is_never_sent(client: Client, session: Session) -> None:
    # Section 4, create: not when it is changed later either.
    with session.operation_recording(False):
        user = session.create("User", {"username": unique("user")})
    assert client.pending(session) == 0
    client.server.clear()
    session.commit()
    assert client.server.requests == []
    assert client.server.rows(f"select id from User where id is {user['id']}") == []


def unknown_attribute_in_a_creation(client: Client, session: Session) -> None:
    # Section 11: the original leaves it out without a word. Ours refuses it.
    data = {"username": unique("user"), "no_such_attribute": 1}
    if client.is_ours:
        with raised(KeyError, "no_such_attribute"):
            session.create("User", data)
        assert client.pending(session) == 0
        return
    user = session.create("User", data)
    session.commit()
    assert user["username"] == data["username"]


def value_of_a_wrong_type_in_a_creation(client: Client, session: Session) -> None:
    # Section 11: the original takes any value and leaves the judgement to the server. Ours refuses it at once.
    if client.is_ours:
        with raised(TypeError, "username"):
            session.create("User", {"username": 3})
        assert client.pending(session) == 0
        return
    assert session.create("User", {"username": 3})["username"] == 3


def incomplete_creation(client: Client, session: Session) -> None:
    # Section 11: the original sends what it is given. Ours names what the type requires and was not given.
    if client.is_ours:
        with raised(TypeError, "Appointment", "context"):
            session.create("Appointment", {"type": "assignment"})
        assert client.pending(session) == 0
        return
    assert client.state(session, session.create("Appointment", {"type": "assignment"})) == "CREATED"


def dates_are_sent_with_their_type(client: Client, session: Session) -> None:
    # Section 8, encode: an object that names the type; a date without an offset is UTC when it comes back.
    production = client.server.production(0)
    start = datetime(2031, 5, 6, 7, 8, 9)
    task = session.create("Task", {"name": "comp", "parent_id": production.shot, "start_date": start})
    client.server.clear()
    session.commit()
    sent = client.server.operations[0]["entity_data"]["start_date"]
    assert (sent["__type__"], sent["value"][:19]) == ("datetime", "2031-05-06T07:08:09")
    held = client.server.rows(f"select start_date from Task where id is {task['id']}")[0]["start_date"]
    assert held["value"][:19] == "2031-05-06T07:08:09"
    assert task["start_date"].isoformat()[:19] == "2031-05-06T07:08:09"


def hostile_names_come_back_unchanged(client: Client, session: Session) -> None:
    # Section 8, encode: a text is sent as it is, whatever is in it.
    production = client.server.production(0)
    names = ['"', "'; drop table x; --", "\\", '\\"', "limit 5", "%_%", "line\nline", "ö☃\U0001f600", "{0} %s", "None"]
    for name in names:
        session.create("Task", {"name": name, "parent_id": production.shot})
    session.commit()
    rows = client.server.rows(f"select name from Task where project_id is {production.project}")
    assert sorted(row["name"] for row in rows) == sorted(names)
    with_names = session.query(f"select name from Task where project_id is {production.project}").all()
    assert sorted(task["name"] for task in with_names) == sorted(names)


def ensure_without_anything_to_go_by_is_refused(client: Client, session: Session) -> None:
    # Section 4, ensure: no keys are a ValueError, a key that the data lacks is a KeyError.
    with raised(ValueError):
        session.ensure("User", {})
    with raised(KeyError, "email"):
        session.ensure("User", {"username": "x"}, ["username", "email"])
    assert client.server.expressions == []


def ensure_creates_what_is_not_there(client: Client, session: Session) -> None:
    # Section 4, ensure: with all of the data, and commits it.
    data = {"username": unique("user"), "email": "a@example.com"}
    user = session.ensure("User", data, ["username"])
    assert client.server.actions == ["query", "create User"]
    assert client.state(session, user) == "NOT_SET"
    rows = client.server.rows(f"select email, username from User where id is {user['id']}")
    assert [(row["username"], row["email"]) for row in rows] == [(data["username"], data["email"])]


def ensure_leaves_alone_what_is_as_it_should_be(client: Client, session: Session) -> None:
    # Section 4, ensure: it commits only where something changed.
    data = {"username": unique("user"), "email": "a@example.com", "is_active": True}
    made = client.server.add("User", **data)
    user = session.ensure("User", data, ["username"])
    assert user["id"] == made
    assert set(client.server.actions) == {"query"}


def ensure_changes_what_differs(client: Client, session: Session) -> None:
    # Section 4, ensure: all attributes that differ, in one commit.
    made = client.server.add("User", username=unique("user"), email="a@example.com", first_name="A", last_name="L")
    username = client.server.rows(f"select username from User where id is {made}")[0]["username"]
    data = {"username": username, "email": "b@example.com", "first_name": "B", "last_name": "L"}
    user = session.ensure("User", data, ["username"])
    assert (user["id"], user["email"], user["first_name"]) == (made, "b@example.com", "B")
    (update,) = (operation for operation in client.server.operations if operation["action"] != "query")
    assert update["action"] == "update"
    assert {name: value for name, value in update["entity_data"].items() if name != "__entity_type__"} == {
        "email": "b@example.com",
        "first_name": "B",
    }


def ensure_identifies_by_all_of_the_data(client: Client, session: Session) -> None:
    # Section 4, ensure: unless keys are given.
    data = {"username": unique("user"), "email": "a@example.com"}
    user = session.ensure("User", data)
    query = client.server.expressions[0]
    assert f'username is "{data["username"]}" and email is "a@example.com"' in query
    assert query.endswith(" limit 2")
    assert session.ensure("User", data) is user


def ensure_refuses_several(client: Client, session: Session) -> None:
    # Section 4, ensure.
    production = client.server.production(3)
    with raised(client.error("MultipleResultsFoundError")):
        session.ensure("Task", {"project_id": production.project})
    assert client.server.actions == ["query"]


def ensure_goes_by_dates_in_whole_seconds(client: Client, session: Session) -> None:
    # Section 4, ensure: a date is written in quotes, without an offset and without fractions.
    user = session.query(f'User where username is "{client.server.user}"').one()
    start = datetime(2030, 1, 2, 3, 4, 5)
    data = {"start": start, "duration": 10.0, "user_id": user["id"], "comment": unique("log")}
    client.server.clear()
    made = session.ensure("Timelog", data)
    assert 'start is "2030-01-02T03:04:05"' in client.server.expressions[0]
    assert session.ensure("Timelog", data)["id"] == made["id"]
    session.ensure("Timelog", {**data, "start": start.replace(microsecond=999)}, ["start", "comment"])
    assert 'start is "2030-01-02T03:04:05"' in client.server.expressions[-1]


def ensure_goes_by_references(client: Client, session: Session) -> None:
    # Section 4, ensure: the original writes an entity in a form that the server cannot use. Ours writes its key.
    production: Production = client.server.production(2)
    shot = session.get("Shot", production.shot)
    data = {"name": "task_001", "parent": shot}
    if client.is_ours:
        assert session.ensure("Task", data)["id"] == production.tasks[1]
        return
    with raised(client.error("ServerError")):
        session.ensure("Task", data)
