"""Owns what a server does for the account of a user: invitations and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ..entity import Entity


class HasAccount:
    """A user, with an account."""

    __slots__ = ()

    def send_invite(self) -> None:
        """Have the server send the user an invitation by mail."""
        user = cast("Entity", self)
        user.session.send_user_invite(user)

    def reset_api_key(self) -> str:
        """Have the server give the user another API key, and return it; the one before no longer works."""
        user = cast("Entity", self)
        return str(user.session.reset_remote("api_key", entity=user)["api_key"])
