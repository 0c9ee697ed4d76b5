"""Owns the actions of a server that are about no rows: new API keys, web pages of widgets, invitations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors import UnexpectedResponseError
from .transport import public_url

if TYPE_CHECKING:
    from .entity import Entity
    from .state import Call


class ServerActions:
    """The actions of one server. All raise ServerError where it refuses, ServerCompatibilityError where it has none."""

    def __init__(self, call: Call, server_url: str) -> None:
        """Send operations with *call*."""
        self._call = call
        self._server_url = server_url

    def reset_remote(self, reset_type: str, entity: Entity | None) -> dict[str, Any]:
        """Make the server reset something, of *entity* or of the caller, and return what it answers."""
        operation: dict[str, Any] = {"action": "reset_remote", "reset_type": reset_type}
        if entity is not None:
            # The key is text here, and a list in all other actions (protocol section 2.7).
            key = entity._ftrack_first_key()
            operation |= {"entity_type": entity.entity_type, "entity_key": key}
        data: dict[str, Any] = self._answered(operation, "data", dict)
        return data

    def widget_url(self, name: str, entity: Entity | None, theme: str | None) -> str:
        """Return the address of the widget *name*, which shows *entity* where one is given."""
        operation: dict[str, Any] = {"action": "get_widget_url", "name": name, "theme": theme}
        if entity is not None:
            operation |= {"entity_type": entity.entity_type, "entity_key": list(entity._ftrack_key().values())}
        url: str = self._answered(operation, "widget_url", str)
        return url

    def invite(self, action: str, name: str, entities: Iterable[Entity]) -> None:
        """Send an invitation *action* for each of *entities*, whose id is the operation's *name*: all or none."""
        operations = [{"action": action, name: entity._ftrack_key()["id"]} for entity in entities]
        if operations:
            self._call(operations)

    def _answered(self, operation: dict[str, Any], name: str, expected: type) -> Any:
        (result,) = self._call([operation])
        value = result.get(name) if isinstance(result, dict) else None
        if not isinstance(value, expected):
            message = f"the answer to {operation['action']} has no {name}"
            raise UnexpectedResponseError(message, public_url(self._server_url))
        return value
