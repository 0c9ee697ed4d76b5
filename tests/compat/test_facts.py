"""Tests that each fact of tests/parity holds under compat: as it does for the original, or for typed sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed import compat, errors, inspection, symbols
from ftrack_typed.compat.session import Session
from ftrack_typed.sandbox import Sandbox
from tests.parity.client import Client, Fact, Server
from tests.parity.conftest import Recorder
from tests.parity.running import facts, outcome

pytestmark = pytest.mark.load

FACTS: Mapping[str, Fact] = dict(facts())

AS_THE_ORIGINAL = frozenset(
    {
        "creating.unknown_attribute_in_a_creation",
        "creating.incomplete_creation",
        "querying.batch_gives_a_result_for_each_operation",
        "querying.query_of_an_unknown_type_is_refused",
        "reading.dates_are_aware",
        "reading.get_of_an_unknown_type_is_refused",
    }
)
"""Facts that differ from those of typed sessions, and in which compat follows the original."""


OF_ITS_OWN = frozenset(
    {
        "entities.computed_attribute_of_a_new_entity",
        "reading.collection_where_nothing_is_loaded",
    }
)
"""Facts in which compat does as neither does: it leaves computed values out, and an empty collection loads later."""


@pytest.fixture(scope="module")
def make_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, Path], Client]]:
    """Give what makes a client of sessions of old code, which facts take for the one of that name."""
    compat.install(arrow=True)
    schemas = tmp_path_factory.mktemp("schemas")
    named = {"official": __import__("ftrack_api").exception, "ours": errors}

    def state(_session: Any, entity: Any) -> str:
        return str(inspection.state(entity))

    def pending(session: Any) -> int:
        return len(session.recorded_operations)

    with Sandbox(demo=True, api_user="supervisor") as sandbox:
        server = Server(Recorder(sandbox).ask)
        yield lambda name, folder: Client(name, Session, named[name], symbols, state, pending, server, schemas, folder)
    compat.uninstall()


@pytest.mark.parametrize("name", [name for name in FACTS if name not in OF_ITS_OWN])
def test_fact_holds(name: str, make_client: Callable[[str, Path], Client]) -> None:
    failure = outcome(FACTS[name], lambda folder: make_client("official", folder))
    if failure is not None and name not in AS_THE_ORIGINAL:
        failure = outcome(FACTS[name], lambda folder: make_client("ours", folder))
    assert failure is None, failure
