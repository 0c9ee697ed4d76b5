"""Owns the tables: the budget with what was measured, and every figure beside those of the other clients."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .results import Results, Spread
from .scenarios import BUDGETS, CLIENTS, FLOOR, OFFICIAL, OURS, SCENARIOS, Budget, Scenario, Unit

BEGIN: Final = "<!-- benchmarks: begin -->"
END: Final = "<!-- benchmarks: end -->"

_SCALES: Final[dict[str, float]] = {"ms": 1e3, "ns": 1e9}
_COUNTED: Final = frozenset({"requests", "modules"})


class MarkersMissingError(Exception):
    """The page does not say where the tables belong."""


def tables(results: Results) -> str:
    """Return both tables as Markdown, with a line that says what they were measured on."""
    return "\n".join((_surroundings(results), "", *_budget_table(results), "", *_figure_table(results)))


def replace_tables(page: Path, text: str, markers: tuple[str, str] = (BEGIN, END)) -> None:
    """Put *text* between the *markers* in *page*; raise MarkersMissingError, and change nothing, without them."""
    opening, closing = markers
    before, begin, rest = page.read_text("utf-8").partition(opening)
    _, end, after = rest.partition(closing)
    if not begin or not end:
        raise MarkersMissingError(f"{page} has no lines {opening} and {closing}, between which the tables would stand")
    page.write_text(f"{before}{opening}\n{text}\n{closing}{after}", "utf-8")


def _surroundings(results: Results) -> str:
    facts = results.environment
    orjson = "with orjson in our environment" if facts["orjson"].get(OURS) else "without orjson"
    runs = "1 run" if facts["runs"] == 1 else f"{facts['runs']} runs"
    python = facts["python"].get(OURS, "?")
    return (
        f"Measured on {facts['date']}, {facts['cores']} cores, {facts['system']}, Python {python}, {orjson}; "
        f"{runs} on {results.rows:,} rows; the median, with the least and the greatest in brackets."
    )


def _budget_table(results: Results) -> Iterator[str]:
    yield "| what | at most | measured | met |"
    yield "| --- | --- | --- | --- |"
    for budget in BUDGETS:
        found = results.measured(budget)
        rows = next(each for each in SCENARIOS if each.name == budget.scenario).rows(results.rows)
        what = budget.what.format(rows=rows)
        yield f"| {what} | {budget.limit_text} | {_measured(budget, found)} | {_met(budget, found)} |"


def _measured(budget: Budget, found: Spread | None) -> str:
    if found is None:
        return "not measured"
    counted = budget.per is None and budget.unit in ("ns", "")
    return f"{shown(found, digits=0 if counted else 2)} {budget.unit}".strip()


def _met(budget: Budget, found: Spread | None) -> str:
    """Say whether the median keeps within the limit."""
    if found is None:
        return ""
    return "yes" if found.median <= budget.limit else "**no**"


def _figure_table(results: Results) -> Iterator[str]:
    yield f"| scenario | {OURS} | {FLOOR} | {OFFICIAL} | ours / floor | ours / official |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for scenario in SCENARIOS:
        for figure in scenario.figures if scenario.name in results.samples else ():
            yield f"| {' | '.join(_figure_row(results, scenario, figure))} |"


def _figure_row(results: Results, scenario: Scenario, figure: str) -> Iterator[str]:
    yield scenario.name if figure == scenario.figures[0] else f"{scenario.name}: {figure.replace('_', ' ')}"
    unit = "" if figure in _COUNTED else scenario.unit
    for client in CLIENTS:
        found = results.spread(scenario.name, client, figure)
        yield "" if found is None else _with_unit(found, unit)
    for other in (FLOOR, OFFICIAL):
        ratio = results.ratio(scenario.name, figure, other)
        yield "" if ratio is None else shown(ratio)


def _with_unit(found: Spread, unit: Unit) -> str:
    scale = _SCALES.get(unit, 1.0)
    scaled = Spread(found.median * scale, found.least * scale, found.most * scale)
    digits = 0 if unit in ("B", "ns", "") or scaled.median >= 100 else 1
    return f"{shown(scaled, digits)} {unit}".strip()


def shown(found: Spread, digits: int = 2) -> str:
    """Return *found* as text: the median, and the range where there is one."""
    median, least, most = (f"{figure:,.{digits}f}" for figure in (found.median, found.least, found.most))
    return median if least == most else f"{median} ({least} to {most})"
