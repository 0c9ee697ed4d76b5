"""Scenarios of sessions: what they learn from the server, and how they end."""

from __future__ import annotations

import os
from typing import Any

from ._client import Session, ftrack_api, open_session, raised


def session_learns_the_server_information(session: Session) -> None:
    information = session.server_information
    assert information["version"]
    assert information["schema_hash"]
    assert session.check_server_compatibility() is None


def session_builds_a_class_for_every_schema(session: Session) -> None:
    assert set(session.types) == {schema["id"] for schema in session.schemas}
    assert {"Task", "Shot", "Project", "User", "AssetVersion", "Location"} <= set(session.types)


def second_session_reads_the_schemas_from_its_cache(session: Session) -> None:
    calls: list[Any] = []
    call = ftrack_api.Session.call

    def counted(self: Session, data: Any) -> Any:
        calls.extend(operation["action"] for operation in data)
        return call(self, data)

    ftrack_api.Session.call = counted
    try:
        with open_session() as second:
            assert second.schemas == session.schemas
    finally:
        ftrack_api.Session.call = call
    assert "query_schemas" not in calls


def wrong_key_is_a_server_error_that_names_the_header(_session: Session) -> None:
    for strict in (False, True):
        with raised(ftrack_api.exception.ServerError, "InvalidCredentialsError", "ftrack-api-key"):
            open_session(api_key="wrong", strict_api=strict)


def strict_session_works_alike(_session: Session) -> None:
    with open_session(strict_api=True) as session:
        project = session.query('Project where name is "demo"').one()
        assert project["full_name"] == "Night Train"
        with raised(ftrack_api.exception.ServerError, "Server reported error", "no_such_attribute"):
            session.query("Project where no_such_attribute is 1").all()


def built_in_locations_have_their_fixed_ids(session: Session) -> None:
    expected = {
        "ftrack.origin": ftrack_api.symbol.ORIGIN_LOCATION_ID,
        "ftrack.unmanaged": ftrack_api.symbol.UNMANAGED_LOCATION_ID,
        "ftrack.review": ftrack_api.symbol.REVIEW_LOCATION_ID,
        "ftrack.connect": ftrack_api.symbol.CONNECT_LOCATION_ID,
        "ftrack.server": ftrack_api.symbol.SERVER_LOCATION_ID,
    }
    for name, location_id in expected.items():
        assert session.query(f'Location where name is "{name}"').one()["id"] == location_id


def calling_user_is_the_one_of_the_environment(session: Session) -> None:
    user = session.query(f"User where username is {session.api_user}").first()
    assert user["username"] == os.environ["FTRACK_API_USER"]
    assert user["is_active"] is True


def closed_session_refuses_to_call(session: Session) -> None:
    session.close()
    with raised(ftrack_api.exception.ConnectionClosedError):
        session.query("User").first()
