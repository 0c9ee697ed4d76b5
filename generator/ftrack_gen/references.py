"""Pairs each reference of an entity type with the attribute that holds its foreign key."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ftrack_gen.corrections import FOREIGN_KEYS
from ftrack_typed.schema import Property, PropertyKind, Schema

_NOT_KEYS = (PropertyKind.REFERENCE, PropertyKind.COLLECTION, PropertyKind.MAPPED_COLLECTION)


def foreign_keys(schema: Schema, lineage: Iterable[str]) -> dict[str, str]:
    """Return, for each reference that has one, the wire name of its foreign key."""
    lineage = tuple(lineage)
    pairs: dict[str, str] = {}
    for reference in schema.properties.values():
        if reference.kind is PropertyKind.REFERENCE:
            key = _by_name(schema, reference) or _by_column(schema, reference) or _by_table(schema, reference, lineage)
            if key is not None:
                pairs[reference.name] = key
    return pairs


def _is_key(schema: Schema, name: str) -> bool:
    return name in schema.properties and schema.properties[name].kind not in _NOT_KEYS


def _by_name(schema: Schema, reference: Property) -> str | None:
    """Pair ``status`` with ``status_id``."""
    name = f"{reference.name}_id"
    return name if _is_key(schema, name) else None


def _by_column(schema: Schema, reference: Property) -> str | None:
    """Pair ``author`` (column ``user``) with ``user_id`` (column ``userid``)."""
    columns = {_column(reference) + "id", _column(reference)}
    for key in sorted(schema.properties.values(), key=lambda key: key.name):
        if key.kind is PropertyKind.FOREIGN_KEY and _column(key) in columns:
            return key.name
    return None


def _by_table(schema: Schema, reference: Property, lineage: Iterable[str]) -> str | None:
    """Pair what only the table of corrections knows."""
    for name in lineage:
        key, _reason = FOREIGN_KEYS.get((name, reference.name), (None, ""))
        if key is not None and _is_key(schema, key):
            return key
    return None


def _column(prop: Property) -> str:
    """Return the column behind a property, without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", (prop.alias_for or prop.name).lower())
