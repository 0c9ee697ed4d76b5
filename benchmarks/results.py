"""Owns the figures of a run of the benchmark, and what is worked out from them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from .scenarios import OURS, Budget

Sample: TypeAlias = Mapping[str, Any]


@attrs.frozen
class Spread:
    """The median of some figures, and the least and the greatest of them."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Return the spread of *figures*, of which there is at least one."""
        return cls(statistics.median(figures), min(figures), max(figures))


@attrs.frozen
class Results:
    """The samples of each scenario and client, a sample for each round, and what they were taken on."""

    samples: Mapping[str, Mapping[str, Sequence[Sample]]]
    rows: int
    environment: Mapping[str, Any]

    def figures(self, scenario: str, client: str, figure: str) -> list[float]:
        """Return one figure of all rounds; nothing where it was not measured."""
        samples = self.samples.get(scenario, {}).get(client, ())
        return [float(sample[figure]) for sample in samples if figure in sample]

    def spread(self, scenario: str, client: str, figure: str) -> Spread | None:
        """Return the spread of one figure, or None where it was not measured."""
        figures = self.figures(scenario, client, figure)
        return Spread.of(figures) if figures else None

    def ratio(self, scenario: str, figure: str, per: str) -> Spread | None:
        """Return a figure of ours in times of that of the client *per*, or of our own figure *per*, round by round."""
        ours = self.figures(scenario, OURS, figure)
        own = self.figures(scenario, OURS, per)
        others = own or self.figures(scenario, per, figure)
        ratios = [mine / other for mine, other in zip(ours, others, strict=False) if other]
        return Spread.of(ratios) if ratios else None

    def measured(self, budget: Budget) -> Spread | None:
        """Return what *budget* limits, in its unit, or None where it was not measured."""
        if budget.per is not None:
            return self.ratio(budget.scenario, budget.figure, budget.per)
        found = self.spread(budget.scenario, OURS, budget.figure)
        scale = {"ns": 1e9, "ms": 1e3}.get(budget.unit, 1.0)
        return found and Spread(found.median * scale, found.least * scale, found.most * scale)

    def disagreements(self) -> list[str]:
        """Return the scenarios in which clients did not give the same values."""
        return [
            name
            for name, by_client in self.samples.items()
            if len({sample.get("digest") for samples in by_client.values() for sample in samples} - {None}) > 1
        ]
