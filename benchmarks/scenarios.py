"""Owns what is measured: the scenarios, and the budget that their figures are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import attrs

OURS: Final = "ours"
FLOOR: Final = "raw"
OFFICIAL: Final = "official"
CLIENTS: Final = (OURS, FLOOR, OFFICIAL)

Unit = Literal["s", "ms", "ns", "B", ""]


@attrs.frozen
class Scenario:
    """One thing to do with each client, on a share of the rows that the command was told."""

    name: str
    measure: str
    shape: str = "minimal"
    share: float = 1.0
    unit: Unit = "ms"
    figures: tuple[str, ...] = ("seconds",)
    """What is shown of each client; the ones after the first are figures of parts."""
    clients: tuple[str, ...] = CLIENTS
    brief: str | None = None
    """What the official client does instead, where the whole takes it minutes."""

    def rows(self, rows: int) -> int:
        """Return how many rows the scenario works on."""
        return max(1, round(rows * self.share))


_STAGES: Final = ("seconds", "known", "changed")

SCENARIOS: Final = (
    Scenario("query flat", "again", "flat", figures=_STAGES, brief="first"),
    Scenario("query nested", "again", "nested", figures=_STAGES, brief="first"),
    Scenario("query collections", "again", "collections", figures=_STAGES, brief="first"),
    Scenario("commit of one edit", "commit", "flat"),
    Scenario("unfetched attribute", "unfetched", "description", share=0.05, figures=("seconds", "requests")),
    Scenario("unfetched reference", "unfetched", "status.name", share=0.05, figures=("seconds", "requests")),
    Scenario("loaded read", "reading", "nested", share=0.2, unit="ns"),
    Scenario("recorded write", "writing", "flat", share=0.2, unit="ns", figures=("seconds", "first")),
    Scenario("creations", "creations", share=0.1, figures=("seconds", "making", "sending", "requests")),
    Scenario("memory flat", "memory", "flat", share=0.2, unit="B", figures=("bytes", "peak")),
    Scenario("memory nested", "memory", "nested", share=0.2, unit="B", figures=("bytes", "peak")),
    Scenario("memory collections", "memory", "collections", share=0.2, unit="B", figures=("bytes", "peak")),
    Scenario("start", "start", figures=("seconds", "import", "session", "first_row", "modules")),
    Scenario("generation", "generation", unit="s", figures=("seconds", "mypy"), clients=(OURS,)),
)


@attrs.frozen
class Budget:
    """A line of the budget: a figure of ours, for itself or in times of something else, and the most it may be."""

    what: str
    """What it is about; ``{rows}`` stands for the number of rows that the scenario works on."""
    limit: float
    scenario: str
    figure: str = "seconds"
    per: str | None = None
    """The client whose figure, or the figure of ours, that is the measure; None where the figure is for itself."""
    unit: Unit = ""

    @property
    def limit_text(self) -> str:
        """The limit, as the table says it."""
        if self.per is not None:
            return f"{self.limit:g} x {_MEASURE_NAMES[self.per]}"
        return f"{self.limit:g} {self.unit}".strip()


_MEASURE_NAMES: Final[Mapping[str, str]] = {FLOOR: "floor", OFFICIAL: "official client", "seconds": "first time"}

_SHAPES: Final = ("flat", "nested", "collections")

BUDGETS: Final = (
    *(Budget(f"query of {{rows:,}} rows, {shape}", 2.0, f"query {shape}", per=FLOOR) for shape in _SHAPES),
    *(
        Budget(f"the same again, all rows known, {shape}", 1.0, f"query {shape}", "known", per="seconds")
        for shape in _SHAPES
    ),
    *(
        Budget(f"the same again, one value changed, {shape}", 1.0, f"query {shape}", "changed", per="seconds")
        for shape in _SHAPES
    ),
    Budget("commit of one edit, {rows:,} rows cached", 2.0, "commit of one edit", per=FLOOR),
    Budget("unfetched attribute on {rows:,} rows", 1, "unfetched attribute", "requests"),
    Budget("unfetched reference on {rows:,} rows", 1, "unfetched reference", "requests"),
    Budget("loaded attribute read", 60, "loaded read", unit="ns"),
    Budget("recorded write", 400, "recorded write", unit="ns"),
    Budget("recorded write, the first of an entity", 400, "recorded write", "first", unit="ns"),
    Budget("{rows:,} creations and commit", 3.0, "creations", per=FLOOR),
    *(Budget(f"memory kept per row, {shape}", 1.0, f"memory {shape}", "bytes", per=FLOOR) for shape in _SHAPES),
    Budget("start: import, warm Session(), first row", 0.6, "start", per=OFFICIAL),
    Budget("generate 130 types, compile, import", 2.0, "generation", unit="s"),
    Budget("mypy --strict of what was generated, cold", 20.0, "generation", "mypy", unit="s"),
)
