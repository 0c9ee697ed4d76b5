"""Owns the command ``python -m benchmarks events``: its options, and the processes that take turns."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from json import loads
from pathlib import Path
from typing import cast

from ..environments import ROOT, EnvironmentMissingError, default_cache, official_python, variables
from ..report import MarkersMissingError, replace_tables
from ..sandbox_process import sandbox_process
from ..scenarios import OFFICIAL
from .figures import CLIENTS, MARKERS, Samples, Seconds, table


def main(arguments: list[str]) -> int:
    """Measure as the options say, print the table, and return 0; 1 where that fails. To be slower is no failure."""
    options = _parser().parse_args(arguments)
    try:
        text = table(_measured(_interpreters(options), options.runs, options.events), options.events)
        print(text)
        if options.markdown is not None:
            replace_tables(options.markdown, text, MARKERS)
    except (EnvironmentMissingError, MarkersMissingError, OSError, RuntimeError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks events", description="Measure event hubs beside each other.")
    parser.add_argument("--runs", type=int, default=5, help="rounds, in each of which every client has its turn")
    parser.add_argument("--events", type=int, default=5000, help="how many events there are in each measurement")
    parser.add_argument("--client", action="append", choices=CLIENTS, help="only that one; repeatable")
    parser.add_argument("--official", metavar="PYTHON", help="an interpreter that has the official client")
    parser.add_argument("--cache", type=Path, help="the folder that the official client is installed in otherwise")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the table between the markers of that page")
    return parser


def _interpreters(options: argparse.Namespace) -> Mapping[str, str]:
    clients = [each for each in CLIENTS if each in (options.client or CLIENTS)]
    interpreters = dict.fromkeys(clients, sys.executable)
    if OFFICIAL in interpreters:
        interpreters[OFFICIAL] = options.official or str(official_python(options.cache or default_cache()))
    return interpreters


def _measured(interpreters: Mapping[str, str], runs: int, events: int) -> Samples:
    """Let the clients take turns; a round before the first, of few events, lets Python compile what is imported."""
    samples: dict[str, list[Seconds]] = {client: [] for client in interpreters}
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "events.db"
        with sandbox_process(database) as url:
            for turn in range(runs + 1):
                for client, python in interpreters.items():
                    print(f"{client}, run {turn} of {runs} ...", file=sys.stderr, flush=True)
                    sample = _run([python, "-m", "benchmarks.events.worker"], client, url, events if turn else 20)
                    if turn:
                        samples[client].append(sample)
    return samples


def _run(command: list[str], client: str, url: str, events: int) -> Seconds:
    """Return the figures of one client; raise RuntimeError where it does not get through."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = variables(Path(scratch))
        listener = subprocess.Popen([*command, "listen", client, url], cwd=ROOT, env=environment, stdin=subprocess.PIPE)
        try:
            measuring = [*command, "measure", client, url, str(events)]
            done = subprocess.run(measuring, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        finally:
            listener.kill()
            listener.communicate()
    if done.returncode:
        raise RuntimeError(f"{client} failed\n{done.stderr[-3000:]}")
    return cast("Seconds", loads(done.stdout.splitlines()[-1]))
