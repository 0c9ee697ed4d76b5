"""Owns the timer of a user: one at most, which becomes a time log when it is stopped."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Generic, TypeVar, cast

if TYPE_CHECKING:
    from datetime import datetime

    from ..entity import Entity
    from ..session import Session

R = TypeVar("R", bound="Entity")
"""The studio's timers, which run; `T` are its time logs, `C` its contexts."""

T = TypeVar("T", bound="Entity")
C = TypeVar("C", bound="Entity")


class RunsTimers(Generic[R, T, C]):
    """A user, whose work can be timed."""

    __slots__ = ()

    def start_timer(
        self, context: C | None = None, comment: str = "", name: str | None = None, force: bool = False
    ) -> R:
        """Start a timer for this user, commit, and return it.

        Where one runs already, *force* stops it first. Raise NotUniqueError where one runs and *force* is not given;
        no timer waits for the next commit then.
        """
        return cast("R", _start(cast("Entity", self), context, comment, name, force))

    def stop_timer(self) -> T:
        """Stop the timer of this user, commit, and return the time log with what it measured.

        Raise NoResultFoundError where none runs.
        """
        return cast("T", _stop(cast("Entity", self)))


def _start(user: Entity, context: Entity | None, comment: str, name: str | None, force: bool) -> Entity:
    from ..errors import NoResultFoundError, NotUniqueError, ServerError
    from .sessions import working

    if force:
        with contextlib.suppress(NoResultFoundError):
            _stop(user)
    values = {"user": user, "context": context, "comment": comment, "name": name}
    with working(user) as work:
        timer = work.create("Timer", values)
        try:
            work.session.commit()
        except ServerError as error:
            if "DuplicateEntryError" in f"{error.exception} {error}":
                raise NotUniqueError(f"{user!r} has a timer that runs: stop it, or start with force=True") from error
            raise
    return cast("Entity", timer)


def _stop(user: Entity) -> Entity:
    from .sessions import working

    key = user._ftrack_key()["id"]
    text = f'select comment, context_id, name, start from Timer where user_id = "{key}"'
    timer = user.session.query(text).one()
    with working(user) as work:
        copied = {name: timer[name] for name in ("comment", "context_id", "name", "start")}
        seconds = int((_now(work.session) - copied["start"]).total_seconds())
        timelog = work.create("Timelog", {**copied, "user_id": key, "duration": seconds})
        work.delete(timer)
        work.session.commit()
    return cast("Entity", timelog)


def _now(session: Session) -> datetime:
    """Return the time as the server would write it: a server without time zones writes local time as if it were UTC."""
    from datetime import datetime, timezone

    supported = session.server_information.get("is_timezone_support_enabled")
    if supported is None:
        import logging

        message = "%s does not say whether it knows time zones: the duration of a timer is taken as if it did."
        logging.getLogger(__name__).warning(message, session.server_url)
    if supported or supported is None:
        return datetime.now(timezone.utc)
    return datetime.now().replace(tzinfo=timezone.utc)
