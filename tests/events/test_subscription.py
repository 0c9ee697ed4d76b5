"""Tests subscriptions, the topic that one needs, and quoted values (session.md section 21)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.events import Event, Subscription, quote


@given(st.text(max_size=30).filter(lambda value: not value.endswith("*")))
def test_quoted_value_is_what_it_was(value: str) -> None:
    subscription = Subscription(f"data.x={quote(value)} and data.y=1")
    assert subscription.includes(Event("a", data={"x": value, "y": "1"}))


def test_subscription() -> None:
    subscription = Subscription("topic=ftrack.update and data.name=bob")
    assert str(subscription) == "topic=ftrack.update and data.name=bob"
    assert subscription.includes(Event("ftrack.update", data={"name": "bob"})) is True
    assert subscription.includes(Event("ftrack.update", data={"name": "jane"})) is False


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("topic=a", "a"),
        ("data.x=1 and topic=a", "a"),
        ("topic=a*", None),
        ("topic!=a", None),
        ("topic=a or topic=b", None),
        ("not topic=a", None),
        ("data.x=1", None),
        ("", None),
    ],
)
def test_topic_that_a_subscription_needs(text: str, topic: str | None) -> None:
    assert Subscription(text).topic == topic
