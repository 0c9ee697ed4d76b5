"""Owns the checks of what is written to attributes: values of the right type, that the wire can carry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .errors import AttributeValueError
from .wire import aware

T = TypeVar("T")

ACCEPTED: Final[dict[str, type | tuple[type, ...]]] = {
    "str": str,
    "float": (float, int),
    "int": int,
    "bool": bool,
    "datetime": datetime,
}
"""Python types that an attribute takes, by its value type; others take any JSON."""


class FrozenList(list[T]):
    """A list that an attribute holds: it can be read, compared and copied; to change it, assign a new one.

    A change in place would be seen by nobody: it is the assignment that is recorded.
    """

    __slots__ = ()

    if not TYPE_CHECKING:

        def _refuse(self, *arguments, **named):
            raise TypeError(
                "a list that an attribute holds cannot be changed in place: assign a new list to the attribute"
            )

        append = extend = insert = remove = pop = clear = sort = reverse = _refuse
        __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> tuple[type[FrozenList[T]], tuple[list[T]]]:
        return FrozenList, (list(self),)


def checked_value(entity_type: str, name: str, value_type: str, value: Any) -> Any:
    """Return *value* as an attribute of *value_type* holds it: aware datetimes in UTC, in whole seconds, frozen lists.

    Raise AttributeValueError where it has the wrong type or cannot be sent. None is always accepted: what the schema
    says about it is not always what the server does.
    """
    if value is None:
        return None
    accepted = ACCEPTED.get(value_type)
    if accepted is None:
        return _checked_json(entity_type, name, value)
    if not isinstance(value, accepted) or (type(value) is bool and value_type != "bool"):
        hint = "datetime, such as datetime(2030, 1, 31)" if isinstance(value, date) else f"value of type {value_type}"
        raise AttributeValueError(entity_type, name, f"a {hint}", value)
    if isinstance(value, datetime):
        try:
            # Servers keep whole seconds (protocol section 2.4): the value here is the one that is read later.
            return aware(value).replace(microsecond=0)
        except OverflowError:
            raise AttributeValueError(entity_type, name, "a datetime that UTC can hold", value) from None
    if isinstance(value, float) and not math.isfinite(value):
        raise AttributeValueError(entity_type, name, "a finite number", value)
    return value


def _checked_json(entity_type: str, name: str, value: Any) -> Any:
    if isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, (float, datetime)):
        return checked_value(entity_type, name, "float" if isinstance(value, float) else "datetime", value)
    if isinstance(value, (list, tuple)):
        return FrozenList([_checked_json(entity_type, name, item) for item in value])
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: None if item is None else _checked_json(entity_type, name, item) for key, item in value.items()}
    raise AttributeValueError(entity_type, name, "a value that JSON has", value)


def frozen(value: Any) -> Any:
    """Return *value*, a list as one that cannot be changed in place."""
    return FrozenList(value) if type(value) is list else value
