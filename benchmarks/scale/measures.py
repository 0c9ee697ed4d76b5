"""Owns what is measured: the batches that clients send, and the times of many of them, from one client or several."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import statistics
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from socket import SHUT_RDWR
from typing import Any, Final

import attrs
import websocket

from .production import Production, identifier

Batch = list[dict[str, Any]]
PATIENCE: Final = 120.0


@attrs.frozen
class Server:
    """A sandbox process that answers."""

    host: str
    port: int
    headers: Mapping[str, str]


@attrs.frozen
class Measure:
    """One kind of call: what it is called in the tables, and the batch for a task of some number."""

    name: str
    batch: Callable[[Production, int], Batch]
    listening: bool = False
    """Whether somebody is connected to the event server meanwhile, and subscribed to updates."""

    clients: tuple[int, ...] = (1, 8)
    """How many clients send such calls at once, one after the other."""


@attrs.frozen
class Timing:
    """How long calls took, in seconds, and how many were answered in a second."""

    median: float
    late: float
    """What 95 of 100 calls did not exceed."""

    rate: float


def _escaped(text: str) -> str:
    """Return a text as itself within the pattern of a ``like``."""
    return text.replace("_", r"\_")


def _edit(production: Production, task: int) -> Batch:
    data = {"description": uuid.uuid4().hex}
    key = [identifier("task", task)]
    return [{"action": "update", "entity_type": "Task", "entity_key": key, "entity_data": data}]


def _creations(production: Production, task: int) -> Batch:
    parent = production.shot_of(task)
    each = [{"id": str(uuid.uuid4()), "name": uuid.uuid4().hex, "parent_id": parent} for _ in range(100)]
    return [{"action": "create", "entity_type": "Task", "entity_data": data} for data in each]


def _asking(expression: str) -> Callable[[Production, int], Batch]:
    """Return what asks *expression* about a task, whose facts stand in braces."""

    def batch(production: Production, task: int) -> Batch:
        name = production.name_of(task)
        facts = {
            "id": identifier("task", task),
            "parent_id": production.shot_of(task),
            "project_id": production.project_of(task),
            "project_number": f"{task // 10_000:04d}",
            "name": name,
            "name_start": _escaped(name[:-1]),
            "number": f"{task:08d}",
        }
        return [{"action": "query", "expression": expression.format(**facts)}]

    return batch


_QUERIES: Final = {
    "query by id": "select name, status_id from Task where id is {id}",
    "query by parent": "select name, status_id from Task where parent_id is {parent_id}",
    "query by project's name, 25": 'select name from Task where project.name is "project_{project_number}" limit 25',
    "page of 500 of a project": "select name from Task where project_id is {project_id} limit 500",
    "query by name": 'select status.name from Task where name is "{name}"',
    "name like, beginning": 'select id from Task where name like "{name_start}%"',
    "name like, anywhere, in a project": (
        'select id from Task where project_id is {project_id} and name like "%{number}"'
    ),
}

MEASURES: Final = (
    *(Measure(name, _asking(expression)) for name, expression in _QUERIES.items()),
    Measure(
        "name like, anywhere (reads all)", _asking('select id from Task where name like "%{number}"'), clients=(1,)
    ),
    Measure("commit of one edit", _edit),
    Measure("commit of one edit, a listener", _edit, listening=True),
    Measure("commit of 100 creations", _creations),
    Measure("commit of 100 creations, a listener", _creations, listening=True),
)


def measure(server: Server, production: Production, what: Measure, clients: int, seconds: float) -> Timing:
    """Let *clients* send such batches for some *seconds*, each one after the other, and return how long they took."""
    with contextlib.ExitStack() as stack:
        if what.listening:
            stack.enter_context(_listener(server))
        results: list[list[float]] = [[] for _ in range(clients)]
        start = threading.Barrier(clients + 1)
        threads = [
            threading.Thread(target=_client, args=(server, production, what, seconds, start, mine)) for mine in results
        ]
        for thread in threads:
            thread.start()
        start.wait()
        begun = time.perf_counter()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - begun
    times = sorted(each for mine in results for each in mine)
    if not times:
        raise RuntimeError(f"no call of {what.name!r} was answered")
    return Timing(statistics.median(times), times[int(len(times) * 0.95)], len(times) / took)


def _client(
    server: Server, production: Production, what: Measure, seconds: float, start: threading.Barrier, times: list[float]
) -> None:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=PATIENCE)
    chosen = random.Random(threading.get_ident())
    try:
        _send(connection, server, what.batch(production, chosen.randrange(production.tasks)))
        connection.close()  # the server would, where others take long to get ready
        start.wait()
        connection.connect()
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            batch = what.batch(production, chosen.randrange(production.tasks))
            begun = time.perf_counter()
            _send(connection, server, batch)
            times.append(time.perf_counter() - begun)
    except BaseException:
        start.abort()  # whoever waits for this client
        raise
    finally:
        connection.close()


def _send(connection: http.client.HTTPConnection, server: Server, batch: Sequence[Mapping[str, Any]]) -> None:
    connection.request("POST", "/api", json.dumps(batch).encode(), dict(server.headers))
    body = connection.getresponse().read()
    if not body.startswith(b"["):
        raise RuntimeError(f"the sandbox refuses: {body[:300]!r}")


@contextlib.contextmanager
def _listener(server: Server) -> Generator[None]:
    """Keep a client connected to the event server that hears of every commit."""
    address = f"{server.host}:{server.port}/socket.io/1/"
    request = urllib.request.Request(f"http://{address}", headers=dict(server.headers))
    with urllib.request.urlopen(request, timeout=PATIENCE) as response:
        session_id = response.read().decode().partition(":")[0]
    socket = websocket.create_connection(f"ws://{address}websocket/{session_id}", timeout=PATIENCE)
    subscriber = {"subscriber": {"id": uuid.uuid4().hex}, "subscription": "topic=ftrack.update"}
    event = {"topic": "ftrack.meta.subscribe", "id": uuid.uuid4().hex, "data": subscriber}
    socket.send("5:::" + json.dumps({"name": "ftrack.event", "args": [event]}))
    thread = threading.Thread(target=_drain, args=(socket,))
    thread.start()
    try:
        yield
    finally:
        if socket.sock is not None:
            socket.sock.shutdown(SHUT_RDWR)
        thread.join()
        socket.close()


def _drain(socket: websocket.WebSocket) -> None:
    with contextlib.suppress(websocket.WebSocketException, OSError):
        while socket.connected and socket.recv():
            pass
