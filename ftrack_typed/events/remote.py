"""Owns what a hub does with an event server: subscriptions that the server knows, events that go out and come in."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Literal

from ..errors import EventHubConnectionError
from .event import Event
from .health import Record
from .inbox import Inbox
from .outbox import Delivery, Outbox
from .subscriber import Subscriber
from .subscribers import Subscribers

if TYPE_CHECKING:
    from .connection import Link
    from .outbox import Letter
    from .socket_io import Endpoint, Packet

CONNECTED_TOPIC: Final = "ftrack.meta.connected"
DISCONNECTED_TOPIC: Final = "ftrack.meta.disconnected"
_SUBSCRIBE: Final = "ftrack.meta.subscribe"
_UNSUBSCRIBE: Final = "ftrack.meta.unsubscribe"

_LOGGER: Final = logging.getLogger(__name__)


class Remote:
    """The server's side of one hub. Several threads may use it."""

    def __init__(
        self,
        endpoint: Callable[[], Endpoint],
        *,
        subscribers: Subscribers,
        outbox: Outbox,
        inbox: Inbox,
        complete: Callable[[Event], None],
        attempts: int | None,
    ) -> None:
        """Talk to *endpoint* of *subscribers*; *complete* fills in who publishes an event."""
        self._endpoint = endpoint
        self._subscribers = subscribers
        self._outbox = outbox
        self._inbox = inbox
        self._complete = complete
        self._attempts = attempts
        self._changing = threading.RLock()
        self._announced: set[str] = set()
        self.record = Record()
        self._link: Link | None = None
        self._initialised = False
        self._process = os.getpid()

    @property
    def link(self) -> Link | None:
        """The connection, or what makes one; none of another process."""
        self._notice_fork()
        return self._link

    @property
    def initialised(self) -> bool:
        """Whether events wait for a connection where there is none."""
        self._notice_fork()
        return self._initialised

    def _notice_fork(self) -> None:
        """Leave connection, thread and locks to the process that this one was forked from, and start without any."""
        process = os.getpid()
        if process != self._process:
            self._process, self._link, self._initialised = process, None, False
            self._changing = threading.RLock()
            self._announced = set()
            self._outbox.start_anew()
            self._inbox.start_anew()

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        link = self.link
        return link is not None and link.connected

    def initialise(self) -> None:
        """Let events that go out wait for a connection, and let others wait for events that come in."""
        self._notice_fork()
        self._initialised = True
        self._inbox.open()

    def connect(self) -> None:
        """Connect; raise SocketError where that fails."""
        self._notice_fork()
        with self._changing:
            self._stop()
            self.initialise()
            link = self._link = self._made()
            try:
                link.connect()
            except BaseException:
                self._link = None
                raise

    def start(self) -> None:
        """Connect in a thread, which tries until it succeeds."""
        self._notice_fork()
        with self._changing:
            self.initialise()
            if self._link is None:
                self._link = self._made()
                self._link.start()

    def disconnect(self, stays: bool) -> int:
        """End the connection; return how many events are lost by that, which are none where the hub *stays*."""
        self._notice_fork()
        with self._changing:
            self._stop()
            if stays:
                return 0
            self._initialised = False
            self._inbox.close()
            return self._outbox.clear()

    def _stop(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.stop()

    def _made(self) -> Link:
        from .connection import Link

        made = Link(
            self._endpoint(),
            self._outbox,
            greeting=self._greeting,
            received=self._received,
            attempts=self._attempts,
            record=self.record,
        )
        made.changed = lambda connected: self._changed(made, connected)
        return made

    def _changed(self, link: Link, connected: bool) -> None:
        if link is not self._link:
            return
        if connected:
            self._inbox.put_own(Event(CONNECTED_TOPIC))
            return
        self._link = None
        self._initialised = False
        self._inbox.put_own(Event(DISCONNECTED_TOPIC))  # who handles it finds that it is so
        self._inbox.close()

    def send(self, event: Event) -> Literal[True] | None:
        """Send *event*: None where it is sent, True where it waits.

        Raise EventHubConnectionError where it would wait for nothing, and EventQueueFullError.
        """
        from .traffic import event_json

        if not self.initialised:
            event._delivery = Delivery(state="failed")
            raise EventHubConnectionError("The event hub is not connected: call connect() first.")
        try:
            text = event_json(event)
        except (TypeError, ValueError, RecursionError) as error:
            event._delivery = Delivery(state="failed", message=str(error))
            _LOGGER.exception("Error sending event %s.", event)
            return None
        event._delivery = self._outbox.put(text)
        link = self.link
        return None if link is not None and link.flush() else True

    def announce(self, subscriber: Subscriber) -> None:
        """Tell the server of *subscriber*; where there is no connection, the next one begins with that."""
        link = self.link
        if link is not None:
            link.send_now(lambda: self._announcement(subscriber))

    def withdraw(self, subscriber: Subscriber) -> None:
        """Tell the server that *subscriber* is none any more."""
        link = self.link
        if link is not None:
            link.send_now(lambda: self._withdrawal(subscriber))

    def _greeting(self) -> Iterator[Letter]:
        self._announced.clear()
        for subscriber in self._subscribers.all():
            text = self._announcement(subscriber)
            if text is not None:
                yield self._outbox.greet(text)

    def _announcement(self, subscriber: Subscriber) -> bytes | None:
        if subscriber.identifier in self._announced or self._subscribers.get(subscriber.identifier) is not subscriber:
            return None
        data = {"subscriber": subscriber.metadata, "subscription": str(subscriber.subscription)}
        text = self._meta(_SUBSCRIBE, data)
        self._announced.add(subscriber.identifier)
        return text

    def _withdrawal(self, subscriber: Subscriber) -> bytes | None:
        if subscriber.identifier not in self._announced:
            return None
        self._announced.discard(subscriber.identifier)
        return self._meta(_UNSUBSCRIBE, {"subscriber": subscriber.metadata})

    def _meta(self, topic: str, data: dict[str, Any]) -> bytes | None:
        from .traffic import event_json

        event = Event(topic, data=data)
        self._complete(event)
        try:
            return event_json(event)
        except (TypeError, ValueError, RecursionError):
            _LOGGER.exception("Error sending event %s.", event)
            return None

    def _received(self, packet: Packet) -> bool:
        """Take a packet; return whether it shows that the server passes events on. Raise PacketError for nonsense."""
        from .socket_io import Code

        if packet.code is Code.EVENT:
            self._take_event(packet)
            return True
        if packet.code is Code.ACKNOWLEDGEMENT:
            return self._take_answer(packet)
        if packet.code is Code.ERROR:
            _LOGGER.warning("The event server reported: %s", packet.data)
        else:
            _LOGGER.debug("The event server sent %s", packet)
        return False

    def _take_event(self, packet: Packet) -> None:
        from .traffic import event_of

        if self._inbox.put(event_of(packet)) and self._inbox.dropped & (self._inbox.dropped - 1) == 0:
            # Said the first time, and each time that the number has doubled.
            _LOGGER.warning("%d events were dropped: handlers are slower than events.", self._inbox.dropped)

    def _take_answer(self, packet: Packet) -> bool:
        from .traffic import answer_of

        answer = answer_of(packet)
        if not answer.success:
            _LOGGER.warning("The event server refused an event: %s", answer.message)
        letter = self._outbox.settle(answer.number, "acknowledged" if answer.success else "refused", answer.message)
        return letter is not None and letter.repeated
