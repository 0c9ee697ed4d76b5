"""Finds the sentence below each attribute: the server's, else the standard workspace's, else a plain one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from ftrack_typed.schema import Property, PropertyKind, Schema

DESCRIPTIONS_FILE: Final = "descriptions.json"
TYPE_ITSELF: Final = ""
"""The key under which the description of the type itself stands."""

_SAYS_NOTHING: Final = ("Foreign key(s):", "This attribute has been deprecated")
"""Beginnings of the server's descriptions that are no description."""

_KIND_SENTENCES: Final[Mapping[PropertyKind, str]] = {
    PropertyKind.REFERENCE: "{words}: `{target}`.",
    PropertyKind.COLLECTION: "{words}: all `{target}` of this entity.",
    PropertyKind.MAPPED_COLLECTION: "{words} by key.",
    PropertyKind.BOOLEAN: "{words}: true or false.",
    PropertyKind.DATETIME: "{words}, in UTC.",
    PropertyKind.JSON: "{words}, a JSON text.",
    PropertyKind.OBJECT: "{words}, a JSON object.",
    PropertyKind.VARIABLE: "{words}, any JSON value.",
}

Descriptions = Mapping[str, Mapping[str, str]]


def read_descriptions(folder: Path) -> Descriptions:
    """Return the descriptions of the standard workspace, by type and attribute; none where the file is not there."""
    path = folder / DESCRIPTIONS_FILE
    if not path.is_file():
        return {}
    descriptions: Descriptions = json.loads(path.read_text(encoding="utf-8"))
    return descriptions


class Describer:
    """Describes types and attributes."""

    def __init__(self, standard: Descriptions) -> None:
        """Fall back on the *standard* descriptions."""
        self.standard = standard

    def describe_type(self, schema: Schema, base: str | None) -> str:
        """Return a sentence about an entity type."""
        known = self.standard.get(schema.id, {}).get(TYPE_ITSELF)
        if known:
            return known
        words = f"The entity type {schema.id}"
        return f"{words}, a kind of {base}." if base else f"{words}."

    def describe(self, prop: Property, lineage: Iterable[str], foreign_keys: Mapping[str, str]) -> str:
        """Return a sentence about an attribute of the first type of *lineage*."""
        own = " ".join((prop.description or "").split())
        if own and not own.startswith(_SAYS_NOTHING):
            return own
        for name in lineage:
            known = self.standard.get(name, {}).get(prop.name)
            if known:
                return known
        return _composed(prop, foreign_keys)


def _composed(prop: Property, foreign_keys: Mapping[str, str]) -> str:
    """Return what the schema alone tells about an attribute."""
    for reference, key in foreign_keys.items():
        if key == prop.name:
            return f"Id of `{reference}`."
    words = prop.name.replace("_", " ").strip().capitalize() or prop.name
    sentence = _KIND_SENTENCES.get(prop.kind, "{words}.")
    return sentence.format(words=words, target=prop.reference or prop.items)
