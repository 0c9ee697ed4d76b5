"""Scenarios of metadata, custom attributes, notes and timers (protocol sections 3.4, 3.5 and 5.1)."""

from __future__ import annotations

import uuid
from typing import Any

from ._client import Session, ftrack_api, open_session, raised


def _shot(session: Session) -> Any:
    sequence = session.query('Sequence where name is "sq010"').one()
    shot = session.create("Shot", {"name": f"made_{uuid.uuid4().hex[:10]}", "parent": sequence})
    session.commit()
    return shot


def _me(session: Session) -> Any:
    return session.query(f"User where username is {session.api_user}").one()


def _metadata_seen(entity: Any) -> dict[str, str]:
    with open_session() as other:
        seen = other.query(
            f"select metadata.key, metadata.value from {entity.entity_type} where id is {entity['id']}"
        ).one()
        return dict(seen["metadata"].items())


def metadata_is_set_changed_and_removed(session: Session) -> None:
    shot = _shot(session)
    shot["metadata"]["camera"] = "Alexa"
    shot["metadata"]["lens"] = "32mm"
    session.commit()
    assert _metadata_seen(shot) == {"camera": "Alexa", "lens": "32mm"}
    shot["metadata"]["lens"] = "50mm"
    session.commit()
    assert _metadata_seen(shot) == {"camera": "Alexa", "lens": "50mm"}
    del shot["metadata"]["camera"]
    session.commit()
    assert _metadata_seen(shot) == {"lens": "50mm"}


def metadata_is_replaced_by_a_mapping(session: Session) -> None:
    shot = _shot(session)
    shot["metadata"] = {"a": "1", "b": "2"}
    session.commit()
    shot["metadata"] = {"b": "3", "c": "4"}
    session.commit()
    assert _metadata_seen(shot) == {"b": "3", "c": "4"}
    shot["metadata"] = {}
    session.commit()
    assert _metadata_seen(shot) == {}


def metadata_comes_with_the_creation(session: Session) -> None:
    key, value = uuid.uuid4().hex, uuid.uuid4().hex
    sequence = session.query('Sequence where name is "sq020"').one()
    shot = session.create("Shot", {"name": f"made_{key[:10]}", "parent": sequence, "metadata": {key: value}})
    session.commit()
    assert _metadata_seen(shot) == {key: value}
    with open_session() as other:
        for criterion in (
            f"metadata.key is {key}",
            f'metadata.value is "{value}"',
            f"metadata any (key={key} and value={value})",
        ):
            assert other.query(f"Shot where {criterion}").one()["id"] == shot["id"], criterion
        row = other.get("Metadata", [shot["id"], key])
        assert row["value"] == value


def custom_attributes_are_dense_with_defaults(session: Session) -> None:
    shot = _shot(session)
    attributes = shot["custom_attributes"]
    assert {"fstart", "fend", "handles", "fps", "client_due", "turnover", "is_hero"} <= set(attributes.keys())
    assert attributes["fstart"] == 1001
    assert attributes["handles"] == 0
    assert attributes["fps"] == 24.0


def custom_attributes_are_written_and_read_back(session: Session) -> None:
    shot = _shot(session)
    shot["custom_attributes"]["fstart"] = 1017
    shot["custom_attributes"]["fps"] = 23.976
    shot["custom_attributes"]["turnover"] = "TO_07"
    shot["custom_attributes"]["is_hero"] = True
    session.commit()
    assert shot["custom_attributes"]["fstart"] == 1017
    with open_session() as other:
        seen = other.query(f"select custom_attributes from Shot where id is {shot['id']}").one()["custom_attributes"]
        assert (seen["fstart"], seen["fps"], seen["turnover"], seen["is_hero"]) == (1017, 23.976, "TO_07", True)


def custom_attributes_are_set_with_the_creation(session: Session) -> None:
    sequence = session.query('Sequence where name is "sq030"').one()
    shot = session.create("Shot", {"name": f"made_{uuid.uuid4().hex[:10]}", "parent": sequence})
    shot["custom_attributes"]["fend"] = 1234
    session.commit()
    with open_session() as other:
        found = other.query('Shot where custom_attributes any (key is "fend" and value is 1234)').all()
        assert shot["id"] in {entity["id"] for entity in found}


