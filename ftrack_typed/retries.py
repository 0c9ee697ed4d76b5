"""Owns how often, and for how long, a call that got no answer is tried again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

import attrs
from attrs import validators

from .errors import TransportError

T = TypeVar("T")

Repeatable = Callable[[Exception], bool]

_LOGGER: Final = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Retries:
    """How a session tries again: with growing pauses, each longer by a random part, so that a farm spreads out.

    *attempts* counts the first try too, 1 means to never try again. No try starts later than *timeout* seconds after
    the first. The pauses grow from *wait_initial* to *wait_max* seconds, plus up to *wait_jitter* seconds.
    """

    attempts: int = attrs.field(default=6, validator=validators.ge(1))
    timeout: float = attrs.field(default=45.0, validator=validators.gt(0))
    wait_initial: float = attrs.field(default=0.2, validator=validators.ge(0))
    wait_max: float = attrs.field(default=5.0, validator=validators.ge(0))
    wait_jitter: float = attrs.field(default=0.5, validator=validators.ge(0))

    def run(self, attempt: Callable[[], T], repeatable: Repeatable) -> T:
        """Return what *attempt* returns, of the first try that raises no error which is *repeatable*."""
        try:
            return attempt()
        except TransportError as error:
            failed = error
        # Outside of the handler, so that what comes of the next tries is not told as an error within this one.
        return self.run_again(attempt, repeatable, failed)

    def run_again(self, attempt: Callable[[], T], repeatable: Repeatable, failed: TransportError) -> T:
        """Do the same as `run` after a first try that *failed*."""
        if self.attempts == 1 or not repeatable(failed):
            raise failed
        # Imported here, for most programs never need it, and it brings asyncio along.
        import stamina

        started = time.monotonic()
        waits = {"wait_initial": self.wait_initial, "wait_max": self.wait_max, "wait_jitter": self.wait_jitter}
        with _Announced():
            for each in stamina.retry_context(on=repeatable, attempts=self.attempts, timeout=self.timeout, **waits):
                with each:
                    try:
                        if each.num == 1:
                            raise failed  # the first try is over
                        return attempt()
                    except TransportError as error:
                        in_time = time.monotonic() - started < self.timeout
                        if each.num < self.attempts and in_time and repeatable(error):
                            self._announce(error, each.num, each.next_wait)
                        raise
        raise failed

    def _announce(self, error: TransportError, number: int, wait: float) -> None:
        _LOGGER.warning(
            "%s; attempt %d of %d failed, trying again in %.2f to %.2f seconds",
            error,
            number,
            self.attempts,
            wait,
            max(wait, min(wait + self.wait_jitter, self.wait_max)),
        )


class _Announced(logging.Filter):
    """Keeps the lines of stamina's own logger from the log for retries of this thread: they do not say what failed.

    Other users of stamina in this process keep their lines, and all of its hooks: these exist once for a process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self._thread or record.msg != "stamina.retry_scheduled"

    def __enter__(self) -> None:
        logging.getLogger("stamina").addFilter(self)

    def __exit__(self, *error: object) -> None:
        logging.getLogger("stamina").removeFilter(self)
