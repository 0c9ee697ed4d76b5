"""Owns where the clients run: the environment variables of their processes, and the official client's own packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OFFICIAL_CLIENT: Final = "ftrack-python-api==3.1.0"

ROOT: Final = Path(__file__).resolve().parents[1]


class EnvironmentMissingError(Exception):
    """What a client needs to run is not there."""


def default_cache() -> Path:
    """Return the folder that keeps the official client between runs."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("ftrack-typed", appauthor=False)) / "benchmarks"


def official_python(cache: Path) -> Path:
    """Return an interpreter that has the official client, in an environment below *cache*, made where it is not there.

    The client holds other packages back, so that it cannot stand beside ours. Raise EnvironmentMissingError where it
    cannot be installed.
    """
    release = f"python{sys.version_info.major}.{sys.version_info.minor}"
    folder = cache / f"{OFFICIAL_CLIENT.replace('==', '-')}-{release}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [str(python), "-m", "pip", "install", "--quiet", OFFICIAL_CLIENT],
        ):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise EnvironmentMissingError(
                    f"{OFFICIAL_CLIENT} cannot be installed ({done.stderr.strip()[-300:]}): name an interpreter "
                    "that has it with --official, or leave it out with --client ours --client raw"
                )
        (folder / "complete").touch()
    return python


def variables(scratch: Path) -> Mapping[str, str]:
    """Return the environment variables of a measured process.

    All clients import compiled modules, wherever they were installed from: bytecode is written below *scratch*,
    whatever this process was told. Nothing that tells a client of a real server is passed on.
    """
    dropped = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
    kept = {name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("FTRACK_")}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "generator"))),
        "PYTHONPYCACHEPREFIX": str(scratch / "bytecode"),
        "FTRACK_EVENT_PLUGIN_PATH": "",
    }
