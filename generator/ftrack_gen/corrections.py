"""Lists what a server's schema leaves out or gets wrong, as data with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple


class Rule(NamedTuple):
    """Attributes of an entity type, and of those that derive from it, with the reason; ``*`` is every type."""

    entity_type: str
    attributes: str
    reason: str


Table = Mapping[tuple[str, str], str]
"""From entity type and attribute to the reason."""


def _table(*rules: Rule) -> Table:
    return {(rule.entity_type, name): rule.reason for rule in rules for name in rule.attributes.split()}


def applies(table: Table, lineage: Iterable[str], attribute: str) -> bool:
    """Tell whether *table* has *attribute* for one of the types of *lineage*."""
    return ("*", attribute) in table or any((name, attribute) in table for name in lineage)


NEVER_NULL: Final = _table(
    Rule("TypedContext", "project project_id", "every typed context belongs to a project; its parent decides which"),
    Rule("TypedContext", "parent parent_id", "only projects stand at the top of the tree"),
    Rule("AssetVersion", "asset asset_id", "a version is a version of an asset; every row carries asset_id"),
    Rule("Asset", "parent context_id", "an asset lies below a context; every row carries context_id"),
    Rule("CustomAttributeLink", "from_entity_type to_entity_type", "every type of link requires both; a link has ends"),
    Rule("CustomAttributeLinkFrom", "from_entity_type to_entity_type", "the same links, seen from their other end"),
)
"""Attributes that are never null although the server does not list them as required."""

SERVER_SUPPLIED: Final = _table(
    Rule("*", "created_at", "the server stamps the time of creation"),
    Rule("*", "created_by created_by_id", "the creator is the user of the API key"),
    Rule("Context", "context_type", "told apart by the entity type, which the server knows"),
    Rule("Component", "system_type", "told apart by the entity type"),
    Rule("Resource", "resource_type", "told apart by the entity type"),
    Rule("TypedContext", "bid sort", "0 unless given"),
    Rule("TypedContext", "status_id type_id", "the project schema has a default for each object type"),
    Rule("TypedContext", "priority_id", "the priority None unless given"),
    Rule("TypedContext", "object_type_id", "follows from the entity type"),
    Rule("TypedContext", "project project_id", "taken from the parent"),
    Rule("Project", "status", "active unless given"),
    Rule("AssetVersion", "status_id", "the workflow of the project schema has a default"),
    Rule("Status", "is_active", "a flag; the server has a value of its own for it, as for users"),
    Rule("User", "username is_active", "the server fills in a name, and false"),
    Rule("Group", "local", "a flag that tells groups made here from those of a directory; the server knows"),
    Rule("Timer", "start", "now unless given"),
    Rule("Timelog", "start duration", "accepted without; all is optional but the user"),
    Rule("ReviewSession", "start_date end_date", "accepted without, as in the example of ftrack's documentation"),
    Rule("ReviewSessionObject", "sort_order", "the server appends, as it does with sort"),
    Rule("StatusChange", "id", "rows that only the server writes"),
    Rule("Event", "id", "rows that only the server writes; the id is a counter"),
    Rule("CustomAttributeLink", "from_entity_type to_entity_type", "follow from the configuration"),
    Rule("CustomAttributeLinkFrom", "from_entity_type to_entity_type", "follow from the configuration"),
)
"""Attributes without a default that a new entity need not have, because the server picks a value."""

FOREIGN_KEYS: Final[Mapping[tuple[str, str], tuple[str, str]]] = {
    # (type, reference): (foreign key, reason)
    ("Asset", "parent"): ("context_id", "the only context that an asset has"),
    ("CustomAttributeLinkConfiguration", "object_type_to"): ("object_type_id_to", "the suffix stands last"),
    ("Feed", "event"): ("social_id", "the server's word for an event is social event"),
    ("Recipient", "recipient"): ("resource_id", "the recipient is a resource"),
    ("ReviewSessionObject", "asset_version"): ("version_id", "the only version that it has"),
    ("ReviewSessionObjectStatus", "invitee"): ("review_session_invitee_id", "the only invitee that it has"),
    ("SchemaStatus", "task_status"): ("status_id", "the only status that it has"),
    ("SchemaType", "task_type"): ("type_id", "the only type that it has"),
    ("AssetCustomAttributeLink", "asset"): ("to_id", "the link's other end"),
    ("AssetVersionCustomAttributeLink", "asset_version"): ("to_id", "the link's other end"),
    ("ComponentCustomAttributeLink", "component"): ("to_id", "the link's other end"),
    ("ContextCustomAttributeLink", "context"): ("to_id", "the link's other end"),
    ("GroupCustomAttributeLink", "group"): ("to_id", "the link's other end"),
    ("ListCustomAttributeLink", "list"): ("to_id", "the link's other end"),
    ("UserCustomAttributeLink", "user"): ("to_id", "the link's other end"),
    ("AssetCustomAttributeLinkFrom", "asset"): ("from_id", "the link's other end, seen from where it ends"),
    ("AssetVersionCustomAttributeLinkFrom", "asset_version"): ("from_id", "the link's other end"),
    ("ComponentCustomAttributeLinkFrom", "component"): ("from_id", "the link's other end"),
    ("ContextCustomAttributeLinkFrom", "context"): ("from_id", "the link's other end"),
    ("GroupCustomAttributeLinkFrom", "group"): ("from_id", "the link's other end"),
    ("ListCustomAttributeLinkFrom", "list"): ("from_id", "the link's other end"),
    ("UserCustomAttributeLinkFrom", "user"): ("from_id", "the link's other end"),
}
"""References whose foreign key neither their name nor their column shows."""

VALUE_TYPES: Final[Mapping[str, tuple[str, str]]] = {
    # column: (type of the value, reason)
    "_api_link": ("list[LinkItem]", "declared as text, and sent as a list of id, name and type"),
    "api_link": ("list[LinkItem]", "the same of groups"),
}
"""Values that are no such thing as the server declares, and never null, by the name of the server's column."""

TARGETS: Final[Mapping[str, tuple[str, str]]] = {
    # column: (entity type, reason)
    "_task_items": ("TypedContext", "declared as tasks, and holds shots and all other typed contexts as well"),
}
"""Entity types of collections that hold more than the server declares, by the name of the server's column."""
