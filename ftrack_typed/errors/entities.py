"""Owns the errors of entities: their types, attributes and collections."""

from __future__ import annotations

from collections.abc import Iterable

from .base import FtrackError, close_matches, did_you_mean


class NotFoundError(FtrackError, LookupError):
    """There is none of that name or identifier."""


class NotUniqueError(FtrackError):
    """There is one already where only one can be; ``__cause__`` is what the server said."""


class AttributeValueError(FtrackError, TypeError):
    """A value has the wrong type for the attribute that it was given to."""

    def __init__(self, entity_type: str, name: str, expected: str, value: object, reason: str = "") -> None:
        """Name the attribute, what it takes, and the value; *reason* says why not that one, and what to do."""
        self.entity_type = entity_type
        self.name = name
        self.value = value
        message = f"{entity_type}.{name} takes {expected}, not {value!r}{reason and f': {reason}'}"
        super().__init__(message, {"entity_type": entity_type, "attribute": name, "value": value})


class MissingAttributeError(FtrackError, TypeError):
    """A new entity lacks attributes that its type requires; ``names`` lists them."""

    def __init__(self, entity_type: str, names: Iterable[str]) -> None:
        """Name the type and what is missing."""
        self.entity_type = entity_type
        self.names = tuple(names)
        super().__init__(
            f"{entity_type} cannot be created without {', '.join(self.names)}",
            {"entity_type": entity_type, "attributes": self.names},
        )


class DeletedEntityError(FtrackError):
    """The entity is deleted: what was loaded can be read, nothing else."""

    def __init__(self, entity: object, what: str) -> None:
        """Name the entity and what was tried."""
        self.entity = entity
        reason = vars(entity).get("_ftrack_deleted")
        gone = reason if isinstance(reason, str) else "it is deleted"
        super().__init__(f"{entity!r}: {gone}; {what}", {"entity": entity})


class UnrecognisedEntityTypeError(FtrackError, LookupError):
    """There is no entity type of that name; ``close_matches`` holds what may have been meant."""

    def __init__(self, entity_type: str, known: Iterable[str] = (), where: str = "the schema") -> None:
        """Name the type, and find close matches among the *known* ones."""
        self.entity_type = entity_type
        self.close_matches = close_matches(entity_type, known)
        message = f"{where} has no entity type {entity_type!r}{did_you_mean(self.close_matches)}"
        super().__init__(message, {"entity_type": entity_type})


class SchemaDriftError(FtrackError):
    """The code has an entity type or attribute that the server's schema lacks; nothing of it was sent.

    ``name`` is None where the server lacks the type; ``command`` generates code that fits the server.
    """

    def __init__(self, entity_type: str, name: str | None, server_url: str, command: str) -> None:
        """Name what is missing, the server, and the *command* that generates code anew."""
        self.entity_type = entity_type
        self.name = name
        self.server_url = server_url
        self.command = command
        what = f"the entity type {entity_type}" if name is None else f"{entity_type}.{name}"
        super().__init__(
            f"{what} is in the code, but not in the schema of {server_url}: run {command}",
            {"entity_type": entity_type, "attribute": name, "server_url": server_url, "command": command},
        )


class UnknownAttributeError(FtrackError, KeyError, AttributeError):
    """An entity type has no attribute of that name; ``close_matches`` holds what may have been meant."""

    def __init__(self, entity_type: str, name: str, known: Iterable[str] = ()) -> None:
        """Name the type and the attribute, and find close matches among the *known* ones."""
        self.entity_type = entity_type
        self.close_matches = close_matches(name, known)
        message = f"{entity_type} has no attribute {name!r}{did_you_mean(self.close_matches)}"
        super().__init__(message, {"entity_type": entity_type, "attribute": name})
        # The builtin sets these two only when it is given them by keyword, which KeyError does not allow.
        self.name = name

    def __str__(self) -> str:
        # KeyError would print the repr of the message.
        return self.message


class ImmutableAttributeError(FtrackError):
    """The attribute cannot be changed once it has a value."""

    def __init__(self, entity_type: str, name: str, reason: str = "immutable") -> None:
        """Name the type and the attribute; *reason* is "immutable", or "computed by the server"."""
        self.entity_type = entity_type
        self.name = name
        super().__init__(
            f"{entity_type}.{name} is {reason} and cannot be set", {"entity_type": entity_type, "attribute": name}
        )


class CollectionError(FtrackError):
    """A collection refuses a change; ``collection`` is the one."""

    def __init__(self, message: str, collection: object) -> None:
        """Keep the *collection*."""
        self.collection = collection
        super().__init__(message, {"collection": collection})


class ImmutableCollectionError(CollectionError):
    """The collection cannot be changed."""

    def __init__(self, collection: object) -> None:
        """Name the *collection*."""
        super().__init__(f"{collection!r} is immutable", collection)


class DuplicateItemInCollectionError(CollectionError):
    """The collection holds the item already."""

    def __init__(self, item: object, collection: object) -> None:
        """Name the *item* and the *collection*."""
        self.item = item
        super().__init__(f"{item!r} is in {collection!r} already", collection)


class NotLoadedError(FtrackError):
    """A value was asked for that is not loaded and cannot be loaded."""

    def __init__(self, entity_type: str, name: str, reason: str, *, helps: bool = True) -> None:
        """Name type, attribute and reason; the message shows the ``select`` that loads it, where that *helps*."""
        self.entity_type = entity_type
        self.name = name
        self.reason = reason
        advice = f"; query it with select({entity_type}.{name})" if helps else ""
        message = f"{entity_type}.{name} is not loaded: {reason}{advice}"
        super().__init__(message, {"entity_type": entity_type, "attribute": name, "reason": reason})


class ImplicitLoadError(NotLoadedError):
    """A value that is not loaded was read while the loading mode is "raise"; ``call_site`` is file and line."""

    def __init__(self, entity_type: str, name: str, call_site: str) -> None:
        """Name the attribute and where it was read."""
        self.call_site = call_site
        super().__init__(entity_type, name, f'read at {call_site} while the loading mode is "raise"')


class DirectInstantiationError(FtrackError, TypeError):
    """An entity class was called like a function."""

    def __init__(self, entity_type: str) -> None:
        """Name the class, and the call that makes an entity of it."""
        super().__init__(f"{entity_type}(...) makes no entity: call session.create({entity_type}, ...)")


class ForeignEntityTypeError(FtrackError):
    """An entity class of one generated package was given to the session of another."""

    def __init__(self, entity_type: str, package: str, session_package: str) -> None:
        """Name the class and both packages."""
        message = f"{entity_type} is a class of {package!r}: this session takes those of {session_package!r}"
        super().__init__(message, {"entity_type": entity_type, "package": package, "session_package": session_package})
