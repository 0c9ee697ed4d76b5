"""Owns `OperationPayload`: one operation as `Session.call` takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any


class OperationPayload(MutableMapping[str, Any]):
    """One operation as `Session.call` takes it; entities that are values of it are sent as references."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), /, **more: Any) -> None:
        """Hold *values*, and *more* of them by name."""
        self._values: dict[str, Any] = dict(values, **more)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._values[name] = value

    def __delitem__(self, name: str) -> None:
        del self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<OperationPayload {self._values!r}>"

    __str__ = __repr__
