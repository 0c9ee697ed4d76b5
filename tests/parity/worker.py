"""Runs every fact with the official client, in that client's interpreter.

It talks to the test in lines of JSON. Out go questions for the sandbox, ``{"ask": name, "about": ...}``, each answered
by one line that comes in, and the outcome of each fact, ``{"fact": name, "failure": null or a traceback}``.
"""

from __future__ import annotations

import importlib
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from .client import Client, Entity, Server, Session
from .running import facts, outcome

_ANSWERS, _OUT = sys.stdin, sys.stdout


def main() -> None:
    """Run all facts."""
    sys.stdout = sys.stderr
    logging.disable(logging.CRITICAL)
    server = Server(_ask)

    def make(folder: Path) -> Client:
        return official(server, Path(schemas), folder)

    with tempfile.TemporaryDirectory() as schemas:
        for name, fact in facts():
            _say({"fact": name, "failure": outcome(fact, make)})


def official(server: Server, schemas: Path, folder: Path) -> Client:
    """Return the official client."""
    ftrack_api: Any = importlib.import_module("ftrack_api")

    def state(_session: Session, entity: Entity) -> str:
        return str(ftrack_api.inspection.state(entity))

    def pending(session: Session) -> int:
        return len(session.recorded_operations)

    return Client(
        "official", ftrack_api.Session, ftrack_api.exception, ftrack_api.symbol, state, pending, server, schemas, folder
    )


def _ask(name: str, about: Any) -> Any:
    _say({"ask": name, "about": about})
    return json.loads(_ANSWERS.readline())


def _say(message: dict[str, Any]) -> None:
    print(json.dumps(message), file=_OUT, flush=True)


if __name__ == "__main__":
    main()
