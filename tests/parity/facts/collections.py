"""Facts of collections of entities (sections 12 and 13)."""

from __future__ import annotations

import contextlib
import copy
import operator

from tests.parity.client import Client, Entity, Session, raised


def collection_belongs_to_its_entity(client: Client, session: Session) -> None:
    # Section 13.
    task, notes = _task_with_notes(client, session, 2)
    collection = task["notes"]
    assert collection.entity is task
    assert len(collection) == 2
    assert set(collection) == set(notes)
    assert collection[0] in notes
    assert notes[0] in collection
    assert task["notes"] is collection


def slice_of_a_collection_is_a_list(client: Client, session: Session) -> None:
    # Section 13: to read.
    task, _ = _task_with_notes(client, session, 3)
    assert task["notes"][1:] == list(task["notes"])[1:]
    assert isinstance(task["notes"][:1], list)
    assert task["notes"][-1] is list(task["notes"])[-1]


def item_is_in_a_collection_once(client: Client, session: Session) -> None:
    # Section 13: append, insert and extend refuse what is in.
    task, notes = _task_with_notes(client, session, 2)
    collection = task["notes"]
    duplicate = client.error("DuplicateItemInCollectionError")
    with raised(duplicate):
        collection.append(notes[0])
    with raised(duplicate):
        collection.insert(0, notes[1])
    with raised(duplicate):
        collection.extend([notes[0]])
    assert set(collection) == set(notes)
    assert client.state(session, task) == "NOT_SET"
    assert issubclass(duplicate, client.error("CollectionError"))


def replacing_an_item(client: Client, session: Session) -> None:
    # Section 13: by one that stands elsewhere is refused; by itself, or by another, is not.
    task, notes = _task_with_notes(client, session, 2)
    other = _new_note(client, session)
    collection = task["notes"]
    first, second = collection
    with raised(client.error("DuplicateItemInCollectionError")):
        collection[0] = second
    collection[0] = first
    assert list(collection) == [first, second]
    collection[0] = other
    assert list(collection) == [other, second]
    assert set(notes) == {first, second}


def removing_items(client: Client, session: Session) -> None:
    # Section 13: by place, by value, and from the end.
    task, notes = _task_with_notes(client, session, 3)
    collection = task["notes"]
    with raised(IndexError):
        del collection[3]
    with raised(ValueError):
        collection.remove(_new_note(client, session))
    with raised(ValueError):
        collection.index(_new_note(client, session))
    last = collection[2]
    assert collection.index(last) == 2
    assert collection.pop() is last
    first = collection[0]
    collection.remove(first)
    assert set(collection) == set(notes) - {first, last}
    del collection[0]
    assert len(collection) == 0


def removed_item_can_come_back(client: Client, session: Session) -> None:
    # Section 13: membership is what is inside now.
    task, (note,) = _task_with_notes(client, session, 1)
    task["notes"].remove(note)
    assert note not in task["notes"]
    task["notes"].append(note)
    assert list(task["notes"]) == [note]


def equality_of_collections(client: Client, session: Session) -> None:
    # Section 13: as sets of identities, and only with each other.
    task, notes = _task_with_notes(client, session, 2)
    with contextlib.closing(client.open()) as other_session:
        other = other_session.get("Task", task["id"])
        other["notes"] = list(reversed(list(other["notes"])))
        assert other["notes"] == task["notes"]
        assert operator.ne(other["notes"], task["notes"]) is False
        other["notes"].pop()
        assert other["notes"] != task["notes"]
    assert task["notes"] != list(notes)
    assert operator.ne(task["notes"], None)
    with raised(TypeError):
        hash(task["notes"])


def change_of_a_collection_is_recorded(client: Client, session: Session) -> None:
    # Section 13: as an update of the owner, with references to all items.
    task, notes = _task_with_notes(client, session, 2)
    removed = task["notes"][0]
    task["notes"].remove(removed)
    (kept,) = task["notes"]
    assert client.state(session, task) == "MODIFIED"
    client.server.clear()
    session.commit()
    (operation,) = client.server.operations
    assert operation["action"] == "update"
    assert operation["entity_data"]["notes"] == [{"__entity_type__": "Note", "id": kept["id"]}]
    assert client.server.notes(task["id"]) == {kept["id"]}
    assert set(notes) == {removed, kept}


def refused_change_is_not_recorded(client: Client, session: Session) -> None:
    # Section 13.
    task, (note,) = _task_with_notes(client, session, 1)
    with raised(client.error("DuplicateItemInCollectionError")):
        task["notes"].append(note)
    with raised(IndexError):
        del task["notes"][5]
    assert client.pending(session) == 0


