"""Owns the errors of locations, accessors and structures (session.md section 26)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .base import FtrackError

_SHOWN = 3
"""Components that a message names; an error keeps all of them."""


class LocationError(FtrackError):
    """A location cannot do that; ``details`` say what was done, where something was."""

    def __init__(
        self, message: str = "Unspecified location error", details: Mapping[str, object] | None = None
    ) -> None:
        """Keep the message and the *details*."""
        super().__init__(message, details)


class ComponentNotInAnyLocationError(LocationError):
    """The component is in no location at all."""

    def __init__(self, component: object = None) -> None:
        """Name the component, where it is told."""
        named = "Component" if component is None else str(component)
        super().__init__(f"{named} not available in any location.", {"component": component})


class ComponentNotInLocationError(LocationError):
    """Components are not where they were looked for; ``components`` and ``location`` say which and where."""

    def __init__(self, components: object, location: object) -> None:
        """Name the *components*, one or several, and the *location*."""
        self.components = _several(components)
        self.location = location
        message = f"Component(s) {_named(self.components)} not found in location {location}."
        super().__init__(message, {"components": self.components, "location": location})


class ComponentInLocationError(LocationError):
    """Components are where they should be added; ``components`` and ``location`` say which and where."""

    def __init__(self, components: object, location: object) -> None:
        """Name the *components*, one or several, and the *location*."""
        self.components = _several(components)
        self.location = location
        message = f"Component(s) {_named(self.components)} already exist in location {location}."
        super().__init__(message, {"components": self.components, "location": location})


class AccessorError(FtrackError):
    """An accessor cannot reach what is behind a resource identifier."""

    def __init__(
        self, message: str = "Unspecified accessor error", details: Mapping[str, object] | None = None
    ) -> None:
        """Keep the message and the *details*."""
        super().__init__(message, details)


class _OperationError(AccessorError):
    """Keeps what was tried, with what, and why it failed."""

    def __init__(
        self,
        operation: str = "",
        resource_identifier: str | None = None,
        error: object = None,
        *,
        address: str | None = None,
    ) -> None:
        """Say what was tried, with which resource, and what came in between.

        *address* is where the resource is for people, such as an address with a bucket, and stands in the message.
        """
        self.operation = operation
        self.resource_identifier = resource_identifier
        self.error = error
        self.address = address
        details = {"operation": operation, "resource_identifier": resource_identifier, "error": error}
        super().__init__(self._text(), details if address is None else {**details, "address": address})

    @property
    def _place(self) -> str | None:
        return self.resource_identifier if self.address is None else self.address

    def _text(self) -> str:
        raise NotImplementedError


class AccessorOperationFailedError(_OperationError):
    """An operation of an accessor failed; ``operation``, ``resource_identifier`` and ``error`` say which and why."""

    def _text(self) -> str:
        where = "" if self._place is None else f" of {self._place}"
        reason = "" if self.error is None else f": {self.error}"
        return f"Operation {self.operation}{where} failed{reason}"


class AccessorUnsupportedOperationError(AccessorOperationFailedError):
    """The accessor has no such operation."""

    def _text(self) -> str:
        return f"Operation {self.operation} unsupported."


class AccessorPermissionDeniedError(AccessorOperationFailedError):
    """The operation is not allowed."""

    def _text(self) -> str:
        # What an operating system says is the same once more; a text is a reason of its own.
        reason = f" {self.error}" if isinstance(self.error, str) else ""
        return f"Cannot {self.operation} {self._place}. Permission denied.{reason}"


class AccessorResourceIdentifierError(AccessorError):
    """A text is no resource identifier."""

    def __init__(self, resource_identifier: str, reason: object = None) -> None:
        """Name the identifier, and say what is wrong with it."""
        self.resource_identifier = resource_identifier
        self.reason = reason
        message = self._text() if reason is None else f"{self._text()} {reason}"
        super().__init__(message, {"resource_identifier": resource_identifier, "reason": reason})

    def _text(self) -> str:
        return f"Resource identifier is invalid: {self.resource_identifier}."


class AccessorFilesystemPathError(AccessorResourceIdentifierError):
    """A resource identifier has no path, or one outside of the accessor's prefix."""

    def _text(self) -> str:
        return f"Could not determine filesystem path from resource identifier: {self.resource_identifier}."


class AccessorResourceError(_OperationError):
    """There is something wrong with a resource."""

    def _text(self) -> str:
        return f"Unspecified resource error: {self._place}"


class AccessorResourceNotFoundError(AccessorResourceError):
    """There is no such resource."""

    def _text(self) -> str:
        return f"Resource not found: {self._place}"


class AccessorParentResourceNotFoundError(AccessorResourceError):
    """What the resource should be in is not there."""

    def _text(self) -> str:
        return f"Parent resource is missing: {self._place}"


class AccessorResourceInvalidError(AccessorResourceError):
    """The resource is not of the kind that the operation is for."""

    def _text(self) -> str:
        return f"Resource invalid: {self._place}"


class AccessorResourceExistsError(AccessorResourceError):
    """There is something already where a new resource should be; it was left as it is."""

    def _text(self) -> str:
        return f"Resource exists already: {self._place}"


class AccessorContainerNotEmptyError(AccessorResourceError):
    """The container holds something."""

    def _text(self) -> str:
        return f"Container is not empty: {self._place}"


class StructureError(FtrackError):
    """A structure cannot say where a component goes."""

    def __init__(
        self, message: str = "Unspecified structure error", details: Mapping[str, object] | None = None
    ) -> None:
        """Keep the message and the *details*."""
        super().__init__(message, details)


def _several(components: object) -> tuple[object, ...]:
    """Return one or several components as several; an entity is a mapping, and one."""
    if isinstance(components, Mapping) or not isinstance(components, Iterable):
        return (components,)
    return tuple(components)


def _named(components: tuple[object, ...]) -> str:
    shown = ", ".join(map(str, components[:_SHOWN]))
    more = len(components) - _SHOWN
    return shown if more <= 0 else f"{shown} and {more} more"
