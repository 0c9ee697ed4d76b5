"""Owns the making of notes, on what has notes, and of replies to them.

A new note names what it is on. The list of notes is not sent: it would take away the notes that others made meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity

N = TypeVar("N", bound="Entity")
"""The studio's notes; `A`, `R`, `C` and `L` are its authors, recipients, note categories and note labels."""

A = TypeVar("A", bound="Entity")
R = TypeVar("R", bound="Entity")
C = TypeVar("C", bound="Entity")
L = TypeVar("L", bound="Entity")


class CreatesNotes(Generic[N, A, R, C, L]):
    """What has notes."""

    __slots__ = ()

    def create_note(
        self,
        content: str,
        author: A,
        recipients: Iterable[R] | None = None,
        category: C | None = None,
        labels: Iterable[L] | None = None,
    ) -> N:
        """Return a new note by *author* on this entity, to be sent with the next commit.

        *recipients*, users and groups, are told of it. *category* is the older form of one label. Raise ValueError
        where both *category* and *labels* are given, and for *labels* where the server knows none.
        """
        found = _labels(cast("Entity", self), category, labels)
        values: dict[str, object] = {"content": content, "author": author}
        if category is not None and found is None:
            values["category"] = category
        return cast("N", _create(cast("Entity", self), values, recipients or (), found or ()))


class CreatesReplies(Generic[N, A]):
    """A note, which can be replied to."""

    __slots__ = ()

    def create_reply(self, content: str, author: A) -> N:
        """Return a new reply by *author* to this note, to be sent with the next commit."""
        return cast("N", _reply(cast("Entity", self), {"content": content, "author": author}))


def _labels(entity: Entity, category: Entity | None, labels: Iterable[Entity] | None) -> list[Entity] | None:
    """Return the labels of a new note on *entity*, or None where the server has categories alone."""
    if category is not None and labels is not None:
        raise ValueError("create_note takes a category or labels, not both: put the category into the labels")
    if not _has_labels(entity):
        if labels is not None:
            raise ValueError("create_note takes no labels here: the server's schema has no NoteLabelLink")
        return None
    if category is None:
        return list(labels or ())
    import warnings

    warnings.warn(
        "create_note(category=...) makes a label: write labels=[...]", PendingDeprecationWarning, stacklevel=3
    )
    return [category]


def _has_labels(entity: Entity) -> bool:
    """Tell whether the session of *entity* knows links of notes to labels."""
    from ..errors import UnrecognisedEntityTypeError

    try:
        entity.session._entity_type("NoteLabelLink")
    except UnrecognisedEntityTypeError:
        return False
    return True


def _create(
    entity: Entity, values: dict[str, object], recipients: Iterable[Entity], labels: Iterable[Entity]
) -> Entity:
    """Return a new note on *entity*, told to *recipients* and marked with *labels*."""
    from .sessions import working

    with working(entity) as work:
        told = list(recipients)
        note = work.create(
            "Note", {**values, "parent_id": entity._ftrack_first_key(), "parent_type": entity.entity_type}
        )
        made = [work.create("Recipient", {"note": note, "recipient": recipient}) for recipient in told]
        if made:
            note["recipients"].extend(made)
        for label in labels:
            work.create("NoteLabelLink", {"note": note, "label": label})
        _collection(entity, "notes")._show(note)
    return cast("Entity", note)


def _reply(entity: Entity, values: dict[str, object]) -> Entity:
    """Return a new reply to the note *entity*."""
    from .sessions import working

    with working(entity) as work:
        note = work.create("Note", {**values, "in_reply_to_id": entity._ftrack_first_key()})
        _collection(entity, "replies")._show(note)
    return cast("Entity", note)


def _collection(entity: Entity, wire: str) -> Any:
    """Return a collection by the server's name; raise NotLoadedError where ``entity[wire]`` would give NOT_SET."""
    return getattr(entity, entity._ftrack_names[wire])
