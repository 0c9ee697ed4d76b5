"""Owns the records that say how entity types are stored: attributes and columns, relations, keys and inheritance."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

import attrs

from ..schema import Property, PropertyKind

Key = tuple[object, ...]
"""Values of a primary key, in the order of the schema."""


@attrs.frozen
class Attribute:
    """A scalar attribute, and the column that holds it; two names of one column are two attributes."""

    name: str
    kind: PropertyKind
    column: str
    exact: bool
    """Whether comparison heeds case: ids and keys do, other texts do not (protocol section 4.1)."""

    wire: Property


@attrs.frozen
class LinkTable:
    """The table between the two sides of a many-to-many relation."""

    table: str
    near: str
    far: str
    entity_type: str | None = None
    """The entity type of its rows, where they are entities."""


@attrs.frozen
class Relation:
    """A reference or collection: how an entity finds its targets."""

    name: str
    target: str
    many: bool
    local: tuple[str, ...]
    """Columns of the entity, or the name of a computed one."""

    remote: tuple[str, ...]
    """Columns of the target that hold the same values; of the link's far side where there is a link."""

    fixed: Mapping[str, str] = attrs.field(factory=dict)
    link: LinkTable | None = None
    walk: Literal["up", "down"] | None = None
    restricted: bool = False
    """Whether it can only be used in criteria."""

    @property
    def writable(self) -> bool:
        """Whether clients may set it."""
        return self.walk is None and not self.restricted and not self.local[0].startswith("computed:")


@attrs.frozen
class StoredColumn:
    """A column of a table."""

    name: str
    kind: PropertyKind
    exact: bool


@attrs.frozen(eq=False, slots=False)
class EntityModel:
    """How one entity type is stored."""

    name: str
    lineage: tuple[str, ...]
    """The type itself, its base, and so on to the root."""

    table: str
    typed: bool
    """Whether the rows of the table say their concrete type."""

    covers: frozenset[str]
    """The concrete types that are of this type; empty where it has all rows of its table."""

    key: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]
    computed: frozenset[str]
    """Scalar attributes that are worked out for a page of rows."""

    extras: tuple[str, ...]
    """Attributes in every row besides the key (protocol section 3.2)."""

    required: frozenset[str]
    immutable: frozenset[str]
    server_computed: frozenset[str]
    defaults: Mapping[str, object]
    default_projections: tuple[str, ...]
    discriminators: Mapping[str, str]
    """Columns that the server sets from the type."""

    dense_owner: str | None = None
    """Entity type that has a row for each configuration of a custom attribute (protocol section 3.5)."""

    def column(self, attribute: str) -> str:
        """Return the column of a scalar attribute."""
        return self.attributes[attribute].column

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the primary key."""
        return tuple(self.attributes[name].column for name in self.key)

    @functools.cached_property
    def reference_by_column(self) -> Mapping[str, Relation]:
        """The references that can be set, by their column; the widest where several share one."""
        found: dict[str, Relation] = {}
        for each in self.relations.values():
            if not each.many and each.writable and len(each.local) == 1:
                found.setdefault(each.local[0], each)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """Every attribute that queries can name."""
        return (*self.attributes, *self.relations, *self.computed)


@attrs.frozen(eq=False)
class Reference:
    """A foreign key: rows of one table that name rows of another, and what becomes of them when those go."""

    table: str
    column: str
    target_table: str
    target_column: str
    action: Literal["cascade", "clear", "refuse", "keep"]
    entity_type: str


@attrs.frozen(eq=False)
class StorageModel:
    """How a whole workspace is stored."""

    entities: Mapping[str, EntityModel]
    columns: Mapping[str, Mapping[str, StoredColumn]]
    """Columns by table."""

    keys: Mapping[str, tuple[str, ...]]
    """Columns of the primary key by table."""

    typed: frozenset[str]
    """Tables whose rows say their concrete type."""

    indexes: Mapping[str, tuple[tuple[str, ...], ...]]
    unique: Mapping[str, tuple[tuple[str, ...], tuple[str, str]]]
    references: tuple[Reference, ...]
    owned: tuple[Reference, ...]
    """Rows that go with an entity of any type."""

    links: Mapping[str, LinkTable]
    """Link tables that are no entities, by name."""
