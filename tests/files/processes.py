"""Owns processes that add components to locations when they are told to, each by `tests.files.child`."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ftrack_typed.entities import Component, Location
from ftrack_typed.sandbox.in_process import Sandbox

ROOT = Path(__file__).resolve().parents[2]
CHILD = "tests.files.child"


@attrs.frozen
class Child:
    """A process that adds components when it is told to."""

    process: subprocess.Popen[str]

    def tell(self, location: Location, component: Component, source: Path) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([location.id, component.id, str(source)]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> tuple[str, str]:
        """Return the name of the error and its text, or ``added``."""
        assert self.process.stdout is not None
        name, text = json.loads(self.process.stdout.readline())
        return name, text


@contextlib.contextmanager
def children(
    number: int,
    sandbox: Sandbox,
    folder: Path,
    locations: Mapping[Location, Path | None],
    components: Sequence[Component],
    **order: Any,
) -> Generator[list[Child], None, None]:
    """Give *number* processes that know *components*, and *locations* with the folders of their data."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = {
        "url": sandbox.server_url,
        "key": sandbox.api_key,
        "user": sandbox.api_user,
        "schemas": str(folder),
        "locations": {location.id: str(store or "") for location, store in locations.items()},
        "components": [each.id for each in components],
        **order,
    }
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(number):
            process = subprocess.Popen(
                [sys.executable, "-m", CHILD],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            made.append(Child(process))
        for child in made:
            assert child.process.stdin is not None
            child.process.stdin.write(json.dumps(told) + "\n")
            child.process.stdin.flush()
        for child in made:
            assert child.process.stdout is not None
            assert child.process.stdout.readline() == "ready\n"
        yield made
        for child in made:
            assert child.process.stdin is not None
            child.process.stdin.close()
