"""Facts of events: the hub with and without a connection, expressions, and plugins (sections 2, 20, 21 and 22)."""

from __future__ import annotations

import contextlib
import importlib
import platform
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from tests.parity.client import Client, Session, raised


def _event(client: Client, topic: str, **values: Any) -> Any:
    module = importlib.import_module("ftrack_typed.events" if client.is_ours else "ftrack_api.event.base")
    return module.Event(topic, **values)


def _local(client: Client, session: Session, topic: str, **values: Any) -> list[Any]:
    results: list[Any] = session.event_hub.publish(_event(client, topic, **values), synchronous=True)
    return results


@contextlib.contextmanager
def _connected(client: Client, session: Session) -> Generator[Any, None, None]:
    """Give the hub of *session*, connected, for a block."""
    session.event_hub.connect()
    try:
        yield session.event_hub
    finally:
        if session.event_hub.connected:
            session.event_hub.disconnect()


def _handled(hub: Any, condition: Callable[[], object]) -> None:
    """Handle events until *condition* holds."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        hub.wait(0.05)


def event_is_a_mapping_of_seven_keys(client: Client, _session: Session) -> None:
    # Section 21.
    event = _event(client, "a", id="1")
    assert set(event) == {"topic", "id", "data", "sent", "source", "target", "in_reply_to_event"}
    assert event["data"] == {}
    assert event["source"] == {}
    assert (event["target"], event["sent"], event["in_reply_to_event"]) == ("", None, None)
    assert event == _event(client, "a", id="1")
    assert str(event).startswith("<Event {")
    assert len(_event(client, "a")["id"]) == 32


def results_come_by_priority(client: Client, session: Session) -> None:
    # Section 20: the results of a synchronous publish, lower priorities first, equal ones in order of arrival.
    for name, priority in (("late", 200), ("first", 1), ("usual", 100), ("usual too", 100)):
        session.event_hub.subscribe("topic=a", lambda event, name=name: name, priority=priority)
    assert _local(client, session, "a") == ["first", "usual", "usual too", "late"]
    assert _local(client, session, "b") == []


def stopped_event_goes_no_further(client: Client, session: Session) -> None:
    # Section 20: processing ends after the current handler.
    session.event_hub.subscribe("topic=a", lambda event: event.stop() or "x", priority=1)
    session.event_hub.subscribe("topic=a", lambda event: "y", priority=2)
    assert _local(client, session, "a") == ["x"]


def error_of_a_callback_is_passed_over(client: Client, session: Session) -> None:
    # Section 20: logged and skipped.
    session.event_hub.subscribe("topic=a", lambda event: event["nothing"], priority=1)
    session.event_hub.subscribe("topic=a", lambda event: "y", priority=2)
    assert _local(client, session, "a") == ["y"]


def source_is_filled_in(client: Client, session: Session) -> None:
    # Section 20: identifier, user and host, only where they are absent.
    seen: list[Any] = []
    session.event_hub.subscribe("topic=a", lambda event: seen.append(event["source"]))
    _local(client, session, "a")
    _local(client, session, "a", source={"id": "x", "user": {"username": "y"}})
    host = platform.node()
    assert seen[0] == {"id": session.event_hub.id, "user": {"username": client.server.user}, "host": host}
    assert seen[1] == {"id": "x", "user": {"username": "y"}, "host": host}


def target_chooses_subscribers(client: Client, session: Session) -> None:
    # Section 20: the metadata of a subscriber has to match.
    for name in ("nuke", "maya"):
        session.event_hub.subscribe("topic=a", lambda event, name=name: name, subscriber={"application": name})
    assert _local(client, session, "a", target="application=maya") == ["maya"]
    assert _local(client, session, "a") == ["nuke", "maya"]


def subscriber_has_an_identifier(client: Client, session: Session) -> None:
    # Section 20: the given mapping gets the identifier; one that is taken is refused.
    metadata: dict[str, Any] = {"application": "nuke"}
    identifier = session.event_hub.subscribe("topic=a", print, subscriber=metadata)
    assert metadata == {"application": "nuke", "id": identifier}
    subscriber = session.event_hub.get_subscriber_by_identifier(identifier)
    assert subscriber.metadata == metadata
    assert subscriber.interested_in(_event(client, "a"))
    assert not subscriber.interested_in(_event(client, "b"))
    assert session.event_hub.get_subscriber_by_identifier("none") is None
    with raised(client.error("NotUniqueError"), f"Subscriber with identifier {identifier} already exists."):
        session.event_hub.subscribe("topic=b", print, subscriber={"id": identifier})


def unsubscribed_callback_is_not_called(client: Client, session: Session) -> None:
    # Section 20.
    identifier = session.event_hub.subscribe("topic=a", lambda event: "x")
    session.event_hub.unsubscribe(identifier)
    assert _local(client, session, "a") == []
    with raised(client.error("NotFoundError"), f"Cannot unsubscribe missing subscriber with identifier {identifier}"):
        session.event_hub.unsubscribe(identifier)
    with session.event_hub.subscription("topic=a", lambda event: "x"):
        assert _local(client, session, "a") == ["x"]
    assert _local(client, session, "a") == []


_MATCHING = (
    "topic=a.b", 'topic="a.b"', "topic='a.b'", "topic = a.b", "topic=a.*", "topic=*", "topic=.b*",
    "topic=a.b and data.x=y", "topic=a.b AND data.x=y", "topic=c or topic=a.b", "not topic=c", "NOT topic=c",
    "topic=a.b or topic=c and data.x=z", "not topic=c and data.x=y", "(topic=c or topic=a.b) and data.x=y",
    "topic=a.b and ((data.x=y or data.x=z) and not data.x > z)", "data.x!=z", "data.x>=y", "data.x<z",
    "not data.missing=x", "data.text='with blanks'", 'data.x="y"and topic=a.b',
)  # fmt: skip
_OTHERS = (
    "topic=a", "topic=a.b and data.x=z", "topic=c and data.x=y or topic=d", "data.missing=x", "data.missing!=x",
    "data.n=5", "data.x.deeper=y", "not topic=a.b", "(topic=a.b or topic=c) and data.x=z", "topic=B*",
)  # fmt: skip


def expressions_choose_events(client: Client, session: Session) -> None:
    # Section 21 and protocol section 7.6: precedence, operators, quotes, the star, and what is missing.
    for expression in (*_MATCHING, *_OTHERS):
        session.event_hub.subscribe(expression, lambda event, expression=expression: expression)
    found = _local(client, session, "a.b", data={"x": "y", "n": 5, "text": "with blanks"})
    assert found == list(_MATCHING)


def text_that_is_no_expression_is_refused(client: Client, session: Session) -> None:
    # Section 21: bare words and ``nor``.
    for text in ("bare words", "a=b nor c=d"):
        refused = False
        try:
            session.event_hub.subscribe(text, print)
        except client.error(original="ParseError", ours="ExpressionSyntaxError"):
            refused = True  # the text of the original's error cannot be made
        assert refused


def number_compared_with_a_text(client: Client, session: Session) -> None:
    # Protocol section 7.6: values are text; the original compares, and who publishes gets its error.
    session.event_hub.subscribe("topic=a and data.n > 3", lambda event: "x")
    try:
        outcome = _local(client, session, "a", data={"n": 5})
    except TypeError:
        outcome = ["error"]
    assert outcome == client.expect(original=["error"], ours=[])


def empty_expression(client: Client, session: Session) -> None:
    # Section 21: the original breaks.
    try:
        session.event_hub.subscribe("", lambda event: "x")
        outcome = _local(client, session, "a")
    except Exception:
        outcome = ["error"]
    assert outcome == client.expect(original=["error"], ours=["x"])


def publishing_without_a_connection(client: Client, session: Session) -> None:
    # Section 20: refused, or queued once a connection is being made.
    with raised(client.error("EventHubConnectionError")):
        session.event_hub.publish(_event(client, "a"))
    assert session.event_hub.publish(_event(client, "a"), on_error="ignore") is None
    session.event_hub.init_connection()
    assert session.event_hub.publish(_event(client, "a")) is True


def connection_is_made_and_ended(client: Client, session: Session) -> None:
    # Section 20.
    hub = session.event_hub
    assert hub.get_server_url() == client.server.url
    assert hub.secure is False
    assert hub.connected is False
    with raised(client.error("EventHubConnectionError")):
        hub.disconnect()
    with raised(client.error("EventHubConnectionError")):
        hub.wait(0)
    identifier = hub.subscribe("topic=a", print)
    hub.connect()
    assert hub.connected is True
    with raised(client.error("EventHubConnectionError"), "Already connected."):
        hub.connect()
    assert hub.get_subscriber_by_identifier(hub.id) is not None
    hub.disconnect()
    assert hub.connected is False
    assert hub.get_subscriber_by_identifier(identifier) is None
    assert hub.get_subscriber_by_identifier(hub.id) is None
    with raised(client.error("EventHubConnectionError")):
        hub.publish(_event(client, "a"))


def connection_to_nothing_is_refused(client: Client, session: Session) -> None:
    # Section 20.
    hub = type(session.event_hub)("http://127.0.0.1:9", "user", "key")
    with raised(client.error("EventHubConnectionError"), "Failed to connect to event server at", "http://127.0.0.1:9"):
        hub.connect()
    assert hub.publish(_event(client, "a")) is True
    with raised(client.error("EventHubConnectionError"), "after 1 attempts."):
        hub.reconnect(attempts=1, delay=0)


def queued_event_is_sent_once_connected(client: Client, session: Session) -> None:
    # Section 20.
    seen: list[Any] = []
    session.event_hub.subscribe("topic=a", lambda event: seen.append(event["data"]))
    session.event_hub.init_connection()
    session.event_hub.publish(_event(client, "a", data={"x": "björn"}))
    with _connected(client, session) as hub:
        _handled(hub, lambda: seen)
    assert seen == [{"x": "björn"}]


def callbacks_run_where_somebody_waits(client: Client, session: Session) -> None:
    # Section 20: events wait until then.
    seen: list[Any] = []
    session.event_hub.subscribe("topic=a", lambda event: seen.append(threading.current_thread()))
    with _connected(client, session) as hub:
        assert hub.publish(_event(client, "a")) is None
        _handled(hub, lambda: seen)
    assert seen == [threading.current_thread()]


def each_result_is_a_reply(client: Client, session: Session) -> None:
    # Section 20: two handlers, two replies, with the metadata of the subscriber as source.
    replies: list[Any] = []
    session.event_hub.subscribe("topic=a", lambda event: "one", subscriber={"id": "first"}, priority=1)
    session.event_hub.subscribe("topic=a", lambda event: {"x": "two"}, subscriber={"id": "second"}, priority=2)
    session.event_hub.subscribe("topic=a", lambda event: None)
    with _connected(client, session) as hub:
        question = _event(client, "a")
        hub.publish(question, on_reply=replies.append)
        _handled(hub, lambda: len(replies) >= 2)
    assert [reply["data"] for reply in replies] == ["one", {"x": "two"}]
    assert [reply["source"]["id"] for reply in replies] == ["first", "second"]
    assert {reply["topic"] for reply in replies} == {"ftrack.meta.reply"}
    assert {reply["target"] for reply in replies} == {f"id={hub.id}"}
    assert {reply["in_reply_to_event"] for reply in replies} == {question["id"]}


def falsy_reply(client: Client, session: Session) -> None:
    # Section 21: falsy data of an event becomes an empty mapping; that of ours is the answer that was given.
    replies: list[Any] = []
    session.event_hub.subscribe("topic=a", lambda event: False)
    with _connected(client, session) as hub:
        hub.publish(_event(client, "a"), on_reply=replies.append)
        _handled(hub, lambda: replies)
    assert replies[0]["data"] == client.expect(original={}, ours=False)


def event_that_json_has_no_form_for(client: Client, session: Session) -> None:
    # Section 20: logged, and nothing is raised; the hub stays connected.
    seen: list[Any] = []
    session.event_hub.subscribe("topic=a", seen.append)
    with _connected(client, session) as hub:
        assert hub.publish(_event(client, "a", data={"x": object()})) is None
        hub.publish(_event(client, "a", data={"x": 1}))
        _handled(hub, lambda: seen)
        assert hub.connected
    assert [event["data"] for event in seen] == [{"x": 1}]


def known_event(client: Client, session: Session) -> None:
    # Events with one identifier: the original handles each.
    seen: list[Any] = []
    session.event_hub.subscribe("topic=a", seen.append)
    session.event_hub.subscribe("topic=b", seen.append)
    with _connected(client, session) as hub:
        for _ in range(2):
            hub.publish(_event(client, "a", id="1"))
        hub.publish(_event(client, "b"))
        _handled(hub, lambda: any(event["topic"] == "b" for event in seen))
    assert len(seen) == client.expect(original=3, ours=2)


def session_is_ready_after_its_plugins_are_registered(client: Client, _session: Session) -> None:
    # Section 2: plugins get the session and their arguments; then the session says that it is ready.
    text = (
        "def register(session, log=()):\n"
        "    log.append('registered')\n"
        "    session.event_hub.subscribe('topic=ftrack.api.session.ready', lambda event: log.append('ready'))\n"
        "    session.event_hub.subscribe('topic=ftrack.api.session.reset', lambda event: log.append('reset'))\n"
    )
    (client.folder / "plugin.py").write_text(text)
    log: list[str] = []
    arguments = {"plugin_paths": [str(client.folder)], "plugin_arguments": {"log": log, "other": 1}}
    with contextlib.closing(client.session_class(**_where(client), **arguments)) as session:
        assert log == ["registered", "ready"]
        session.reset()
    assert log == ["registered", "ready", "reset"]


def plugin_that_raises(client: Client, _session: Session) -> None:
    # Section 22: what register raises is raised by the original, and keeps later plugins out.
    (client.folder / "a.py").write_text("def register(session): raise RuntimeError")
    (client.folder / "b.py").write_text("def register(session, log=()): log.append('b')")
    log: list[str] = []
    arguments = {"plugin_paths": [str(client.folder)], "plugin_arguments": {"log": log}}
    with contextlib.suppress(RuntimeError):
        client.session_class(**_where(client), **arguments).close()
        log.append("opened")
    assert ("opened" in log) is client.expect(original=False, ours=True)


def plugin_that_cannot_be_loaded_is_passed_over(client: Client, _session: Session) -> None:
    # Section 22.
    (client.folder / "a.py").write_text("import no_such_module_anywhere")
    (client.folder / "b.py").write_text("def register(session, log=()): log.append('b')")
    (client.folder / "c.txt").write_text("def register(session, log=()): log.append('c')")
    log: list[str] = []
    arguments = {"plugin_paths": ["", str(client.folder)], "plugin_arguments": {"log": log}}
    client.session_class(**_where(client), **arguments).close()
    assert log == ["b"]


def _where(client: Client) -> dict[str, Any]:
    server = client.server
    where = {"server_url": server.url, "api_key": server.key, "api_user": server.user}
    return {**where, "schema_cache_path": str(client.schemas)}
