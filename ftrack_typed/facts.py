"""Owns the record of what a schema says about one attribute."""

from __future__ import annotations

import enum

import attrs

from .symbols import NOT_SET


class AttributeKind(enum.Enum):
    """What an attribute holds."""

    SCALAR = "scalar"
    REFERENCE = "reference"
    COLLECTION = "collection"
    MAPPED = "mapped"
    CUSTOM = "custom"
    RESTRICTED = "restricted"


@attrs.frozen(kw_only=True)
class AttributeFacts:
    """What the schema says about one attribute of one entity type.

    ``name`` is the attribute in Python and ``wire`` on the server. ``value_type`` is the type of the value as the
    annotation has it, without ``None``; for references and collections it is ``target``, the other entity type.
    ``foreign_key`` is the wire name of the attribute that holds a reference's key. ``default`` may be a symbol:
    ``NOT_SET``, ``NEW_ID`` or ``SERVER_SIDE``.
    """

    name: str
    wire: str
    kind: AttributeKind
    value_type: str
    target: str | None = None
    nullable: bool = False
    mutable: bool = True
    computed: bool = False
    required: bool = False
    default: object = NOT_SET
    foreign_key: str | None = None
