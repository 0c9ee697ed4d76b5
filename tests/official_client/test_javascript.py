"""Tests that the official JavaScript client works with the sandbox as its documentation says, unchanged, on Node."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ftrack_typed.sandbox import Sandbox
from tests.conftest import Require
from tests.official_client.conftest import javascript_names, unused_actions

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("official_javascript_client")]

NEEDS = {"files.movie_is_encoded": "ffmpeg"}


@pytest.mark.parametrize("name", javascript_names())
def test_scenario(name: str, javascript_outcomes: Mapping[str, str | None], require: Require) -> None:
    if name in NEEDS:
        require(NEEDS[name])
    assert javascript_outcomes[name] is None, javascript_outcomes[name]


def test_every_scenario_ran(javascript_outcomes: Mapping[str, str | None]) -> None:
    assert sorted(javascript_outcomes) == sorted(javascript_names())


@pytest.mark.usefixtures("javascript_outcomes")
def test_every_action_was_called(javascript_sandbox: Sandbox) -> None:
    assert unused_actions(javascript_sandbox) == set()


@pytest.mark.usefixtures("javascript_outcomes")
def test_invitations_lie_in_the_outbox(javascript_sandbox: Sandbox) -> None:
    sent = [(each.action, each.recipient) for each in javascript_sandbox.outbox]
    assert sent == [
        ("send_user_invite", "javascript@example.com"),
        ("send_review_session_invite", "javascript-review@example.com"),
    ]
