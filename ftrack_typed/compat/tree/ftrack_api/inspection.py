"""What can be told of an entity from outside."""

from ftrack_typed.inspection import identity, primary_key, state, states

__all__ = ["identity", "primary_key", "state", "states"]
