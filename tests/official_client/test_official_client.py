"""Tests that the official Python client works with the sandbox as its documentation says, unchanged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.official_client.conftest import scenario_names

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("official_client")]


@pytest.mark.parametrize("name", scenario_names())
def test_scenario(name: str, outcomes: Mapping[str, str | None]) -> None:
    assert outcomes[name] is None, outcomes[name]


def test_client_under_test_is_the_official_one(outcomes: Mapping[str, str | None], sandbox: Sandbox) -> None:
    assert set(outcomes) == set(scenario_names())
    assert any(
        "ftrack-python-api" in str(request.headers.get("user-agent", "")) or request.operations
        for request in sandbox.requests
    )
