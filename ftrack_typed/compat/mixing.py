"""Owns `mixin`: gives one entity, and no other, the methods of one more class."""

from __future__ import annotations

_set = object.__setattr__


def mixin(instance: object, mixin_class: type, name: str | None = None) -> None:
    """Put *mixin_class* before the class of *instance*, under *name*; do nothing where it is in it already."""
    present = type(instance)
    if issubclass(present, mixin_class):
        return
    made = type(name or f"{present.__name__}{mixin_class.__name__}", (mixin_class, present), {})
    made.__module__ = present.__module__
    _set(instance, "__class__", made)
