"""Owns `Action`: something that users start from a menu, and what is said to them (protocol section 7.8)."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeAlias, TypeVar, cast, get_args

import attrs

from ..errors import FtrackError
from ..events import Event, quote
from .form import AnswersError, Form
from .selection import Selection

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..session import Session

F = TypeVar("F")

Reply: TypeAlias = "str | bool | Mapping[str, Any] | None"
"""What a launch may return: a message, whether it succeeded, a reply as clients take it, or nothing."""

DISCOVER: Final = "ftrack.action.discover"
LAUNCH: Final = "ftrack.action.launch"

_LOGGER: Final = logging.getLogger(__name__)


class ActionError(FtrackError):
    """What a `launch` raises to tell the user why it cannot be done; nothing is logged."""


class Action(Generic[F]):
    """Something that users start on what they have selected.

    ``class Rename(Action[Options])`` has a form with the fields of the attrs class ``Options``, ``Action[None]`` none.
    """

    identifier: ClassVar[str]
    """Tells the action from all others; begin it with the name of the studio."""

    label: ClassVar[str]
    variant: ClassVar[str | None] = None
    description: ClassVar[str | None] = None
    icon: ClassVar[str | None] = None
    """Name of an icon, or address of a picture."""

    submit_label: ClassVar[str] = "Run"

    def __init__(self, session: Session) -> None:
        """Work with *session*; raise TypeError where the class lacks identifier or label, or its form cannot be."""
        for name in ("identifier", "label"):
            if not isinstance(getattr(self, name, None), str) or not getattr(self, name):
                raise TypeError(f'the action {type(self).__name__} has no {name}: write {name} = "..." in its class')
        self.session = session
        self._subscribers: list[str] = []
        self._form  # noqa: B018 (made here, so that a form that cannot be is known before anybody asks for it)

    def discover(self, selection: Selection) -> bool:
        """Return whether the action is offered for *selection*; asked whenever a menu opens, so be quick."""
        return True

    def defaults(self, selection: Selection) -> F | None:
        """Return what the form starts with, or None for the defaults of its class."""
        return None

    def launch(self, selection: Selection, answers: F) -> Reply:
        """Do it. *answers* is what the form was filled in with, None for an action without one.

        Return what is said to the user; raise ActionError to say why it cannot be done.
        """
        raise NotImplementedError(f"{type(self).__name__} has no launch")

    def register(self, *, executor: Executor | None = None, only_user: str | None = None) -> None:
        """Offer the action over the event hub of the session; launches run in *executor*, if there is one.

        With *only_user*, the name of a user, nobody else is offered it.
        """
        hub = self.session.event_hub
        who = "" if only_user is None else f" and source.user.username={quote(only_user)}"
        which = f" and data.actionIdentifier={quote(self.identifier)}"
        self._subscribers.append(hub.subscribe(f"topic={DISCOVER}{who}", self._discovered))
        launch = f"topic={LAUNCH}{which}{who}"
        self._subscribers.append(hub.subscribe(launch, self._launched, executor=executor))

    def unregister(self) -> None:
        """Offer the action no longer."""
        while self._subscribers:
            self.session.event_hub.unsubscribe(self._subscribers.pop())

    @functools.cached_property
    def _form(self) -> Form[Any] | None:
        answers = next((get_args(base) for base in _bases(type(self)) if get_args(base)), ())
        if not answers or answers[0] is type(None) or isinstance(answers[0], TypeVar):
            return None
        return Form(answers[0])

    def _discovered(self, event: Event) -> dict[str, Any] | None:
        try:
            offered = self.discover(Selection(self.session, event))
        except SystemExit as error:  # it must not end who offers the actions
            raise RuntimeError(f"discover of the action {self.identifier} ended with {error!r}") from error
        if not offered:
            return None
        shown = {name: getattr(self, name) for name in ("label", "variant", "description", "icon")}
        item = {name: value for name, value in shown.items() if value is not None}
        return {"items": [{**item, "actionIdentifier": self.identifier}]}

    def _launched(self, event: Event) -> dict[str, Any]:
        selection = Selection(self.session, event)
        answers = event["data"].get("values") if isinstance(event["data"], Mapping) else None
        try:
            if self._form is None:
                return self._answer(self.launch(selection, cast("F", None)))
            if not isinstance(answers, Mapping):
                return self._shown(selection, _values(self.defaults(selection)))
            try:
                filled_in = self._form.read(cast("Mapping[str, Any]", answers))
            except AnswersError as error:
                return self._shown(selection, cast("Mapping[str, Any]", answers), error.problems)
            return self._answer(self.launch(selection, filled_in))
        except ActionError as error:
            return {"success": False, "message": str(error)}
        except (Exception, SystemExit) as error:  # a script that ends itself must not end who offers it
            _LOGGER.exception("The action %s failed.", self.identifier)
            return {"success": False, "message": f"{self.label} failed: {str(error) or type(error).__name__}"}

    def _answer(self, reply: Reply) -> dict[str, Any]:
        if isinstance(reply, Mapping):
            return dict(reply)
        if isinstance(reply, str):
            return {"success": True, "message": reply}
        done = reply is not False
        return {"success": done, "message": f"{self.label} {'is done' if done else 'failed'}."}

    def _shown(
        self, selection: Selection, values: Mapping[str, Any], problems: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the form with *values* in it, and above them what is wrong with these."""
        assert self._form is not None
        labels = [{"type": "label", "value": f"{label} {problem}"} for label, problem in (problems or {}).items()]
        items = [*labels, *self._form.items(selection, values)]
        title = self.label if self.variant is None else f"{self.label}: {self.variant}"
        return {"type": "form", "title": title, "submit_button_label": self.submit_label, "items": items}


def _bases(cls: type[Any]) -> list[Any]:
    """Return the bases as they were written, of the class and of those that it derives from."""
    return [base for each in cls.__mro__ for base in vars(each).get("__orig_bases__", ()) if each is not Action]


def _values(instance: Any) -> dict[str, Any]:
    return {} if instance is None else attrs.asdict(instance, recurse=False)
