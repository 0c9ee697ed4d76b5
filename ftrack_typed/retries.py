"""Owns how often, and for how long, a call that got no answer is tried again."""

from __future__ import annotations

import logging
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
            if self.attempts == 1 or not repeatable(error):
                raise
            return self._run_again(attempt, repeatable, error)

    def _run_again(self, attempt: Callable[[], T], repeatable: Repeatable, failed: TransportError) -> T:
        # Imported here, for most programs never need it, and it brings asyncio along.
        import stamina

        waits = {"wait_initial": self.wait_initial, "wait_max": self.wait_max, "wait_jitter": self.wait_jitter}
        for each in stamina.retry_context(on=repeatable, attempts=self.attempts, timeout=self.timeout, **waits):
            with each:
                if each.num == 1:
                    raise failed  # the first try is over
                _LOGGER.info("%s; trying again, %d of %d", failed, each.num, self.attempts)
                return attempt()
        raise failed