def new_item_in_a_collection(client: Client, session: Session) -> None:
    # Sections 7 and 13: the item is created, then the owner refers to it.
    task, notes = _task_with_notes(client, session, 1)
    note = _new_note(client, session)
    assert len(task["notes"]) == 1
    task["notes"].append(note)
    client.server.clear()
    session.commit()
    assert client.server.actions == ["create Note", "update Task"]
    assert client.server.notes(task["id"]) == {note["id"], notes[0]["id"]}
    assert set(task["notes"]) == {note, *notes}


def collection_of_a_new_entity(client: Client, session: Session) -> None:
    # Sections 4, 11 and 12: empty at first, and filled like others; nothing is asked.
    production = client.server.production(0)
    task = session.create("Task", {"name": "comp", "parent_id": production.shot})
    note = _new_note(client, session)
    client.server.clear()
    assert len(task["notes"]) == 0
    task["notes"].append(note)
    assert list(task["notes"]) == [note]
    assert client.server.requests == []
    session.commit()
    assert client.server.notes(task["id"]) == {note["id"]}


def list_is_taken_for_a_collection(client: Client, session: Session) -> None:
    # Section 12: assignment makes a collection of it.
    task, notes = _task_with_notes(client, session, 2)
    task["notes"] = [notes[0]]
    assert task["notes"].entity is task
    assert list(task["notes"]) == [notes[0]]
    session.commit()
    assert client.server.notes(task["id"]) == {notes[0]["id"]}


def none_is_taken_for_an_empty_collection(client: Client, session: Session) -> None:
    # Section 12.
    task, _ = _task_with_notes(client, session, 2)
    task["notes"] = None
    assert len(task["notes"]) == 0
    session.commit()
    assert client.server.notes(task["id"]) == set()


def other_values_are_no_collection(client: Client, session: Session) -> None:
    # Section 12: the original says NotImplementedError. Ours says what is wanted, a TypeError.
    task, notes = _task_with_notes(client, session, 1)
    for wrong in ("text", 3, notes[0]):
        with raised(client.error(original="NotImplementedError", ours="AttributeValueError")):
            task["notes"] = wrong
    assert client.state(session, task) == "NOT_SET"


def immutable_collection(client: Client, session: Session) -> None:
    # Sections 12 and 13: the original refuses its own copy of what the server sent, so that there is nothing to read.
    # Ours can be read, and refuses changes.
    shot = session.get("Shot", client.server.production(0).shot)
    collection = shot["split_parts"]
    if not client.is_ours:
        assert collection is client.not_set
        return
    assert list(collection) == []
    assert collection.mutable is False
    with raised(client.error("ImmutableCollectionError")):
        collection.append(shot)
    with raised(client.error("ImmutableCollectionError")):
        collection.insert(0, shot)
    assert client.pending(session) == 0


def copy_of_a_collection_is_detached(client: Client, session: Session) -> None:
    # Section 13.
    task, notes = _task_with_notes(client, session, 2)
    copied = copy.copy(task["notes"])
    assert copied == task["notes"]
    task["notes"].remove(notes[0])
    assert len(copied) == 2
    assert copied != task["notes"]


def collection_is_current_after_the_commit(client: Client, session: Session) -> None:
    # Section 7, commit, items 4 and 5: what somebody else did meanwhile shows where it is asked for again.
    production = client.server.production(1)
    shot = session.get("Shot", production.shot)
    assert len(shot["children"]) == 1
    task = session.create("Task", {"name": "comp", "parent": shot})
    session.commit()
    session.query(f"select children from Shot where id is {production.shot}").one()
    assert {child["id"] for child in shot["children"]} == {task["id"], *production.tasks}


def _task_with_notes(client: Client, session: Session, number: int) -> tuple[Entity, list[Entity]]:
    """Return a task and its notes, loaded."""
    (task_id,) = client.server.production(1).tasks
    (user,) = client.server.rows("select id from User limit 1")
    owner = {"user_id": user["id"], "parent_id": task_id, "parent_type": "Task"}
    made = [client.server.add("Note", content=f"note {place}", **owner) for place in range(number)]
    task = session.query(f"select name, notes.content from Task where id is {task_id}").one()
    assert len(task["notes"]) == number
    return task, [session.get("Note", note_id) for note_id in made]


def _new_note(client: Client, session: Session) -> Entity:
    author = session.query(f'User where username is "{client.server.user}"').one()
    return session.create("Note", {"content": "new", "author": author})
