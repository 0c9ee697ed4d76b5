"""Tests the making of notes and replies (session.md section 15) against the sandbox over HTTP."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import cast

import pytest

from ftrack_typed.entities import (
    AssetVersion,
    Note,
    NoteCategory,
    NoteLabel,
    NoteLabelLink,
    Project,
    Recipient,
    Session,
    Task,
    User,
)
from ftrack_typed.errors import AttributeValueError, NotLoadedError, UnrecognisedEntityTypeError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import actions_of, operations_of


@pytest.fixture
def label(session: Session, sandbox: Sandbox) -> NoteLabel:
    """A label of the demo project."""
    found = session.query(NoteLabel).select(NoteLabel.name).first()
    assert found is not None
    sandbox.requests.clear()
    return found


def reread(open_session: type[Session], note: Note) -> Note:
    found = open_session().get(Note, note.id)
    assert found is not None
    return found


def test_note_waits_for_the_commit(
    session: Session, task: Task, author: User, open_session: type[Session], sandbox: Sandbox
) -> None:
    note = task.create_note("look", author)
    assert type(note) is Note
    assert (note.content, note.author) == ("look", author)
    assert list(task.notes) == [note]
    assert [action for actions in actions_of(sandbox) for action in actions if action != "query"] == []
    session.commit()
    assert note in task.notes
    row = reread(open_session, note)
    assert (row.content, row.author.id, row.parent_id, row.parent_type) == ("look", author.id, task.id, "Task")


def test_only_what_was_made_is_sent(
    session: Session, task: Task, author: User, user: User, label: NoteLabel, sandbox: Sandbox
) -> None:
    note = task.create_note(" look\n", author, recipients=[user], labels=[label])
    note.create_reply("done", author)
    sandbox.requests.clear()
    session.commit()
    sent = [(each["action"], each["entity_type"]) for each in operations_of(sandbox)]
    assert sent == [
        ("create", "Note"),
        ("create", "Recipient"),
        ("update", "Note"),
        ("create", "NoteLabelLink"),
        ("create", "Note"),
    ]
    assert note.content == " look\n"


def test_new_note_is_not_what_the_server_has(session: Session, task: Task, author: User) -> None:
    assert list(task.notes) == []
    note = task.create_note("look", author)
    assert json.loads(session.encode(task, "persisted_only"))["notes"] == []
    assert json.loads(session.encode(task))["notes"] == [session.entity_reference(note)]
    session.rollback()
    assert list(task.notes) == []


def test_replies_wait_for_the_commit(session: Session, task: Task, author: User, sandbox: Sandbox) -> None:
    note = task.create_note("look", author)
    session.commit()
    assert list(note.replies) == []
    sandbox.requests.clear()
    reply = note.create_reply("done", author)
    assert len(sandbox.requests) == 0
    assert session.created == [reply]
    assert session.modified == []
    session.commit()
    assert [(each["action"], each["entity_key"]) for each in operations_of(sandbox)] == [("create", [reply.id])]


def test_recipients_are_told(
    session: Session, task: Task, author: User, user: User, open_session: type[Session]
) -> None:
    # The server adds the author (protocol section 5.1).
    note = task.create_note("look", author, recipients=[user])
    assert [recipient.recipient for recipient in note.recipients] == [user]
    session.commit()
    row = reread(open_session, note)
    assert {recipient.resource_id for recipient in row.recipients} == {user.id, author.id}


def test_note_has_labels(
    session: Session, task: Task, author: User, label: NoteLabel, open_session: type[Session]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        note = task.create_note("look", author, labels=[label])
    session.commit()
    links = open_session().query(NoteLabelLink).where(NoteLabelLink.note_id == note.id).all()
    assert [link.label_id for link in links] == [label.id]


def test_category_is_one_label(
    session: Session, task: Task, author: User, label: NoteLabel, open_session: type[Session], sandbox: Sandbox
) -> None:
    category = session.get(NoteCategory, label.id)
    assert category is not None
    with pytest.warns(PendingDeprecationWarning, match="labels") as caught:
        note = task.create_note("look", author, category=category)
    assert caught[0].filename == __file__
    sandbox.requests.clear()
    session.commit()
    sent = [each for each in operations_of(sandbox) if each["entity_type"] == "Note"]
    assert [set(cast(Mapping[str, object], each["entity_data"])) & {"category", "category_id"} for each in sent] == [
        set()
    ]
    links = open_session().query(NoteLabelLink).where(NoteLabelLink.note_id == note.id).all()
    assert [link.label_id for link in links] == [label.id]
    found = reread(open_session, note).category
    assert found is not None
    assert found.id == category.id


def test_category_and_labels_are_refused(session: Session, task: Task, author: User, label: NoteLabel) -> None:
    category = session.get(NoteCategory, label.id)
    with pytest.raises(ValueError, match="category or labels, not both"):
        task.create_note("look", author, category=category, labels=[label])
    assert not session._state.unit


class WithoutLabels:
    """Refuses the type NoteLabelLink, as a session does whose server has none."""

    def __init__(self, session: Session) -> None:
        self.entity_type = session._entity_type

    def __call__(self, name: object) -> object:
        if name == "NoteLabelLink":
            raise UnrecognisedEntityTypeError("NoteLabelLink")
        return self.entity_type(name)


def test_server_without_labels(
    session: Session, task: Task, author: User, label: NoteLabel, monkeypatch: pytest.MonkeyPatch
) -> None:
    category = session.get(NoteCategory, label.id)
    monkeypatch.setattr(session, "_entity_type", WithoutLabels(session))
    with pytest.raises(ValueError, match="takes no labels here"):
        task.create_note("look", author, labels=[label])
    assert not session._state.unit
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        note = task.create_note("look", author, category=category)
    assert note.category == category


def test_note_is_made_whole_or_not_at_all(
    session: Session, task: Task, author: User, user: User, sandbox: Sandbox
) -> None:
    with pytest.raises(AttributeValueError, match=r"Recipient\.recipient"):
        task.create_note("look", author, recipients=[user, task])  # type: ignore[list-item]
    assert not session._state.unit
    assert list(task.notes) == []
    session.commit()
    assert operations_of(sandbox)[-1]["action"] == "query"


def test_author_of_a_wrong_type_is_refused(session: Session, task: Task) -> None:
    with pytest.raises(AttributeValueError, match=r"Note\.author"):
        task.create_note("look", task)  # type: ignore[arg-type]
    assert not session._state.unit


def test_notes_that_may_not_be_loaded(session: Session, task: Task, author: User) -> None:
    with session.auto_populating(False), pytest.raises(NotLoadedError, match=r"Task\.notes"):
        task.create_note("look", author)
    assert not session._state.unit


def test_reply_waits_for_the_commit(session: Session, task: Task, author: User, open_session: type[Session]) -> None:
    note = task.create_note("look", author)
    session.commit()
    reply = note.create_reply("done", author)
    assert type(reply) is Note
    assert list(note.replies) == [reply]
    session.commit()
    row = reread(open_session, reply)
    assert (row.content, row.in_reply_to_id, row.author.id) == ("done", note.id, author.id)


def test_reply_to_a_note_that_is_not_committed(
    session: Session, task: Task, author: User, open_session: type[Session]
) -> None:
    note = task.create_note("look", author)
    reply = note.create_reply("done", author)
    session.commit()
    assert reread(open_session, reply).in_reply_to_id == note.id


@pytest.mark.parametrize("entity_type", [Project, AssetVersion])
def test_all_that_has_notes_can_be_given_one(
    session: Session, author: User, entity_type: type[Project] | type[AssetVersion], open_session: type[Session]
) -> None:
    entity = session.query(entity_type).first()
    assert entity is not None
    note = entity.create_note("look", author)
    session.commit()
    assert reread(open_session, note).parent_id == entity.id
    session.delete(note)
    session.commit()


def test_recipient_class_is_that_of_the_package(task: Task, author: User, user: User) -> None:
    note = task.create_note("look", author, recipients=(each for each in [user]))
    assert [type(recipient) for recipient in note.recipients] == [Recipient]
