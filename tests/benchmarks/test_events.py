"""Tests the benchmark of events: that every figure is measured, and that the table says which hub is the faster one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.events.command import main
from benchmarks.events.figures import FIGURES, MARKERS, table

OURS = {each.name: 0.001 for each in FIGURES}


def test_table_says_what_is_slower() -> None:
    samples = {
        "ours": [OURS, OURS],
        "official": [{**OURS, "local": 0.002}, {**OURS, "local": 0.0005, "publish": 0.0004}],
    }
    lines = {line.split(" | ")[0][2:]: line for line in table(samples, 5000).splitlines() if line.startswith("| ")}
    assert lines["local: an event to one subscriber"] == (
        "| local: an event to one subscriber | 1,000 per s | 800 (500 to 2,000) per s | 1.25 (0.50 to 2.00) | **no** |"
    )
    assert lines["remote: a connection made"] == ("| remote: a connection made | 1.00 ms | 1.00 ms | 1.00 | yes |")
    assert lines["local: a subscription made and ended"].split(" | ")[1] == "1,000.0 µs"


def test_table_of_one_client_compares_nothing() -> None:
    assert "| remote: a connection made | 1.00 ms |  |  |  |" in table({"ours": [OURS]}, 20)


@pytest.mark.slow
def test_every_figure_is_measured_and_stands_on_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text("\n".join(("before", *MARKERS, "after")), "utf-8")
    assert main(["--client", "ours", "--runs", "1", "--events", "20", "--markdown", str(page)]) == 0
    written = page.read_text("utf-8")
    assert written.startswith("before\n")
    assert written.endswith("\nafter")
    assert "1 run of each in turns on 20 events" in written
    for figure in FIGURES:
        assert f"| {figure.what} | " in written
    assert capsys.readouterr().out
