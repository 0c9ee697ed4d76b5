"""Owns `Session`: the one object through which a pipeline reads and changes what a server holds."""

from __future__ import annotations

import importlib
import logging
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, ParamSpec, TypeVar, cast, overload

from . import settings as session_settings
from .assignment import assign
from .commit import send
from .creation import create
from .ensuring import ensure
from .entity import Entity
from .errors import ConnectionClosedError, DeletedEntityError, ForeignEntityTypeError, UnrecognisedEntityTypeError
from .loading import fetch_key, load, load_scalars, populate, print_query
from .query.builder import Query
from .query.counting import count
from .query.result import QueryResult
from .query.syntax import Statement
from .query.text import outline
from .schema_types import SchemaTypes
from .server import Server
from .state import LoadingMode, SessionState
from .transport import HttpTransport, Transport

if TYPE_CHECKING:
    from typing_extensions import Self

    from .facts import AttributeFacts
    from .query.expressions import CollectionPath, MappedPath, ScalarPath
    from .registry import Registry

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")

_LOGGER: Final = logging.getLogger(__name__)


class Session:
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
        plugin_paths: Sequence[str] | None = None,
        cache: None = None,
        cache_key_maker: None = None,
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
    ) -> None:
        """Connect to a server.

        The server, the key and the user may come from ``FTRACK_SERVER``, ``FTRACK_API_KEY`` and ``FTRACK_API_USER``.
        *loading* says what reading an attribute that is not loaded does, see `loading_mode`; *timeout* is in seconds;
        *transport* replaces what carries the traffic. Raise TypeError where something is told nowhere, TransportError
        where the server gives no answer, and AuthenticationError where it refuses the user.
        """
        refused = {"cache": cache, "cache_key_maker": cache_key_maker, "auto_connect_event_hub": auto_connect_event_hub}
        for name, value in {**refused, "plugin_paths": plugin_paths, "plugin_arguments": plugin_arguments}.items():
            if value:
                raise NotImplementedError(f"{name} is not supported by this version")
        self._settings = session_settings.resolve(
            server_url=server_url,
            api_key=api_key,
            api_user=api_user,
            schema_cache_path=schema_cache_path,
            timeout=timeout,
            cookies=cookies,
            headers=headers,
            strict_api=strict_api,
        )
        self._closed = False
        self._state = SessionState(
            self,
            lambda operations: self.call(operations),
            self._entity_type,
            self._custom_value_type,
            auto_populate=auto_populate,
            loading=loading,
        )
        self._transport = transport or _http(self._settings)
        self._server = Server(self._transport, self._settings)
        self._schema_types = SchemaTypes(lambda: self._server.schemas, self._entity_type)
        self.check_server_compatibility()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.server_url} as {self.api_user!r}>"

    @property
    def server_url(self) -> str:
        """Address of the server, without a slash at its end."""
        return self._settings.server_url

    @property
    def api_user(self) -> str:
        """Name of the user that the session acts for."""
        return self._settings.api_user

    @property
    def api_key(self) -> str:
        """Key of the user that the session acts for."""
        return self._settings.api_key

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
    def auto_populate(self) -> bool:
        """Whether reading an attribute that is not loaded may load it, in this thread."""
        return self._state.auto_populate

    @auto_populate.setter
    def auto_populate(self, value: bool) -> None:
        self._state.auto_populate = value

    @property
    def record_operations(self) -> bool:
        """Whether changes made in this thread are recorded for the next commit."""
        return self._state.record_operations

    @record_operations.setter
    def record_operations(self, value: bool) -> None:
        self._state.record_operations = value

    @contextmanager
    def auto_populating(self, auto_populate: bool) -> Generator[None, None, None]:
        """Say for a block of code, in this thread, whether reading an attribute may load it."""
        before, self.auto_populate = self.auto_populate, auto_populate
        try:
            yield
        finally:
            self.auto_populate = before

    @contextmanager
    def operation_recording(self, record_operations: bool) -> Generator[None, None, None]:
        """Say for a block of code, in this thread, whether changes are recorded."""
        before, self.record_operations = self.record_operations, record_operations
        try:
            yield
        finally:
            self.record_operations = before

    @contextmanager
    def loading_mode(self, mode: LoadingMode) -> Generator[None, None, None]:
        """Say for a block of code, in this thread, what reading an attribute that is not loaded does.

        "siblings" loads it for all entities of the same answer in one request, "single" for the one alone; "warn" and
        "raise" name the place in the code and the ``select`` that makes the request needless.
        """
        before, self._state.loading = self._state.loading, mode
        try:
            yield
        finally:
            self._state.loading = before

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
            found = outline(expression)
            if not found.selects:
                entity_type = self._entity_type(found.entity_type)
                projections = ", ".join(entity_type.default_projections)
                found = outline(f"select {projections} from {expression}")
            return QueryResult(self, found, page_size)
        known = cast("type[E]", self._entity_type(expression))
        return Query(known, Statement(known.entity_type), self, page_size)

    def create(self, entity_type: Callable[P, E], /, *args: P.args, **values: P.kwargs) -> E:
        """Make a new entity; it is sent with the next `commit`. ``session.create(Task, name="comp", parent=shot)``.

        Values may also come as one mapping. Raise UnknownAttributeError, AttributeValueError or MissingAttributeError.
        """
        given: dict[str, Any] = {}
        for mapping in args:
            if not isinstance(mapping, Mapping):
                raise TypeError(f"create takes values by name, or one mapping, not {mapping!r}")
            given.update(cast("Mapping[str, Any]", mapping))
        return cast("E", create(self._state, self._entity_type(entity_type), {**given, **values}))

    def ensure(
        self, entity_type: type[E] | str, data: Mapping[str, Any], identifying_keys: Iterable[str] | None = None
    ) -> E:
        """Return the entity that *data* identifies: updated to *data* where there is one, else created; and commit.

        *identifying_keys* are the names in *data* that identify it, by default all. Raise MultipleResultsFoundError
        where several rows match.
        """
        return cast("E", ensure(self._state, self._entity_type(entity_type), data, identifying_keys))

    @overload
    def get(self, entity_type: type[E], entity_key: str | Iterable[str]) -> E | None: ...
    @overload
    def get(self, entity_type: str, entity_key: str | Iterable[str]) -> Entity | None: ...
    def get(self, entity_type: type[E] | str, entity_key: str | Iterable[str]) -> E | Entity | None:
        """Return the entity with that primary key, or None; the server is asked only where it is not known yet.

        A key of several parts is given in the order of ``primary_key_attributes``. Raise ValueError where the number of
        parts is wrong.
        """
        known_type = self._entity_type(entity_type)
        key = (entity_key,) if isinstance(entity_key, str) else tuple(str(part) for part in entity_key)
        names = known_type.primary_key_attributes
        if len(key) != len(names):
            raise ValueError(f"the key of {known_type.entity_type} is {', '.join(names)}; {len(key)} values were given")
        known = self._state.identity.find(known_type, key)
        return known if known is not None else fetch_key(self._state, known_type, key)

    def delete(self, entity: Entity) -> None:
        """Delete *entity* with the next `commit`."""
        if vars(entity).get("_ftrack_deleted"):
            raise DeletedEntityError(entity, "it cannot be deleted again")
        if self.record_operations:
            with self._state.lock:
                self._state.unit.record_delete(entity)

    def populate(
        self,
        entities: Entity | Iterable[Entity],
        projections: str | ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity],
        *more: str | ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity],
    ) -> None:
        """Load *projections*, paths or their text, of all *entities* in as few requests as possible."""
        members = [entities] if isinstance(entities, Entity) else list(entities)
        populate(self._state, members, cast("Iterable[Any]", (projections, *more)))

    def commit(self) -> None:
        """Send all recorded changes as one transaction.

        Where that fails nothing is changed: the changes still wait, and can be mended, sent again or rolled back.
        """
        send(self._state)

    def rollback(self) -> None:
        """Forget all recorded changes: values are what they were, and what was created is gone."""
        with self._state.committing, self._state.lock:
            for entity in self._state.unit.roll_back():
                self._state.identity.remove(entity)

    def call(self, data: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send operations as they are and return the server's results, decoded from JSON."""
        if self._closed:
            raise ConnectionClosedError
        return self._transport.call(data)

    def close(self) -> None:
        """End the connection; a second call does nothing. Changes that wait are forgotten, with a warning."""
        if self._closed:
            return
        self._closed = True
        if self._state.unit:
            _LOGGER.warning("A session is closed with %d changes that were not committed.", len(self._state.unit))
        self._state.unit.clear()
        self._state.identity.clear()
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @classmethod
    def _registry(cls) -> Registry:
        if cls.registry is None:
            return cast("Registry", importlib.import_module("ftrack_typed.entities").REGISTRY)
        return cls.registry

    def _entity_type(self, entity_type: object) -> type[Entity]:
        """Return the class of this session's package that *entity_type*, a class or a name, stands for."""
        registry = self._registry()
        if isinstance(entity_type, str):
            if entity_type in registry:
                return registry.entity_type(entity_type)
            made = self._schema_types.find(entity_type)
            return made if made is not None else registry.entity_type(entity_type)
        if not isinstance(entity_type, type) or not issubclass(entity_type, Entity):
            raise UnrecognisedEntityTypeError(str(entity_type), registry, registry.package)
        package = entity_type._ftrack_package()
        if package not in (registry.package, SchemaTypes.PACKAGE):
            raise ForeignEntityTypeError(entity_type.__name__, package, registry.package)
        return entity_type

    def _ftrack_page(self, text: str) -> tuple[list[Entity], int | None]:
        return self._state.fetch(text)

    def _ftrack_result(self, query: Query[E]) -> QueryResult[E]:
        return QueryResult(self, outline(print_query(query.statement, query.entity_type)), query.page_size)

    def _ftrack_count(self, query: Query[E]) -> int:
        return count(self.call, query.statement, query.entity_type.primary_key_attributes)

    def _ftrack_load(self, entity: Entity, facts: AttributeFacts) -> object:
        return load(self._state, entity, facts)

    def _ftrack_load_scalars(self, entity: Entity) -> None:
        load_scalars(self._state, entity)

    def _ftrack_write(self, entity: Entity, facts: AttributeFacts, value: object) -> None:
        assign(self._state, entity, facts, value)

    def _ftrack_revert(self, entity: Entity, facts: AttributeFacts) -> None:
        with self._state.lock:
            twins = entity._ftrack_twins.get(facts.name, ())
            self._state.unit.revert(entity, (facts.name, *(twin.name for twin in twins)))

    def _ftrack_collection_changed(self, collection: Any, before: object) -> None:
        """Record that *collection*, which held *before*, is about to change."""
        owner: Entity = collection.entity
        if vars(owner).get("_ftrack_deleted"):
            raise DeletedEntityError(owner, f"{collection._facts.name} cannot be changed")
        if self.record_operations:
            with self._state.lock:
                self._state.unit.record_write(owner, collection._facts.name, before)

    def _ftrack_custom_source(self, entity: Entity, key: str) -> tuple[str, str]:
        return self._state.custom_source(entity, key)

    def _custom_value_type(self, entity: Entity) -> str:
        return self._server.schemas[entity.entity_type].properties["custom_attributes"].items or ""


def _http(settings: session_settings.Settings) -> Transport:
    return HttpTransport(
        settings.server_url,
        settings.api_user,
        settings.api_key,
        timeout=settings.timeout,
        headers=settings.headers,
        cookies=settings.cookies,
    )
