"""Tests two processes that exchange events through a sandbox that is killed again and again."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.events.exchanging import GROUP
from tests.sandbox.process.conftest import SandboxProcess, Start, environment, start

__all__ = ["start"]

pytestmark = pytest.mark.load

COUNT = 10_000
KILLS = 5
MARGIN = 0.5
"""Seconds before a kill in which the server may have acknowledged what it had not passed on."""

StartSide = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_side() -> Iterator[StartSide]:
    """Starts one side of an exchange."""
    started: list[subprocess.Popen[str]] = []

    def start_one(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.events.exchanging", *arguments]
        root = Path(__file__).resolve().parents[2]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(), cwd=root))
        return started[-1]

    yield start_one
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def said(process: subprocess.Popen[str]) -> Any:
    """Return the next thing that *process* prints."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_events_survive_a_server_that_is_killed(start: Start, start_side: StartSide, tmp_path: Path) -> None:
    options = ("--port", free_port(), "--database", tmp_path / "sandbox.db", "--api-user", "jane", "--api-key", "k")

    def running() -> SandboxProcess:
        process = start(*options)
        process.read_output()
        return process

    sandbox = running()
    address = (f"http://127.0.0.1:{options[1]}", "jane", "k")
    listener = start_side("listener", *address)
    assert said(listener) == "ready"
    publisher = start_side("publisher", *address, str(COUNT))
    kills = []
    for _ in range(KILLS):
        time.sleep(random.uniform(0.5, 2))  # no condition to wait for: the server is to die at any moment
        kills.append(time.monotonic())
        sandbox.process.kill()
        sandbox.close()
        sandbox = running()
    published, heard = said(publisher), said(listener)

    assert published["acknowledged"] == COUNT
    assert min(published["connections"], heard["connections"]) > 1
    handled = heard["handled"]
    assert len(handled) == len(set(handled)), "handled twice"
    assert handled == sorted(handled)
    missing = set(range(COUNT)) - set(handled)
    checked = 0
    for number, (begun, acknowledged) in enumerate(published["groups"]):
        before = max((each for each in heard["subscribed"] if each <= begun), default=None)
        # A subscriber that was connected all the time, from before the first to after the last of the group.
        if before is not None and not any(before <= kill <= acknowledged + MARGIN for kill in kills):
            assert missing.isdisjoint(range(number * GROUP, (number + 1) * GROUP)), f"group {number}"
            checked += 1
    assert checked, "the subscriber was never connected for the whole of a group"
