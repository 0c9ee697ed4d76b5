"""Facts of sessions: their arguments, what they ask at the start, their flags, and their end (sections 2 and 3)."""

from __future__ import annotations

import contextlib
import getpass
import json
import threading
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from tests.parity.client import Client, Session, environment, raised


def variables_stand_in_for_arguments(client: Client, _session: Session) -> None:
    # Section 2: the server, the key and the user come from the environment where no argument gives them.
    with environment(**_variables(client)), contextlib.closing(client.bare(schema_cache_path=False)) as session:
        assert session.server_url == client.server.url
        assert session.api_key == client.server.key
        assert session.api_user == client.server.user


def arguments_win_over_variables(client: Client, _session: Session) -> None:
    # Section 2: the environment counts only for what is missing.
    elsewhere = {"FTRACK_SERVER": "http://elsewhere.invalid", "FTRACK_API_KEY": "no", "FTRACK_API_USER": "nobody"}
    with environment(**elsewhere), contextlib.closing(client.open()) as session:
        assert (session.server_url, session.api_user) == (client.server.url, client.server.user)
        assert session.api_key == client.server.key


def older_variable_of_the_key_comes_second(client: Client, _session: Session) -> None:
    # Section 2, item 2: the name without the underscore counts where the other is not there.
    where = {"FTRACK_SERVER": client.server.url, "FTRACK_API_USER": client.server.user}
    key = client.server.key
    for keys in ({"FTRACK_APIKEY": key}, {"FTRACK_APIKEY": "old", "FTRACK_API_KEY": key}):
        with environment(**where, **keys), contextlib.closing(client.bare(schema_cache_path=False)) as session:
            assert session.api_key == key


def empty_variable_of_the_user_counts_as_missing(client: Client, _session: Session) -> None:
    # Section 2, item 3: then the name of the person who is logged in is taken.
    variables = {**_variables(client), "FTRACK_API_USER": ""}
    with contextlib.ExitStack() as stack:
        stack.enter_context(environment(**variables))
        stack.enter_context(_logged_in_as(lambda: client.server.user))
        session = stack.enter_context(contextlib.closing(client.bare(schema_cache_path=False)))
        assert session.api_user == client.server.user


def slashes_at_the_end_of_the_server_are_removed(client: Client, _session: Session) -> None:
    # Section 2, item 1.
    with contextlib.closing(client.open(server_url=f"{client.server.url}//")) as session:
        assert session.server_url == client.server.url
        assert session.query("User").first() is not None


def missing_server_is_named(client: Client, _session: Session) -> None:
    # Section 2: a TypeError names the argument and the variable.
    with environment(), raised(TypeError, "server_url", "FTRACK_SERVER"):
        client.bare()


def missing_key_is_named(client: Client, _session: Session) -> None:
    # Section 2: a TypeError names the argument and the variable.
    with environment(FTRACK_SERVER=client.server.url), raised(TypeError, "api_key", "FTRACK_API_KEY"):
        client.bare()


def missing_user_is_named(client: Client, _session: Session) -> None:
    # Section 2, item 3: errors of the look-up of who is logged in are swallowed, and then nobody is named.
    def nobody() -> str:
        raise OSError("nobody is logged in")

    where = {"FTRACK_SERVER": client.server.url, "FTRACK_API_KEY": client.server.key}
    with environment(**where), _logged_in_as(nobody), raised(TypeError, "api_user", "FTRACK_API_USER"):
        client.bare()


def headers_and_cookies_are_mappings(client: Client, _session: Session) -> None:
    # Section 2, item 4: what is truthy must be a mapping; what is falsy is nothing.
    for name in ("headers", "cookies"):
        for wrong in ("text", ["a"], 3):
            with raised(TypeError):
                client.open(**{name: wrong})
        client.open(**{name: None}).close()
        client.open(**{name: {}}).close()


def strict_api_is_a_real_bool(client: Client, _session: Session) -> None:
    # Section 2, item 4.
    for wrong in ("true", 1, None):
        with raised(TypeError):
            client.open(strict_api=wrong)


