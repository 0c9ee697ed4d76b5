"""Tests that memory does not grow with the size of an object, whichever way its data goes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.load, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

ROOT = Path(__file__).resolve().parents[3]

MEBIBYTE = 1024 * 1024

MOST = 32 * MEBIBYTE
"""Bytes of memory that may be taken in addition. Measured: see docs/performance.md."""


def test_memory_while_256_mib_come_and_go(require: Callable[[str], None], tmp_path: Path) -> None:
    require("s3")
    block = os.urandom(MEBIBYTE)
    (tmp_path / "small.bin").write_bytes(block[:1000])
    with (tmp_path / "large.bin").open("wb") as file:
        for number in range(256):
            file.write(number.to_bytes(4, "big") + block[4:])
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "key",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    serving = [sys.executable, "-m", "tests.files.s3.serving"]
    pipe = subprocess.PIPE
    with subprocess.Popen(serving, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        grown = {way: int(measured(url, tmp_path, way, environment)) for way in ("file", "stream", "read")}
        assert server.stdin is not None
        server.stdin.close()
    print({way: f"{size / MEBIBYTE:.1f} MiB" for way, size in grown.items()})
    assert max(grown.values()) < MOST, grown


def measured(url: str, folder: Path, way: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "tests.files.s3.transferring", url, str(folder), way]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
