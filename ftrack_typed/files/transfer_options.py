"""Owns how data is transferred: what a script chooses for a block of code, and what holds where it chooses nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import Any, Final, Literal, Protocol, TypeAlias

import attrs
from attrs import validators

from ..retries import Retries

MEBIBYTE: Final = 1024 * 1024

Verification: TypeAlias = Literal["size", "checksum"]


class Cancellation(Protocol):
    """What says that transfers must stop, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether they must."""
        ...


@attrs.frozen
class TransferProgress:
    """How far a transfer is: the data that moved last, and all of it together, in bytes."""

    file: str
    """Resource identifier, in the target, of what moved last."""
    bytes_done: int
    bytes_total: int | None
    """As the disk says, else as the components do; None where neither does."""
    files_done: int
    files_total: int


Report: TypeAlias = Callable[[TransferProgress], object]


def _check_progress(instance: object, attribute: object, value: object) -> None:
    if value is not None and value != "bar" and not callable(value):
        raise ValueError(f'progress is a function, "bar" or None, not {value!r}')


def _check_cancel(instance: object, attribute: object, value: Any) -> None:
    if value is not None and not callable(getattr(value, "is_set", None)):
        raise ValueError(f"cancel is an object with is_set(), such as a threading.Event, not {value!r}")


def _check_retries(instance: object, attribute: object, value: object) -> None:
    if not isinstance(value, Retries):
        raise ValueError(f"retries is a Retries, such as Retries(attempts=3), not {value!r}")


def _at_least(minimum: int) -> Callable[[object, attrs.Attribute[int], object], None]:
    """Return what checks that an option is a whole number, of *minimum* or more."""

    def check(instance: object, attribute: attrs.Attribute[int], value: object) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
            raise ValueError(f"{attribute.name} is a whole number, {minimum} or more, not {value!r}")

    return check


@attrs.frozen(kw_only=True)
class TransferOptions:
    """How data is transferred; `transferring` says what each option does."""

    workers: int = attrs.field(default=4, validator=_at_least(1))
    verify: Verification = attrs.field(default="size", validator=validators.in_(("size", "checksum")))
    resume: bool = False
    progress: Report | Literal["bar"] | None = attrs.field(default=None, validator=_check_progress)
    cancel: Cancellation | None = attrs.field(default=None, validator=_check_cancel)
    multipart_above: int = attrs.field(default=16 * MEBIBYTE, validator=_at_least(0))
    parts_at_once: int = attrs.field(default=4, validator=_at_least(1))
    retries: Retries = attrs.field(factory=Retries, validator=_check_retries)


_CURRENT: ContextVar[TransferOptions | None] = ContextVar("ftrack_typed_transfers", default=None)


def current_options() -> TransferOptions:
    """Return the options of the innermost `transferring` of this thread, or those that hold by default."""
    return _CURRENT.get() or TransferOptions()


@contextlib.contextmanager
def transferring(
    *,
    workers: int | None = None,
    verify: Verification | None = None,
    resume: bool | None = None,
    progress: Report | Literal["bar"] | None = None,
    cancel: Cancellation | None = None,
    multipart_above: int | None = None,
    parts_at_once: int | None = None,
    retries: Retries | None = None,
) -> Generator[TransferOptions, None, None]:
    """Choose how data is transferred in a block of code, in this thread, by whichever session::

        with transferring(progress="bar", cancel=event):
            location.add_components(components, origin)

    - *workers*: how many files are copied at once, 4 by default;
    - *verify*: "size" compares what was written with what the source had, before and after; "checksum" reads the copy
      again and compares SHA-256, at the cost of that; uploads to the server carry a checksum in any case;
    - *resume*: where a copy to a disk breaks off, its part stays beside the target, hidden, and the next try that
      resumes continues it, unless the source has changed since;
    - *progress*: a function that is called with a `TransferProgress`, in a thread that copies and never twice at
      once, or "bar" for a bar in the terminal, which needs the extra ``progress``;
    - *cancel*: an object with ``is_set()``, such as a `threading.Event`: once set, transfers stop, nothing is left,
      and `TransferCancelledError` is raised;
    - *multipart_above*: bytes above which data goes to the server in parts, 16 MiB by default;
    - *parts_at_once*: how many parts of one file are sent at once, 4 by default;
    - *retries*: how often an upload, or a part of one, is sent again where its connection breaks, and how often a
      download then goes on.

    What is not given is as in the block around. Raise ValueError for a value that cannot be.
    """
    given = {
        "workers": workers,
        "verify": verify,
        "resume": resume,
        "progress": progress,
        "cancel": cancel,
        "multipart_above": multipart_above,
        "parts_at_once": parts_at_once,
        "retries": retries,
    }
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    chosen = attrs.evolve(current_options(), **changes)
    token = _CURRENT.set(chosen)
    try:
        yield chosen
    finally:
        _CURRENT.reset(token)
