"""Tests ``ftrack-sandbox`` as a program: what it prints, how it starts, stops and fails."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.sandbox.process.conftest import PATIENCE, Api, Start, command, environment, run

pytestmark = pytest.mark.slow


def assert_refused(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """Check that a sandbox did not start, and said why in one line."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("ftrack-sandbox: ")
    for word in words:
        assert word in line


def test_three_lines_for_a_shell_and_nothing_else(start: Start) -> None:
    output = start("--api-user", "jane", "--api-key", "it's a $HOME `key`").read_output()
    lines = output.splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "export FTRACK_SERVER",
        "export FTRACK_API_USER",
        "export FTRACK_API_KEY",
    ]
    script = f'{output}\nprintf "%s|%s|%s" "$FTRACK_SERVER" "$FTRACK_API_USER" "$FTRACK_API_KEY"'
    shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    url, user, key = shown.split("|")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
    assert (user, key) == ("jane", "it's a $HOME `key`")
    assert Api(url, user, key).call({"action": "query_server_information"})


def test_eval_of_a_server_in_the_background_returns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = f'eval "$({shlex.join(command())} 2>{shlex.quote(str(log))} &)"; printf "%s" "$FTRACK_SERVER"'
    shown = subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, env=environment(), timeout=PATIENCE, check=True
    )
    url, number = wait_for_server(log)
    try:
        assert shown.stdout == url
        assert requests.get(url, timeout=PATIENCE).status_code == 200
    finally:
        os.kill(number, signal.SIGTERM)


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM])
def test_signals_stop_it_cleanly(start: Start, with_signal: signal.Signals) -> None:
    process = start()
    api = process.api()
    with api.http:  # an idle connection is open meanwhile
        assert api.call({"action": "query_server_information"})
        assert process.stop(with_signal) == 0
    assert "Traceback" not in process.errors()
    with pytest.raises(requests.ConnectionError):
        requests.get(api.url, timeout=PATIENCE)


