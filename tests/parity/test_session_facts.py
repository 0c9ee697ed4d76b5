"""Tests that the facts of the session's specification hold with the official client and with ours, on one sandbox.

Facts are functions of the modules in ``facts``. Their expectations come from the text of the specification; where the
two clients differ on purpose, a fact names both expectations, and docs/differences.md says why.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.parity.client import Client, Fact
from tests.parity.running import facts, outcome

pytestmark = pytest.mark.slow

FACTS: Mapping[str, Fact] = dict(facts())
MODULES = frozenset(name.partition(".")[0] for name in FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_official_client(name: str, official_outcomes: Mapping[str, str | None]) -> None:
    assert official_outcomes[name] is None, official_outcomes[name]


@pytest.mark.parametrize("name", FACTS)
def test_our_client(name: str, make_ours: Callable[[Path], Client]) -> None:
    failure = outcome(FACTS[name], make_ours)
    assert failure is None, failure


def test_differences_are_documented(root: Path) -> None:
    named = set(re.findall(r"`(\w+\.\w+)`", (root / "docs" / "differences.md").read_text("utf-8")))
    two_sided = {name for name, fact in FACTS.items() if re.search(r"is_ours|original=", inspect.getsource(fact))}
    assert two_sided
    assert two_sided - named == set()
    assert {name for name in named if name.partition(".")[0] in MODULES} - two_sided == set()
