"""Owns the subscribing to changes: which entities of an ``ftrack.update`` a handler is called with."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, get_args

from ..errors import SchemaDriftError, UnrecognisedEntityTypeError, close_matches, did_you_mean
from .interest import ATTRIBUTE_ACTIONS, ENTITY_ACTIONS, Interest, interest_of
from .record import Action, Change, Told, Update

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..events import Event, EventHub
    from ..state import SessionState
    from .columns import Columns

R = TypeVar("R", bound=Update)
Result = TypeVar("Result")

TOPIC: Final = "ftrack.update"
_ACTIONS: Final = get_args(Action)


class ChangeSubscription(Generic[R]):
    """A choice of changes; call it with a function, or decorate one, to be told of them."""

    def __init__(
        self,
        hub: EventHub,
        told: Callable[[Event], Iterator[Told]],
        interests: Sequence[Interest],
        *,
        actions: Collection[Action] | None,
        priority: int,
        executor: Executor | None,
    ) -> None:
        """Choose what is one of *interests* among what *told* finds in an event of *hub*."""
        self._hub = hub
        self._told = told
        self._interests = interests
        self._actions = None if actions is None else _checked(actions)
        self._priority = priority
        self._executor = executor

    def __call__(self, handler: Callable[[R], Result]) -> Callable[[R], Result]:
        """Call *handler* with each change, and return it: the form of a decorator."""
        self.call(handler)
        return handler

    def call(self, handler: Callable[[R], object]) -> str:
        """Call *handler* with each change; return the identifier that ``event_hub.unsubscribe`` takes.

        What it raises goes to ``event_hub.on_handler_error`` and keeps it from no other change; what it returns is
        passed over, as nobody waits for a reply to an update.
        """
        if not callable(handler):
            raise TypeError(f"a handler is called with changes, which {handler!r} cannot be")

        identifier = uuid.uuid4().hex

        def handle(event: Event) -> None:
            for record in self._records(event):
                try:
                    handler(record)
                except Exception as error:
                    self._hub.report_error(error, event, identifier)

        return self._hub.subscribe(
            f"topic={TOPIC}", handle, {"id": identifier}, self._priority, executor=self._executor
        )

    def _records(self, event: Event) -> Iterator[R]:
        for told in self._told(event):
            wanted = [each for each in self._interests if told.action in self._of(each) and told.has(each)]
            if wanted:
                record = Change[Any](told, wanted[0]) if len(self._interests) == 1 else Update(told)
                yield cast("R", record)

    def _of(self, interest: Interest) -> Collection[str]:
        if self._actions is not None:
            return self._actions
        return ENTITY_ACTIONS if interest.whole else ATTRIBUTE_ACTIONS


def subscription_of(
    state: SessionState,
    hub: EventHub,
    told: Callable[[Event], Iterator[Told]],
    what: Sequence[object],
    *,
    actions: Collection[Action] | None,
    priority: int,
    executor: Executor | None,
) -> ChangeSubscription[Any]:
    """Return the choice of changes of *what*, entity types and attributes.

    Raise QueryError, ValueError, and ForeignEntityTypeError for a class of another package.
    """
    if not what:
        raise TypeError("say what to listen to: an attribute such as Task.status, or an entity type")
    interests = [interest_of(each) for each in what]
    for interest in interests:
        state.entity_type(interest.root)  # refuses classes of another package, and what the server lacks
    return ChangeSubscription(hub, told, interests, actions=actions, priority=priority, executor=executor)


def _checked(actions: Collection[Action]) -> frozenset[Action]:
    for action in [actions] if isinstance(actions, str) else actions:
        if action not in _ACTIONS:
            close = did_you_mean(close_matches(action, _ACTIONS))
            raise ValueError(f"actions are among {', '.join(_ACTIONS)}, not {action!r}{close}")
    return frozenset([cast("Action", actions)] if isinstance(actions, str) else actions)


def told_of(state: SessionState, columns: Columns, event: Event) -> Iterator[Told]:
    """Yield what *event*, an ``ftrack.update``, says of each entity; of those that nobody can name, nothing."""
    data = event["data"]
    entries = data.get("entities") if isinstance(data, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        name = entry.get("entity_type") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or not name:
            continue
        try:
            entity_type = state.entity_type(name)
        except (UnrecognisedEntityTypeError, SchemaDriftError):
            continue
        yield Told(event, entry, entity_type, state, columns)
