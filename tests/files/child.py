"""Adds components to a location in a process of its own, under circumstances that a test's process must not be in.

It reads the order as one line of JSON, prints ``ready``, and then for each line that comes in adds a component to a
location, both by id, and prints the name of the error, or ``added``.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import sys
from pathlib import Path
from typing import Any

import ftrack_typed
from ftrack_typed.entities import Component, Location, Session
from ftrack_typed.errors import FtrackError
from ftrack_typed.files import DiskAccessor, EntityIdStructure

NOBODY = 65534


def main() -> None:
    """Do what the order says."""
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    session = Session(order["url"], order["key"], order["user"], schema_cache_path=Path(order["schemas"]))
    locations = {each: usable(session, each, folder) for each, folder in order["locations"].items()}
    components = {each: session.get(Component, each) for each in order["components"]}
    if order.get("bytes"):
        limit_files(order["bytes"])
    if order.get("unprivileged") and os.geteuid() == 0:
        load_everything()
        # Root may write where nobody else can.
        os.seteuid(NOBODY)
    print("ready", flush=True)
    for line in sys.stdin:
        location_id, component_id, source = json.loads(line)
        component = components[component_id]
        assert component is not None
        try:
            locations[location_id].add_component(component, source)
        except FtrackError as error:
            print(json.dumps([type(error).__name__, str(error)]), flush=True)
        else:
            print(json.dumps(["added", ""]), flush=True)


def usable(session: Session, location_id: str, folder: str | None) -> Location:
    """Return a location, whose data lies in *folder*, or where it is: the server's needs no setting up."""
    location = session.get(Location, location_id)
    assert location is not None
    if folder:
        location.accessor, location.structure = DiskAccessor(folder), EntityIdStructure()
    return location


def load_everything() -> None:
    """Import the modules that are otherwise imported once they are needed: nobody may be unable to read them then."""
    for module in pkgutil.walk_packages(ftrack_typed.__path__, "ftrack_typed."):
        if not module.name.startswith("ftrack_typed.sandbox"):
            with contextlib.suppress(ImportError):  # of an extra that is not installed
                importlib.import_module(module.name)


def limit_files(size: int) -> None:
    """Let no file of this process become larger than *size* bytes, as on a disk that is full."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


if __name__ == "__main__":
    main()
