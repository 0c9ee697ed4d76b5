"""Owns the measurement of the generator: the standard workspace to a package that is compiled, imported and checked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ftrack_typed.schema import standard_workspace

from .environments import ROOT

PACKAGE = "measured_studio"

_IMPORT_ALL = f"""
import compileall, importlib, pathlib, sys, time
started = time.perf_counter()
assert compileall.compile_dir({PACKAGE!r}, quiet=2)
compiled = time.perf_counter()
for path in sorted(pathlib.Path({PACKAGE!r}).glob("*.py")):
    importlib.import_module({PACKAGE!r} if path.stem == "__init__" else f"{PACKAGE}.{{path.stem}}")
print(compiled - started, time.perf_counter() - compiled)
"""


def generation(folder: Path, variables: Mapping[str, str]) -> dict[str, float]:
    """Generate, compile, import and check a package in the empty *folder*; return the seconds of each."""
    environment = {**variables, "PYTHONPATH": f"{variables['PYTHONPATH']}:{folder}"}

    def seconds(*command: str) -> tuple[float, str]:
        started = time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {(done.stderr or done.stdout)[-2000:]}")
        return time.perf_counter() - started, done.stdout

    python = sys.executable
    output = ("--workspace", str(standard_workspace()), "--output", str(folder / PACKAGE))
    generate, _ = seconds(python, "-m", "ftrack_gen", *output)
    _, printed = seconds(python, "-c", _IMPORT_ALL)
    compiling, importing = map(float, printed.split())
    configuration = folder / "mypy.ini"
    configuration.write_text(f"[mypy]\nmypy_path = {ROOT}\n", "utf-8")
    mypy, _ = seconds(
        *(python, "-m", "mypy", "--strict", "--config-file", str(configuration)),
        *("--cache-dir", str(folder / "mypy"), "-p", PACKAGE),
    )
    whole = generate + compiling + importing
    return {"seconds": whole, "generate": generate, "compile": compiling, "import": importing, "mypy": mypy}
