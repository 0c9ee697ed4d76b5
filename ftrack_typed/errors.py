"""Owns every error that ftrack-typed raises.

::

    FtrackError
    ├── SchemaError                     a schema cannot be read; ``problems`` lists what and where
    ├── QueryError                      a query cannot be built, or a text is no query (also a ValueError)
    │   ├── QuerySyntaxError            ... at a position of the text
    │   └── QueryValueError             ... because of a value (also a TypeError)
    │   ├── IncorrectResultError        a query found another number of rows than was said
    │   │   ├── NoResultFoundError      ... none where one was wanted
    │   │   └── MultipleResultsFoundError   ... several where one was wanted
    ├── ExpressionSyntaxError           a text is no expression of a subscription or target (also a ValueError)
    ├── TransportError                  no answer that can be used; ``server_url`` says whose, ``outcome_unknown``
    │   │                               whether it may have happened, ``temporary`` whether trying again may help
    │   ├── ServerUnreachableError      no connection, or it broke (also a ConnectionError)
    │   ├── RequestTimeoutError         no answer in time (also a TimeoutError)
    │   ├── UnexpectedResponseError     an answer that is not the API's, such as a login page
    │   └── CommitOutcomeUnknownError   a commit got none, and may have happened; ``session.resolve_commit()`` asks
    ├── ServerError                     the server refused; ``exception``, ``content`` and ``error_code`` are its words
    │   ├── AuthenticationError         ... the user or the key
    │   ├── PermissionDeniedError       ... for want of a permission
    │   └── ServerCompatibilityError    ... or is too old, or too new
    ├── NotUniqueError                  there is one already where only one can be, such as a timer that runs
    ├── PartialCommitError              a commit in batches ended early; ``batches_done`` of ``batches_total`` are kept
    ├── CommitInProgressError           a commit was asked for from within one
    ├── ConnectionClosedError           the session is closed
    ├── AttributeValueError             a value of the wrong type for an attribute (also a TypeError)
    ├── MissingAttributeError           a new entity lacks what its type requires (also a TypeError)
    ├── DeletedEntityError              the entity is deleted
    ├── UnrecognisedEntityTypeError     no such entity type (also a LookupError)
    ├── SchemaDriftError                the code has the type or attribute, the server's schema lacks it
    ├── UnknownAttributeError           no such attribute (also a KeyError and an AttributeError)
    ├── ImmutableAttributeError         the attribute cannot change
    ├── CollectionError                 a collection refuses a change
    │   ├── ImmutableCollectionError    ... because it cannot change at all
    │   └── DuplicateItemInCollectionError  ... because it holds the item already
    ├── NotLoadedError                  the value is not here and cannot be loaded
    │   └── ImplicitLoadError           ... because the loading mode is "raise"; ``call_site`` says where it was read
    ├── NotFoundError                   there is none of that name or identifier (also a LookupError)
    ├── EventHubError                   the event hub cannot do that
    │   ├── EventHubConnectionError     ... because it is not connected, or is already (also a ConnectionError)
    │   ├── EventHubPacketError         ... because what came over the connection makes no sense
    │   └── EventQueueFullError         ... because too many events wait to be sent
    ├── PluginError                     a plugin cannot be loaded or registered; ``path`` is its file
    ├── DirectInstantiationError        an entity class was called; ``session.create`` makes entities (also a TypeError)
    └── ForeignEntityTypeError          the class belongs to another generated package

    UserWarning
    ├── ImplicitLoadWarning             a value that is not loaded was read while the loading mode is "warn"
    └── SchemaDriftWarning              the server's schema is not the one that a package was generated from
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType


class FtrackError(Exception):
    """Root of all errors here: a message for people, and the same facts as attributes for code."""

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        """Keep *message*, and *details* as a read-only mapping."""
        super().__init__(message)
        self.message = message
        self._details = dict(details or {})

    @property
    def details(self) -> Mapping[str, object]:
        """The facts of the error by name."""
        return MappingProxyType(self._details)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross processes; their constructors take facts, and args holds the finished message.
        return _restored, (type(self), self.args), vars(self)


def _restored(error_type: type[FtrackError], arguments: tuple[object, ...]) -> FtrackError:
    error = error_type.__new__(error_type, *arguments)
    error.args = arguments
    return error


class SchemaError(FtrackError):
    """A server's schema cannot be used."""

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        """List every problem, each with its path such as ``Task.properties.parent``."""
        self.problems = tuple(problems)
        super().__init__("\n".join((message, *self.problems)), {"problems": self.problems})


