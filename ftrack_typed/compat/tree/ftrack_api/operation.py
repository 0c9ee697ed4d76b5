"""Records of what is to be done to single entities."""

from ftrack_typed.operations import (
    CreateEntityOperation,
    DeleteEntityOperation,
    Operation,
    Operations,
    UpdateEntityOperation,
)

__all__ = ["CreateEntityOperation", "DeleteEntityOperation", "Operation", "Operations", "UpdateEntityOperation"]