def test_unfinished_request_does_not_hold_up_stopping(start: Start) -> None:
    process = start()
    address = urlsplit(process.api().url)
    with socket.create_connection((address.hostname, address.port or 80), timeout=PATIENCE) as connection:
        connection.sendall(b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n[")
        assert process.stop() == 0


def test_second_signal_is_no_failure_either(start: Start) -> None:
    process = start()
    process.api()
    # Both wait for a process that stands still: the second one comes before the first has had an effect.
    for each in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM):
        process.process.send_signal(each)
    assert process.stop(signal.SIGCONT) == 0
    assert "Traceback" not in process.errors()


@pytest.mark.parametrize("output", [">&-", "| true"], ids=["closed", "not read"])
def test_serves_though_nobody_reads_its_output(output: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    line = f"exec 2>{shlex.quote(str(log))}; ({shlex.join(command())} {output}) &"
    subprocess.run(["sh", "-c", line], env=environment(), timeout=PATIENCE, check=True, stdout=subprocess.DEVNULL)
    url, number = wait_for_server(log)
    try:
        assert requests.get(url, timeout=PATIENCE).status_code == 200
    finally:
        os.kill(number, signal.SIGTERM)


def wait_for_server(log: Path) -> tuple[str, int]:
    """Return address and number of the process whose standard error output goes to a file."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        match = re.search(r"(http://\S+) answers, as process (\d+)\n", log.read_text("utf-8") if log.exists() else "")
        if match is not None:
            return match[1], int(match[2])
        time.sleep(0.05)
    pytest.fail(f"no server: {log.read_text('utf-8')}")


def test_key_is_random_unless_one_is_given(start: Start) -> None:
    first, second = start().api(), start().api()
    assert first.key != second.key
    assert len(first.key) >= 32


def test_administrator_is_the_given_user(start: Start) -> None:
    api = start("--api-user", "jane", "--api-user-id", "5671dcb0-66de-11e1-8e6e-f23c91df25eb").api()
    (user,) = api.rows("select username, is_active from User where username is jane")
    assert user["id"] == "5671dcb0-66de-11e1-8e6e-f23c91df25eb"
    assert user["is_active"] is True


def test_listens_on_loopback_and_warns_about_any_other_host(start: Start) -> None:
    local = start()
    local.api()
    local.stop()
    assert "warning" not in local.errors()
    open_to_all = start("--host", "0.0.0.0")
    api = open_to_all.api()
    assert api.url.startswith("http://127.0.0.1:")
    assert api.call({"action": "query_server_information"})
    assert open_to_all.wait_for_error("warning: other machines can reach this server")


def test_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_refused(run("--port", str(port)), 5, str(port), "in use")


def test_host_of_another_machine() -> None:
    assert_refused(run("--host", "192.0.2.1"), 5, "192.0.2.1")


@pytest.mark.parametrize(
    ("content", "word"), [(None, "no workspace"), ("{", "query_schemas.json"), ("{}", "list"), ('[{"id": 1}]', "id")]
)
def test_unreadable_workspace(tmp_path: Path, content: str | None, word: str) -> None:
    if content is not None:
        (tmp_path / "query_schemas.json").write_text(content, "utf-8")
    assert_refused(run("--workspace", str(tmp_path)), 3, str(tmp_path), word)


def test_missing_workspace(tmp_path: Path) -> None:
    assert_refused(run("--workspace", str(tmp_path / "absent")), 3, "absent")


@pytest.mark.parametrize("database", ["nonsense://", "nonsense:///file", "sqlite://host:port:x/", "://"])
def test_bad_database_url(database: str) -> None:
    assert_refused(run("--database", database), 4)


def test_database_in_a_missing_folder(tmp_path: Path) -> None:
    assert_refused(run("--database", str(tmp_path / "absent" / "file.db")), 4, "absent")


def test_database_file_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    path.write_bytes(b"this is no database " * 100)
    assert_refused(run("--database", str(path)), 4, "file.db")
    assert path.read_bytes() == b"this is no database " * 100
    assert list(tmp_path.iterdir()) == [path]


def test_database_that_another_program_is_writing_to(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("begin immediate")
        connection.execute("create table held (id)")
        assert_refused(run("--database", str(path)), 4, "file.db", "locked")


def test_second_process_on_one_database_is_refused(start: Start, lasting_database: str) -> None:
    first = start("--database", lasting_database)
    first.api()
    assert_refused(run("--database", lasting_database), 4, lasting_database[-10:], "another ftrack-sandbox")
    first.stop()
    assert start("--database", lasting_database).api().call({"action": "query_server_information"})


def test_database_of_a_killed_process_is_free(start: Start, lasting_database: str) -> None:
    first = start("--database", lasting_database)
    first.api()
    first.close()  # SIGKILL
    assert start("--database", lasting_database).api().call({"action": "query_server_information"})


@pytest.mark.parametrize(
    "arguments",
    [["--port", "65536"], ["--port", "-1"], ["--port", "http"], ["--api-key", ""], ["--api-key", "a\nb"], ["--colour"]],
)
def test_wrong_usage(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "usage: ftrack-sandbox" in done.stderr


def test_help_tells_the_exit_codes() -> None:
    done = run("--help")
    assert done.returncode == 0
    for words in ("0 stopped", "2 wrong usage", "3 unreadable workspace", "4 unusable database", "5 unusable address"):
        assert words in done.stdout


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "sqlalchemy", "lark"])
def test_missing_package_is_named_with_what_installs_it(package: str, tmp_path: Path) -> None:
    hidden = f"import sys\nsys.modules[{package!r}] = None\n"
    (tmp_path / "sitecustomize.py").write_text(hidden, "utf-8")
    paths = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    done = run(PYTHONPATH=paths)
    assert_refused(done, 6, package, "pip install 'ftrack-typed[sandbox]'")


def test_importing_the_package_loads_none_of_its_extras() -> None:
    program = "import sys, ftrack_typed.sandbox, ftrack_typed.sandbox.command; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    for package in ("starlette", "uvicorn", "sqlalchemy", "lark", "requests"):
        assert f"'{package}'" not in done.stdout