def headers_reach_the_server(client: Client, _session: Session) -> None:
    # Section 2, items 4 and the state created: own headers, credentials, and strictness over what a caller says of it.
    for strict, said in ((True, "true"), (False, "false")):
        client.server.clear()
        headers = {"x-studio": "one", "ftrack-strict-api": "neither"}
        with contextlib.closing(client.open(headers=headers, strict_api=strict)) as session:
            session.query("User").first()
        for request in client.server.requests:
            assert request.headers["x-studio"] == "one"
            assert request.headers["ftrack-strict-api"] == said
            assert request.headers["ftrack-user"] == client.server.user
            assert request.headers["ftrack-api-key"] == client.server.key


def timeout_is_the_one_of_requests(client: Client, session: Session) -> None:
    # Section 2, item 5, and its default.
    assert session.request_timeout == 60
    with contextlib.closing(client.open(timeout=7)) as other:
        assert other.request_timeout == 7


def bad_credentials_show_at_the_start(client: Client, _session: Session) -> None:
    # Section 2: the first call is that for the server's information, and it fails.
    with raised(client.error("ServerError"), "InvalidCredentialsError"):
        client.open(api_key="wrong")
    with raised(client.error("ServerError")):
        client.open(api_user="nobody.at.all")


def first_call_asks_for_the_server_information(client: Client, _session: Session) -> None:
    # Section 2, the sequence.
    with contextlib.closing(client.open()):
        assert client.server.actions[0] == "query_server_information"


def schemas_at_the_start(client: Client, _session: Session) -> None:
    # Section 2, the sequence: the original needs them for its classes. Ours asks when it is asked.
    with contextlib.closing(client.open(schema_cache_path=False)):
        assert ("query_schemas" in client.server.actions) is client.expect(original=True, ours=False)


def unreachable_server_is_an_os_error(client: Client, _session: Session) -> None:
    # Section 8: the original lets the errors of its HTTP library through, which are OSErrors. Ours has one of its own.
    with raised(client.error(original="OSError", ours="ServerUnreachableError")) as caught:
        client.open(server_url="http://127.0.0.1:1", timeout=5)
    assert isinstance(caught[0], OSError)


def old_servers_are_refused(client: Client, _session: Session) -> None:
    # Section 2, compatibility: no version, or three numbers below 3.3.11.
    for version in (None, "3.3.10", "3.2.99", "2.9.50"):
        with client.server.saying(version=version), raised(client.error("ServerCompatibilityError")):
            client.open()
    for version in ("3.3.11", "3.4.0", "4.0.0", "dev", "3.4"):
        with client.server.saying(version=version), contextlib.closing(client.open()) as session:
            assert session.server_information["version"] == version


def known_schemas_are_not_fetched(client: Client, _session: Session) -> None:
    # Section 2, schema loading: a cache with the server's hash saves the call.
    folder = str(client.folder)
    assert _schema_calls(client, folder) == 1
    assert _schema_calls(client, folder) == 0


def changed_schemas_are_fetched_and_kept(client: Client, _session: Session) -> None:
    # Section 2, schema loading: another hash, or none, means to fetch.
    folder = str(client.folder)
    assert _schema_calls(client, folder) == 1
    for said in ("0" * 32, False):
        with client.server.saying(schema_hash=said):
            assert _schema_calls(client, folder) == 1
    assert _schema_calls(client, folder) == 0


def schema_cache_can_be_switched_off(client: Client, _session: Session) -> None:
    # Section 2, schema loading: False means to fetch each time and to write nothing.
    with environment(FTRACK_API_SCHEMA_CACHE_PATH=str(client.folder)):
        assert [_schema_calls(client, False) for _ in range(2)] == [1, 1]
    assert _files(client.folder) == []


def variable_names_the_folder_of_the_schemas(client: Client, _session: Session) -> None:
    # Section 2, schema loading: where no argument gives one.
    with environment(FTRACK_API_SCHEMA_CACHE_PATH=str(client.folder)):
        assert [_schema_calls(client, None) for _ in range(2)] == [1, 0]
    assert len(_files(client.folder)) == 1


def name_of_the_schema_cache(client: Client, _session: Session) -> None:
    # Section 2, schema loading: one file of a fixed name. Ours has one for each server.
    _schema_calls(client, str(client.folder))
    (path,) = _files(client.folder)
    fixed = path.name == "ftrack_api_schema_cache.json"
    assert fixed is client.expect(original=True, ours=False)


