"""Owns the part of a session that deals in events: its hub, its plugins, and the events of its own life."""

from __future__ import annotations

import functools
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast, overload

from ..entity import Entity

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..entity_types import EntityTypes
    from ..events import Event, EventHub
    from ..files.session_files import SessionFiles
    from ..query.expressions import ScalarPath
    from ..server import Server
    from ..settings import Settings
    from ..state import SessionState
    from ..updates import Action, Change, ChangeSubscription, Update
    from ..updates.columns import Columns
    from ..updates.record import Told

T = TypeVar("T")
E = TypeVar("E", bound=Entity)

_READY: Final = "ftrack.api.session.ready"
_CONSTRUCT: Final = "ftrack.api.session.construct-entity-type"
_LOCATION_TOPICS: Final = ("ftrack.api.session.configure-location", "ftrack.storage-scenario.activate")
_CENTRALIZED: Final = "ftrack.centralized-storage"
_PLUGIN_VARIABLE: Final = "FTRACK_EVENT_PLUGIN_PATH"


class EventAccess:
    """The events of a session. Nothing of them is imported before somebody asks for the hub, or has a plugin."""

    _settings: Settings
    _state: SessionState
    _types: EntityTypes
    _server: Server
    _event_hub: EventHub | None = None

    if TYPE_CHECKING:

        @property
        def _files(self) -> SessionFiles: ...

    @property
    def event_hub(self) -> EventHub:
        """Publishes events and calls those who subscribe to them; see docs/events.md."""
        if self._event_hub is None:
            from ..events import EventHub

            with self._state.lock:
                if self._event_hub is None:
                    told = self._settings
                    hub = EventHub(
                        told.server_url, told.api_user, told.api_key, told.headers, told.cookies, timeout=told.timeout
                    )
                    self._watch_storage(hub)
                    self._event_hub = hub
        return self._event_hub

    @overload
    def on(
        self,
        what: ScalarPath[T],
        /,
        *,
        actions: Collection[Action] | None = None,
        priority: int = 100,
        executor: Executor | None = None,
    ) -> ChangeSubscription[Change[T | None]]: ...
    @overload
    def on(
        self,
        what: type[E],
        /,
        *,
        actions: Collection[Action] | None = None,
        priority: int = 100,
        executor: Executor | None = None,
    ) -> ChangeSubscription[Change[E | None]]: ...
    @overload
    def on(
        self,
        what: ScalarPath[Any] | type[Entity],
        second: ScalarPath[Any] | type[Entity],
        /,
        *more: ScalarPath[Any] | type[Entity],
        actions: Collection[Action] | None = None,
        priority: int = 100,
        executor: Executor | None = None,
    ) -> ChangeSubscription[Update]: ...
    def on(
        self,
        *what: object,
        actions: Collection[Action] | None = None,
        priority: int = 100,
        executor: Executor | None = None,
    ) -> ChangeSubscription[Any]:
        """Choose changes of data to be told of: ``@session.on(Task.status)``, or ``session.on(Task.status).call(f)``.

        An attribute means that its value changed, an entity type that an entity came or went; *actions* says otherwise.
        One of them gives a `Change`, with the value before and after; of several, an `Update` is given once for each
        entity. It takes a connected event hub whose `wait` handles events; see its `subscribe` for *priority* and
        *executor*. Raise QueryError for what no event tells of, and ForeignEntityTypeError.
        """
        from ..updates.subscription import subscription_of

        return subscription_of(
            self._state, self.event_hub, self._told, what, actions=actions, priority=priority, executor=executor
        )

    def follow_updates(self) -> str:
        """Forget from now on what others change: loaded values, collections, and entities in caches below.

        They load again when they are read. Changes that wait for a commit stay. It takes a connected event hub whose
        `wait` handles events; return the identifier that ``event_hub.unsubscribe`` takes.
        """
        from ..updates.invalidation import PRIORITY, Invalidation
        from ..updates.subscription import TOPIC

        return self.event_hub.subscribe(
            f"topic={TOPIC}", Invalidation(self._state, self._told, self._columns), priority=PRIORITY
        )

    @functools.cached_property
    def _columns(self) -> Columns:
        from ..updates.columns import Columns

        return Columns(lambda: self._types.raw_schemas)

    def _told(self, event: Event) -> Iterator[Told]:
        from ..updates.subscription import told_of

        return told_of(self._state, self._columns, event)

    def _start_events(
        self,
        event_hub: EventHub | None,
        auto_connect: bool,
        plugin_paths: Sequence[str | os.PathLike[str]] | None,
        plugin_arguments: Mapping[str, Any] | None,
    ) -> None:
        """Take or make the hub, register plugins, and say that the session is ready (session.md section 2)."""
        if plugin_arguments is not None and not isinstance(cast("object", plugin_arguments), Mapping):
            raise TypeError(f"plugin_arguments is a mapping of names to values, not {plugin_arguments!r}")
        self._event_hub = event_hub
        if event_hub is not None:
            self._watch_storage(event_hub)
        if auto_connect:
            self.event_hub.connect_in_background()
        if plugin_paths or (plugin_paths is None and os.environ.get(_PLUGIN_VARIABLE)):
            from ..plugins import discover, plugin_folders

            discover(plugin_folders(plugin_paths), [self], plugin_arguments)
        try:
            self._construct_entity_types()
            self._configure_where_heard()
        except BaseException:
            self._end_events()
            raise
        self._announce(_READY)

    def _construct_entity_types(self) -> None:
        """Ask subscribers for the classes of entity types; the schemas are needed only where there is one."""
        hub = self._event_hub
        if hub is None or not hub.may_reach(_CONSTRUCT):
            return
        from ..events import Event

        schemas = self._types.raw_schemas
        for schema in schemas:
            event = Event(_CONSTRUCT, data={"schema": schema, "schemas": schemas})
            given = [result for result in hub.publish(event, synchronous=True) if result is not None]
            if len(given) > 1:
                raise ValueError(f"{len(given)} subscribers gave a class for {schema['id']}, where one may: {given}")
            if given:
                self._types.replace(schema["id"], given[0])

    def _configure_where_heard(self) -> None:
        """Set the locations up now where somebody listens for that; else they are set up when first used."""
        hub = self._event_hub
        if hub is not None and any(hub.may_reach(topic) for topic in _LOCATION_TOPICS):
            self._files.configure()

    def _watch_storage(self, hub: EventHub) -> None:
        """Answer on *hub* who asks whether the storage of the site is there, where the site has one of its own."""
        server = self._server
        if _CENTRALIZED in str(server.information.get("storage_scenario")):
            from ..files.centralized_storage import register_verification

            register_verification(hub, lambda: server.information)

    def _announce(self, topic: str) -> None:
        """Tell subscribers what happened to the session; where nobody asked for the hub there are none."""
        if self._event_hub is not None:
            from ..events import Event

            self._event_hub.publish(Event(topic, data={"session": self}), synchronous=True)

    def _end_events(self) -> None:
        if self._event_hub is not None:
            self._event_hub.close()
