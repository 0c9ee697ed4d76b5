"""Tests the benchmark of files: that it measures what it says, and that its table says what is missed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from benchmarks.files.command import MARKERS, Figures, main, table
from benchmarks.files.memory import Growth

MEBIBYTE = 1024 * 1024

FIGURES = Figures(
    files=1000,
    size=64,
    registering={"files": [1], "frames": [4]},
    copying={"ours": [1.0, 2.0, 1.0], "copyfile": [0.9, 1.9, 1.1]},
    in_parts={"upload": [2.0], "upload: memory": [31.9 * MEBIBYTE], "download": [4.0], "download: memory": [0.0]},
    whole={"upload": [2.0], "upload: memory": [2.0 * MEBIBYTE], "download": [4.0], "download: memory": [0.0]},
)


def test_table_says_what_is_met() -> None:
    text = table(FIGURES)
    assert "| registering a sequence of 1,000 frames: requests | at most 4 | 4 | yes |" in text
    assert "in speeds of `shutil.copyfile` | at least 0.9 | 0.95 (0.90 to 1.10) | yes |" in text
    assert "| uploading 64 MiB in parts: memory | under 32 MiB | 31.9 MiB | yes |" in text
    assert "| downloaded to a disk location | 16 |" in text
    assert "**no**" not in text


@pytest.mark.parametrize(
    "change",
    [
        {"registering": {"files": [5], "frames": [1]}},
        {"copying": {"ours": [1.0], "copyfile": [0.89]}},
        {"whole": {**FIGURES.whole, "download: memory": [32.0 * MEBIBYTE]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_table_says_what_is_missed(change: dict[str, Any]) -> None:
    assert table(attrs.evolve(FIGURES, **change)).count("**no**") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")
def test_growth_is_the_most_that_there_was() -> None:
    growth = Growth()
    held = b"x" * 100 * MEBIBYTE
    del held
    # With half of it to spare: the system may take memory from this process, or other threads of it give some back.
    assert growth.bytes >= 50 * MEBIBYTE
    assert Growth().bytes < 50 * MEBIBYTE


@pytest.mark.load
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux tells it")
def test_everything_is_measured_and_stands_in_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join(("before", *MARKERS, "after")), "utf-8")
    options = ["--files", "20", "--size", "24", "--rounds", "1", "--folder", str(tmp_path), "--markdown", str(page)]
    assert main(options) == 0
    written = page.read_text("utf-8")
    assert written.startswith("before\n")
    assert written.endswith("\nafter")
    assert "| registering 20 files: requests | at most 4 | 1 | yes |" in written
    assert "| uploading 24 MiB in parts: memory | under 32 MiB |" in written
    assert capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [page]
