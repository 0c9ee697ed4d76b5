"""Owns the errors that old code catches and this package does not raise elsewhere, and those that are two in one."""

from __future__ import annotations

import requests

from ..errors import (
    CommitOutcomeUnknownError,
    FtrackError,
    RequestTimeoutError,
    ServerUnreachableError,
    TransportError,
    UnrecognisedEntityTypeError,
)


class OperationError(FtrackError):
    """An operation cannot be carried out; kept for code that raises or catches it."""


class InvalidStateError(FtrackError):
    """An entity is in a state that does not allow this; kept for code that raises or catches it."""


class InvalidStateTransitionError(InvalidStateError):
    """An entity cannot go from one state to another; kept for code that raises or catches it."""

    def __init__(self, current_state: object, target_state: object, entity: object) -> None:
        """Name both states and the entity."""
        super().__init__(
            f"Invalid transition from {current_state!r} to {target_state!r} state for entity {entity!r}",
            {"current_state": current_state, "target_state": target_state, "entity": entity},
        )


class UnknownEntityTypeError(UnrecognisedEntityTypeError, KeyError):
    """There is no entity type of that name: also the KeyError of the original's ``get`` and ``query``."""

    def __str__(self) -> str:
        # KeyError would print the repr of the message.
        return self.message


class UnreachableRequestError(ServerUnreachableError, requests.exceptions.ConnectionError):
    """There is no connection to the server: also the error of requests that old code catches."""


class TimeoutRequestError(RequestTimeoutError, requests.exceptions.Timeout):
    """The server did not answer in time: also the error of requests that old code catches."""


class LostCommitError(CommitOutcomeUnknownError, requests.exceptions.ConnectionError):
    """A commit got no answer, and may have happened: also the error of requests that old code catches."""


def of_requests(error: TransportError) -> TransportError | None:
    """Return *error* as one that is also the error of requests which the original raises; None where it raises none."""
    for kind, twin in (
        (ServerUnreachableError, UnreachableRequestError),
        (RequestTimeoutError, TimeoutRequestError),
    ):
        if type(error) is kind:
            return twin(error.text, error.server_url, outcome_unknown=error.outcome_unknown, temporary=error.temporary)
    return None
