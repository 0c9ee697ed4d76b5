"""Tests what a hub refuses where it is given, so that it breaks no subscriber, publisher or connection later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ftrack_typed.events import Event, EventHub
from tests.events.conftest import Recorder

POOL = ThreadPoolExecutor(1)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"timeout": 0}, ValueError, "timeout is a number of seconds above 0, or None, not 0"),
        ({"timeout": "5"}, TypeError, "timeout is a number of seconds above 0, or None, not '5'"),
        ({"silence": -1}, ValueError, "silence is"),
        ({"silence": float("nan")}, ValueError, "silence is"),
        ({"silence": True}, TypeError, "silence is"),
        ({"reconnect_attempts": -1}, ValueError, "reconnect_attempts is 0 or more, or None for ever, not -1"),
        ({"queue_limit": 0}, ValueError, "queue_limit is 1 or more, not 0"),
        ({"queue_limit": None}, TypeError, "queue_limit is"),
        ({"overflow": "drop"}, ValueError, "overflow is 'drop_oldest' or 'drop_newest', not 'drop'"),
        ({"headers": "x-key: secret"}, TypeError, "headers is a mapping of text to text"),
    ],
)
def test_settings_that_cannot_be_meant(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        EventHub("https://studio", "jane", "key", **options)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"subscription": None}, "an expression is a text such as topic=ftrack.update, not None"),
        ({"callback": "call"}, "a callback is called with events, which 'call' cannot be"),
        ({"subscriber": "me"}, "subscriber is a dict that describes it"),
        ({"subscriber": {"id": 5}}, "the id of a subscriber is a text that is not empty, not 5"),
        ({"subscriber": {"id": ""}}, "the id of a subscriber"),
        ({"priority": "high"}, "a priority is a number, lower ones first, not 'high'"),
        ({"executor": 4}, "an executor is one of concurrent.futures"),
        ({"key": len}, "needs an executor"),
        ({"executor": POOL, "key": "task"}, "a key is called with events, which 'task' cannot be"),
    ],
)
def test_subscriptions_that_cannot_be_meant(hub: EventHub, options: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError) as caught:
        hub.subscribe(**arguments({"subscription": "topic=a", "callback": Recorder()}, options))
    assert said in str(caught.value)
    assert hub.health().subscribers == 0
    recorder = Recorder("handled")
    hub.subscribe("topic=a", recorder)
    assert hub.publish(Event("a"), synchronous=True) == ["handled"]


def event(**values: Any) -> Event:
    return Event(**arguments({"topic": "a"}, values))


def arguments(usual: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    return {**usual, **changed}


@pytest.mark.parametrize(
    ("published", "options", "error", "said"),
    [
        ({"topic": "a"}, {}, TypeError, "publish takes an ftrack_typed.events.Event, not {'topic': 'a'}"),
        (event(topic=None), {}, TypeError, "the topic of an event is no str but NoneType"),
        (event(topic=""), {}, TypeError, "an event without a topic"),
        (event(id=5), {}, TypeError, "the id of an event is no str but int"),
        (event(source=["me"]), {}, TypeError, "the source of an event is no dict but list"),
        (event(target={"id": 1}), {}, TypeError, "the target of an event is no str but dict"),
        (event(), {"on_reply": "call"}, TypeError, "on_reply is called with replies, which 'call' cannot be"),
        (event(), {"on_error": "log"}, ValueError, "on_error is 'raise' or 'ignore', not 'log'"),
    ],
)
@pytest.mark.parametrize("synchronous", [True, False])
def test_publishes_that_cannot_be_meant(
    hub: EventHub, published: Any, options: dict[str, Any], error: type[Exception], said: str, synchronous: bool
) -> None:
    hub.init_connection()
    with pytest.raises(error) as caught:
        hub.publish(published, synchronous=synchronous, **options)
    assert said in str(caught.value)
    assert hub.health().waiting_to_be_sent == 0


def test_event_for_all_may_say_so_with_none(hub: EventHub) -> None:
    recorder = Recorder("handled")
    hub.subscribe("topic=a", recorder)
    assert hub.publish(event(target=None), synchronous=True) == ["handled"]
