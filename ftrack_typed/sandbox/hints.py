"""Owns what a schema does not tell about storage: one table of exceptions, each with its reason.

Everything else is derived from the schema by `derivation`. A hint for a type that a workspace lacks is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

import attrs


@attrs.frozen
class Through:
    """A many-to-many relation by the rows of another entity type, such as a list's items by ListObject."""

    entity_type: str
    near: str
    """Attribute of the rows with the id of the entity that has the collection."""

    far: str
    """Attribute of the rows with the id of the items."""


@attrs.frozen
class Remote:
    """A one-to-many relation by an attribute of the items."""

    attribute: str
    fixed: Mapping[str, str] = attrs.field(factory=dict)
    """Further attributes that the items must have, with their values."""


@attrs.frozen
class Local:
    """A reference by attributes of the entity itself."""

    attributes: tuple[str, ...]
    remote: tuple[str, ...] = ("id",)


@attrs.frozen
class Computed:
    """A reference by an id that `computed` works out."""

    name: str


@attrs.frozen
class Walk:
    """A collection of everything above or below in a tree, starting at the context that an attribute names."""

    direction: Literal["up", "down"]
    start: str = "id"


Hint = Through | Remote | Local | Computed | Walk

BASES: Final[Mapping[str, str]] = {
    # Servers before 2023 send no $mixin; these are the bases that newer ones send.
    "Project": "Context",
    "TypedContext": "Context",
    "FileComponent": "Component",
    "ContainerComponent": "Component",
    "SequenceComponent": "ContainerComponent",
    "User": "Resource",
    "Group": "Resource",
    "TypedContextList": "List",
    "AssetVersionList": "List",
    "TypedContextStatusChange": "StatusChange",
    "AssetVersionStatusChange": "StatusChange",
    "CustomAttributeConfiguration": "CustomConfigurationBase",
    "CustomAttributeLinkConfiguration": "CustomConfigurationBase",
    "NoteCategory": "NoteLabel",
}

CLASSIFIED_BASES: Final[Mapping[str, str]] = {"object_typeid": "TypedContext"}
"""Base of the types that a column singles out; a studio's own object types are known by it alone."""

TABLES: Final[Mapping[str, str]] = {
    # Roots of families whose rows are those of another root, because both are views of one table.
    "CustomAttributeLinkFrom": "CustomAttributeLink",
}

UNTYPED: Final = frozenset(
    {
        # Families whose types are views: a row is of the type that it is asked for as.
        "NoteLabel",  # NoteCategory is the older name of the same rows (protocol section 5.1)
        "CustomAttributeLink",  # the typed ones differ in the reference to one end only
    }
)

ABSTRACT: Final[Mapping[str, str | None]] = {
    # What an entity created as the base becomes where no discriminator is sent; None: that is refused.
    "Component": "FileComponent",
    "Context": None,
    "TypedContext": None,
    "Resource": None,
    "BaseUser": "User",
    "List": "TypedContextList",
    "CustomConfigurationBase": "CustomAttributeConfiguration",
}

DISCRIMINATORS: Final[Mapping[str, Mapping[str, str]]] = {
    # Set by the server from the entity type; the schema has no default for them (protocol section 5.1).
    "Project": {"context_type": "show"},
    "TypedContext": {"context_type": "task"},
    "FileComponent": {"system_type": "file"},
    "SequenceComponent": {"system_type": "sequence"},
    "ContainerComponent": {"system_type": "container"},
    "User": {"resource_type": "user"},
    "Group": {"resource_type": "group"},
    "Collaborator": {"resource_type": "collaborator"},
}