class QueryError(FtrackError, ValueError):
    """A query cannot be built or understood."""


class QuerySyntaxError(QueryError):
    """A text is no query; ``position`` counts characters of ``text`` from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        """Say what is wrong at *position* of *text*; the message shows the place."""
        self.text = text
        self.position = position
        line_start = text.rfind("\n", 0, position) + 1
        line = text[line_start:].split("\n", 1)[0]
        marker = " " * (position - line_start) + "^"
        super().__init__(
            f"{message} at position {position}\n  {line}\n  {marker}", {"text": text, "position": position}
        )


class QueryValueError(QueryError, TypeError):
    """A value does not fit the attribute or operator that it is used with."""


class IncorrectResultError(QueryError):
    """A query found another number of rows than was said; ``query`` is its text."""

    def __init__(self, message: str, query: str) -> None:
        """Keep the text of the *query*."""
        self.query = query
        super().__init__(f"{message}: {query}", {"query": query})


class NoResultFoundError(IncorrectResultError):
    """A query found nothing where one row was wanted."""


class MultipleResultsFoundError(IncorrectResultError):
    """A query found several rows where one was wanted."""


class ExpressionSyntaxError(FtrackError, ValueError):
    """A text is no expression of a subscription or target; ``position`` counts characters of ``text`` from 0."""

    def __init__(self, message: str, text: str, position: int) -> None:
        """Say what is wrong at *position* of *text*; the message shows at most 200 characters of it."""
        self.text = text
        self.position = position
        shown = text if len(text) <= 200 else f"{text[:197]}..."
        super().__init__(
            f"Failed to parse: {shown}: {message} at position {position}", {"text": text, "position": position}
        )


class TransportError(FtrackError):
    """There is no answer that can be used; ``server_url`` says whose.

    ``outcome_unknown`` says whether the server may have done what it was asked for, and ``temporary`` whether the same
    request may well succeed when it is sent again.
    """

    def __init__(
        self, message: str, server_url: str, *, outcome_unknown: bool = False, temporary: bool = False
    ) -> None:
        """Name the server in the message."""
        self.text = message
        self.server_url = server_url
        self.outcome_unknown = outcome_unknown
        self.temporary = temporary
        super().__init__(f"{server_url}: {message}", {"server_url": server_url})


class ServerUnreachableError(TransportError, ConnectionError):
    """There is no connection to the server, or it broke."""


class RequestTimeoutError(TransportError, TimeoutError):
    """The server did not answer in time."""


class UnexpectedResponseError(TransportError):
    """The answer is not one of the API's, such as a login page or half a document."""


class CommitOutcomeUnknownError(TransportError):
    """A commit got no answer, and may have happened: its changes still wait, and ``session.resolve_commit()`` asks.

    ``operations`` is what was sent, ``reason`` the error that ended it.
    """

    def __init__(self, reason: TransportError, operations: Sequence[Mapping[str, object]]) -> None:
        """Say what ended the commit, and what to do."""
        self.reason = reason
        self.operations = tuple(operations)
        message = (
            f"{reason.text}; whether the commit of {len(self.operations)} operations happened is not known: they still "
            "wait, session.resolve_commit() asks the server, and the next commit does so too"
        )
        super().__init__(message, reason.server_url, outcome_unknown=True, temporary=reason.temporary)