def demo_values_of_every_kind(session: Session) -> None:
    shot = session.query('select custom_attributes from Shot where name is "sq020_sh020"').one()["custom_attributes"]
    assert (shot["fstart"], shot["fend"], shot["handles"]) == (1009, 1139, 8)
    assert shot["is_hero"] is True
    assert shot["client_due"].isoformat() == "2026-03-13T09:00:00+00:00"
    sequence = session.query('select custom_attributes from Sequence where name is "sq020"').one()["custom_attributes"]
    assert sequence["turnover"] == "TO_02"
    project = session.query('select custom_attributes from Project where name is "demo"').one()["custom_attributes"]
    assert project["fps"] == 24.0
    task = session.query('Task where name is "fx" and parent.name is "sq020_sh010"').one()["custom_attributes"]
    assert list(task["department"]) == ["fx"]


def wrong_type_of_a_custom_attribute_is_a_validation_error(session: Session) -> None:
    shot = _shot(session)
    shot["custom_attributes"]["fstart"] = "test"
    with raised(ftrack_api.exception.ServerError, "ValidationError", "fstart"):
        session.commit()


def notes_have_author_recipients_labels_and_replies(session: Session) -> None:
    shot, author = _shot(session), _me(session)
    other_user = session.query('User where username is "anna.lind"').one()
    label = session.query('NoteLabel where name is "Internal"').one()
    note = shot.create_note("Please check", author, recipients=[other_user], labels=[label])
    session.commit()
    note.create_reply("Done", author)
    session.commit()
    with open_session() as other:
        seen = other.query(
            "select content, author, parent_id, parent_type, recipients.resource_id, category, in_reply_to,"
            f" note_label_links.label.name, replies.content from Note where id is {note['id']}"
        ).one()
        assert seen["content"] == "Please check"
        assert seen["author"]["username"] == session.api_user
        assert (seen["parent_id"], seen["parent_type"]) == (shot["id"], "Shot")
        assert {row["resource_id"] for row in seen["recipients"]} == {author["id"], other_user["id"]}
        assert [link["label"]["name"] for link in seen["note_label_links"]] == ["Internal"]
        assert [reply["content"] for reply in seen["replies"]] == ["Done"]
        assert seen["in_reply_to"] is None
        assert seen["category"]["id"] == label["id"]
        assert other.query(f"Note where not in_reply_to has () and id is {note['id']}").first() is not None


def demo_notes_form_a_thread(session: Session) -> None:
    note = session.query('select replies.author from Note where content like "Love the fog%"').one()
    assert [reply["author"]["username"] for reply in note["replies"]] == ["diego.santos"]


def one_timer_per_user(session: Session) -> None:
    user = session.create("User", {"username": f"u_{uuid.uuid4().hex}", "is_active": True})
    session.commit()
    task = session.query("Task").first()
    user.start_timer(task, comment="painting")
    with raised(ftrack_api.exception.NotUniqueError):
        user.start_timer(task)
    session.reset()
    user = session.get("User", user["id"])
    assert user.start_timer(task, force=True)["user_id"] == user["id"]
    timelog = user.stop_timer()
    assert timelog["user_id"] == user["id"]
    assert timelog["context_id"] == task["id"]
    assert timelog["duration"] >= 0
    with open_session() as other:
        assert other.query(f'Timer where user_id = "{user["id"]}"').first() is None
        assert len(other.query(f'Timelog where user_id = "{user["id"]}"').all()) == 2


def time_logged_is_the_sum_of_the_timelogs(session: Session) -> None:
    task = session.query('Task where name is "animation" and parent.name is "sq010_sh010"').one()
    before = task["time_logged"]
    session.create("Timelog", {"user": _me(session), "context": task, "duration": 600})
    session.commit()
    with open_session() as other:
        seen = other.query(
            f"select time_logged, bid, bid_time_logged_difference from Task where id is {task['id']}"
        ).one()
        assert seen["time_logged"] == before + 600
        assert seen["bid_time_logged_difference"] == seen["bid"] - seen["time_logged"]