RELATIONS: Final[Mapping[str, Mapping[str, Hint]]] = {
    # By entity type, whose subtypes have it too. Reasons: two foreign keys point at the same type, the key is not
    # named after the relation, or the relation is worked out.
    "Context": {
        "assignments": Remote("context_id", {"type": "assignment"}),  # a filtered view of the appointments
        "allocations": Remote("context_id", {"type": "allocation"}),
        "ancestors": Walk("up"),
        "descendants": Walk("down"),
        "lists": Through("ListObject", "entity_id", "list_id"),
        "incoming_links": Remote("to_id"),
        "outgoing_links": Remote("from_id"),
    },
    "Resource": {
        "assignments": Remote("resource_id", {"type": "assignment"}),
        "allocations": Remote("resource_id", {"type": "allocation"}),
    },
    "Asset": {"latest_version": Computed("latest_version_id"), "ancestors": Walk("up", "context_id")},
    "AssetVersion": {
        "uses_versions": Through("AssetVersionLink", "to_id", "from_id"),
        "used_in_versions": Through("AssetVersionLink", "from_id", "to_id"),
        "lists": Through("ListObject", "entity_id", "list_id"),
        "incoming_links": Remote("to_id"),
        "outgoing_links": Remote("from_id"),
    },
    "List": {"items": Through("ListObject", "list_id", "entity_id")},
    "ProjectSchema": {
        # Older and newer names of the same relations (protocol section 5.2).
        "_overrides": Remote("project_schema_id"),
        "task_workflow_schema_overrides": Remote("project_schema_id"),
        "_schemas": Remote("project_schema_id"),
        "object_type_schemas": Remote("project_schema_id"),
        "_task_type_schema": Local(("task_type_schema_id",)),
        "_task_workflow": Local(("task_workflow_schema_id",)),
        "_version_workflow": Local(("asset_version_workflow_schema_id",)),
    },
    "Note": {"replies": Remote("in_reply_to_id")},
    "CustomAttributeConfiguration": {"values": Remote("configuration_id")},
    "TypedContext": {"split_parts": Remote("task_id")},  # every typed context has it, the items name a Task
    "Schema": {"statuses": Remote("schema_id"), "types": Remote("schema_id")},
    "Recipient": {"user": Local(("resource_id",)), "recipient": Local(("resource_id",))},
    "SettingComponent": {"setting": Local(("name", "group"), ("name", "group"))},  # a key of two parts
    "ReviewSessionObject": {"asset_version": Local(("version_id",))},  # `version` is a text of its own
    "CustomConfigurationBase": {"object_type": Local(("object_type_id",))},
    "CustomAttributeLinkConfiguration": {"object_type_to": Local(("object_type_id_to",))},
    "Feed": {"event": Local(("social_id",))},
}

WIDENED: Final[Mapping[str, str]] = {
    # The server's own model behind Task holds all typed contexts: ``ObjectType.tasks`` gives folders, lists hold shots
    # (protocol section 3.2), although the schema names Task.
    "Task": "TypedContext",
}

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    # Beyond what the schema requires: a typed context without a place in the tree could not be reached.
    "TypedContext": ("parent_id", "project_id"),
}

UPSERTED: Final = frozenset(
    {
        # Creating a row that is there already changes it, because the server makes such rows by itself.
        "Recipient",  # the author of a note
        "NoteLabelLink",  # the label of a note's category
    }
)

KEPT: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    # Items that a new content of a collection leaves in it: their attribute equals that of the owner.
    ("Note", "recipients"): ("resource_id", "user_id"),  # the author is always a recipient (protocol section 10.9)
}

LINK_ENDS: Final[Mapping[str, str]] = {
    # Column that the one reference of the typed custom links stands for.
    "CustomAttributeLink": "to_id",
    "CustomAttributeLinkFrom": "from_id",
}

COLLECTION_KEYS: Final[Mapping[str, str]] = {
    # Attribute of the items of any collection of this type: their owner can be of any type.
    "Metadata": "parent_id",
    "Note": "parent_id",
    "EntitySetting": "parent_id",
    "StatusChange": "parent_id",
    "CustomAttributeLink": "from_id",
    "CustomAttributeLinkFrom": "to_id",
    "CustomAttributeValue": "entity_id",
}

ANCHORED: Final[Mapping[str, str]] = {
    # Rows that must hang on an entity that is there, by the relation that the types of such entities have. No foreign
    # key says so, because they may be of any of these types.
    "Metadata": "metadata",
    "Note": "notes",
}

PAGE_COMPUTED: Final = frozenset({"link", "_link", "thumbnail_url", "url", "thumbnail_source_id"})
"""Attributes that are worked out for a page of rows, where computed or immutable: not stored, not for criteria."""

VALUE_TABLE: Final = "CustomAttributeValue"
"""Holds the stored values behind every dense ``<Owner>CustomAttributeValue`` (protocol section 3.5)."""

CONFIGURATION: Final = "CustomAttributeConfiguration"
"""Says which entities have a value; without it, no type is dense."""

VALUE_SUFFIX: Final = "CustomAttributeValue"