class ServerError(FtrackError):
    """The server refused a request; ``exception``, ``content`` and ``error_code`` are its own words."""

    def __init__(
        self, message: str, exception: str | None = None, content: str = "", error_code: str | None = None
    ) -> None:
        """Keep what the server said (protocol section 1.4)."""
        self.exception = exception
        self.content = content
        self.error_code = error_code
        super().__init__(message, {"exception": exception, "content": content, "error_code": error_code})


class AuthenticationError(ServerError):
    """The server does not accept the user or the key."""


class PermissionDeniedError(ServerError):
    """The server does not let this user do that."""


class ServerCompatibilityError(ServerError):
    """The server is too old for this client, or lacks an action."""


class NotFoundError(FtrackError, LookupError):
    """There is none of that name or identifier."""


class NotUniqueError(FtrackError):
    """There is one already where only one can be; ``__cause__`` is what the server said."""


class PartialCommitError(FtrackError):
    """A commit in batches ended with one that failed: those before it are committed, the others wait.

    ``done`` of ``total`` operations in ``batches_done`` of ``batches_total`` batches are committed; ``__cause__`` is
    what went wrong.
    """

    def __init__(self, reason: str, *, done: int, total: int, batches_done: int, batches_total: int) -> None:
        """Say how far the commit came, and why it ended."""
        self.done = done
        self.total = total
        self.batches_done = batches_done
        self.batches_total = batches_total
        message = (
            f"batch {batches_done + 1} of {batches_total} failed: {reason}; {batches_done} of {batches_total} batches "
            f"({done} of {total} operations) are committed, the rest still waits for a commit"
        )
        facts = {"done": done, "total": total, "batches_done": batches_done, "batches_total": batches_total}
        super().__init__(message, facts)


class CommitInProgressError(FtrackError):
    """A commit was asked for while one of the same session was under way in the same thread."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("a commit of this session is under way, and called what commits again: commit when it is done")


class ConnectionClosedError(FtrackError):
    """The session is closed."""

    def __init__(self, message: str = "the session is closed") -> None:
        """Say so."""
        super().__init__(message)


class AttributeValueError(FtrackError, TypeError):
    """A value has the wrong type for the attribute that it was given to."""

    def __init__(self, entity_type: str, name: str, expected: str, value: object) -> None:
        """Name the attribute, what it takes, and the value."""
        self.entity_type = entity_type
        self.name = name
        self.value = value
        message = f"{entity_type}.{name} takes {expected}, not {value!r}"
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


class EventHubError(FtrackError):
    """The event hub cannot do that."""


class EventHubConnectionError(EventHubError, ConnectionError):
    """The event hub is not connected, is connected already, or cannot connect."""


class EventHubPacketError(EventHubError):
    """What came over the connection of the event hub makes no sense."""


class EventQueueFullError(EventHubError):
    """As many events wait to be sent as may wait."""


class PluginError(FtrackError):
    """A plugin cannot be loaded or registered; ``__cause__`` is what it raised."""

    def __init__(self, path: str, what: str) -> None:
        """Name the file of the plugin and what is wrong."""
        self.path = path
        super().__init__(f"The plugin {path} {what}", {"path": path})


class SchemaDriftWarning(UserWarning):
    """The server's schema is not the one that a package was generated from."""


class ImplicitLoadWarning(UserWarning):
    """A value that is not loaded was read while the loading mode is "warn"."""


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


def close_matches(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of *known* that look like *name*, best first, whatever their case."""
    by_fold = {candidate.casefold(): candidate for candidate in known}
    return tuple(by_fold[match] for match in difflib.get_close_matches(name.casefold(), by_fold, n=3, cutoff=0.6))


def did_you_mean(matches: Iterable[str]) -> str:
    """Return ``"; did you mean 'a' or 'b'?"``, or nothing where there is no match."""
    text = " or ".join(repr(match) for match in matches)
    return f"; did you mean {text}?" if text else ""
