"""Plugins: files whose ``register`` is called."""

from ftrack_typed.plugins import discover

__all__ = ["discover"]
