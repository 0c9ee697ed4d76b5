"""Owns the command ``python -m benchmarks files``: its options, the processes that it measures in, and the table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs

from ..environments import ROOT, variables
from ..report import MarkersMissingError, replace_tables, shown
from ..results import Spread
from ..sandbox_process import API_KEY, API_USER, sandbox_process

MARKERS: Final = ("<!-- files: begin -->", "<!-- files: end -->")
MEBIBYTE: Final = 1024 * 1024

Samples = Mapping[str, Sequence[float]]
"""What one process measured: several figures of one kind by name."""


@attrs.frozen
class Figures:
    """What was measured, of so many files and of one file of *size* MiB."""

    files: int
    size: int
    registering: Samples
    copying: Samples
    in_parts: Samples
    whole: Samples


@attrs.frozen
class Row:
    """A figure with its limit."""

    what: str
    limit: str
    measured: Spread
    met: bool
    unit: str = ""
    digits: int = 0


def main(arguments: list[str]) -> int:
    """Measure as the options say, print the table, and return 0; 1 where that fails. What is missed is no failure."""
    options = _parser().parse_args(arguments)
    try:
        figures = _measured(options)
        text = table(figures)
        print(text)
        if options.markdown is not None:
            replace_tables(options.markdown, text, MARKERS)
    except (OSError, RuntimeError, MarkersMissingError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks files", description="Measure what publishing files costs.")
    parser.add_argument("--files", type=int, default=1000, help="files, and frames of a sequence, that are registered")
    parser.add_argument("--size", type=int, default=1024, metavar="MIB", help="size of the file that is transferred")
    parser.add_argument("--rounds", type=int, default=5, help="copies by us and by shutil.copyfile each, in turns")
    parser.add_argument(
        "--folder", type=Path, help="where files are written, five times the size; else a temporary one"
    )
    parser.add_argument("--markdown", type=Path, metavar="PAGE", help="put the table between the markers of that page")
    return parser


def _measured(options: argparse.Namespace) -> Figures:
    """Measure each in a process of its own, on a sandbox that is a process too."""
    size = options.size * MEBIBYTE
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        folder = Path(scratch)
        with sandbox_process(folder / "files.db") as url:
            registering = _run(url, folder, "registering", files=options.files)
            copying = _run(url, folder, "copying", size=size, rounds=options.rounds)
            parts, whole = (_run(url, folder, "uploading", size=size, parts=parts) for parts in (True, False))
    return Figures(options.files, options.size, registering, copying, parts, whole)


def _run(url: str, folder: Path, measure: str, **options: Any) -> Samples:
    """Return what a fresh process measures; raise RuntimeError where it fails."""
    print(f"{measure} {options} ...", file=sys.stderr, flush=True)
    order = {"url": url, "user": API_USER, "key": API_KEY, "folder": str(folder), "measure": measure}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.files.client"],
        cwd=ROOT,
        env=variables(folder),
        input=json.dumps({**order, "options": options}) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{measure} fails: {done.stderr.strip()[-1000:]}")
    found: Samples = json.loads(done.stdout)
    return found


def table(figures: Figures) -> str:
    """Return the figures as Markdown: those that have a limit, then the speeds."""
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    rounds = len(figures.copying["ours"])
    lines = [
        f"Measured on {date.today().isoformat()}, {machine}; {rounds} copies of each in turns, the median, with the",
        "least and the greatest in brackets; one upload and one download of each kind.",
        "",
        "| what | limit | measured | met |",
        "| --- | --- | --- | --- |",
    ]
    for row in _rows(figures):
        measured = f"{shown(row.measured, row.digits)} {row.unit}".strip()
        lines.append(f"| {row.what} | {row.limit} | {measured} | {'yes' if row.met else '**no**'} |")
    lines += ["", f"| {figures.size} MiB | MiB/s |", "| --- | ---: |"]
    lines += [f"| {what} | {shown(speed, 0)} |" for what, speed in _speeds(figures)]
    return "\n".join(lines)


def _rows(figures: Figures) -> Iterator[Row]:
    for name, what in (("files", "{:,} files"), ("frames", "a sequence of {:,} frames")):
        found = Spread.of(figures.registering[name])
        text = f"registering {what.format(figures.files)}: requests"
        yield Row(text, "at most 4", found, found.most <= 4)
    ours, floor = figures.copying["ours"], figures.copying["copyfile"]
    ratio = Spread.of([theirs / mine for mine, theirs in zip(ours, floor, strict=True)])
    text = f"adding {figures.size} MiB to a disk location, in speeds of `shutil.copyfile`"
    yield Row(text, "at least 0.9", ratio, ratio.median >= 0.9, digits=2)
    for how, samples in (("in parts", figures.in_parts), ("whole", figures.whole)):
        for name, what in (("upload", f"uploading {figures.size} MiB {how}"), ("download", "downloading it again")):
            found = Spread.of([each / MEBIBYTE for each in samples[f"{name}: memory"]])
            yield Row(f"{what}: memory", "under 32 MiB", found, found.most < 32, "MiB", 1)


def _speeds(figures: Figures) -> Iterator[tuple[str, Spread]]:
    for what, seconds in (
        ("added to a disk location", figures.copying["ours"]),
        ("`shutil.copyfile`", figures.copying["copyfile"]),
        ("uploaded in parts", figures.in_parts["upload"]),
        ("uploaded whole", figures.whole["upload"]),
        ("downloaded to a disk location", figures.whole["download"]),
    ):
        yield what, Spread.of([figures.size / each for each in seconds])
