"""Reads components back from a bucket, in a process of its own: a session that was told no more than any user's is.

It reads the order as one line of JSON, and prints the SHA-256 of each component by its id.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from ftrack_typed.entities import Component, Location, Session
from ftrack_typed.files import S3Accessor


def main() -> None:
    """Do what the order says."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    session = Session(order["url"], order["key"], order["user"], schema_cache_path=Path(order["schemas"]))
    location = session.query(Location).where(Location.name == order["location"]).one()
    accessor = location.accessor = S3Accessor(order["bucket"], "projects")
    components = [session.query(Component).where(Component.id == each).one() for each in order["components"]]
    found = {
        component.id: digest(accessor, identifier)
        for component, identifier in zip(components, location.get_resource_identifiers(components), strict=True)
    }
    print(json.dumps(found))
    session.close()


def digest(accessor: S3Accessor, identifier: str) -> str:
    """Return the SHA-256 of a resource."""
    found = hashlib.sha256()
    with contextlib.closing(accessor.open(identifier)) as data:
        while chunk := data.read(1024 * 1024):
            found.update(chunk)
    return found.hexdigest()


if __name__ == "__main__":
    main()
