"""Tests two processes that exchange events through a sandbox that is killed again and again, and bad proxies."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.events.exchanging import GROUP, PATIENCE
from tests.events.stream_proxy import ENDS, StreamProxy
from tests.ports import held_port
from tests.sandbox.process.conftest import SandboxProcess, Start, environment, start

__all__ = ["start"]

pytestmark = pytest.mark.load

COUNT = 10_000
KILLS = 5
CERTAIN = COUNT // GROUP // 2
"""Groups, of which there are twice as many, in which the listener must have been connected all the time."""

StartSide = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_side() -> Iterator[StartSide]:
    """Starts one side of an exchange."""
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.events.exchanging", *arguments]
        root, pipe = Path(__file__).resolve().parents[2], subprocess.PIPE
        started.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment(), cwd=root))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


@attrs.define
class Server:
    """A sandbox that can be killed and started again, at the same address and with the same database."""

    start: Start
    folder: Path
    port: int
    running: SandboxProcess | None = None

    def restart(self) -> None:
        """Kill it, where it runs, and return when it answers again."""
        if self.running is not None:
            self.running.process.kill()
            self.running.close()
        options = ("--port", self.port, "--database", self.folder / "sandbox.db", "--api-user", "jane")
        self.running = self.start(*options, "--api-key", "k")
        assert self.running.read_output(PATIENCE), self.running.errors()


@attrs.frozen
class Exchange:
    """What both sides said in the end."""

    published: dict[str, Any]
    heard: dict[str, Any]

    def check(self) -> None:
        """Check that nothing was handled twice, and nothing acknowledged missed by a listener that was connected."""
        handled = self.heard["handled"]
        assert self.published["acknowledged"] == COUNT
        assert len(handled) == len(set(handled)), "handled twice"
        missing = set(range(COUNT)) - set(handled)
        answers = self.published["answers"]
        certain = [number for number in range(COUNT // GROUP) if answers[number] == answers[number + 1]]
        for number in certain:
            assert missing.isdisjoint(range(number * GROUP, (number + 1) * GROUP)), f"group {number}"
        assert len(certain) >= CERTAIN


@pytest.fixture
def server(start: Start, tmp_path: Path) -> Iterator[Server]:
    """A server that runs, whose port nobody takes while it is dead."""
    with held_port() as port:
        made = Server(start, tmp_path, port)
        made.restart()
        yield made


def exchange(server: Server, start_side: StartSide, publisher_url: str, listener_url: str) -> Exchange:
    """Let both sides exchange events, and kill the server while they do.

    The publisher may go on before the server is killed, but with one group alone: both sides have connected anew before
    the next kill, however late this process comes to it.
    """
    chance = random.Random(8)
    kills = sorted(chance.sample(range(0, COUNT, GROUP), KILLS))
    listener = start_side("listener", listener_url, "jane", "k")
    publisher = start_side("publisher", publisher_url, "jane", "k", str(COUNT))
    assert publisher.stdout is not None
    assert publisher.stdin is not None
    said: Any = None
    for line in publisher.stdout:
        said = json.loads(line)
        if isinstance(said, int):
            publisher.stdin.write("\n")
            publisher.stdin.flush()
        if said in kills:
            server.restart()
    assert isinstance(said, dict), f"the publisher came to {said} and ended with {publisher.wait()}"
    heard, _ = listener.communicate()
    return Exchange(said, json.loads(heard))


def test_events_survive_a_server_that_is_killed(server: Server, start_side: StartSide) -> None:
    url = f"http://127.0.0.1:{server.port}"
    done = exchange(server, start_side, url, url)
    done.check()
    assert (done.published["connections"], done.heard["connections"]) == (KILLS + 1, KILLS + 1)
    assert done.heard["handled"] == sorted(done.heard["handled"])


def test_events_survive_bad_proxies_too(server: Server, start_side: StartSide) -> None:
    with contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(StreamProxy(server.port, seed)) for seed in (1, 2)]
        done = exchange(server, start_side, *(proxy.url for proxy in proxies))
    done.check()
    assert min(done.published["connections"], done.heard["connections"]) > KILLS + 1
    assert all(sum(proxy.ends[end] for proxy in proxies) for end in ENDS), "a kind of fault did not occur"
