"""Owns the log of a session's requests: what was asked, by which line of the program, and how long it took."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, overload

import attrs

from .loading import call_site

if TYPE_CHECKING:
    from .transport import Transport

_SHOWN: Final = 120
"""Characters of a query that a line shows."""


@attrs.frozen
class LoggedRequest:
    """One request and its answer."""

    actions: tuple[str, ...]
    """What its operations were, such as ``("query",)``."""

    expression: str
    """Text of its first query; empty where there is none."""

    rows: int
    """Rows that came back for its queries."""

    seconds: float
    """From the call to the answer, with all attempts."""

    place: str
    """File and line of the code that caused it, outside of this package, such as ``/tools/report.py:12``."""

    error: str = ""
    """Name of the error that it ended with, if any."""

    def __str__(self) -> str:
        """Return one line: time, what, how many rows, where, and the beginning of the query."""
        counts = Counter(self.actions)
        what = ", ".join(name if count == 1 else f"{count} {name}" for name, count in counts.items())
        found = f"{self.rows} rows" if self.expression else ""
        text = " ".join(self.expression.split())
        shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
        parts = (f"{self.seconds:7.3f} s", what, found, self.error, Path(self.place).name, shown)
        return "  ".join(part for part in parts if part)


class RequestLog(Sequence[LoggedRequest]):
    """The requests of a session while its log is kept, oldest first; as text, a line for each and a sum.

    Requests for schemas are not among them: they come once, with the first use.
    """

    def __init__(self, transport: Transport) -> None:
        """Pass everything on to *transport*."""
        self._transport = transport
        self._requests: list[LoggedRequest] = []
        self._lock = threading.Lock()

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> list[LoggedRequest]: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | list[LoggedRequest]:
        return self._requests[index]

    def __len__(self) -> int:
        return len(self._requests)

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(tuple(self._requests))

    @property
    def seconds(self) -> float:
        """Sum of the time of all requests."""
        return sum(each.seconds for each in self)

    @property
    def repeated(self) -> dict[str, int]:
        """The lines of the program that asked more than once, with how often, the most frequent one first."""
        return {place: count for place, count in Counter(each.place for each in self).most_common() if count > 1}

    def __str__(self) -> str:
        """Return the report."""
        count = len(self)
        lines = [str(each) for each in self]
        lines.append(f"{self.seconds:7.3f} s  in {count} request{'' if count == 1 else 's'}")
        lines += [f"{Path(place).name} asked {times} times" for place, times in self.repeated.items()]
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<RequestLog of {len(self)} requests>"

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        """Send *operations*, and note what came of it."""
        started, place = time.perf_counter(), call_site()
        try:
            results = self._transport.call(operations)
        except BaseException as error:
            self._note(operations, (), started, (place, type(error).__name__))
            raise
        self._note(operations, results, started, (place, ""))
        return results

    @classmethod
    def removed(cls, log: RequestLog, transport: Transport) -> Transport:
        """Return *transport* without *log*, around which other threads may have put logs of their own since."""
        if transport is log:
            return log._transport
        if isinstance(transport, RequestLog):
            transport._transport = cls.removed(log, transport._transport)
        return transport

    def close(self) -> None:
        """Close what it passes on to."""
        self._transport.close()

    def _note(
        self,
        operations: Sequence[Mapping[str, object]],
        results: Sequence[Any],
        started: float,
        told: tuple[str, str],
    ) -> None:
        expressions = (str(each["expression"]) for each in operations if "expression" in each)
        found = (each.get("data") for each in results if isinstance(each, Mapping))
        rows = sum(len(data) for data in found if isinstance(data, list))
        actions = tuple(str(each.get("action")) for each in operations)
        seconds = time.perf_counter() - started
        with self._lock:
            self._requests.append(LoggedRequest(actions, next(expressions, ""), rows, seconds, *told))
