"""Owns what is done with a client to measure it; each function returns figures by name: seconds, bytes or counts.

This runs in the client's own environment, which has nothing but the standard library and that client.
"""

from __future__ import annotations

import gc
import hashlib
import json
import statistics
import time
import tracemalloc
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from .clients import Client, Row
from .shapes import CHECKED, new_task

Figures: TypeAlias = "dict[str, float | str]"

REPEATED_READS = 20
COMMITS = 20
ENOUGH = 5.0
"""Seconds after which a slow client need not commit once more."""


class WrongAnswerError(Exception):
    """A client gave a value that it must not give: what it costs to do so is no figure."""


class Server:
    """The stub's other addresses."""

    def __init__(self, url: str) -> None:
        """Ask the stub at *url*."""
        self._url = url

    def _post(self, path: str, value: object = None) -> Any:
        with urllib.request.urlopen(f"{self._url}{path}", json.dumps(value).encode()) as answer:
            return json.load(answer)

    def take(self) -> int:
        """Return how many requests there were since the last time."""
        return int(self._post("/take")["requests"])

    def change(self, index: int, description: str | None) -> None:
        """Give task number *index* another description, or its own again."""
        self._post("/change", {"index": index, "description": description})


def run(client: Client, given: Mapping[str, str]) -> Figures:
    """Return the figures of the measurement that *given* names."""
    measure: Callable[..., Figures] = _MEASURES[given["measure"]]
    return measure(client, Server(given["url"]), int(given["rows"]), given.get("shape", "minimal"))


def timed(action: Callable[[], Any], *, settled: bool = True) -> tuple[float, Any]:
    """Return the seconds that *action* takes, and what it returns; *settled* collects earlier garbage first."""
    if settled:
        gc.collect()
    started = time.perf_counter()
    result = action()
    return time.perf_counter() - started, result


def digest(client: Client, rows: Sequence[Row], shape: str) -> str:
    """Return a digest of what *client* says is in *rows*, the same for every client that says the same."""
    describe: Callable[[Sequence[Row]], None] = getattr(client, "describe", lambda rows: None)
    describe(rows)
    values = [[_plain(client.value(row, path)) for path in CHECKED[shape]] for row in rows]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """Return a value as JSON; datetimes of every kind become the text of the wire."""
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("+00:00")
    return [_plain(item) for item in value] if isinstance(value, list) else value


def first(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Run one query in an empty session."""
    server.take()
    collecting = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    seconds, found = timed(lambda: client.query(shape, rows))
    if (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()) != collecting:
        raise WrongAnswerError("garbage collection is not as it was found when the query returns")
    if len(found) != rows:
        raise WrongAnswerError(f"{len(found)} rows instead of {rows}")
    return {"seconds": seconds, "requests": server.take(), "digest": digest(client, found, shape)}


def again(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Run one query three times in one session: empty, with all rows known, and with one value changed meanwhile."""
    figures = first(client, server, rows, shape)
    known, _ = timed(lambda: client.query(shape, rows))
    place, text = rows * 2 // 3, f"changed at {time.time_ns()}"
    server.change(place, text)
    changed, found = timed(lambda: client.query(shape, rows))
    if client.value(found[place], "description") != text:
        raise WrongAnswerError("a value that changed on the server does not show")
    server.change(place, None)
    return {**figures, "known": known, "changed": changed}


def memory(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Count what the rows of one query keep allocated."""
    client.query(shape, 1)
    gc.collect()
    tracemalloc.start()
    found = client.query(shape, rows)
    gc.collect()
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"bytes": kept / len(found), "peak": peak / len(found)}


def reading(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Read a loaded attribute of every row; seconds for one read, loop included."""
    found = list(client.query(shape, rows))
    gc.collect()
    spent = [timed(lambda: client.read(found, REPEATED_READS), settled=False)[0] for _ in range(5)]
    return {"seconds": min(spent) / REPEATED_READS / rows}


def writing(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Write an attribute of every row, then again; seconds for one write that is recorded, loop included."""
    found = list(client.query(shape, rows))
    new, _ = timed(lambda: client.write(found, "written"))
    spent: list[float] = []
    for value in ("again", "and again", "at last"):
        spent.append(timed(partial(client.write, found, value))[0])
    return {"seconds": min(spent) / rows, "first": new / rows}


def unfetched(client: Client, server: Server, rows: int, path: str) -> Figures:
    """Read what nobody asked for of every row, one row after the other."""
    found = list(client.query("minimal", rows))
    server.take()
    seconds, values = timed(lambda: client.unfetched(found, path))
    requests = server.take()
    return {"seconds": seconds, "requests": requests, "digest": hashlib.sha256(json.dumps(values).encode()).hexdigest()}


def commit(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Change one row and commit, several times, with all rows in the session; the median of a commit's seconds."""
    found = list(client.query(shape, rows))
    spent: list[float] = []
    for number in range(COMMITS + 1):
        client.write(found[number % rows : number % rows + 1], f"edit {number}")
        spent.append(timed(client.commit, settled=not number)[0])
        if not number:
            server.take()
        elif sum(spent) > ENOUGH:
            break
    return {"seconds": statistics.median(spent[1:]), "requests": server.take() / len(spent[1:])}


def creations(client: Client, server: Server, rows: int, shape: str) -> Figures:
    """Make new tasks and commit them at once."""
    beside = list(client.query("nested", 40))
    server.take()

    def create() -> None:
        for index in range(rows):
            client.create(beside[index % len(beside)], new_task(index))

    making, _ = timed(create)
    sending, _ = timed(client.commit)
    return {"seconds": making + sending, "making": making, "sending": sending, "requests": server.take()}


_MEASURES: Mapping[str, Callable[..., Figures]] = {
    measure.__name__: measure for measure in (first, again, memory, reading, writing, unfetched, commit, creations)
}
