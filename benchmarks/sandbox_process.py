"""Owns a sandbox that is measured, or used by what is measured: a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Final

from .environments import ROOT, variables

API_USER: Final = "sandbox"
API_KEY: Final = "key"


@contextlib.contextmanager
def sandbox_process(database: Path | str, *options: str, folder: Path | None = None) -> Generator[str]:
    """Serve *database*, a file or a URL, and give the server's address; raise RuntimeError where it does not start.

    *folder* is for what the process keeps besides; that of the file unless given.
    """
    command = [
        sys.executable,
        "-m",
        "ftrack_typed.sandbox",
        "--database",
        str(database),
        "--api-key",
        API_KEY,
        *options,
    ]
    environment = variables(folder or Path(database).parent)
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip().partition("=")[2]
            if not url:
                raise RuntimeError("the sandbox does not start")
            process.stdout.read()
            yield url
        finally:
            process.terminate()
