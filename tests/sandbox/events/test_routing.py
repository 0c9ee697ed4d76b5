"""Tests which connection gets which event, and how often (protocol sections 7.3 to 7.6)."""

from __future__ import annotations

import pytest

from ftrack_typed.sandbox import Sandbox

from .conftest import Connect, wait_until


def test_connection_opens_with_connected_and_a_heartbeat(connect: Connect) -> None:
    client = connect()
    assert client.packet() == "1::"
    assert client.packet() == "2::"


def test_event_reaches_who_subscribed_and_its_publisher_too(connect: Connect) -> None:
    publisher, listener, other = connect(), connect(), connect()
    publisher.subscribe("topic=studio.*")
    listener.subscribe("topic=studio.saved")
    other.subscribe("topic=elsewhere")
    assert publisher.publish("studio.saved", {"path": "/mnt/é"}) == {"success": True}
    for client in (publisher, listener):
        (event,) = client.events()
        assert event["topic"] == "studio.saved"
        assert event["data"] == {"path": "/mnt/é"}
    assert other.events() == []


def test_event_stays_as_it_is_but_for_the_id_of_its_user(sandbox: Sandbox, connect: Connect) -> None:
    client = connect()
    client.subscribe("topic=*")
    source = {"id": "me", "user": {"username": sandbox.api_user}, "applicationId": "ftrack.tests", "x": [1]}
    sent = {"id": "abc", "source": source, "sent": None, "inReplyToEvent": None, "unknown": {"deep": [None, 1.5, ""]}}
    client.publish("studio.saved", [1, "two"], **sent)
    (event,) = client.events()
    user_id = sandbox.service.users.find(sandbox.api_user)
    completed = {**source, "user": {"username": sandbox.api_user, "id": user_id}}
    assert event == {"topic": "studio.saved", "data": [1, "two"], "target": "", **sent, "source": completed}


@pytest.mark.parametrize(
    "source", [None, {}, {"id": "x"}, {"user": None}, {"user": {"username": "other"}}, {"user": {"id": "given"}}]
)
def test_source_that_names_another_or_nobody_stays(connect: Connect, source: object) -> None:
    client = connect()
    client.subscribe("topic=x")
    client.publish("x", source=source)
    assert [event["source"] for event in client.events()] == [source]


def test_one_delivery_for_several_subscribers_of_a_connection(connect: Connect) -> None:
    client = connect()
    for subscription in ("topic=x", "topic=*", "topic=x"):
        client.subscribe(subscription)
    client.publish("x")
    assert len(client.events()) == 1


def test_subscriber_with_a_known_id_is_replaced(connect: Connect) -> None:
    client = connect()
    client.subscribe("topic=x", id="mine")
    client.subscribe("topic=y", id="mine")
    client.publish("x")
    client.publish("y")
    assert [event["topic"] for event in client.events()] == ["y"]


def test_unsubscribed_gets_no_more(connect: Connect) -> None:
    client = connect()
    subscriber_id = client.subscribe("topic=x")
    leave = {"subscriber": {"id": subscriber_id, "more": 1}}
    assert client.publish("ftrack.meta.unsubscribe", leave) == {"success": True}
    client.publish("x")
    assert client.events() == []
    assert client.publish("ftrack.meta.unsubscribe", leave)["success"] is False


def test_nothing_is_kept_for_later(connect: Connect) -> None:
    publisher, late = connect(), connect()
    publisher.publish("x")
    late.subscribe("topic=x")
    assert late.events() == []


def test_wildcard_is_a_prefix(connect: Connect) -> None:
    client = connect()
    client.subscribe("topic=studio*")
    client.publish("studio.a")
    client.publish("my.studio")
    assert [event["topic"] for event in client.events()] == ["studio.a"]


def test_target_is_matched_with_the_subscriber(sandbox: Sandbox, connect: Connect) -> None:
    one, two = connect(), connect()
    one_id = one.subscribe("topic=x", flavour="sweet")
    two.subscribe("topic=x", flavour="salty")
    user_id = sandbox.service.users.find(sandbox.api_user)
    publisher = connect()
    targets = [f"id={one_id}", "flavour=salty", "", f'user.id="{user_id}" and flavour!=salty', "user.username=nobody"]
    for number, target in enumerate(targets):
        assert publisher.publish("x", number, target=target) == {"success": True}
    assert [event["data"] for event in one.events()] == [0, 2, 3]
    assert [event["data"] for event in two.events()] == [1, 2]


def test_target_and_subscription_must_be_of_one_subscriber(connect: Connect) -> None:
    client = connect()
    client.subscribe("topic=x", role="a")
    client.subscribe("topic=y", role="b")
    client.publish("x", target="role=b")
    client.publish("y", target="role=b")
    assert [event["topic"] for event in client.events()] == ["y"]


def test_application_of_a_subscriber_can_be_named(connect: Connect) -> None:
    browser, publisher = connect(), connect()
    subscribe = {"subscriber": {"id": "b"}, "subscription": "topic=ftrack.action.trigger-user-interface"}
    browser.publish("ftrack.meta.subscribe", subscribe, source={"id": "b", "applicationId": "ftrack.client.web"})
    target = f'applicationId=ftrack.client.web and user.username="{publisher.user}"'
    publisher.publish("ftrack.action.trigger-user-interface", {"type": "message"}, target=target)
    assert len(browser.events()) == 1


def test_reply_goes_to_who_asked(connect: Connect) -> None:
    asking, answering, other = connect(), connect(), connect()
    for client in (asking, other):
        client.subscribe("topic=ftrack.meta.reply", id=client.id)
    answering.subscribe("topic=question")
    asking.publish("question", id="q1")
    (question,) = answering.events()
    target = f"id={question['source']['id']}"
    answering.publish("ftrack.meta.reply", ["any", "json"], target=target, inReplyToEvent="q1", source={"id": "s"})
    (reply,) = asking.events()
    assert (reply["data"], reply["inReplyToEvent"], reply["source"]) == (["any", "json"], "q1", {"id": "s"})
    assert other.events() == []


def test_meta_events_are_for_the_server(connect: Connect) -> None:
    curious, client = connect(), connect()
    curious.subscribe("topic=*")
    client.subscribe("topic=x")
    assert client.publish("ftrack.meta.disconnected") == {"success": True}
    assert curious.events() == []


def test_order_of_a_publisher_is_kept(connect: Connect) -> None:
    publisher, listener = connect(), connect()
    listener.subscribe("topic=x")
    for number in range(200):
        publisher.send(f"5:::{publisher.content('x', number)}")
    publisher.publish("ftrack.meta.marker")
    assert [event["data"] for event in listener.events()] == list(range(200))


def test_who_left_gets_nothing_and_holds_up_nobody(sandbox: Sandbox, connect: Connect) -> None:
    gone, publisher = connect(), connect()
    gone.subscribe("topic=x")
    gone.close()
    wait_until(lambda: sandbox.events.connections == 1, "the server notices that a client left")
    assert sandbox.events.subscriptions == []
    assert publisher.publish("x") == {"success": True}
