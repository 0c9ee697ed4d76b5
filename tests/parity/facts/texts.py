"""Facts of the formatter and of data (section 22)."""

from __future__ import annotations

import contextlib
import importlib
import io
from typing import Any

from tests.parity.client import Client, Entity, Session, raised, unique

PLAIN = {"header": str, "label": str}
"""Formatters that leave the text as it is, without colours."""


def attributes_stand_below_the_type(client: Client, session: Session) -> None:
    # Section 22, formatter: lines sorted by name, and only what the filter lets through.
    user = _user(session)
    text = _format(client, user, "username", "id")
    assert text == f"User\n id: {user['id']}\n username: {user['username']}"


def formatters_change_types_and_names(client: Client, session: Session) -> None:
    # Section 22, formatter.
    user = _user(session)
    formatters = {"header": str.lower, "label": str.upper}
    text = _module(client, "formatter").format(user, formatters, attribute_filter=_only("username"))
    assert text == f"user\n USERNAME: {user['username']}"


def referred_entities_are_indented(client: Client, session: Session) -> None:
    # Section 22, formatter: by the length of the name and three.
    shot = session.get("Task", client.server.production(1).tasks[0])["parent"]
    lines = _format(client, shot, "name", "project").splitlines()
    assert lines == ["Shot", " name: sh010", " project: Project", f"{'':10} name: {shot['project']['name']}"]
    shifted = _format(client, shot, "name", "project", indent=4).splitlines()
    assert shifted == ["    " + line for line in lines]
    assert _format(client, shot, "name", indent=4, indent_first_line=False).splitlines() == ["Shot", "     name: sh010"]


def collections_are_listed_when_recursive(client: Client, session: Session) -> None:
    # Section 22, formatter: and an entity is shown once.
    task = session.get("Task", client.server.production(1).tasks[0])
    note = session.create("Note", {"content": "look", "author": _user(session)})
    task["notes"].append(note)
    assert "look" not in _format(client, task, "notes", "content")
    text = _format(client, task, "notes", "content", recursive=True)
    assert "Note" in text
    assert " content: look" in text
    session.rollback()


def entity_is_shown_in_full_once(client: Client, session: Session) -> None:
    # Section 22, formatter.
    task = session.get("Task", client.server.production(1).tasks[0])
    text = _format(client, task, "parent", "children", "name", recursive=True)
    assert "Task{...}" in text


def unset_values_can_be_left_out(client: Client, session: Session) -> None:
    # Section 22, formatter.
    user = session.get("User", _user(session)["id"])
    formatter = _module(client, "formatter")
    with session.auto_populating(False):
        assert "NOT_SET" not in formatter.format(user, PLAIN, formatter.FILTER["ignore_unset"])


def text_is_read_as_text(client: Client, session: Session) -> None:
    # Section 22, data.
    data = _module(client, "data")
    with contextlib.closing(data.String("text")) as text:
        assert text.read() == "text"
    with contextlib.closing(data.String()) as held:
        held.write(b"bytes")
        held.seek(0)
        assert held.read() == b"bytes"


def limits_of_text(client: Client, session: Session) -> None:
    # Section 22, data, leaves open what a limit counts.
    with contextlib.closing(_module(client, "data").String("grün")) as text:
        if client.is_ours:
            assert text.read(3) == "grü"
        else:
            with raised(UnicodeDecodeError):
                text.read(3)


def data_is_closed_once(client: Client, session: Session) -> None:
    # Section 22, data.
    file = io.BytesIO(b"bytes")
    data = _module(client, "data").FileWrapper(file)
    assert data.read(2) == b"by"
    data.write(b"##")
    assert file.getvalue() == b"by##s"
    data.close()
    data.close()
    assert data.closed
    with raised(ValueError, "closed file"):
        data.read()


def data_has_no_places_of_itself(client: Client, session: Session) -> None:
    # Section 22, data.
    module = _module(client, "data")

    class Nothing(module.Data):  # type: ignore[name-defined,misc]
        def read(self, limit: int | None = None) -> bytes:
            return b""

        def write(self, content: bytes) -> None: ...

    data = Nothing()
    with raised(NotImplementedError, "Seek not supported."):
        data.seek(5)
    with raised(NotImplementedError, "Tell not supported."):
        data.tell()


def _module(client: Client, name: str) -> Any:
    return importlib.import_module(f"{'ftrack_typed' if client.is_ours else 'ftrack_api'}.{name}")


def _only(*names: str) -> Any:
    return lambda entity, name, value: name in names


def _format(client: Client, entity: Entity, *names: str, **options: Any) -> str:
    text: str = _module(client, "formatter").format(entity, PLAIN, attribute_filter=_only(*names), **options)
    return text


def _user(session: Session) -> Entity:
    user = session.create("User", {"username": unique("user")})
    session.commit()
    return user
