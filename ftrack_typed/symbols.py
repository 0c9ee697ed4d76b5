"""Owns the named markers that the runtime and the generated code use instead of magic values.

The names and values that `ftrack_api.symbol` documents are kept; ``NEW_ID`` and ``SERVER_SIDE`` are additions that
generated code uses as defaults.
"""

from __future__ import annotations

import os
from typing import Final, final


@final
class Symbol:
    """A named marker: falsy or truthy as told, equal only to itself, and kept by every kind of copy."""

    __slots__ = ("name", "value")

    def __init__(self, name: str, value: bool = True) -> None:
        """Name the symbol and say what ``bool()`` of it gives."""
        self.name = name
        self.value = value

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"Symbol({self.name})"

    def __bool__(self) -> bool:
        return self.value

    def __copy__(self) -> Symbol:
        return self

    def __deepcopy__(self, memo: object) -> Symbol:
        return self

    def __reduce__(self) -> str:
        # Pickled by name, so that a symbol from another process is still the one of this module.
        return self.name


NOT_SET: Final = Symbol("NOT_SET", False)
"""No value: neither loaded from the server nor set here."""

CREATED: Final = Symbol("CREATED")
"""State of an entity whose creation is not committed yet."""

MODIFIED: Final = Symbol("MODIFIED")
"""State of an entity that has uncommitted changes."""

DELETED: Final = Symbol("DELETED")
"""State of an entity whose deletion is recorded or committed."""

NEW_ID: Final = Symbol("NEW_ID")
"""Default of an identifier: a new uuid4 string, made when the entity is created."""

SERVER_SIDE: Final = Symbol("SERVER_SIDE", False)
"""Default of an attribute whose value the server picks when none is given."""

JOB_SYNC_USERS_LDAP: Final = Symbol("SYNC_USERS_LDAP")
"""Type of the delayed job that synchronises users with a directory."""

COMPONENT_ADDED_TO_LOCATION_TOPIC: Final = "ftrack.location.component-added"
COMPONENT_REMOVED_FROM_LOCATION_TOPIC: Final = "ftrack.location.component-removed"

ORIGIN_LOCATION_ID: Final = "ce9b348f-8809-11e3-821c-20c9d081909b"
UNMANAGED_LOCATION_ID: Final = "cb268ecc-8809-11e3-a7e2-20c9d081909b"
REVIEW_LOCATION_ID: Final = "cd41be70-8809-11e3-b98a-20c9d081909b"
CONNECT_LOCATION_ID: Final = "07b82a97-8cf9-11e3-9383-20c9d081909b"
SERVER_LOCATION_ID: Final = "3a372bde-05bc-11e4-8908-20c9d081909b"

CHUNK_SIZE: Final = int(os.environ.get("FTRACK_API_FILE_CHUNK_SIZE") or 0) or 1024 * 1024
"""Bytes copied at a time, from ``FTRACK_API_FILE_CHUNK_SIZE`` where that is a number above zero; read at import."""