LINK_TABLES: Final[Mapping[tuple[str, str], str]] = {
    # Many-to-many relations that neither a foreign key nor a link entity backs get a table of their own; the two
    # sides of one relation name the same table.
    ("Context", "scopes"): "context_scopes",
    ("CustomConfigurationBase", "read_security_roles"): "configuration_readers",
    ("CustomConfigurationBase", "write_security_roles"): "configuration_writers",
    ("UserView", "shared_with"): "user_view_shares",
}

Action: TypeAlias = Literal["cascade", "clear", "refuse", "keep"]
"""What becomes of a row when one that it refers to is deleted."""

CASCADES: Final[Mapping[tuple[str, str], Action]] = {
    # What happens to rows whose foreign key names a deleted row. Elsewhere: a required key cascades, another is
    # cleared (protocol sections 5.1 and 10.10).
    ("Context", "parent_id"): "cascade",
    ("Context", "project_id"): "cascade",
    ("Context", "thumbnail_id"): "clear",
    ("Context", "status_id"): "refuse",
    ("Context", "type_id"): "refuse",
    ("Context", "priority_id"): "refuse",
    ("Context", "object_type_id"): "refuse",
    ("Context", "project_schema_id"): "refuse",
    ("AssetVersion", "status_id"): "refuse",
    ("Asset", "context_id"): "cascade",
    ("AssetVersion", "asset_id"): "cascade",
    ("AssetVersion", "task_id"): "clear",  # the version stays when its task goes
    ("Component", "version_id"): "cascade",
    ("Component", "container_id"): "cascade",
    ("ComponentLocation", "component_id"): "cascade",
    ("ComponentLocation", "location_id"): "refuse",  # a location in use stays
    ("Timelog", "context_id"): "cascade",
    ("Timelog", "user_id"): "cascade",
    ("Timer", "context_id"): "clear",
    ("Timer", "user_id"): "cascade",
    ("Manager", "context_id"): "cascade",
    ("Manager", "user_id"): "cascade",
    ("Note", "in_reply_to_id"): "cascade",
    ("Note", "user_id"): "keep",  # what a former colleague wrote stays
    ("Note", "project_id"): "clear",
    ("ReviewSession", "created_by_id"): "keep",
    ("ReviewSessionInvitee", "created_by_id"): "keep",
    ("Conversation", "created_by_id"): "keep",
    ("Message", "created_by_id"): "keep",
    ("ReviewSessionObjectStatus", "review_session_invitee_id"): "cascade",
    ("ReviewSessionObjectStatus", "review_session_object_id"): "cascade",
    ("Event", "project_id"): "cascade",
    ("StatusChange", "user_id"): "keep",
    ("UserSecurityRole", "user_id"): "cascade",
    ("UserSecurityRole", "security_role_id"): "cascade",
    ("UserSecurityRoleProject", "project_id"): "cascade",
    ("UserSecurityRoleProject", "user_security_role_id"): "cascade",
    ("DashboardWidget", "dashboard_id"): "cascade",
    ("CustomAttributeValue", "configuration_id"): "cascade",
    ("CalendarEvent", "project_id"): "cascade",
    ("ReviewSessionFolder", "project_id"): "cascade",
    ("Feed", "social_id"): "cascade",
    ("Job", "user_id"): "cascade",
}

OWNED: Final[Mapping[str, tuple[str, ...]]] = {
    # Rows that go with any entity, whatever its type, by the attribute with its id.
    "Metadata": ("parent_id",),
    "Note": ("parent_id",),
    "EntitySetting": ("parent_id",),
    "StatusChange": ("parent_id",),
    "CustomAttributeValue": ("entity_id",),
    "CustomAttributeLink": ("from_id", "to_id"),
    "ListObject": ("entity_id",),
}

UNIQUE: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, str]]]] = {
    # Names of typed contexts are unique under one parent (protocol section 5.1): columns, and the condition on them.
    "Context": (("parent_id", "name"), ("context_type", "task")),
}

INDEXED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    # Look-ups beside those by key and foreign key, which are always indexed.
    "Context": (("name",), ("parent_id", "name")),
    "Asset": (("name",),),
    "Component": (("name",),),
    "Resource": (("username",), ("email",)),
    "Metadata": (("key",),),
    "Note": (("parent_id",),),
    "StatusChange": (("parent_id",),),
    "CustomAttributeValue": (("entity_id",),),
    "CustomAttributeLink": (("from_id",), ("to_id",)),
    "ListObject": (("entity_id",),),
    "EntitySetting": (("parent_id",),),
    "CustomConfigurationBase": (("key",),),
    "ComponentLocation": (("resource_identifier",),),
}
