"""Owns the command ``python -m benchmarks``: its options, and the road from them to tables."""

from __future__ import annotations

import argparse
import json
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import cast

import attrs

from .environments import EnvironmentMissingError, default_cache, official_python
from .report import MarkersMissingError, replace_tables, tables
from .running import MeasurementFailedError, Plan, run
from .scenarios import CLIENTS, OFFICIAL, SCENARIOS


def main(arguments: list[str] | None = None) -> int:
    """Measure what the options say, print the tables, and return 0; 1 where a client fails or clients disagree."""
    options = _parser().parse_args(arguments)
    try:
        results = run(_plan(options), lambda name: print(f"{name} ...", file=sys.stderr, flush=True))
        text = tables(results)
        print(text)
        if options.json is not None:
            options.json.write_text(json.dumps(attrs.asdict(results), indent=1) + "\n", "utf-8")
        if options.markdown is not None:
            replace_tables(options.markdown, text)
    except (EnvironmentMissingError, MeasurementFailedError, MarkersMissingError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for name in results.disagreements():
        print(f"benchmarks: the clients give different values in {name!r}", file=sys.stderr)
    return 1 if results.disagreements() else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measure our client beside others.")
    parser.add_argument("--runs", type=_positive, default=5, help="rounds, in each of which every client has its turn")
    parser.add_argument("--rows", type=_positive, default=10_000, help="tasks that there are; scenarios take shares")
    parser.add_argument(
        "--scenario", action="append", metavar="PATTERN", help="only those, as in 'query *'; repeatable"
    )
    parser.add_argument("--client", action="append", choices=CLIENTS, help="only that one; repeatable")
    parser.add_argument("--official", metavar="PYTHON", help="an interpreter that has the official client")
    parser.add_argument("--cache", type=Path, help="the folder that the official client is installed in otherwise")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every single figure there")
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the tables between the markers of that page")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _plan(options: argparse.Namespace) -> Plan:
    patterns = options.scenario or ["*"]
    scenarios = [each for each in SCENARIOS if any(fnmatch(each.name, pattern) for pattern in patterns)]
    if not scenarios:
        names = ", ".join(repr(each.name) for each in SCENARIOS)
        raise EnvironmentMissingError(f"no scenario is called {' or '.join(map(repr, patterns))}; there are {names}")
    clients = [each for each in CLIENTS if each in (options.client or CLIENTS)]
    interpreters = dict.fromkeys(clients, sys.executable)
    if OFFICIAL in interpreters:
        interpreters[OFFICIAL] = options.official or str(official_python(options.cache or default_cache()))
    return Plan(scenarios, interpreters, cast("int", options.runs), cast("int", options.rows))
