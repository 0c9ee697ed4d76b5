"""Owns the run: starts the stub, lets the clients take turns, each in a process of its own, and collects figures."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from ftrack_typed.schema import standard_workspace

from .environments import ROOT, variables
from .generation import generation
from .results import Results, Sample
from .scenarios import OFFICIAL, Scenario

Report = Callable[[str], None]


class MeasurementFailedError(Exception):
    """A client did not get through a scenario."""


@attrs.frozen
class Plan:
    """What to run: scenarios, an interpreter for each client, and how often on how many rows."""

    scenarios: Sequence[Scenario]
    interpreters: Mapping[str, str]
    runs: int
    rows: int


def run(plan: Plan, report: Report) -> Results:
    """Run *plan* and return the figures; *report* is told how far it is.

    Clients alternate, so that whatever else the machine does meets all of them. A round before the first one, which is
    not counted, lets the stub prepare its answers and Python compile what is imported.
    """
    with tempfile.TemporaryDirectory() as folder, _stub(plan.rows, Path(folder)) as url:
        worker = _Worker(url, Path(folder), plan)
        samples: dict[str, dict[str, list[Sample]]] = {}
        for scenario in plan.scenarios:
            report(scenario.name)
            clients = [client for client in plan.interpreters if client in scenario.clients]
            samples[scenario.name] = {client: [] for client in clients}
            for turn in range(plan.runs + 1):
                for client in clients:
                    if not turn and client == OFFICIAL and scenario.brief:
                        continue
                    sample = worker.sample(scenario, client, turn)
                    if turn:
                        samples[scenario.name][client].append(sample)
        return Results(samples, plan.rows, _environment(plan, worker))


@contextlib.contextmanager
def _stub(rows: int, folder: Path) -> Generator[str]:
    """Run the stub server, and give its address."""
    schemas = standard_workspace() / "query_schemas.json"
    command = [sys.executable, "-m", "benchmarks.server", str(schemas), str(rows)]
    with subprocess.Popen(command, cwd=ROOT, env=variables(folder), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise MeasurementFailedError("the stub server does not start")
            yield url
        finally:
            process.terminate()


@attrs.frozen
class _Worker:
    """Runs single measurements."""

    url: str
    scratch: Path
    plan: Plan

    def sample(self, scenario: Scenario, client: str, turn: int) -> Sample:
        """Return the figures of one measurement; raise MeasurementFailedError where there are none."""
        if scenario.measure == "generation":
            folder = self.scratch / f"generation-{turn}"
            folder.mkdir()
            return generation(folder, variables(self.scratch))
        cache = self.scratch / "schemas" / client
        cache.mkdir(parents=True, exist_ok=True)
        measure = scenario.brief if scenario.brief and client == OFFICIAL else scenario.measure
        given: dict[str, object] = {"client": client, "url": self.url, "cache": cache, "measure": measure}
        given.update(rows=scenario.rows(self.plan.rows), shape=scenario.shape)
        printed = self.python(client, "-m", "benchmarks.worker", *(f"{name}={value}" for name, value in given.items()))
        sample: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return sample

    def python(self, client: str, *arguments: str) -> str:
        """Run the interpreter of *client* and return what it prints."""
        command = [self.plan.interpreters[client], *arguments]
        environment = variables(self.scratch)
        done = subprocess.run(command, cwd=self.scratch, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MeasurementFailedError(f"{client}: {' '.join(command)} failed\n{done.stderr[-3000:]}")
        return done.stdout


_SURROUNDINGS = """
import importlib.util, platform, sys
print(platform.python_version(), importlib.util.find_spec("orjson") is not None)
"""


def _environment(plan: Plan, worker: _Worker) -> Mapping[str, Any]:
    """Return what a reader must know of the machine and of the clients' environments."""
    surroundings = {client: worker.python(client, "-c", _SURROUNDINGS).split() for client in plan.interpreters}
    return {
        "date": date.today().isoformat(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "runs": plan.runs,
        "python": {client: version for client, (version, _) in surroundings.items()},
        "orjson": {client: found == "True" for client, (_, found) in surroundings.items()},
    }
