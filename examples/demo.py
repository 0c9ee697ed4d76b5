"""Shows the whole road in one run: a server, a package generated from it, and a script checked against that and run.

``python -m tox run -e demo`` does this with all that it needs; ``python examples/demo.py`` does where mypy and
``ftrack-typed``, with its extras ``gen`` and ``sandbox``, are installed. Nothing is left behind. Exits with 1 when a
step fails.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Final

EXAMPLE: Final = Path(__file__).resolve().with_name("open_tasks.py")
PATIENCE: Final = 600.0
"""Seconds that a step may take."""


class StepError(Exception):
    """A step of the demo failed; the message says which, and what it said."""


@contextlib.contextmanager
def step(title: str) -> Generator[None]:
    """Print *title*, and after it what the block prints and the time that it takes."""
    print(f"== {title}", flush=True)
    began = time.perf_counter()
    yield
    print(f"   {time.perf_counter() - began:.1f} seconds\n", flush=True)


@contextlib.contextmanager
def sandbox() -> Generator[dict[str, str]]:
    """Start a local server with a demo project; give the variables that point clients to it, and stop it at the end."""
    command = [sys.executable, "-m", "ftrack_typed.sandbox", "--demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            # Three lines `export NAME=VALUE`; the output ends once the server answers.
            words = shlex.split(process.stdout.read() if process.stdout else "")
            variables = dict(word.split("=", 1) for word in words if "=" in word)
            if "FTRACK_SERVER" not in variables:
                raise StepError("the sandbox does not start")
            yield variables
        finally:
            process.terminate()


def run(*command: str | Path, folder: Path, variables: Mapping[str, str]) -> None:
    """Run a command with the output of this one, and with the packages in *folder*; raise StepError where it fails."""
    paths = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, **variables, "PYTHONPATH": paths, "MYPYPATH": str(folder)}
    environment["FTRACK_API_SCHEMA_CACHE_PATH"] = str(folder)
    done = subprocess.run([str(part) for part in command], cwd=folder, env=environment, timeout=PATIENCE, check=False)
    if done.returncode:
        raise StepError(f"{' '.join(map(str, command))} failed: exit code {done.returncode}")


def demo(folder: Path) -> None:
    """Take the steps in *folder*, which is empty; raise StepError where one fails."""
    with contextlib.ExitStack() as stack:
        with step("ftrack-sandbox --demo"):
            variables = stack.enter_context(sandbox())
            server = variables["FTRACK_SERVER"]
            print(f"   {server} answers")
        with step("ftrack-gen --server URL --name demo --output studio_ftrack"):
            generate = ("-m", "ftrack_gen", "--server", server, "--name", "demo", "--output", "studio_ftrack")
            run(sys.executable, *generate, folder=folder, variables=variables)
        with step(f"mypy --strict {EXAMPLE.name}"):
            run(sys.executable, "-m", "mypy", "--strict", "--config-file=", EXAMPLE, folder=folder, variables=variables)
        with step(f"python {EXAMPLE.name} --project demo"):
            run(sys.executable, EXAMPLE, "--project", "demo", folder=folder, variables=variables)


def main() -> int:
    """Run the demo; return 0, or 1 where a step fails."""
    with tempfile.TemporaryDirectory(prefix="ftrack-demo-") as folder:
        try:
            demo(Path(folder))
        except (StepError, subprocess.TimeoutExpired) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
