"""Owns `SessionFiles`: the locations of one session, set up when first asked for, and what is done with components."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from ..entity import Entity
from ..errors import AttributeValueError, LocationError
from ..reconstruction import reconstruct
from ..symbols import ORIGIN_LOCATION_ID
from .adding import Addition
from .availability import availabilities
from .built_in import built_in_locations
from .centralized_storage import ACTIVATE_TOPIC, SCENARIO_NAME, register, scenario_of
from .components import create_component, create_thumbnail
from .encoding import encode_media
from .removal import remove_components
from .resolution import resource_identifiers
from .storage import Storage

if TYPE_CHECKING:
    from ..state import SessionState
    from .accessor import Accessor
    from .paths import Paths

CONFIGURE_TOPIC: Final = "ftrack.api.session.configure-location"

_KEY: Final = "_ftrack_storage"


class SessionFiles:
    """What one session does with files. Several threads may use it."""

    def __init__(self, state: SessionState) -> None:
        """Set nothing up yet."""
        self.state = state
        self._lock = threading.RLock()
        self._configured = self._configuring = self._registered = False
        self._noted: dict[str, Entity] = {}

    def configure(self) -> None:
        """Set the locations up, and tell subscribers, unless that is done (session.md section 9)."""
        if self._configured:
            return
        with self._lock:
            # A subscriber comes back here, in the same thread, for the location that it sets up.
            if self._configured or self._configuring:
                return
            self._configuring = True
            try:
                self._set_up()
                self._configured = True
            finally:
                self._configuring = False

    def _set_up(self) -> None:
        for each in built_in_locations(self.state):
            self.set_up(each.id, each.name, each.storage)
        self._activate_scenario()
        self.state.session._announce(CONFIGURE_TOPIC)

    def _activate_scenario(self) -> None:
        """Tell subscribers which storage scenario the site has; one of them knows the centralized one."""
        scenario = scenario_of(self.state.session.server_information)
        if scenario is None:
            return
        if scenario["scenario"] == SCENARIO_NAME and not self._registered:
            register(self)
            self._registered = True
        self.ask(ACTIVATE_TOPIC, {"storage_scenario": scenario})

    def set_up(self, location_id: str, name: str, storage: Storage) -> None:
        """Use a location of the server as *storage* says; the server is not asked for it."""
        location_type = self.state.entity_type("Location")
        location = reconstruct(self.state, location_type, {"id": location_id, "name": name})
        vars(location)[_KEY] = storage
        self.note(location)

    def forget(self) -> None:
        """Forget all locations; they are set up anew when asked for."""
        with self._lock:
            self._configured = False
            self._noted.clear()

    def storage(self, location: Entity) -> Storage:
        """Return how this session reaches what is in *location*."""
        found: Storage = vars(location).setdefault(_KEY, Storage())
        return found

    def note(self, location: Entity) -> None:
        """Remember that *location* was given an accessor."""
        self._noted[location._ftrack_first_key()] = location

    def accessor(self, location: Entity) -> Accessor:
        """Return what reaches the data in *location*; raise LocationError where nothing does."""
        found = self.storage(location).accessor
        if found is None:
            raise LocationError(f"No accessor defined for location {location}: set location.accessor.")
        return found

    @property
    def origin(self) -> Entity:
        """The location of what lies where it was made."""
        return self._noted[ORIGIN_LOCATION_ID]

    def built_in(self, location_id: str) -> Entity:
        """Return a location that every server has."""
        return self._noted[location_id]

    def usable(self) -> list[Entity]:
        """Return the locations with an accessor, the one with the lowest priority number first."""
        found = [
            location
            for location in list(self._noted.values())
            if self.storage(location).accessor is not None and not vars(location).get("_ftrack_deleted")
        ]
        return sorted(found, key=lambda location: self.storage(location).priority)

    def first(self) -> Entity | None:
        """Return the location that is tried first, or None."""
        return next(iter(self.usable()), None)

    def pick(self, components: Iterable[object]) -> list[Entity | None]:
        """Return for each of *components* the first usable location that has of it, or None."""
        locations = self.usable()
        found = self.availabilities(components, locations)
        return [next((each for each in locations if of_one[each["id"]] > 0), None) for of_one in found]

    def availabilities(
        self, components: Iterable[object], locations: Iterable[object] | None
    ) -> list[dict[str, float]]:
        """Return for each of *components* per cent by location id, of *locations* or of all."""
        asked = None if locations is None else self._entities("Location", locations)
        with self._loading():
            return availabilities(self.state, self._entities("Component", components), asked)

    def resource_identifiers(self, location: Entity, components: Iterable[Entity]) -> list[str]:
        """Return the resource identifier of each of *components* in *location*; raise ComponentNotInLocationError."""
        return resource_identifiers(self, location, self._entities("Component", components))

    def check_recording(self, location: Entity) -> None:
        """Raise LocationError where what happens to data in *location* has to be committed, and nothing is recorded."""
        if self.storage(location).remembered is None and not self.state.session.record_operations:
            raise LocationError(
                f"operation recording is off in this thread, and what is in location {location} has to be committed: "
                "leave operation_recording(False) first",
                {"location": location},
            )

    def add(self, location: Entity, components: Iterable[Entity], sources: object, recursive: bool) -> None:
        """Add *components* to *location*; see `StoresComponents.add_components`."""
        with self._loading():
            Addition(self, location, self._entities("Component", components), sources, recursive).run()

    def remove(self, location: Entity, components: Iterable[Entity], recursive: bool) -> None:
        """Remove *components* from *location*; see `StoresComponents.remove_components`."""
        with self._loading():
            remove_components(self, location, self._entities("Component", components), recursive)

    def create(self, path: Paths, data: Mapping[str, Any], location: object) -> Entity:
        """Return a new component; see `FileAccess.create_component`."""
        with self._loading():
            return create_component(self, path, data, location)

    def create_thumbnail(self, entity: Entity, path: str | os.PathLike[str], data: Mapping[str, Any]) -> Entity:
        """Return the new thumbnail of *entity*; see `CreatesThumbnails.create_thumbnail`."""
        with self._loading():
            return create_thumbnail(self, entity, path, data)

    def encode_media(self, media: object, version_id: str | None, keep_original: bool | Literal["auto"]) -> Entity:
        """Return the job that encodes *media*; see `FileAccess.encode_media`."""
        with self._loading():
            return encode_media(self, media, version_id, keep_original)

    def tell(self, topic: str, location: Entity, components: Iterable[Entity]) -> None:
        """Tell whoever is connected to the event server what happened to *components* in *location*."""
        hub = self.state.session._event_hub
        if hub is None:
            return
        from ..events import Event

        for component in components:
            data = {"component_id": component["id"], "location_id": location["id"]}
            hub.publish(Event(topic, data=data), on_error="ignore")

    def ask(self, topic: str, data: dict[str, Any]) -> list[Any]:
        """Return what subscribers in this process answer to an event."""
        hub = self.state.session._event_hub
        if hub is None or not hub.may_reach(topic):
            return []
        from ..events import Event

        return hub.publish(Event(topic, data=data), synchronous=True)

    def _entities(self, entity_type: str, given: Iterable[object]) -> list[Entity]:
        """Return *given* as a list; raise AttributeValueError for what is no entity of that type and session."""
        if isinstance(given, (str, Mapping)):
            raise AttributeValueError("Location", "components", f"several of type {entity_type}", given)
        expected = self.state.entity_type(entity_type)
        found = list(given)
        for each in found:
            if not isinstance(each, expected):
                raise AttributeValueError("Location", "components", f"entities of type {entity_type}", each)
            page = vars(each).get("_ftrack_page")
            if page is None or page.state is not self.state:
                raise AttributeValueError("Location", "components", f"entities ({entity_type}) of this session", each)
        return cast("list[Entity]", found)

    @contextlib.contextmanager
    def _loading(self) -> Generator[None, None, None]:
        """Let what is done here load what it needs, whatever the session's modes are."""
        session = self.state.session
        with session.auto_populating(True), session.loading_mode("siblings"):
            yield
