"""Owns what the sandbox says about itself: the answer to ``query_server_information`` (protocol 2.1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from .batch import Batch
from .workspace import Workspace

VERSION = "4.14.0.0"
"""Version of ftrack that the sandbox passes for: one of the generation whose schemas the standard workspace has.

"dev" would satisfy both official clients too, but not the many scripts that compare versions as numbers.
"""

_AUTOMATIC: Mapping[str, object] = {"scenario": "ftrack.automatic", "data": {}}
"""The storage scenario until somebody configures another: clients activate nothing for it."""


def server_information(workspace: Workspace, batch: Batch, names: frozenset[str] | None = None) -> dict[str, object]:
    """Return the facts of the server for the caller, or those of them that are in *names*; others are ignored."""
    facts: dict[str, Callable[[], object]] = {
        "version": lambda: VERSION,
        "schema_hash": lambda: workspace.schema_hash,
        "is_timezone_support_enabled": lambda: True,
        "is_nested_subqueries_enabled": lambda: True,
        "product": lambda: "ftrack-typed sandbox",
        "storage_scenario": lambda: _storage_scenario(batch),
        "user_information": lambda: _user_information(batch),
    }
    return {name: fact() for name, fact in facts.items() if names is None or name in names}


def _storage_scenario(batch: Batch) -> object:
    """Return the scenario that is kept as a setting (protocol 8.5), if it is one."""
    rows = batch.rows(batch.entity("Setting"), name="storage_scenario", group="STORAGE") if batch.has("Setting") else []
    for row in rows:
        try:
            scenario = json.loads(str(row.get("value")))
        except ValueError:
            continue
        if isinstance(scenario, dict) and "scenario" in scenario:
            return scenario
    return _AUTOMATIC


def _user_information(batch: Batch) -> object:
    entity = batch.entity("User")
    row = batch.row(entity, (batch.caller.user_id,)) or {}
    shown = ("id", "username", "first_name", "last_name", "thumbnail_id")
    facts = {name: row.get(entity.column(name)) for name in shown if name in entity.attributes}
    return {**facts, "is_global_access_key": False, "restricted_user": False}
