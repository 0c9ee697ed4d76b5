"""What is logged when it is shown, and what warns of a name that goes away."""

from ftrack_typed.compat.logs import LazyLogMessage, deprecation_warning

__all__ = ["LazyLogMessage", "deprecation_warning"]
