"""The base class of structures."""

from ftrack_typed.files import Structure

__all__ = ["Structure"]
