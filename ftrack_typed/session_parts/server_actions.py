"""Owns the actions of a server that are about no rows: new API keys, web pages of widgets, invitations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..entity import Entity
from ..errors import UnexpectedResponseError
from ..transport import public_url

if TYPE_CHECKING:
    from ..state import SessionState


class ServerActions:
    """The part of a session that asks a server for more than rows.

    All methods raise ServerError where the server refuses, ServerCompatibilityError where it has no such action.
    """

    _state: SessionState

    def reset_remote(self, reset_type: str, entity: Entity | None = None) -> dict[str, Any]:
        """Make the server reset something, such as the "api_key" of a user, and return what it answers."""
        operation: dict[str, Any] = {"action": "reset_remote", "reset_type": reset_type}
        if entity is not None:
            # The key is text here, and a list in all other actions (protocol section 2.7).
            key = entity._ftrack_first_key()
            operation |= {"entity_type": entity.entity_type, "entity_key": key}
        data: dict[str, Any] = self._answered(operation, "data", dict)
        return data

    def get_widget_url(self, name: str, entity: Entity | None = None, theme: str | None = None) -> str:
        """Return the address of a web page: a widget such as "info", for *entity*, "light" or "dark"."""
        operation: dict[str, Any] = {"action": "get_widget_url", "name": name, "theme": theme}
        if entity is not None:
            operation |= {"entity_type": entity.entity_type, "entity_key": list(entity._ftrack_key().values())}
        url: str = self._answered(operation, "widget_url", str)
        return url

    def send_user_invite(self, user: Entity) -> None:
        """Make the server invite *user*, by mail."""
        self.send_user_invites([user])

    def send_user_invites(self, users: Iterable[Entity]) -> None:
        """Make the server invite *users*, by mail: all of them, or none where it refuses one."""
        self._invite("send_user_invite", "user_id", users)

    def send_review_session_invite(self, invitee: Entity) -> None:
        """Make the server invite *invitee* to its review session, by mail."""
        self.send_review_session_invites([invitee])

    def send_review_session_invites(self, invitees: Iterable[Entity]) -> None:
        """Make the server invite *invitees* to their review sessions: all of them, or none where it refuses one."""
        self._invite("send_review_session_invite", "review_session_invitee_id", invitees)

    def _invite(self, action: str, name: str, entities: Iterable[Entity]) -> None:
        given: list[object] = [entities] if isinstance(entities, str) else list(entities)
        operations = [{"action": action, name: _invited(action, each)._ftrack_key()["id"]} for each in given]
        if operations:
            self._state.call(operations)

    def _answered(self, operation: dict[str, Any], name: str, expected: type) -> Any:
        (result,) = self._state.call([operation])
        value = result.get(name) if isinstance(result, dict) else None
        if not isinstance(value, expected):
            message = f"the answer to {operation['action']} has no {name}"
            raise UnexpectedResponseError(message, public_url(self._state.session.server_url))
        return value


def _invited(action: str, entity: object) -> Entity:
    if not isinstance(entity, Entity):
        raise TypeError(f"{action} takes entities, not {entity!r}")
    return entity