def broken_schema_cache_is_ignored(client: Client, _session: Session) -> None:
    # Section 2, schema loading: what cannot be read is as good as not there.
    folder = str(client.folder)
    _schema_calls(client, folder)
    for path in _files(client.folder):
        path.write_text("{ no json", encoding="utf-8")
    assert _schema_calls(client, folder) == 1
    assert _schema_calls(client, folder) == 0


def schemas_are_those_of_the_server(client: Client, session: Session) -> None:
    # Sections 2 and 27: the raw list.
    assert session.schemas == client.server.call({"action": "query_schemas"})[0]
    assert json.loads(json.dumps(session.schemas)) == session.schemas


def facts_of_a_session_are_read_only(client: Client, session: Session) -> None:
    # Section 3.
    for name in ("server_url", "api_user", "api_key", "closed"):
        with raised(AttributeError):
            setattr(session, name, "other")
    assert session.closed is False


def server_information_is_a_copy(client: Client, session: Session) -> None:
    # Section 3: changing what is returned changes nothing.
    session.server_information["version"] = "changed"
    assert session.server_information["version"] != "changed"


def auto_populate_is_kept_for_each_thread(client: Client, session: Session) -> None:
    # Section 3: other threads start at the value of the constructor.
    assert session.auto_populate is True
    session.auto_populate = False
    assert session.auto_populate is False
    assert _in_thread(lambda: session.auto_populate) is True
    with contextlib.closing(client.open(auto_populate=False)) as other:
        other.auto_populate = True
        assert _in_thread(lambda: other.auto_populate) is False


def record_operations_is_kept_for_each_thread(client: Client, session: Session) -> None:
    # Section 3: every thread starts with recording on.
    assert session.record_operations is True
    session.record_operations = False
    assert session.record_operations is False
    assert _in_thread(lambda: session.record_operations) is True


def context_managers_of_the_flags_restore_them(client: Client, session: Session) -> None:
    # Section 3: they give nothing to `as`, nest, and restore after an error too.
    with session.auto_populating(False) as nothing:
        assert nothing is None
        assert session.auto_populate is False
        with session.auto_populating(True):
            assert session.auto_populate is True
        assert session.auto_populate is False
        assert _in_thread(lambda: session.auto_populate) is True
    assert session.auto_populate is True
    with contextlib.suppress(ZeroDivisionError), session.operation_recording(False) as nothing:
        assert nothing is None
        assert session.record_operations is False
        raise ZeroDivisionError
    assert session.record_operations is True


def close_is_final_and_can_be_called_twice(client: Client, _session: Session) -> None:
    # Section 3: pending changes are dropped, and every call of the server is refused.
    session = client.open()
    user = session.query("User").first()
    user["first_name"] = "never sent"
    session.close()
    session.close()
    assert session.closed is True
    assert client.pending(session) == 0
    client.server.clear()
    for call in (session.query("User").all, lambda: session.get("User", user["id"]), lambda: session.call([])):
        with raised(client.error("ConnectionClosedError")):
            call()
    assert client.server.requests == []


def leaving_the_block_closes(client: Client, _session: Session) -> None:
    # Section 3: with an error as without.
    with client.open() as session:
        assert session.closed is False
    assert session.closed is True
    with contextlib.suppress(ZeroDivisionError), client.open() as other:
        raise ZeroDivisionError
    assert other.closed is True


def _variables(client: Client) -> Mapping[str, str]:
    return {
        "FTRACK_SERVER": client.server.url,
        "FTRACK_API_KEY": client.server.key,
        "FTRACK_API_USER": client.server.user,
    }


@contextlib.contextmanager
def _logged_in_as(name: Callable[[], str]) -> Generator[None, None, None]:
    before, getpass.getuser = getpass.getuser, name
    try:
        yield
    finally:
        getpass.getuser = before


def _schema_calls(client: Client, folder: object) -> int:
    """Open a session that keeps schemas in *folder*, have it use them, and return how often it fetched them."""
    client.server.clear()
    with contextlib.closing(client.open(schema_cache_path=folder)) as session:
        assert session.schemas
    return client.server.actions.count("query_schemas")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _in_thread(function: Callable[[], Any]) -> Any:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]
