"""Owns the dialogue in which an administrator sets the centralized storage up (session.md section 25, protocol 8.5).

A client that shows forms, such as ftrack Connect, asks by events, and each answer is the next form. What was chosen so
far travels along in hidden items, so that nothing is kept here between two events.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import attrs

from ..errors import FtrackError
from ..events import Event, quote
from .centralized_storage import SCENARIO_NAME
from .storage_forms import STEPS, AnswerError, Choices, text
from .storage_saving import SetUp, save_storage, set_up

if TYPE_CHECKING:
    from ..session import Session

DISCOVER_TOPIC: Final = "ftrack.storage-scenario.discover"
CONFIGURE_TOPIC: Final = "ftrack.storage-scenario.configure"
DONE_TOPIC: Final = "ftrack.storage-scenario.configure-done"

_FIRST: Final = "select_scenario"
_LAST: Final = "save_configuration"


def register_configuration(session: Session) -> None:
    """Offer the scenario to clients of the same user, and ask them how it is set up; see docs/files.md."""
    user = f"source.user.username={quote(session.api_user)}"
    session.event_hub.subscribe(f"topic={DISCOVER_TOPIC} and {user}", _offer)
    session.event_hub.subscribe(
        f'topic={CONFIGURE_TOPIC} and data.scenario_id="{SCENARIO_NAME}" and {user}',
        lambda event: answer(session, event["data"].get("values") or {}),
    )


def _offer(event: Event) -> dict[str, str]:
    return {
        "id": SCENARIO_NAME,
        "name": "Centralized storage",
        "description": "All files of the site lie in one storage, which every machine mounts.",
    }


def answer(session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows the form that *values* were filled in: ``items``, and the ``state`` of the dialogue.

    The state is "configuring", "confirm" where the last form is shown, or "done" where all is saved. An answer that
    cannot be brings its form again, with what is wrong above it.
    """
    now = set_up(session)
    choices = Choices.of(_decoded(values.get("configuration")), now)
    step = str(values.get("step") or _FIRST)
    step = step if step in STEPS else _FIRST
    problem = None
    try:
        following = STEPS[step].take(choices, values, now)
        if following == _LAST:
            return _saved(session, choices)
        step = following
    except (AnswerError, FtrackError) as error:
        problem = str(error)
    return _shown(step, choices, now, problem)


def _shown(step: str, choices: Choices, now: SetUp, problem: str | None) -> dict[str, Any]:
    items = [text(f"**{problem}**")] if problem else []
    items += STEPS[step].form(choices, now)
    items.append({"type": "hidden", "name": "configuration", "value": attrs.asdict(choices)})
    items.append({"type": "hidden", "name": "step", "value": step})
    return {"items": items, "state": "confirm" if step == "confirm_summary" else "configuring"}


def _saved(session: Session, choices: Choices) -> dict[str, Any]:
    """Save what was chosen, and tell whoever listens."""
    storage = save_storage(
        session,
        choices.location_name,
        choices.mount_points,
        label=choices.location_label,
        description=choices.location_description,
    )
    session.event_hub.publish(Event(DONE_TOPIC, data={"storage_scenario": storage.scenario()}), on_error="ignore")
    return {"items": [text("The storage is set up. It is used by what is started from now on.")], "state": "done"}


def _decoded(value: object) -> object:
    """Return a hidden value, which some clients send back as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None
