"""Owns what the parts of one session share: known entities, pending changes, flags, and the way to the server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast, get_args

from .answers import RowsMerged
from .commit.freshness import Freshness
from .errors import QueryError
from .garbage import CollectionHeld
from .identity import IdentityMap
from .page import Page
from .unit_of_work import Journal, UnitOfWork
from .wire import ENTITY_TYPE

if TYPE_CHECKING:
    from .commit.outcome import Unresolved
    from .custom_values import ConfigurationIndex
    from .drift import SchemaDrift
    from .entity import Entity
    from .entity_cache import EntityCache
    from .session import Session

LoadingMode: TypeAlias = Literal["siblings", "single", "warn", "raise"]
"""What reading an attribute that is not loaded does: load it for all siblings of the answer or for one entity alone,
warn and load it for all, or raise."""

LOADING_MODES: Final = get_args(LoadingMode)

Call = Callable[[Sequence[Mapping[str, Any]]], list[Any]]


def checked_flag(name: str, value: object) -> bool:
    """Return *value*; raise TypeError, with the *name* of the flag, where it is neither True nor False."""
    if not isinstance(value, bool):
        raise TypeError(f"{name} is True or False, not {value!r}")
    return value


class SessionState:
    """The state of one session.

    *call* sends operations and is looked up anew each time by the session, so that it can be wrapped; *lock* is held
    while entities change, and never while waiting for the server; *committing* lets one commit run at a time.
    """

    def __init__(
        self,
        session: Session,
        call: Call,
        entity_type: Callable[[object], type[Entity]],
        custom_value_type: Callable[[Entity], str],
        *,
        auto_populate: bool,
        loading: LoadingMode = "siblings",
        drift: SchemaDrift | None = None,
    ) -> None:
        """Start without entities and changes; *session* is what entities give as theirs."""
        self.session = session
        self.call = call
        self.entity_type = entity_type
        self._custom_value_type = custom_value_type
        self._auto_populate_default = checked_flag("auto_populate", auto_populate)
        self._loading_default = checked_mode(loading)
        self._flags = threading.local()
        self.lock = threading.RLock()
        self.committing = threading.RLock()
        self.unit = UnitOfWork()
        self.journal: Journal | None = self.unit.journal
        """Where a plain write is noted; None once a thread has switched recording off, so that each write asks."""
        self.identity = IdentityMap(entity_type, self.unit)
        self.freshness = Freshness(entity_type)
        self.creation_page = Page(self)
        """The page of what was created since the last commit: it loads together what the server filled in."""
        self.unresolved: Unresolved | None = None
        """The last batch that was sent and got no answer, until the server is asked what became of it."""
        self.cache: EntityCache | None = None
        """The layers of caches; None until somebody asks for them."""
        self._configurations: ConfigurationIndex | None = None
        self.drift = drift
        """What the code has and the server lacks; None where their schemas are the same."""
        if drift is not None:
            drift.found = self._look_at_each_write

    def _look_at_each_write(self) -> None:
        self.journal = None

    @property
    def auto_populate(self) -> bool:
        """Whether reading an attribute that is not loaded may load it, in this thread."""
        return cast("bool", getattr(self._flags, "auto_populate", self._auto_populate_default))

    @auto_populate.setter
    def auto_populate(self, value: bool) -> None:
        self._flags.auto_populate = checked_flag("auto_populate", value)

    @property
    def loading(self) -> LoadingMode:
        """What reading an attribute that is not loaded does, in this thread, where it may be loaded at all."""
        return cast("LoadingMode", getattr(self._flags, "loading", self._loading_default))

    @loading.setter
    def loading(self, value: LoadingMode) -> None:
        self._flags.loading = checked_mode(value)

    @property
    def record_operations(self) -> bool:
        """Whether changes made in this thread are recorded for the next commit."""
        return cast("bool", getattr(self._flags, "record_operations", True))

    @record_operations.setter
    def record_operations(self, value: bool) -> None:
        if not value:
            self.journal = None
        self._flags.record_operations = value

    def new_page(self) -> Page:
        """Return an empty page of this session."""
        return Page(self)

    def fetch(self, text: str, page: Page | None = None) -> tuple[list[Entity], int | None]:
        """Run the query *text*; return its entities, on *page*, and the offset of the next page if there is one."""
        cache = self.cache
        drops = 0 if cache is None else cache.drops
        question = self.freshness.ask()
        try:
            (result,) = self.call([{"action": "query", "expression": text}])
            rows = result["data"]
            if rows:
                self._check_rows(text, rows[0])
            with self.lock, CollectionHeld(), RowsMerged(self.session.server_url):
                gone = self.freshness.freshen(rows, question)
                shown = None if cache is None else cache.shown(rows)
                with self.identity.recalled(gone):
                    found = self.identity.merge(rows, page or self.new_page())
        finally:
            self.freshness.answered(question)
        if cache is not None and shown:
            cache.keep(shown, drops)
        following = ((result.get("metadata") or {}).get("next") or {}).get("offset")
        return found, following

    def _check_rows(self, text: str, first: Mapping[str, Any]) -> None:
        """Raise QueryError where *first*, the first row that *text* found, is no entity; find the class of one."""
        if ENTITY_TYPE not in first:
            raise QueryError(
                f"the rows of {text!r} are no entities: use Query.count(), or session.call() for aggregates"
            )
        with RowsMerged(self.session.server_url):
            if first[ENTITY_TYPE] not in self.identity.types:
                # The class may need the server's schema: nobody else has to wait for that.
                self.entity_type(first[ENTITY_TYPE])

    def custom_source(self, entity: Entity, key: str) -> tuple[str, str]:
        """Return the entity type and the configuration of the custom attribute *key* of *entity*.

        The configurations are asked for once. Raise UnknownAttributeError where *entity* has no such attribute.
        """
        return self.load_configurations().source(entity, key)

    def load_configurations(self) -> ConfigurationIndex:
        """Return the configurations of custom attributes, which are asked for once."""
        known = self._configurations
        if known is None:
            from .custom_values import QUERY, ConfigurationIndex

            (result,) = self.call([{"action": "query", "expression": QUERY}])
            _ = self.session.schemas  # which say the types of the values, and are asked for once too
            known = self._configurations = ConfigurationIndex(result["data"], self._custom_value_type)
        return known


def checked_mode(mode: LoadingMode) -> LoadingMode:
    """Return *mode*; raise ValueError where it is none of the loading modes."""
    if mode not in LOADING_MODES:
        raise ValueError(f"a loading mode is one of {', '.join(LOADING_MODES)}, not {mode!r}")
    return mode
