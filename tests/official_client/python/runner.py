"""Runs every scenario with the official client, each in a session of its own, and writes down how it went.

Usage: ``python -m tests.official_client.python.runner FILE``. The file gets a JSON object: by
``module.function``, null or a traceback.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ._client import open_session


def main(path: str) -> None:
    """Run all scenarios and write their outcomes to *path*."""
    logging.disable(logging.CRITICAL)
    outcomes: dict[str, str | None] = {}
    for name, scenario in _scenarios():
        try:
            with open_session() as session:
                scenario(session)
            outcomes[name] = None
        except Exception:
            outcomes[name] = traceback.format_exc()
    Path(path).write_text(json.dumps(outcomes), encoding="utf-8")


def _scenarios() -> Iterator[tuple[str, Any]]:
    folder = Path(__file__).parent
    for path in sorted(folder.glob("[!_]*.py")):
        if path.stem == "runner":
            continue
        module = importlib.import_module(f".{path.stem}", __package__)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield f"{path.stem}.{name}", function


if __name__ == "__main__":
    main(sys.argv[1])
