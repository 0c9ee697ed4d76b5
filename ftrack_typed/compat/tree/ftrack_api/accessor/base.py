"""The base class of accessors."""

from ftrack_typed.files import Accessor

__all__ = ["Accessor"]
