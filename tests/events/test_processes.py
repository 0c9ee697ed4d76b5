"""Tests hubs in processes that end without closing them, and in processes that are forked."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import sandbox

__all__ = ["sandbox"]

BEGIN = """
import os
from ftrack_typed.events import Event, EventHub
hub = EventHub(os.environ["FTRACK_SERVER"], os.environ["FTRACK_API_USER"], os.environ["FTRACK_API_KEY"])
"""


def run(code: str, sandbox: Sandbox) -> list[str]:
    """Run *code* in an interpreter, and return the lines that it prints."""
    environment = {**os.environ, **sandbox.environment()}
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", BEGIN + code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def heard(sandbox: Sandbox) -> list[str]:
    return [event.topic for event in sandbox.events if event.topic.startswith("process.")]


def test_what_is_published_is_sent_though_nobody_closes_the_hub(sandbox: Sandbox) -> None:
    sandbox.events.clear()
    code = """
import ftrack_typed.events.hub
ftrack_typed.events.hub._FAREWELL = 60  # a machine may be busy
hub.connect_in_background()
hub.publish(Event("process.last"))
"""
    run(code, sandbox)
    assert heard(sandbox) == ["process.last"]


def test_hook_at_exit_keeps_no_hub_alive(sandbox: Sandbox) -> None:
    code = """
import gc, threading, weakref
hub.connect(); hub.close()
for thread in set(threading.enumerate()) - {threading.current_thread()}:
    thread.join(60)  # it may outlive the hub for a moment
known = weakref.ref(hub); del hub; gc.collect()
print(known())
"""
    assert run(code, sandbox) == ["None"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_forked_process_leaves_the_connection_to_its_parent_and_makes_one_of_its_own(sandbox: Sandbox) -> None:
    code = """
from ftrack_typed.errors import EventHubConnectionError
hub.connect()
hub.publish(Event("process.before")); assert hub.flush(60)
if os.fork() == 0:
    try:
        hub.publish(Event("process.lost"))
    except EventHubConnectionError as error:
        print(hub.connected, error, flush=True)
    hub.connect()
    hub.publish(Event("process.child")); assert hub.flush(60)
    hub.close()
    os._exit(0)
assert os.wait()[1] == 0
hub.publish(Event("process.parent")); assert hub.flush(60)
print(hub.connected, hub.health().connections)
"""
    sandbox.events.clear()
    assert run(code, sandbox) == ["False The event hub is not connected: call connect() first.", "True 1"]
    assert heard(sandbox) == ["process.before", "process.child", "process.parent"]
