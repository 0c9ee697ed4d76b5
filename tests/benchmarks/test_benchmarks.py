"""Tests the benchmark: every measurement runs, with few rows, and a client that gives a wrong value is found out."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks import measures
from benchmarks.answers import Answers
from benchmarks.clients import Client, Row, ours, raw
from benchmarks.report import BEGIN, END, MarkersMissingError, replace_tables, tables
from benchmarks.results import Results
from benchmarks.scenarios import SCENARIOS, Scenario
from benchmarks.server import Server
from ftrack_typed.schema import standard_workspace

ROWS = 40


@pytest.fixture(scope="module")
def stub() -> Iterator[str]:
    """Give the address of the stub server."""
    schemas = json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8"))
    with Server(Answers(schemas, ROWS)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


IN_ONE_PROCESS = [each for each in SCENARIOS if each.measure not in ("start", "generation")]


@pytest.mark.parametrize("scenario", IN_ONE_PROCESS, ids=lambda each: each.name)
def test_every_measurement_gives_the_figures_of_its_scenario(scenario: Scenario, stub: str, tmp_path: Path) -> None:
    given = {"measure": scenario.measure, "url": stub, "rows": str(ROWS), "shape": scenario.shape}
    digests: list[object] = []
    for module in (ours, raw):
        client: Client = module.Client(stub, str(tmp_path))
        figures = measures.run(client, given)
        client.close()
        assert set(scenario.figures) <= set(figures)
        assert all(float(figures[name]) > 0 for name in scenario.figures)
        digests.append(figures.get("digest"))
    assert digests[0] == digests[1]


class StaleClient(raw.Client):
    """A client that takes rows that it has for rows that are so still."""

    _found: Sequence[Row] | None = None

    def query(self, shape: str, count: int) -> list[dict[str, Any]]:
        self._found = self._found or super().query(shape, count)
        return list(self._found)


def test_a_client_that_misses_a_changed_value_has_no_figures(stub: str, tmp_path: Path) -> None:
    given = {"measure": "again", "url": stub, "rows": str(ROWS), "shape": "flat"}
    client = StaleClient(stub, str(tmp_path))
    with pytest.raises(measures.WrongAnswerError, match="does not show"):
        measures.run(client, given)
    client.close()


def test_a_client_that_leaves_garbage_collection_off_has_no_figures(stub: str, tmp_path: Path) -> None:
    import gc

    class Careless(raw.Client):
        def query(self, shape: str, count: int) -> list[dict[str, Any]]:
            gc.disable()
            return super().query(shape, count)

    client = Careless(stub, str(tmp_path))
    try:
        with pytest.raises(measures.WrongAnswerError, match="garbage collection"):
            measures.run(client, {"measure": "first", "url": stub, "rows": str(ROWS), "shape": "flat"})
    finally:
        gc.enable()
        client.close()


def test_command_measures_and_puts_tables_into_a_page(root: Path, tmp_path: Path) -> None:
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text(f"before\n{BEGIN}\nof before\n{END}\nafter\n", "utf-8")
    options = ("--runs", "1", "--rows", "20", "--client", "ours", "--client", "raw", "--scenario", "start")
    command = [sys.executable, "-m", "benchmarks", *options, "--json", str(figures), "--markdown", str(page)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    written = page.read_text("utf-8")
    assert written.startswith(f"before\n{BEGIN}\n")
    assert written.endswith(f"{END}\nafter\n")
    assert "| start |" in written
    assert "of before" not in written
    samples = json.loads(figures.read_text("utf-8"))["samples"]["start"]
    assert {client: len(found) for client, found in samples.items()} == {"ours": 1, "raw": 1}


def test_page_without_a_place_for_tables_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here\n", "utf-8")
    with pytest.raises(MarkersMissingError, match=r"page\.md"):
        replace_tables(page, "tables")
    assert page.read_text("utf-8") == "nothing here\n"


def test_tables_say_what_was_not_met_and_what_was_not_measured() -> None:
    samples = {
        "query flat": {"ours": [{"seconds": 3.0}, {"seconds": 5.0}], "raw": [{"seconds": 1.0}, {"seconds": 2.0}]},
        "loaded read": {"ours": [{"seconds": 40e-9}]},
    }
    environment = {
        "date": "2026-01-02",
        "cores": 2,
        "system": "any",
        "runs": 2,
        "python": {},
        "orjson": {"ours": False},
    }
    text = tables(Results(samples, 10_000, environment))
    assert "| query of 10,000 rows, flat | 2 x floor | 2.75 (2.50 to 3.00) | **no** |" in text
    assert "| loaded attribute read | 60 ns | 40 ns | yes |" in text
    assert "| recorded write | 400 ns | not measured |  |" in text
    assert "2026-01-02, 2 cores" in text
    assert "without orjson" in text


def test_documentation_has_a_place_for_the_tables(root: Path) -> None:
    text = (root / "docs" / "performance.md").read_text("utf-8")
    assert text.index(BEGIN) < text.index(END)
