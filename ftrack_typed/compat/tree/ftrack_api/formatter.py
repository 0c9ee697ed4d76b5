"""Texts that show entities."""

from ftrack_typed.formatter import FILTER, format

__all__ = ["FILTER", "format"]
