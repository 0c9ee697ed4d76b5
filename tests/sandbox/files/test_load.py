"""Tests that a big upload needs neither memory nor everybody's patience: figures of a server process of its own."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.sandbox.files.conftest import FileApi, md5, new_id
from tests.sandbox.process.conftest import PATIENCE, Start

pytestmark = [pytest.mark.load, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

BLOCK = bytes(range(256)) * 4096
BLOCKS = 256
SIZE = len(BLOCK) * BLOCKS


def peak_memory(pid: int) -> int:
    """Return the most bytes that a process has had in memory."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def test_memory_stays_flat_and_others_are_answered_while_256_mib_come_and_go(start: Start, tmp_path: Path) -> None:
    process = start("--database", tmp_path / "studio.db")
    files = FileApi(Sandbox(), process.api())
    warm = files.upload(BLOCK * 2)
    files.data(warm)
    before = peak_memory(process.process.pid)
    sent = hashlib.md5()
    answered: list[int] = []

    def body() -> Iterator[bytes]:
        for number in range(BLOCKS):
            if number % 32 == 0:
                other = FileApi(Sandbox(), process_api)
                answered.append(len(other.api.rows("Location")))
            sent.update(BLOCK)
            yield BLOCK

    process_api = files.api.as_user(files.api.user, files.api.key)
    process_api.http = type(files.api.http)()
    component_id = new_id()
    url = files.metadata(component_id, SIZE, checksum=md5(BLOCK * BLOCKS))["url"]
    assert files.put(url, body()).status_code == 200
    assert len(answered) == BLOCKS // 32
    received = hashlib.md5()
    with files.api.http.get(
        f"{files.api.url}/component/get", params={**files.key, "id": component_id}, stream=True, timeout=PATIENCE
    ) as response:
        for chunk in response.iter_content(1024 * 1024):
            received.update(chunk)
    assert received.digest() == sent.digest()
    growth = peak_memory(process.process.pid) - before
    print(f"{SIZE / 2**20:.0f} MiB up and down: {growth / 2**20:.1f} MiB more memory at the peak")
    assert growth < SIZE / 8, f"{growth / 2**20:.1f} MiB"
    process_api.http.close()
