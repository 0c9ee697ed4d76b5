"""Owns what is measured of hubs, and the table of it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal

import attrs

from ..report import shown
from ..results import Spread
from ..scenarios import OFFICIAL, OURS

MARKERS: Final = ("<!-- events: begin -->", "<!-- events: end -->")
CLIENTS: Final = (OURS, OFFICIAL)

Seconds = Mapping[str, float]
"""What one run of one client measured: seconds for one event by the name of the figure."""

Samples = Mapping[str, Sequence[Seconds]]
"""The runs of each client, in turns."""


@attrs.frozen
class Figure:
    """A line of the table."""

    name: str
    what: str
    shown_as: Literal["µs", "ms", "per s"]

    def text(self, seconds: Spread) -> str:
        """Return *seconds*, for one event, as the table has them."""
        if self.shown_as == "per s":
            return f"{shown(Spread(1 / seconds.median, 1 / seconds.most, 1 / seconds.least), 0)} per s"
        scale = 1e6 if self.shown_as == "µs" else 1e3
        scaled = Spread(*(each * scale for each in attrs.astuple(seconds)))
        return f"{shown(scaled, 1 if self.shown_as == 'µs' else 2)} {self.shown_as}"


FIGURES: Final = (
    Figure("subscribe", "local: a subscription made and ended", "µs"),
    Figure("local", "local: an event to one subscriber", "per s"),
    Figure("local_one", "local: latency of an event to one subscriber", "µs"),
    Figure("local_expression", "local: an event to a subscriber with an expression on its data", "per s"),
    Figure("local_many", "local: an event to one of 100 subscribers", "per s"),
    Figure("connect", "remote: a connection made", "ms"),
    Figure("publish", "remote: an event published", "per s"),
    Figure("throughput", "remote: events from one process handled in another", "per s"),
    Figure("large", "remote: the same, with 10 kB in each", "per s"),
    Figure("round_trip", "remote: from a question to the reply of another process, median", "ms"),
    Figure("round_trip_late", "remote: the same, what 95 of 100 do not exceed", "ms"),
)


def table(samples: Samples, events: int) -> str:
    """Return the figures of both clients as Markdown, with a line that says what they were measured on."""
    most = max(map(len, samples.values()))
    runs = "1 run" if most == 1 else f"{most} runs"
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [
        f"Measured on {date.today().isoformat()}, {machine}; {runs} of each in turns on {events:,} events;",
        "the median, with the least and the greatest in brackets. The ratio is that of the times for one event.",
        "",
        f"| what | {OURS} | {OFFICIAL} | ours / official | not slower |",
        "| --- | ---: | ---: | ---: | --- |",
        *(f"| {' | '.join(_cells(figure, samples))} |" for figure in FIGURES),
    ]
    return "\n".join(lines)


def _cells(figure: Figure, samples: Samples) -> Iterator[str]:
    yield figure.what
    seconds = {client: [run[figure.name] for run in samples.get(client, ())] for client in CLIENTS}
    for client in CLIENTS:
        yield figure.text(Spread.of(seconds[client])) if seconds[client] else ""
    ratios = [ours / theirs for ours, theirs in zip(seconds[OURS], seconds[OFFICIAL], strict=False)]
    if not ratios:
        yield from ("", "")
        return
    ratio = Spread.of(ratios)
    yield shown(ratio)
    yield "yes" if ratio.median <= 1 else "**no**"
