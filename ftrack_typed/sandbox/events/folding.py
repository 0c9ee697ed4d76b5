"""Owns the way from the changes of a batch to one change per row: what was before it, and what is after it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import attrs

from ..batch import Change, Values
from ..model import EntityModel, Key
from ..sources import Storage


@attrs.define(eq=False)
class Told:
    """What a whole batch did to one row."""

    action: Literal["add", "update", "remove"]
    entity: EntityModel
    key: Key
    old: Values
    """Stored values before, by column: all of a removed row, those that changed of an updated one."""

    new: Values
    """Stored values after, by column: all of an added row, those that changed of an updated one."""

    row: Values
    """The whole row: as it is now, or as it was before it was removed."""

    custom: dict[str, tuple[Any, Any]] = attrs.field(factory=dict)
    """Old and new values of custom attributes by key, decoded."""


def fold(storage: Storage, changes: Iterable[Change]) -> list[Told]:
    """Return one record per row, in the order of the first change of each; rows that are as before are left out."""
    found: dict[tuple[str, Key], Told] = {}
    for change in changes:
        entity = storage.entity(change.entity_type)
        place = (entity.table, change.key)
        known = found.get(place)
        if known is None:
            row = dict(change.row)
            new = row if change.action == "add" else dict(change.new)
            found[place] = Told(change.action, entity, change.key, dict(change.old), dict(new), row)
        elif change.action == "update":
            _updated(known, change)
        elif change.action == "remove" and known.action == "add":
            del found[place]
        elif change.action == "remove":
            known.action, known.row, known.new = "remove", dict(change.row), {}
            known.old = {**change.row, **known.old}
        else:
            known.action, known.entity, known.row, known.new = "update", entity, dict(change.row), dict(change.row)
    return [told for told in found.values() if told.action != "update" or _differs(told)]


def _updated(known: Told, change: Change) -> None:
    known.row.update(change.new)
    known.new.update(change.new)
    if known.action == "update":
        for name, value in change.old.items():
            known.old.setdefault(name, value)


def _differs(told: Told) -> bool:
    """Leave only what differs in an update, and return whether something does."""
    changed = [name for name, value in told.new.items() if told.old.get(name) != value]
    told.old = {name: told.old.get(name) for name in changed}
    told.new = {name: told.new[name] for name in changed}
    return bool(changed)
