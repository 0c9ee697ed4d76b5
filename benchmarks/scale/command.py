"""Owns the command ``python -m benchmarks sandbox``: its options, the servers that it measures, and the table."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from ftrack_typed.sandbox.startup import SandboxError

from ..report import MarkersMissingError, replace_tables
from ..sandbox_process import API_KEY, API_USER, sandbox_process
from .measures import MEASURES, Server, Timing, measure
from .places import Place, place, title
from .production import Production, build

MARKERS: Final = ("<!-- sandbox: begin -->", "<!-- sandbox: end -->")
ON_POSTGRESQL: Final = ("<!-- sandbox on postgresql: begin -->", "<!-- sandbox on postgresql: end -->")
Figures = Mapping[tuple[str, int, int], Timing]
"""What was measured, by the name of the measure, the number of tasks and that of clients."""


def main(arguments: list[str]) -> int:
    """Measure the sandbox on as many tasks as the options say, print the table, and return 0; 1 where that fails."""
    options = _parser().parse_args(arguments)
    figures: dict[tuple[str, int, int], Timing] = {}
    try:
        database = title(options.database)
        for tasks in sorted(options.tasks):
            with place(options.database, options.folder) as where:
                figures.update(_measured(Production(tasks), options.seconds, where))
        text = table(figures, database)
        print(text)
        if options.markdown is not None:
            replace_tables(options.markdown, text, MARKERS if options.database is None else ON_POSTGRESQL)
    except (OSError, RuntimeError, MarkersMissingError, SandboxError, SQLAlchemyError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks sandbox", description="Measure the sandbox as it grows.")
    parser.add_argument("--tasks", type=int, nargs="+", default=[1000, 100_000], help="how many tasks there are")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each measure goes on")
    parser.add_argument(
        "--database", metavar="URL", help="a PostgreSQL database to measure on, in a schema of its own; else SQLite"
    )
    parser.add_argument("--folder", type=Path, help="where the databases are made; a temporary folder unless given")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the table between the markers of that page")
    return parser


def _measured(production: Production, seconds: float, where: Place) -> Iterator[tuple[tuple[str, int, int], Timing]]:
    begun = time.perf_counter()
    build(where.url, production)
    size = where.settle()
    _tell(f"{production.tasks} tasks written in {time.perf_counter() - begun:.0f} s, {size >> 20} MiB")
    with sandbox_process(where.url, "--files", str(where.folder / "files"), folder=where.folder) as url:
        server = _server(url)
        for what in MEASURES:
            for clients in what.clients:
                timing = measure(server, production, what, clients, seconds)
                _tell(f"{production.tasks} tasks, {clients} clients, {what.name}: {timing.median * 1e3:.1f} ms")
                yield (what.name, production.tasks, clients), timing


def _server(url: str) -> Server:
    address = urlsplit(url)
    assert address.hostname is not None
    assert address.port is not None
    return Server(address.hostname, address.port, {"ftrack-user": API_USER, "ftrack-api-key": API_KEY})


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def table(figures: Figures, database: str) -> str:
    """Return the figures as Markdown: a row for each measure and number of tasks. *database* is what they are of."""
    sizes = sorted({tasks for _, tasks, _ in figures})
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [
        f"Measured on {date.today().isoformat()}, {machine}, {database}. Times in ms.",
        "",
        "| call | tasks | 1 client: p50 | p95 | per s | 8 clients: p50 | p95 | per s | p50 to the first |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for what in MEASURES:
        for tasks in sizes:
            one, several = (figures.get((what.name, tasks, clients)) for clients in (1, 8))
            ratio = figures[what.name, tasks, 1].median / figures[what.name, sizes[0], 1].median
            cells = [what.name, f"{tasks:,}", *_cells(one), *_cells(several), f"{ratio:.2f}"]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(timing: Timing | None) -> Iterator[str]:
    if timing is None:
        yield from ("", "", "")
        return
    yield f"{timing.median * 1e3:.1f}"
    yield f"{timing.late * 1e3:.1f}"
    yield f"{timing.rate:,.0f}"
