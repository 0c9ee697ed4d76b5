"""Owns the outbox: the invitations that this server was asked to send, kept in the database and never sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, overload

import attrs
import sqlalchemy as sql

from . import faults
from .batch import Batch, Row
from .store import Handler, Store

_INVITATIONS = sql.Table(
    "sandbox_outbox",
    sql.MetaData(),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("action", sql.String, nullable=False),
    sql.Column("entity_id", sql.String, nullable=False),
    sql.Column("recipient", sql.String, nullable=False),
    sql.Column("sender", sql.String, nullable=False),
    sql.Column("sent_at", sql.String, nullable=False),
)

_INVITED: Final[Mapping[str, tuple[str, str, tuple[str, ...]]]] = {
    "send_user_invite": ("user_id", "User", ("email", "username")),
    "send_review_session_invite": ("review_session_invitee_id", "ReviewSessionInvitee", ("email", "name")),
}
"""What names the invited entity, its type, and the attributes that say who it is, the first that has a value."""


@attrs.frozen
class Invitation:
    """One invitation: ``action`` asked for it, ``entity_id`` is the user's or invitee's, ``sender`` the caller's name.

    ``recipient`` is an address of mail, or a name where there is none.
    """

    action: str
    entity_id: str
    recipient: str
    sender: str
    sent_at: str


class Outbox(Sequence[Invitation]):
    """The invitations of one store, oldest first; those of a batch that failed are not among them."""

    def __init__(self, store: Store) -> None:
        """Keep invitations in a table of *store*, which is made where it is missing."""
        self._store = store
        self.actions: dict[str, Handler] = dict.fromkeys(_INVITED, _invite)
        with store.transaction() as connection:
            _INVITATIONS.create(connection, checkfirst=True)

    def _all(self) -> list[Invitation]:
        columns = [_INVITATIONS.c[field.name] for field in attrs.fields(Invitation)]
        with self._store.database.transaction(writing=False) as connection:
            rows = connection.execute(sql.select(*columns).order_by(_INVITATIONS.c.number)).all()
        return [Invitation(*row) for row in rows]

    @overload
    def __getitem__(self, index: int) -> Invitation: ...
    @overload
    def __getitem__(self, index: slice) -> list[Invitation]: ...
    def __getitem__(self, index: int | slice) -> Invitation | list[Invitation]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Invitation]:
        return iter(self._all())

    def __repr__(self) -> str:
        return f"<Outbox {self._all()!r}>"

    def clear(self) -> None:
        """Forget the invitations so far."""
        with self._store.transaction() as connection:
            connection.execute(sql.delete(_INVITATIONS))


def _invite(batch: Batch, operation: Mapping[str, object]) -> object:
    action = str(operation["action"])
    name, entity_type, attributes = _INVITED[action]
    entity_id = operation.get(name)
    if not isinstance(entity_id, str):
        raise faults.validation(f"{action}: {name} must be an id, as a string.")
    row = batch.find(entity_type, entity_id)
    if row is None:
        raise faults.no_entity(entity_type, [entity_id])
    batch.connection.execute(
        sql.insert(_INVITATIONS).values(
            action=action,
            entity_id=entity_id,
            recipient=_recipient(batch, entity_type, row, attributes),
            sender=batch.caller.username,
            sent_at=batch.now,
        )
    )
    entity = batch.entity(entity_type)
    if "last_sent_at" in entity.attributes:
        batch.update(entity, (entity_id,), {entity.column("last_sent_at"): batch.now})
    return {"sent": True}


def _recipient(batch: Batch, entity_type: str, row: Row, attributes: Sequence[str]) -> str:
    entity = batch.entity(entity_type)
    found = (row.get(entity.column(name)) for name in attributes if name in entity.attributes)
    return str(next(filter(None, found), row["id"]))
