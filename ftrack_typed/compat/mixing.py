"""Owns `mixin`, which gives one entity and no other the methods of one more class, and the mixin of old plugins."""

from __future__ import annotations

from typing import Any, Final

_set: Final = object.__setattr__


class UnmanagedLocationMixin:
    """Makes a location one that registers data where it lies: nothing is copied or removed."""

    @classmethod
    def _ftrack_mixed_into(cls, location: Any) -> None:
        location.moves_data = False


def mixin(instance: object, mixin_class: type, name: str | None = None) -> None:
    """Put *mixin_class* before the class of *instance*, under *name*; do nothing where it is in it already."""
    present = type(instance)
    if issubclass(present, mixin_class):
        return
    made = type(name or f"{present.__name__}{mixin_class.__name__}", (mixin_class, present), {})
    made.__module__ = present.__module__
    _set(instance, "__class__", made)
    if issubclass(mixin_class, UnmanagedLocationMixin):
        mixin_class._ftrack_mixed_into(instance)
