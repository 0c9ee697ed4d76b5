"""Lists the names that a generated package cannot give to what a schema names, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final


def _table(groups: Mapping[str, str]) -> Mapping[str, str]:
    """Return name -> reason from reason -> names."""
    return {name: reason for reason, names in groups.items() for name in names.split()}


_MAPPING: Final = "entities and custom attributes are mappings, and this is one of a mapping's methods"

MAPPING_NAMES: Final = _table({_MAPPING: "keys items values get pop popitem clear update setdefault"})
"""Methods of mappings."""

RESERVED_ATTRIBUTES: Final[Mapping[str, str]] = {
    **MAPPING_NAMES,
    **_table(
        {
            "a documented public name of an entity": (
                "entity_type attributes primary_key_attributes default_projections session logger merge to_dict"
            ),
            "a method of the behaviours that entities inherit": (
                "create_component create_thumbnail encode_media get_availability create_reply create_note "
                "start_timer stop_timer send_invite reset_api_key get_statuses get_types wait"
            ),
            "a method or setting of locations": (
                "accessor structure resource_identifier_transformer moves_data "
                "add_component add_components remove_component "
                "remove_components get_component_availability get_component_availabilities get_resource_identifier "
                "get_resource_identifiers get_filesystem_path get_filesystem_paths get_url get_thumbnail_url"
            ),
            "an operator of references and collections on the class": (
                "in_ not_in is_ is_not has as_ any each like not_like desc asc mro"
            ),
            "checkers know it under this name only": "TYPE_CHECKING",
            "attrs writes methods whose first parameter has this name": "self",
        }
    ),
}
"""Names that no attribute of an entity class may have."""

RESERVED_CUSTOM_ATTRIBUTES: Final[Mapping[str, str]] = {
    **MAPPING_NAMES,
    **_table(
        {
            "the owner of the custom attributes": "entity",
            "an operator of references and collections on the class": "any has each mro",
            "checkers know it under this name only": "TYPE_CHECKING",
        }
    ),
}
"""Names that no attribute of a custom attributes class may have."""

RESERVED_PREFIXES: Final[Mapping[str, str]] = {
    "_ftrack_": "the runtime's own names on entities begin so",
    "__": "Python gives such names a meaning of their own in a class",
}
"""Beginnings that no attribute may have; the underscores in front are dropped."""

RESERVED_MODULES: Final = _table(
    {
        "the module of the custom attributes": "custom_attributes",
        "the module of statuses, types and priorities": "workspace",
        "a file name that Windows keeps for devices": (
            "con prn aux nul " + " ".join(f"com{number} lpt{number}" for number in range(1, 10))
        ),
        "Python's own file names in a package": "__init__ __main__ __pycache__",
    }
)
"""Names that no module of an entity type may have."""

WORKSPACE_NAMES: Final = {
    "statuses": ("StatusName", "STATUSES"),
    "types": ("TypeName", "TYPES"),
    "priorities": ("PriorityName", "PRIORITIES"),
    "object_types": ("ObjectTypeName", "OBJECT_TYPES"),
    "project_schemas": ("ProjectSchemaName", "PROJECT_SCHEMAS"),
}
"""For each kind of row: the type alias of the names, and the mapping from name to id."""

RESERVED_EXPORTS: Final[Mapping[str, str]] = {
    **_table(
        {
            "the package's own session class": "Session",
            "the package's registry": "REGISTRY",
            "imported by the package itself": "Registry TYPE_CHECKING annotations",
        }
    ),
    **{name: "a name of the workspace's rows" for pair in WORKSPACE_NAMES.values() for name in pair},
}
"""Names that no entity class may have."""


def unreserved(name: str, reserved: Iterable[str]) -> bool:
    """Tell whether *name* is neither reserved nor has a reserved beginning."""
    return name not in reserved and not name.startswith(tuple(RESERVED_PREFIXES))
