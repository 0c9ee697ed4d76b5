"""The generation model: what the package will say about each entity type, decided, and not yet laid out."""

from __future__ import annotations

import enum
from collections.abc import Mapping

import attrs

from ftrack_gen.names import AttributeName, ClassName, ModuleName


@attrs.frozen
class Default:
    """What a new entity starts with: a value, or a symbol of the runtime."""

    value: object
    symbol: bool = False


NOT_SET = Default("NOT_SET", symbol=True)
NEW_ID = Default("NEW_ID", symbol=True)
SERVER_SIDE = Default("SERVER_SIDE", symbol=True)


@attrs.frozen(kw_only=True)
class Facts:
    """What an entity type says about one of its attributes, and what may differ from its base."""

    default: Default = NOT_SET
    mutable: bool = True
    computed: bool = False
    nullable: bool = True
    required: bool = False
    """Whether a new entity must be given a value."""


class Shape(enum.Enum):
    """What an attribute holds, by the descriptor family that declares it."""

    SCALAR = "Attr"
    REFERENCE = "Ref"
    COLLECTION = "Many"
    RESTRICTED = "Restricted"
    MAPPED = "Mapped"
    CUSTOM = "Custom"


@attrs.frozen(kw_only=True)
class Value:
    """The type of an attribute's value, without None."""

    shape: Shape
    name: str = ""
    """Name of the Python type of a scalar or of a mapping's values; ``list[LinkItem]`` is one."""

    target: str | None = None
    """Entity type that references and collections hold."""

    choices: tuple[str, ...] = ()
    """The only texts allowed, where the schema lists them."""


@attrs.frozen(kw_only=True)
class Attribute:
    """An attribute that an entity class declares."""

    name: AttributeName
    wire: str
    value: Value
    facts: Facts
    doc: str
    given_by_default: bool = False
    """Whether there must be a default although a value is required: a twin or a subtype may do without."""

    foreign_key: str | None = None
    narrowed_to: tuple[str, ...] = ()
    """Entity types below in which the value is never null."""


@attrs.frozen(kw_only=True)
class Inherited:
    """How an inherited attribute differs below its base; what is None is as in the base."""

    name: AttributeName
    default: Default | None = None
    mutable: bool | None = None
    computed: bool | None = None
    nullable: bool | None = None
    required: bool | None = None


@attrs.frozen
class Behaviour:
    """A class of the runtime that an entity class inherits methods from, and the entity types that it is bound to."""

    name: str
    arguments: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class EntityClass:
    """An entity type and the class that stands for it."""

    type_name: str
    class_name: ClassName
    module: ModuleName
    base: str | None
    doc: str
    attributes: tuple[Attribute, ...]
    inherited: tuple[Inherited, ...] = ()
    primary_key: tuple[str, ...] | None = None
    """Set where it differs from the base's."""

    default_projections: tuple[str, ...] | None = None
    custom_class: ClassName | None = None
    """The custom attributes class of its own."""

    behaviours: tuple[Behaviour, ...] = ()
    """Those that it has and its base has not."""

    declares_custom: bool = False
    """Whether it is the topmost type that has custom attributes."""


@attrs.frozen(kw_only=True)
class CustomAttribute:
    """A custom attribute of one or more entity types."""

    name: AttributeName
    key: str
    type_name: str
    values: tuple[Value, ...]
    """One type, or more where projects disagree."""

    nullable: bool
    hierarchical: bool
    computed: bool
    doc: str


@attrs.frozen(kw_only=True)
class CustomClass:
    """The custom attributes of one entity type."""

    class_name: ClassName
    type_name: str
    base: ClassName | None
    attributes: tuple[CustomAttribute, ...]


@attrs.frozen(kw_only=True)
class NamedRows:
    """Rows of the workspace by name, such as its statuses."""

    alias: str
    constant: str
    doc: str
    ids: Mapping[str, str]


@attrs.frozen(kw_only=True)
class Package:
    """All that a generated package says."""

    workspace: str
    workspace_hash: str
    schema_hash: str
    entities: tuple[EntityClass, ...]
    custom_classes: tuple[CustomClass, ...] = ()
    rows: tuple[NamedRows, ...] = ()
