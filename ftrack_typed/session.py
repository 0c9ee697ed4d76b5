"""Owns `Session`: the one object through which a pipeline reads and changes what a server holds."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, ParamSpec, TypeVar, cast, overload

from .entity import Entity
from .errors import ForeignEntityTypeError, UnrecognisedEntityTypeError
from .query.builder import Query
from .query.syntax import Statement

if TYPE_CHECKING:
    from typing_extensions import Self

    from .facts import AttributeFacts
    from .query.expressions import CollectionPath, MappedPath, ScalarPath
    from .query.result import QueryResult
    from .registry import Registry

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")


class Session:
    """A connection to one server, with the entities it has shown and the changes that wait for `commit`.

    Each generated package has its own subclass, whose entities are the classes of that package; this one uses
    ``ftrack_typed.entities``.
    """

    registry: ClassVar[Registry | None] = None

    def __init__(
        self,
        server_url: str | None = None,
        api_key: str | None = None,
        api_user: str | None = None,
        auto_populate: bool = True,
    ) -> None:
        """Take the server and the credentials; ``FTRACK_SERVER`` and its like stand in for what is not given."""
        self.server_url = server_url
        self.api_key = api_key
        self.api_user = api_user
        self.auto_populate = auto_populate

    @overload
    def query(self, expression: type[E], page_size: int = 500) -> Query[E]: ...
    @overload
    def query(self, expression: str, page_size: int = 500) -> QueryResult[Entity]: ...
    def query(self, expression: type[E] | str, page_size: int = 500) -> Query[E] | QueryResult[Entity]:
        """Start a query: of an entity class, to be built step by step, or as text of the query language."""
        if isinstance(expression, str):
            self._needs_server("a text query")
        entity_type = cast("type[E]", self._entity_type(expression))
        return Query(entity_type, Statement(entity_type.entity_type), self)

    def create(self, entity_type: Callable[P, E], /, *args: P.args, **values: P.kwargs) -> E:
        """Make a new entity; it is sent with the next `commit`. ``session.create(Task, name="comp", parent=shot)``."""
        self._needs_server("create")

    def get(self, entity_type: type[E], entity_key: str | Iterable[str]) -> E | None:
        """Return the entity with that primary key, or None."""
        self._needs_server("get")

    def ensure(self, entity_type: type[E], data: Mapping[str, Any], identifying_keys: Iterable[str] | None = None) -> E:
        """Return the entity that *data* identifies: updated to *data* where there is one, else created; and commit."""
        self._needs_server("ensure")

    def delete(self, entity: Entity) -> None:
        """Delete *entity* with the next `commit`."""
        self._needs_server("delete")

    def populate(
        self,
        entities: Entity | Iterable[Entity],
        projections: str | ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity],
        *more: ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity],
    ) -> None:
        """Load the *projections* of all *entities* in as few requests as possible."""
        self._needs_server("populate")

    def commit(self) -> None:
        """Send all recorded changes as one transaction."""
        self._needs_server("commit")

    def rollback(self) -> None:
        """Forget all recorded changes."""
        self._needs_server("rollback")

    def auto_populating(self, auto_populate: bool) -> AbstractContextManager[None]:
        """Say for a block of code whether reading an attribute may load it."""
        self._needs_server("auto_populating")

    def close(self) -> None:
        """End the connection; a second call does nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _entity_type(self, entity_type: object) -> type[Entity]:
        """Return the class of this session's package that *entity_type*, a class or a name, stands for."""
        registry = self._registry()
        if isinstance(entity_type, str):
            return registry.entity_type(entity_type)
        if not isinstance(entity_type, type) or not issubclass(entity_type, Entity):
            raise UnrecognisedEntityTypeError(str(entity_type), registry, registry.package)
        package = entity_type._ftrack_package()
        if package != registry.package:
            raise ForeignEntityTypeError(entity_type.__name__, package, registry.package)
        return entity_type

    @classmethod
    def _registry(cls) -> Registry:
        if cls.registry is None:
            return cast("Registry", importlib.import_module("ftrack_typed.entities").REGISTRY)
        return cls.registry

    def _ftrack_result(self, query: Query[E]) -> QueryResult[E]:
        self._needs_server(f"running {query!r}")

    def _ftrack_count(self, query: Query[E]) -> int:
        self._needs_server(f"counting {query!r}")

    def _ftrack_load(self, entity: Entity, facts: AttributeFacts) -> object:
        self._needs_server(f"loading {facts.name} of {entity!r}")

    def _ftrack_record(self, entity: Entity, facts: AttributeFacts, value: object) -> None:
        self._needs_server(f"changing {facts.name} of {entity!r}")

    def _needs_server(self, what: str) -> NoReturn:
        raise NotImplementedError(f"{what} talks to a server, which this version does not yet do")
