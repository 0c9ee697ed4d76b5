"""The storage of the whole site: how it is set up, which programs that show forms ask for (docs/files.md)."""

from typing import Any

from ftrack_typed.files.centralized_storage import SCENARIO_NAME
from ftrack_typed.files.storage_setup import register_configuration

__all__ = ["register", "register_configuration", "scenario_name"]

scenario_name = SCENARIO_NAME


def register(session: Any) -> None:
    """Do nothing: a session knows the scenario by itself."""
