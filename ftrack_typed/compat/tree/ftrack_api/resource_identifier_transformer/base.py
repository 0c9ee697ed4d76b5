"""The base class of transformers."""

from ftrack_typed.files import ResourceIdentifierTransformer

__all__ = ["ResourceIdentifierTransformer"]
