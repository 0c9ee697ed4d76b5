"""Owns the record of what a schema says about one attribute."""

from __future__ import annotations

import enum
from typing import NamedTuple

from .symbols import NOT_SET


class AttributeKind(enum.Enum):
    """What an attribute holds."""

    SCALAR = "scalar"
    REFERENCE = "reference"
    COLLECTION = "collection"
    MAPPED = "mapped"
    CUSTOM = "custom"
    RESTRICTED = "restricted"


class AttributeFacts(NamedTuple):
    """What the schema says about one attribute of one entity type.

    ``name`` is the attribute in Python and ``wire`` on the server. ``value_type`` is the type of the value as the
    annotation has it, without ``None``; for references and collections it is ``target``, the other entity type.
    ``foreign_key`` is the wire name of the attribute that holds a reference's key. ``default`` may be a symbol:
    ``NOT_SET``, ``NEW_ID`` or ``SERVER_SIDE``.

    A tuple and no class of attrs: a session makes hundreds of these when it starts, and attrs takes as long to import
    as a tenth of all that a start needs.
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
