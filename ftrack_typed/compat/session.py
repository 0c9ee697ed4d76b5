"""Owns the session of old code: the one of this package, with what code in the wild takes for granted of it."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeVar, cast, overload

import attrs

from .. import session as base
from ..answers import checked_results
from ..entity import Entity
from ..errors import CommitOutcomeUnknownError, TransportError
from ..operations import CreateEntityOperation, Operation, Operations, UpdateEntityOperation
from ..reconstruction import decoded_content, row_of
from ..recorded_operations import RecordedOperations
from . import dates
from .entities import LegacyTypes, known_values
from .errors import LostCommitError, of_requests
from .options import current

if TYPE_CHECKING:
    from ..cache import Cache
    from ..commit.batched import Progress
    from ..entity_types import EntityTypes
    from ..registry import Registry

E = TypeVar("E", bound=Entity)
P = ParamSpec("P")

_LOGGER: Final = logging.getLogger(__name__)


class LegacyOperations(RecordedOperations):
    """What waits for a commit; values of operations that are pushed may be arrow objects and dates."""

    def push(self, operation: Operation) -> None:
        """Send *operation* with the next commit; raise TypeError for anything but a creation, update or deletion."""
        if isinstance(operation, UpdateEntityOperation):
            operation = attrs.evolve(operation, new_value=dates.taken_everywhere(operation.new_value))
        elif isinstance(operation, CreateEntityOperation):
            operation = attrs.evolve(operation, entity_data=dates.taken_everywhere(dict(operation.entity_data)))
        super().push(operation)


class Session(base.Session):
    """A session for code that was written for ``ftrack_api`` (session.md section 27).

    Entities are the classes of the package that `Options` names. What the server can say better is left to it: values
    that a creation lacks, names that a type does not have. Dates may be arrow objects. All traffic goes through `call`,
    whose results are decoded for those who call it themselves.
    """

    logger: ClassVar[logging.Logger] = _LOGGER
    _own: threading.local

    if not TYPE_CHECKING:

        def __init__(self, *arguments, **named):
            self._own = threading.local()
            with _errors_of_requests():
                super().__init__(*arguments, **named)

    @property
    def recorded_operations(self) -> Operations:
        """What waits for a commit, in order; operations that are pushed here are sent as well."""
        return LegacyOperations(self._state)

    @property
    def _local_cache(self) -> Cache[Any, Any]:
        """What the session knows; listeners that run for long clear it."""
        return self.cache.caches[0]

    def _configure_locations(self) -> None:
        """Set up the locations anew; subscribers to ``ftrack.api.session.configure-location`` are asked again."""
        self._forget_locations()
        self._files.configure()

    @overload
    def create(
        self, entity_type: str, data: Mapping[str, Any] | None = None, reconstructing: bool = False
    ) -> Entity: ...
    @overload
    def create(self, entity_type: Callable[P, E], /, *args: P.args, **values: P.kwargs) -> E: ...
    def create(self, *arguments: Any, **values: Any) -> Any:  # type: ignore[misc]  # mypy knows no P in the last form
        """Make a new entity; it is sent with the next `commit`. ``session.create("Task", {"name": "comp"})``.

        Names that the type does not have are left out, with a warning in the log. Raise UnrecognisedEntityTypeError.
        """
        entity_type, *more = arguments or (values.pop("entity_type"),)
        if not isinstance(entity_type, str):
            return super().create(entity_type, *more, **values)
        return self._create_of_name(entity_type, *more, **values)

    def _create_of_name(
        self, name: str, data: Mapping[str, Any] | None = None, reconstructing: bool = False, **values: Any
    ) -> Entity:
        known = self._types.known(name)
        given = known_values(known, {**(data or {}), **values}, _LOGGER)
        return super().create(cast("Callable[..., Entity]", known), **given, reconstructing=reconstructing)

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
        """Return the entity that *data* identifies, see `ftrack_typed.Session.ensure`."""
        return super().ensure(entity_type, dates.taken_deep(dict(data)), identifying_keys)

    def call(self, data: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Send operations and return the server's results, entities in them decoded and not merged.

        What the session itself sends goes through here too, and gets the rows as the server sent them.
        """
        with _errors_of_requests():
            results = super().call(dates.taken_everywhere(data))
        if getattr(self._own, "sending", False):
            return results
        return cast("list[Any]", decoded_content(results, self._types.known))

    def commit(self, *, batch_size: int | None = None, progress: Progress | None = None) -> None:
        """Send all recorded changes, see `ftrack_typed.Session.commit`."""
        try:
            super().commit(batch_size=batch_size, progress=progress)
        except CommitOutcomeUnknownError as error:
            raise LostCommitError(error.reason, error.operations) from error

    def _entity_types(self) -> EntityTypes:
        return LegacyTypes(self._registry(), self._server, arrow=current.arrow)

    def _send(self, operations: Sequence[Mapping[str, Any]]) -> list[Any]:
        with self._sending():
            results = self.call(operations)
        return checked_results(operations, [self._as_sent(result) for result in results], self.server_url)

    def _ask(self, operations: Sequence[Mapping[str, Any]]) -> list[Any]:
        with self._sending():
            return [self._as_sent(result) for result in self.call(operations)]

    def _as_sent(self, result: Any) -> Any:
        """Return *result*, in which whoever took the place of `call` may have put entities, as the server sends it."""
        data: Any = result.get("data") if isinstance(result, dict) else None
        if isinstance(data, Entity):
            return {**result, "data": row_of(self.merge(data))}
        if isinstance(data, list) and any(issubclass(kind, Entity) for kind in set(map(type, data))):
            return {**result, "data": [row_of(self.merge(each)) if isinstance(each, Entity) else each for each in data]}
        return result

    @contextlib.contextmanager
    def _sending(self) -> Generator[None, None, None]:
        before = getattr(self._own, "sending", False)
        self._own.sending = True
        try:
            yield
        finally:
            self._own.sending = before

    @classmethod
    def _registry(cls) -> Registry:
        registry = cls.registry
        return registry or cast("Registry", importlib.import_module(current.entities).REGISTRY)


@contextlib.contextmanager
def _errors_of_requests() -> Generator[None, None, None]:
    """Make errors of the way to the server, raised in the body, also be those of requests."""
    try:
        yield
    except TransportError as error:
        twin = of_requests(error)
        if twin is None:
            raise
        raise twin from error
