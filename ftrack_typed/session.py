"""Owns `Session`: the one object through which a pipeline reads and changes what a server holds."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, ParamSpec, TypeVar, cast, overload

from . import settings as session_settings
from .answers import checked_results
from .creation import create, gathered
from .encoding import Strategy, call_batch, encode, entity_reference
from .entity import Entity
from .entity_types import EntityTypes
from .errors import ConnectionClosedError
from .lookup import by_key, text_query
from .payload import OperationPayload
from .query.result import QueryResult
from .redaction import hidden, hidden_address
from .server import Server, http_transport
from .session_parts.caches import CacheAccess
from .session_parts.commits import CommitAccess
from .session_parts.entities import EntityAccess
from .session_parts.events import EventAccess
from .session_parts.files import FileAccess
from .session_parts.modes import AutoPopulatingContext, Modes, OperationRecordingContext
from .session_parts.requests import RequestAccess
from .session_parts.server_actions import ServerActions
from .state import LoadingMode, SessionState
from .transport import SessionAuthentication, Transport, public_url

if TYPE_CHECKING:
    from typing_extensions import Self

    from .cache import KeyMaker
    from .events import EventHub
    from .lookup import Projection
    from .query.builder import Query
    from .registry import Registry
    from .retries import Retries
    from .session_parts.caches import CacheArgument

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
P = ParamSpec("P")

_STANDARD: Final = "ftrack_typed.entities"

__all__ = [
    "AutoPopulatingContext",
    "OperationPayload",
    "OperationRecordingContext",
    "Session",
    "SessionAuthentication",
]


class Session(EntityAccess, CommitAccess, EventAccess, FileAccess, CacheAccess, Modes, RequestAccess, ServerActions):
    """A connection to one server, with the entities it has shown and the changes that wait for `commit`.

    Each generated package has its own subclass, whose entities are the classes of that package; this one uses
    ``ftrack_typed.entities``. One session may be used by several threads.
    """

    registry: ClassVar[Registry | None] = None

    def __init__(
        self,
        server_url: str | None = None,
        api_key: str | None = None,
        api_user: str | None = None,
        auto_populate: bool = True,
        plugin_paths: Sequence[str | os.PathLike[str]] | None = None,
        cache: CacheArgument = None,
        cache_key_maker: KeyMaker[Any] | None = None,
        auto_connect_event_hub: bool = False,
        schema_cache_path: str | os.PathLike[str] | Literal[False] | None = None,
        plugin_arguments: Mapping[str, Any] | None = None,
        timeout: float | None = 60,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        strict_api: bool = False,
        *,
        transport: Transport | None = None,
        loading: LoadingMode = "siblings",
        event_hub: EventHub | None = None,
        retries: Retries | None = None,
    ) -> None:
        """Connect to a server.

        The server, the key and the user may come from ``FTRACK_SERVER``, ``FTRACK_API_KEY`` and ``FTRACK_API_USER``.
        *loading* says what reading an attribute that is not loaded does, see `loading_mode`; *timeout* is in seconds;
        *retries* how often a call without an answer is tried again, where that is safe; *transport* replaces what
        carries the traffic, *event_hub* what carries events. Every plugin in *plugin_paths*, or else in
        ``FTRACK_EVENT_PLUGIN_PATH``, is registered with the session and with *plugin_arguments*. *cache*, or what it
        returns for the session, keeps entities beyond this session, see docs/caches.md; *cache_key_maker* makes their
        keys.

        Raise TypeError where something is told nowhere, TransportError where the server gives no answer, and
        AuthenticationError where it refuses the user.
        """
        # What is secret does not show where a crash reporter prints the variables of this function.
        server_url, api_key = hidden_address(server_url), hidden(api_key)
        cookies, headers = hidden(cookies), hidden(headers)
        self._settings = session_settings.resolve(
            server_url=server_url,
            api_key=api_key,
            api_user=api_user,
            schema_cache_path=schema_cache_path,
            timeout=timeout,
            cookies=cookies,
            headers=headers,
            strict_api=strict_api,
            retries=retries,
        )
        self._closed = False
        self._transport = transport or http_transport(self._settings)
        self._server = Server(self._ask, self._settings)
        self._types = self._entity_types()
        self._state = SessionState(
            self,
            self._send,
            self._types.known,
            self._types.custom_value_type,
            auto_populate=auto_populate,
            loading=loading,
            drift=self._types.drift,
        )
        self._use_cache(cache, cache_key_maker)
        self.check_server_compatibility()
        if self.registry is not None and self.registry.package != _STANDARD:
            self._server.warn_of_drift(self.registry.package, self.registry.schema_hash)
        self._start_events(event_hub, auto_connect_event_hub, plugin_paths, plugin_arguments)

    def __repr__(self) -> str:
        if "_settings" not in vars(self):
            return f"<{type(self).__name__} that is not open yet>"  # seen where opening one fails
        return f"<{type(self).__name__} {public_url(self.server_url)} as {self.api_user!r}>"

    def __reduce_ex__(self, protocol: object) -> Any:
        """Refuse to be copied or pickled: what waits in a session is committed once."""
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: open one where it is needed")

    @property
    def server_url(self) -> str:
        """Address of the server, without a slash at its end."""
        return str(self._settings.server_url)

    @property
    def api_user(self) -> str:
        """Name of the user that the session acts for."""
        return self._settings.api_user

    @property
    def api_key(self) -> str:
        """Key of the user that the session acts for."""
        return str(self._settings.api_key)

    @property
    def request_timeout(self) -> float | None:
        """Seconds that an answer may take."""
        return self._settings.timeout

    @property
    def server_information(self) -> dict[str, Any]:
        """What the server said of itself when the session was opened."""
        return dict(self._server.information)

    @property
    def schemas(self) -> list[dict[str, Any]]:
        """The server's schemas, as it sent them."""
        return self._server.raw_schemas

    @property
    def closed(self) -> bool:
        """Whether the session is closed."""
        return self._closed

    @property
    def types(self) -> Mapping[str, type[Entity]]:
        """The class of every entity type of the server's schema, by name."""
        return self._types

    def check_server_compatibility(self) -> None:
        """Raise ServerCompatibilityError where the server is too old for this client."""
        self._server.check_compatibility()

    @overload
    def query(self, expression: type[E], page_size: int = 500) -> Query[E]: ...
    @overload
    def query(self, expression: str, page_size: int = 500) -> QueryResult[Entity]: ...
    def query(self, expression: type[E] | str, page_size: int = 500) -> Query[E] | QueryResult[Entity]:
        """Start a query: of an entity class, to be built step by step, or as text of the query language.

        A text without ``select`` asks for the default projections of its type. Nothing is sent before a row is read.
        """
        if isinstance(expression, str):
            return QueryResult(self, text_query(self._state, expression), page_size)
        from .query.builder import Query
        from .query.syntax import Statement

        known = cast("type[E]", self._types.known(expression))
        return Query(known, Statement(known.entity_type), self, page_size)

    @staticmethod
    def q(text: str, /, *values: object, **named: object) -> str:
        """Return a query *text* with each ``{}`` replaced by a value, quoted so that it stays a value.

        ``session.query(session.q("Task where name is {} and id in ({ids})", name, ids=ids))``. Values are those that
        the language has literals for, entities, which stand for their id, and lists, tuples and sets of such. Raise
        QueryError where values and places do not match, or a place stands in quotes, and QueryValueError for any other
        value.
        """
        from .query.quoting import quoted

        return quoted(text, values, named)

    def create(self, entity_type: Callable[P, E], /, *args: P.args, **values: P.kwargs) -> E:
        """Make a new entity; it is sent with the next `commit`. ``session.create(Task, name="comp", parent=shot)``.

        Values may also come as one mapping. With ``reconstructing=True`` among them the entity is one that the server
        has: it holds the values given, nothing else, and is not sent. Raise UnknownAttributeError,
        AttributeValueError or MissingAttributeError.
        """
        known = self._types.known(entity_type)
        given = gathered(args, values)
        if given.pop("reconstructing", False):
            from .reconstruction import reconstruct

            return cast("E", reconstruct(self._state, known, given))
        return cast("E", create(self._state, known, given))

    @overload
    def ensure(
        self, entity_type: type[E], data: Mapping[str, Any], identifying_keys: Iterable[str] | None = None
    ) -> E: ...
    @overload
    def ensure(
        self, entity_type: str, data: Mapping[str, Any], identifying_keys: Iterable[str] | None = None
    ) -> Entity: ...
    def ensure(
        self, entity_type: type[Entity] | str, data: Mapping[str, Any], identifying_keys: Iterable[str] | None = None
    ) -> Entity:
        """Return the entity that *data* identifies: updated to *data* where there is one, else created; and commit.

        *identifying_keys* are the names in *data* that identify it, by default all. Raise MultipleResultsFoundError
        where several rows match.
        """
        from .ensuring import ensure

        return ensure(self._state, self._types.known(entity_type), data, identifying_keys)

    @overload
    def get(self, entity_type: type[E], entity_key: str | Iterable[str]) -> E | None: ...
    @overload
    def get(self, entity_type: str, entity_key: str | Iterable[str]) -> Entity | None: ...
    def get(self, entity_type: type[E] | str, entity_key: str | Iterable[str]) -> E | Entity | None:
        """Return the entity with that primary key, or None; the server is asked only where it is not known yet.

        A key of several parts is given in the order of ``primary_key_attributes``. Raise ValueError where the number of
        parts is wrong.
        """
        return by_key(self._state, self._types.known(entity_type), entity_key)

    def delete(self, entity: Entity) -> None:
        """Delete *entity* with the next `commit`."""
        from .deletion import delete

        delete(self._state, entity)

    def populate(self, entities: Entity | Iterable[Entity], projections: Projection, *more: Projection) -> None:
        """Load *projections*, paths or their text, of all *entities* in as few requests as possible.

        Entities may be of several types; of each is loaded what it has. Raise UnknownAttributeError for an attribute
        that none has.
        """
        from .population import populate

        members = [entities] if isinstance(entities, Entity) else list(entities)
        for member in members:
            if not isinstance(member, Entity):
                raise TypeError(f"populate takes entities, not {member!r}")
        populate(self._state, members, cast("Iterable[Any]", (projections, *more)))

    @overload
    def merge(self, value: E) -> E: ...
    @overload
    def merge(self, value: Sequence[E]) -> list[E]: ...
    @overload
    def merge(self, value: T) -> T: ...
    def merge(self, value: Any) -> Any:
        """Return the entity that this session has for *value*, an entity of another session or a decoded one.

        It then also holds what *value* holds of the server's values. A list or collection gives a list; anything else
        is returned as it is.
        """
        from .reconstruction import merge

        return merge(self._state, value)

    def call(self, data: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send operations and return the server's results, decoded from JSON.

        Dates and entities in them are encoded: as a value of an `OperationPayload` an entity is a reference, elsewhere
        its key and what changed.
        """
        if self._closed:
            raise ConnectionClosedError
        return self._transport.call(call_batch(data))

    def encode(self, data: object, entity_attribute_strategy: Strategy = "set_only") -> str:
        """Return *data* as JSON, with the values of entities in it that the strategy names.

        "all" loads what is missing; "set_only" takes what is loaded or set, "modified_only" what waits for a commit,
        "persisted_only" what is loaded of the server's values. Raise ValueError for any other strategy.
        """
        return encode(data, entity_attribute_strategy)

    def decode(self, string: str | bytes) -> Any:
        """Return what JSON holds: entities, which belong to no session until they are merged, and aware datetimes."""
        from .reconstruction import decode

        return decode(string, self._types.known)

    def entity_reference(self, entity: Entity) -> dict[str, str]:
        """Return how the API points at *entity*: its type and primary key; nothing is loaded."""
        return entity_reference(entity)

    def reset(self) -> None:
        """Forget all entities, and with a warning all changes that wait; entities at hand are on their own."""
        self._forget("reset")
        self._configure_where_heard()
        self._announce("ftrack.api.session.reset")

    def close(self) -> None:
        """End the connection; a second call does nothing. Changes that wait are forgotten, with a warning."""
        if self._closed:
            return
        self._closed = True
        self._forget("closed")
        self._end_events()
        if self._state.cache is not None:
            self._state.cache.close()
        self._transport.close()

    def _entity_types(self) -> EntityTypes:
        return EntityTypes(self._registry(), self._server)

    def _send(self, operations: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send *operations* of the session itself; through `call`, so that it can be wrapped."""
        return checked_results(operations, self.call(operations), self.server_url)

    def _ask(self, operations: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Ask what a session needs before it has entities; through `call` as well."""
        return self.call(operations)

    def _forget(self, what: str) -> None:
        with self._state.lock:
            self._state.unit.abandon(what)
            self._state.identity.clear()
            self._state.creation_page = self._state.new_page()
            self._state._configurations = self._state.unresolved = None
        self._forget_locations()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @classmethod
    def _registry(cls) -> Registry:
        if cls.registry is None:
            return cast("Registry", importlib.import_module("ftrack_typed.entities").REGISTRY)
        return cls.registry
