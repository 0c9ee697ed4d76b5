"""Tests invitations and keys of users against the sandbox over HTTP."""

from __future__ import annotations

from ftrack_typed.entities import Session, User
from ftrack_typed.sandbox.in_process import Sandbox
from tests.session.conftest import operations_of


def test_reset_gives_another_key_each_time(user: User) -> None:
    keys = {user.reset_api_key() for _ in range(10)}
    assert len(keys) == 10
    assert all(type(key) is str and key for key in keys)


def test_key_works(session: Session, user: User, open_session: type[Session]) -> None:
    user.is_active = True
    session.commit()
    key = user.reset_api_key()
    opened = open_session(api_user=user.username, api_key=key)
    assert opened.query(User).where(User.id == user.id).count() == 1


def test_invite_is_one_operation(user: User, sandbox: Sandbox) -> None:
    user.send_invite()
    (operation,) = operations_of(sandbox)
    assert (operation["action"], operation["user_id"]) == ("send_user_invite", user.id)
