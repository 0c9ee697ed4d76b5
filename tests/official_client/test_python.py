"""Tests that the official Python client works with the sandbox as its documentation says, unchanged."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.conftest import Require
from tests.official_client.conftest import scenario_names, unused_actions

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("official_client")]

NEEDS = {"files.movie_is_encoded": "ffmpeg"}


@pytest.mark.parametrize("name", scenario_names())
def test_scenario(name: str, outcomes: Mapping[str, str | None], require: Require) -> None:
    if name in NEEDS:
        require(NEEDS[name])
    assert outcomes[name] is None, outcomes[name]


def test_client_under_test_is_the_official_one(outcomes: Mapping[str, str | None], sandbox: Sandbox) -> None:
    assert set(outcomes) == set(scenario_names())
    assert any(
        "ftrack-python-api" in str(request.headers.get("user-agent", "")) or request.operations
        for request in sandbox.requests
    )


@pytest.mark.usefixtures("outcomes")
def test_every_action_was_called(sandbox: Sandbox) -> None:
    assert unused_actions(sandbox) == set()


@pytest.mark.usefixtures("outcomes")
def test_invitations_lie_in_the_outbox(sandbox: Sandbox) -> None:
    sent = [(each.action, each.recipient) for each in sandbox.outbox]
    python = [f"python-{number}@example.com" for number in (0, 0, 1)]
    review = [f"{name}@example.com" for name in ("ann", "ann", "ben")]
    assert sent == [
        *(("send_user_invite", recipient) for recipient in python),
        *(("send_review_session_invite", recipient) for recipient in review),
    ]
