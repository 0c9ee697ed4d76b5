"""Owns ``ftrack.update``: the event that tells what a committed batch changed (protocol section 7.7)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from .. import hints
from ..batch import Change
from ..caller import Caller
from ..store import Store
from .ancestry import Ancestry, Placed
from .folding import Told, fold
from .naming import UNTOLD, Names
from .packets import Event

TOPIC: Final = "ftrack.update"

APPLICATION: Final = "ftrack.api"
"""Stands in the source where the real server has the application that made the change: callers do not say."""

_MOVED: Final[Mapping[str, str]] = {
    # Attribute whose change is a move rather than an update, by root.
    "Context": "parent_id",
    "Asset": "context_id",
}


class Updates:
    """Makes the events of one store."""

    def __init__(self, store: Store) -> None:
        """Read from *store* what a batch itself does not know."""
        self._store = store
        self._names = Names(store.workspace.structured)

    def event(self, changes: Sequence[Change], caller: Caller) -> Event | None:
        """Return the event for the *changes* of a batch, or None where none of them is told."""
        storage = self._store.storage
        told = [each for each in fold(storage, changes) if not UNTOLD.intersection(each.entity.lineage)]
        if not told:
            return None
        with self._store.database.transaction(writing=False) as connection:
            ancestry = Ancestry(storage, connection)
            for each in told:
                ancestry.add(each.entity, each.row)
            told = _with_owners(ancestry, told)
            ancestry.load([Placed(each.entity, each.row) for each in told])
            ancestry.find([caller.user_id], "User")
        return self._event([self._entry(ancestry, each) for each in told], ancestry, caller) if told else None

    def _event(self, entries: list[dict[str, Any]], ancestry: Ancestry, caller: Caller) -> Event:
        involved = dict.fromkeys(parent["entityId"] for entry in entries for parent in entry["parents"])
        data = {
            "entities": entries,
            "pushToken": caller.push_token,
            "clientToken": caller.client_token,
            "parents": list(involved),
            "user": {"userid": caller.user_id, "name": _full_name(ancestry, caller)},
        }
        user = {"username": caller.username, "id": caller.user_id}
        source = {"applicationId": APPLICATION, "user": user, "id": caller.client_token}
        return {
            "topic": TOPIC,
            "id": uuid.uuid4().hex,
            "data": data,
            "sent": None,
            "source": source,
            "target": "",
            "inReplyToEvent": None,
        }

    def _entry(self, ancestry: Ancestry, told: Told) -> dict[str, Any]:
        placed = Placed(told.entity, told.row)
        changes = self._changes(told)
        entry = {
            "entityType": self._names.entity_type(told.entity),
            "entity_type": told.entity.name,
            "entityId": told.key[0],
            "action": _action(told),
            "parentId": ancestry.parent_id(placed),
            "keys": list(changes),
            "changes": changes,
            "parents": [self._parent(ancestry, each) for each in ancestry.chain(placed)],
        }
        if len(told.key) > 1:
            entry["entityKey"] = list(told.key)
        if "object_type_id" in told.entity.attributes and told.entity.lineage[-1] == "Context":
            entry["objectTypeId"] = told.row.get(told.entity.column("object_type_id"))
        return entry

    def _parent(self, ancestry: Ancestry, placed: Placed) -> dict[str, Any]:
        return {
            "entityId": placed.row[placed.entity.key_columns[0]],
            "entityType": self._names.entity_type(placed.entity),
            "entity_type": placed.entity.name,
            "parentId": ancestry.parent_id(placed),
        }

    def _changes(self, told: Told) -> dict[str, dict[str, Any]]:
        """Return old and new values by raw name; of an added or removed row only those that are there."""
        found: dict[str, dict[str, Any]] = {}
        for column, name in self._names.columns(told.entity).items():
            old, new = told.old.get(column), told.new.get(column)
            if old != new:
                found[name] = {"new": new, "old": old}
        for key, (old, new) in told.custom.items():
            found[key] = {"new": _text(new), "old": _text(old)}
        return found


def _action(told: Told) -> str:
    """Return the action; an update that gives another parent is a move."""
    attribute = _MOVED.get(told.entity.lineage[-1])
    if told.action == "update" and attribute is not None and told.entity.column(attribute) in told.new:
        return "move"
    return told.action


def _with_owners(ancestry: Ancestry, told: Iterable[Told]) -> list[Told]:
    """Return what is told with the values of custom attributes on their owners; those of removed ones are not told.

    Nor is the metadata that goes with a removed owner.
    """
    kept = [each for each in told if each.entity.name != hints.VALUE_TABLE]
    values = [each for each in told if each.entity.name == hints.VALUE_TABLE]
    by_id = {each.key[0]: each for each in kept if len(each.key) == 1}
    ancestry.find([each.row["configuration_id"] for each in values], "CustomAttributeConfiguration")
    ancestry.find([each.row["entity_id"] for each in values])
    for value in values:
        owner_id, configuration = value.row["entity_id"], ancestry.get(value.row["configuration_id"])
        owner = ancestry.get(owner_id)
        if owner is None or configuration is None:
            continue
        if owner_id not in by_id:
            by_id[owner_id] = Told("update", owner.entity, (owner_id,), {}, {}, dict(owner.row))
            kept.append(by_id[owner_id])
        if by_id[owner_id].action != "remove":
            by_id[owner_id].custom[configuration.row["key"]] = (_value(value.old), _value(value.new))
    gone = {entity_id for entity_id, each in by_id.items() if each.action == "remove"}
    return [each for each in kept if each.entity.name != "Metadata" or each.row["parent_id"] not in gone]


def _value(columns: Mapping[str, Any]) -> object:
    stored = columns.get("value")
    return None if stored is None else json.loads(stored)


def _text(value: object) -> str | None:
    """Return the value of a custom attribute as the event has it: as text, whatever its type."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, Mapping):
        return _text(value.get("value"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _full_name(ancestry: Ancestry, caller: Caller) -> str:
    user = ancestry.get(caller.user_id)
    parts = [user.row.get(name) for name in ("first_name", "last_name")] if user is not None else []
    return " ".join(part for part in parts if part) or caller.username
