"""Tests who may call: keys that change, users that are switched off, and what a database file tells of a key."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.sandbox.process.conftest import Api, Start, create, update

INFORMATION = {"action": "query_server_information", "values": ["user_information"]}


def is_refused(api: Api) -> bool:
    """Tell whether the credentials are refused."""
    answer = api.post([INFORMATION]).json()
    return isinstance(answer, dict) and answer["exception"] == "InvalidCredentialsError"


def new_user(api: Api, *, is_active: bool = True) -> tuple[str, Api]:
    """Make a user with a key; return its id, and the API as that user."""
    user_id, name = str(uuid.uuid4()), f"user-{uuid.uuid4().hex}"
    reset = {"action": "reset_remote", "reset_type": "api_key", "entity_type": "User", "entity_key": user_id}
    api.call(create("User", id=user_id, username=name, is_active=is_active))
    (result,) = api.call(reset)
    assert result["action"] == "reset_remote"
    return user_id, api.as_user(name, result["data"]["api_key"])


def test_new_user_calls_with_the_key_that_reset_remote_gave(shared_api: Api) -> None:
    user_id, user = new_user(shared_api)
    (information,) = user.call(INFORMATION)
    assert information["user_information"]["id"] == user_id


def test_reset_remote_gives_another_key_each_time_and_ends_the_last_one(shared_api: Api) -> None:
    user_id, user = new_user(shared_api)
    reset = {"action": "reset_remote", "reset_type": "api_key"}
    keys = [user.key]
    for _ in range(3):
        (result,) = user.call(reset)
        assert is_refused(user)
        user = user.as_user(user.user, result["data"]["api_key"])
        keys.append(user.key)
    assert len(set(keys)) == 4
    (information,) = user.call(INFORMATION)
    assert information["user_information"]["id"] == user_id


def test_failing_batch_leaves_the_key(shared_api: Api) -> None:
    _, user = new_user(shared_api)
    reset = {"action": "reset_remote", "reset_type": "api_key"}
    answer = user.post([reset, {"action": "query", "expression": "select x from"}]).json()
    assert answer["exception"] == "ParseError"
    assert not is_refused(user)


def test_inactive_user_is_refused_until_it_is_active(shared_api: Api) -> None:
    user_id, user = new_user(shared_api, is_active=False)
    assert is_refused(user)
    shared_api.call(update("User", user_id, is_active=True))
    assert not is_refused(user)
    shared_api.call(update("User", user_id, is_active=False))
    assert is_refused(user)


def test_deleted_user_is_refused(shared_api: Api) -> None:
    user_id, user = new_user(shared_api)
    assert not is_refused(user)
    shared_api.call({"action": "delete", "entity_type": "User", "entity_key": [user_id]})
    assert is_refused(user)


def test_renamed_user_calls_by_the_new_name(shared_api: Api) -> None:
    user_id, user = new_user(shared_api)
    name = f"user-{uuid.uuid4().hex}"
    assert not is_refused(user)
    shared_api.call(update("User", user_id, username=name))
    assert is_refused(user)
    assert not is_refused(user.as_user(name, user.key))


def test_user_name_with_quotes_is_just_a_name(shared_api: Api) -> None:
    name = 'x" or username is "sandbox'
    assert is_refused(shared_api.as_user(name, shared_api.key))


def test_database_keeps_users_and_keys_and_no_key_can_be_read_from_it(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    first = start("--database", path)
    api = first.api()
    user_id, user = new_user(api)
    first.stop()
    content = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert content
    for key in (api.key, user.key):
        assert key.encode() not in content

    again = start("--database", path).api()
    assert is_refused(again.as_user(api.user, api.key)), "each start makes a new key unless it is given one"
    (information,) = again.as_user(user.user, user.key).call(INFORMATION)
    assert information["user_information"]["id"] == user_id


def test_administrator_that_was_switched_off_is_active_after_the_next_start(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    first = start("--database", path)
    api = first.api()
    (user,) = api.rows("User where username is sandbox")
    api.call(update("User", user["id"], is_active=False))
    assert is_refused(api)
    first.stop()
    assert not is_refused(start("--database", path).api())


def test_other_id_for_a_user_of_the_database_is_refused(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    first = start("--database", path, "--api-user-id", "11111111-66de-11e1-8e6e-f23c91df25eb")
    first.api()
    first.stop()
    second = start("--database", path, "--api-user-id", "22222222-66de-11e1-8e6e-f23c91df25eb")
    assert "11111111-66de-11e1-8e6e-f23c91df25eb" in second.errors()
    assert second.process.returncode == 4
