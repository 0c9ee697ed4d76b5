"""Tests the tree of errors: what is drawn is there, and what scripts catch is caught (session.md section 26)."""

from __future__ import annotations

import builtins
import itertools
import re
from collections.abc import Iterator
from typing import Final

import pytest

from ftrack_typed import errors
from ftrack_typed.errors import FtrackError

ERRORS: Final[dict[str, type[Exception]]] = {
    name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)
}

DOCUMENTED: Final = """
    AuthenticationError FtrackError
    ServerError FtrackError
    ServerCompatibilityError ServerError
    NotFoundError FtrackError
    NotUniqueError FtrackError
    IncorrectResultError FtrackError
    NoResultFoundError IncorrectResultError
    MultipleResultsFoundError IncorrectResultError
    UnrecognisedEntityTypeError FtrackError
    ImmutableAttributeError FtrackError
    CollectionError FtrackError
    ImmutableCollectionError CollectionError
    DuplicateItemInCollectionError CollectionError
    EventHubError FtrackError
    EventHubConnectionError EventHubError
    EventHubPacketError EventHubError
    PermissionDeniedError FtrackError
    LocationError FtrackError
    ComponentNotInAnyLocationError LocationError
    ComponentNotInLocationError LocationError
    ComponentInLocationError LocationError
    AccessorError FtrackError
    AccessorOperationFailedError AccessorError
    AccessorUnsupportedOperationError AccessorOperationFailedError
    AccessorPermissionDeniedError AccessorOperationFailedError
    AccessorResourceIdentifierError AccessorError
    AccessorFilesystemPathError AccessorResourceIdentifierError
    AccessorResourceError AccessorError
    AccessorResourceNotFoundError AccessorResourceError
    AccessorParentResourceNotFoundError AccessorResourceError
    AccessorResourceInvalidError AccessorResourceError
    AccessorContainerNotEmptyError AccessorResourceError
    StructureError FtrackError
    ConnectionClosedError FtrackError
"""
"""The documented errors that this runtime raises, each with a base; those that it never raises are compat's alone."""


def drawn() -> Iterator[tuple[str, str | None, str]]:
    """Yield each class in the drawing with that above it, and what the drawing says of it."""
    above: list[tuple[int, str]] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^    ([│├└─ ]*)([A-Z]\w+)\s*(.*)$", line)
        if found is None:
            continue
        depth = len(found[1])
        above = [each for each in above if each[0] < depth]
        yield found[2], above[-1][1] if above else None, found[3]
        above.append((depth, found[2]))


def test_drawing_shows_what_there_is() -> None:
    shown = {name: base for name, base, _ in drawn()}
    assert set(shown) - {"UserWarning"} == set(ERRORS)
    for name, base in shown.items():
        if base is not None:
            nearest = [each.__name__ for each in ERRORS[name].__mro__[1:] if each.__name__ in {*ERRORS, "UserWarning"}]
            assert base in nearest[:1], f"{name} derives from {nearest}, not from {base}"


def test_lines_of_the_drawing_meet() -> None:
    # The last of several below one is the only one with a corner.
    text = (errors.__doc__ or "").splitlines()
    for line, following in itertools.pairwise(text):
        corner = line.find("└──")
        if corner >= 0:
            assert following[corner : corner + 1] not in {"├", "└", "│"}, f"{line}\n{following}"


def test_builtins_that_the_drawing_promises() -> None:
    for name, _, words in drawn():
        for builtin in re.findall(
            r"\b(?:KeyError|AttributeError|ValueError|TypeError|LookupError|ConnectionError|TimeoutError)\b", words
        ):
            assert issubclass(ERRORS[name], getattr(builtins, builtin)), f"{name} is no {builtin}"


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_every_error_has_one_root(name: str) -> None:
    kind = ERRORS[name]
    assert issubclass(kind, (FtrackError, UserWarning))
    assert name.endswith("Warning" if issubclass(kind, UserWarning) else "Error")
    assert kind.__doc__


@pytest.mark.parametrize("line", DOCUMENTED.split("\n")[1:-1])
def test_documented_error_is_caught_by_its_base(line: str) -> None:
    name, base = line.split()
    assert issubclass(ERRORS[name], ERRORS[base])


def test_errors_with_a_default_message_need_no_argument() -> None:
    for name, words in (("ConnectionClosedError", "closed"), ("CommitInProgressError", "under way")):
        assert words in str(ERRORS[name]())


def test_details_cannot_be_changed() -> None:
    error = FtrackError("message", {"name": "value"})
    assert error.details == {"name": "value"}
    with pytest.raises(TypeError):
        error.details["name"] = "other"  # type: ignore[index]


def test_address_of_a_resource_stands_in_for_its_identifier() -> None:
    for kind in (errors.AccessorResourceNotFoundError, errors.AccessorOperationFailedError):
        error = kind("open", "a.exr", "why", address="s3://bucket/a.exr")
        assert "s3://bucket/a.exr" in str(error)
        assert (error.resource_identifier, error.address) == ("a.exr", "s3://bucket/a.exr")
        assert error.details["address"] == "s3://bucket/a.exr"
        assert "a.exr" in str(kind("open", "a.exr", "why"))
        assert "address" not in kind("open", "a.exr", "why").details


def test_refusal_tells_a_reason_that_is_a_text() -> None:
    refused = errors.AccessorPermissionDeniedError
    assert str(refused("open", "a", OSError("no"))) == "Cannot open a. Permission denied."
    assert str(refused("open", "a", "The key has expired.")) == "Cannot open a. Permission denied. The key has expired."
