"""Tests the order of what is sent, across connections, and what is known of it."""

from __future__ import annotations

import pytest

from ftrack_typed.events.outbox import MAXIMUM_ATTEMPTS, Outbox


def taken(outbox: Outbox) -> list[bytes]:
    texts: list[bytes] = []
    while (letter := outbox.take()) is not None:
        texts.append(letter.text)
    return texts


def test_what_was_not_acknowledged_goes_before_what_waits() -> None:
    outbox = Outbox(10)
    first, second, third = (outbox.put(text) for text in (b"1", b"2", b"3"))
    letters = [outbox.take(), outbox.take()]
    assert [letter.text for letter in letters if letter] == [b"1", b"2"]
    outbox.connection_lost()
    assert (first.state, second.state, third.state) == ("waiting", "waiting", "waiting")
    assert taken(outbox) == [b"1", b"2", b"3"]


def test_what_concerned_one_connection_is_not_repeated() -> None:
    outbox = Outbox(10)
    greeting = outbox.greet(b"hello")
    outbox.put(b"1")
    outbox.connection_lost()
    assert taken(outbox) == [b"1"]
    assert greeting.delivery.state == "unknown"


def test_acknowledgement_counts_once() -> None:
    outbox = Outbox(10)
    delivery = outbox.put(b"1")
    letter = outbox.take()
    assert letter is not None
    assert outbox.settle(letter.number, "acknowledged")
    assert not outbox.settle(letter.number, "refused")
    assert delivery.acknowledged
    assert outbox.wait_until_empty(0)


def test_server_that_never_acknowledges_fills_no_memory() -> None:
    outbox = Outbox(2)
    deliveries = []
    for number in range(4):
        deliveries.append(outbox.put(str(number).encode()))
        outbox.take()
    assert outbox.unacknowledged == 2
    assert [delivery.state for delivery in deliveries] == ["unknown", "unknown", "sent", "sent"]


def test_clearing_tells_what_was_tried() -> None:
    outbox = Outbox(10)
    tried, untried = outbox.put(b"1"), outbox.put(b"2")
    outbox.take()
    assert outbox.clear() == 2
    assert (tried.state, untried.state) == ("unknown", "failed")


def break_connection(outbox: Outbox, *, greeted: bool = True, acknowledged: int = 0) -> bool:
    """Send all on a connection that breaks; return whether a letter was given up."""
    greeting = outbox.greet(b"hello")
    numbers: list[int] = []
    while (letter := outbox.take()) is not None:
        numbers.append(letter.number)
    for number in [*[greeting.number] * greeted, *numbers[:acknowledged]]:
        outbox.settle(number, "acknowledged")
    return outbox.connection_lost() is not None


def test_letter_that_breaks_every_connection_is_given_up_and_keeps_nothing_back() -> None:
    outbox = Outbox(10)
    poison, following = outbox.put(b"poison"), outbox.put(b"2")
    assert [break_connection(outbox) for _ in range(MAXIMUM_ATTEMPTS)] == [False] * (MAXIMUM_ATTEMPTS - 1) + [True]
    assert (poison.state, poison.message) == ("failed", "the connection broke each of 10 times it was sent")
    assert following.state == "waiting"
    assert taken(outbox) == [b"2"]


@pytest.mark.parametrize(("greeted", "acknowledged"), [(False, 0), (True, 1)])
def test_letter_is_not_to_blame_where_the_server_is_away_or_does_its_work(greeted: bool, acknowledged: int) -> None:
    outbox = Outbox(100)
    deliveries = [outbox.put(str(number).encode()) for number in range(2 * MAXIMUM_ATTEMPTS)]
    for _ in range(MAXIMUM_ATTEMPTS + 1):
        assert not break_connection(outbox, greeted=greeted, acknowledged=acknowledged)
    assert {delivery.state for delivery in deliveries} <= {"waiting", "acknowledged"}
    assert sum(delivery.acknowledged for delivery in deliveries) == (MAXIMUM_ATTEMPTS + 1) * acknowledged
