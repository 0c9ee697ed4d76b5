"""`ftrack-gen --server`: what is fetched, how it lies on disk, and what happens when the server cannot be used."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from ftrack_gen import fetch, server
from ftrack_gen.command import BAD_OUTPUT, BAD_SERVER, BAD_WORKSPACE, DONE, STALE, USAGE, main
from ftrack_gen.fetch import FILES, FetchError, fetch_files, whole
from ftrack_gen.recording import recorded
from ftrack_gen.server import default_name, is_safe_folder
from ftrack_typed.sandbox.application import ApiRequest
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.schema import schema_hash
from ftrack_typed.transport import HttpTransport

from .conftest import Outcome, RunCommand, RunModule

Contents = Mapping[str, bytes]
Answer = Callable[[], Response]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox with the demo project, which fetching does not change."""
    with Sandbox(demo=True) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """The same with an empty log, as the server that the usual variables name; the working folder is empty."""
    for name in ("FTRACK_SERVER", "FTRACK_API_USER", "FTRACK_API_KEY", "FTRACK_APIKEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    running.requests.clear()
    yield running
    running.intercept = None


@pytest.fixture(scope="module")
def made(running: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workspace `studio`, just fetched, and the package that was made of it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment().items():
            patch.setenv(name, value)
        patch.chdir(folder)
        assert main(["--server", "--name", "studio", "--output", "studio_ftrack"]) == DONE
    return folder


@pytest.fixture
def fetched(sandbox: Sandbox, made: Path, tmp_path: Path) -> Path:
    """The folder of the workspace `studio`, in a copy of all that was made."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "schemas" / "studio"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _count(request: ApiRequest) -> int:
    """Return how many operations a call has."""
    operations = request.operations()
    return len(operations) if isinstance(operations, list) else 0


def assert_refused(outcome: Outcome, code: int, *words: str) -> None:
    """Check that the command gave *code*, and one line with *words*."""
    (line,) = outcome.errors
    assert (outcome.code, outcome.lines) == (code, []), line
    assert line.startswith("error: ")
    assert [word for word in words if word not in line] == [], line


def test_first_fetch_caches_and_generates(sandbox: Sandbox, run: RunCommand, tmp_path: Path) -> None:
    outcome = run("--server", sandbox.server_url, "--name", "studio", "--output", "pipeline/studio_ftrack")
    assert outcome == Outcome(
        DONE,
        [
            f"{Path('schemas/studio')}: fetched from {sandbox.server_url}, 9 of 9 files written",
            f"{Path('pipeline/studio_ftrack')}: 130 entity types, 135 of 135 files written",
        ],
        [],
    )
    assert set(contents(tmp_path / "schemas" / "studio")) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipeline", "schemas"]


def test_two_requests_do(sandbox: Sandbox) -> None:
    fetch_files(HttpTransport(sandbox.server_url, sandbox.api_user, sandbox.api_key))
    assert [len(batch) for batch in sandbox.requests.operations] == [1, 8]


def test_second_fetch_gives_the_same_bytes(sandbox: Sandbox, run: RunCommand, fetched: Path) -> None:
    before = contents(fetched)
    outcome = run("--server", "--name", "studio", "--output", "studio_ftrack")
    assert [line.rpartition(", ")[2] for line in outcome.lines] == ["nothing written"] * 2
    assert run("--server", "--name", "again", "--output", "studio_ftrack").code == DONE
    assert contents(fetched) == before == contents(fetched.with_name("again"))


def test_pages_are_put_together(
    sandbox: Sandbox, run: RunCommand, fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "PAGE", 5)
    sandbox.requests.clear()
    assert run("--server", "--name", "paged", "--output", "studio_ftrack").code == DONE
    assert contents(fetched.with_name("paged")) == contents(fetched)
    assert [len(batch) for batch in sandbox.requests.operations] == [1, 8, 4, 1]


def test_custom_attributes_of_the_server_are_typed(fetched: Path) -> None:
    text = (fetched.parents[1] / "studio_ftrack" / "custom_attributes.py").read_text("utf-8")
    choices = ", ".join(f'"{each}"' for each in ("assets", "layout", "animation", "fx", "lighting", "compositing"))
    assert f"Literal[{choices}]" in " ".join(text.split()).replace("[ ", "[").replace(", ]", "]")
    for line in (
        "fps: CustomAttr[float]",
        "client_due: CustomAttr[datetime | None]",
        "is_hero: CustomAttr[bool | None]",
    ):
        assert line in text


def test_schemas_keep_the_hash_of_the_server(sandbox: Sandbox, fetched: Path) -> None:
    schemas = json.loads((fetched / "query_schemas.json").read_bytes())
    assert schema_hash(schemas) == sandbox.service.workspace.schema_hash


def test_fetched_workspace_can_be_served_and_fetched_again(
    fetched: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(workspace=fetched) as second:
        for name, value in second.environment().items():
            monkeypatch.setenv(name, value)
        assert run("--server", "--name", "second", "--output", "studio_ftrack").code == DONE
    assert contents(fetched.with_name("second")) == contents(fetched)


def test_files_are_laid_out_for_diffs(fetched: Path) -> None:
    for name, content in contents(fetched).items():
        assert b"\r" not in content
        assert content.endswith(b"\n]\n"), name
        rows = json.loads(content)
        if name != "query_schemas.json":
            assert content.count(b"\n") == len(rows) + 2, name
            assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    text = (fetched / "query_schemas.json").read_text("utf-8")
    assert '      "bid": {' in text
    assert "tasks" not in (fetched / "query_types.json").read_text("utf-8")


def test_order_of_rows_and_keys_does_not_count(fetched: Path) -> None:
    files = {name: json.loads(content) for name, content in contents(fetched).items()}
    shuffled = {name: _shuffled(rows) if name != "query_schemas.json" else rows for name, rows in files.items()}
    assert shuffled != files
    assert recorded(shuffled) == contents(fetched)


def _shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shuffled(value[name]) for name in sorted(value, reverse=True)}
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return random.Random(1).sample([_shuffled(item) for item in value], len(value))
    return value


def test_check_needs_no_server(sandbox: Sandbox, fetched: Path, run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.ftrack-gen]\nserver = "http://127.0.0.1:9"\nname = "studio"\noutput = "studio_ftrack"\n'
    )
    sandbox.requests.clear()
    assert run("check") == Outcome(DONE, [f"{tmp_path / 'studio_ftrack'}: 130 entity types, up to date"], [])
    assert len(sandbox.requests) == 0
    assert_refused(run(), BAD_SERVER, "http://127.0.0.1:9", "cannot be reached")


def test_check_with_a_server_compares_and_writes_nothing(
    sandbox: Sandbox, fetched: Path, run: RunCommand, tmp_path: Path
) -> None:
    options = ("check", "--server", "--name", "studio", "--output", "studio_ftrack")
    assert run(*options).code == DONE
    types = fetched / "query_types.json"
    types.write_bytes(types.read_bytes().replace(b"Compositing", b"Comp"))
    (tmp_path / "studio_ftrack" / "task.py").write_text("")
    before = contents(tmp_path)
    outcome = run(*options)
    listed = [Path("schemas/studio/query_types.json"), Path("studio_ftrack/task.py")]
    assert (outcome.code, outcome.lines) == (STALE, [str(path) for path in listed])
    assert contents(tmp_path) == before
    assert run("check", "--server", "--name", "absent", "--output", "studio_ftrack").code == STALE
    assert contents(tmp_path) == before


Refusal = tuple[Callable[[Answer], Response], tuple[str, ...]]

REFUSALS: Mapping[str, Refusal] = {
    "page": (lambda _: HTMLResponse("<h1>Log in</h1>"), ("is none of the API's", "text/html")),
    "redirect": (
        lambda _: RedirectResponse("https://login.invalid/"),
        ("status 307", "sends on to https://login.invalid"),
    ),
    "permission": (
        lambda _: JSONResponse({"exception": "PermissionError", "content": "Not\nallowed."}),
        ("PermissionError(Not allowed.)",),
    ),
    "no schemas": (lambda _: JSONResponse([{"id": "Task"}]), ("its schemas cannot be used",)),
    "half": (lambda _: Response(b'[{"action":', media_type="application/json"), ("is none of the API's",)),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_answer_that_cannot_be_used(sandbox: Sandbox, run: RunCommand, tmp_path: Path, name: str) -> None:
    intercept, words = REFUSALS[name]
    sandbox.intercept = lambda _, answer: intercept(answer)
    assert_refused(run("--server", "--output", "studio_ftrack"), BAD_SERVER, sandbox.server_url, *words)
    assert list(tmp_path.iterdir()) == []


SECOND: Mapping[str, object] = {
    "rows that are none": {"action": "query", "data": None, "metadata": {}},
    "text": "no",
    "offset that is none": {"action": "query", "data": [], "metadata": {"next": {"offset": "5"}}},
    "pages without end": {"action": "query", "data": [], "metadata": {"next": {"offset": 0}}},
}


@pytest.mark.parametrize("name", SECOND)
def test_failure_half_way_leaves_everything_as_it_is(
    sandbox: Sandbox, fetched: Path, run: RunCommand, tmp_path: Path, name: str
) -> None:
    before = contents(tmp_path)
    answers = JSONResponse([SECOND[name]] * 8)
    sandbox.intercept = lambda request, answer: answers if _count(request) == 8 else answer()
    assert_refused(
        run("--server", "--name", "studio", "--output", "studio_ftrack"), BAD_SERVER, sandbox.server_url, "its "
    )
    assert contents(tmp_path) == before


def test_server_without_entity_types(sandbox: Sandbox, run: RunCommand, tmp_path: Path) -> None:
    sandbox.intercept = lambda _, __: JSONResponse([[]])
    outcome = run("--server", "--name", "empty", "--output", "studio_ftrack")
    assert outcome.code in {BAD_WORKSPACE, BAD_SERVER}
    assert list(tmp_path.iterdir()) == []


def test_wrong_key_is_not_shown(sandbox: Sandbox, run: RunCommand, tmp_path: Path) -> None:
    options = ("--server", "--output", "studio_ftrack", "--api-key", "open-sesame")
    assert_refused(run(*options), BAD_SERVER, sandbox.server_url, "InvalidCredentialsError")
    said = {"exception": "InvalidCredentialsError", "content": "Key 'open-sesame' is wrong."}
    sandbox.intercept = lambda _, __: JSONResponse(said)
    assert_refused(run(*options), BAD_SERVER, "Key '***' is wrong.")
    assert list(tmp_path.iterdir()) == []


def test_unknown_host_and_password_in_the_address(sandbox: Sandbox, run: RunCommand, tmp_path: Path) -> None:
    outcome = run("--server", "https://jane:secret@no-such-host.invalid/?key=secret", "--output", "studio_ftrack")
    assert_refused(outcome, BAD_SERVER, "https://no-such-host.invalid", "cannot be reached")
    assert "secret" not in outcome.errors[0]
    assert list(tmp_path.iterdir()) == []


def test_no_key(sandbox: Sandbox, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FTRACK_API_KEY")
    assert_refused(
        run("--server", "--output", "studio_ftrack"), BAD_SERVER, "no API key", "--api-key", "FTRACK_API_KEY"
    )
    monkeypatch.setenv("FTRACK_APIKEY", sandbox.api_key)
    assert run("--server", "--output", "studio_ftrack").code == DONE


def test_credentials_as_options(sandbox: Sandbox, run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sandbox.environment():
        monkeypatch.delenv(name)
    credentials = ("--api-user", sandbox.api_user, "--api-key", sandbox.api_key)
    assert run("--server", sandbox.server_url, *credentials, "--output", "studio_ftrack").code == DONE
    assert (Path("schemas") / "127.0.0.1").is_dir()


@pytest.mark.parametrize("name", ["notes.txt", "contexts.schema", "folder/file"])
def test_folder_that_holds_something_else_is_left_alone(
    fetched: Path, run: RunCommand, tmp_path: Path, name: str
) -> None:
    path = fetched / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    (fetched / "query_types.json").write_text("[]")
    before = contents(tmp_path)
    outcome = run("--server", "--name", "studio", "--output", "studio_ftrack")
    assert_refused(outcome, BAD_OUTPUT, "did not fetch", name.partition("/")[0])
    assert contents(tmp_path) == before


def test_output_that_holds_something_else_keeps_the_workspace_too(
    sandbox: Sandbox, run: RunCommand, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file.py").write_text("")
    assert_refused(run("--server", "--output", "mine"), BAD_OUTPUT, "did not write")
    assert not (tmp_path / "schemas").exists()


def test_file_that_is_no_longer_fetched_goes(
    sandbox: Sandbox, fetched: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "PROJECTIONS", {"query_types.json": ("Type", ("id", "name"))})
    assert run("--server", "--name", "studio", "--output", "studio_ftrack").code == DONE
    assert set(contents(fetched)) == {"query_schemas.json", "query_types.json"}


def test_entities_are_whole_wherever_they_come() -> None:
    def entity(entity_type: str, **values: object) -> dict[str, object]:
        return {"__entity_type__": entity_type, **values}

    first = entity(
        "Type", id="1", typeid="raw", group=entity("Group", id="g", name="G", users=[entity("User", id="u")])
    )
    second = entity("Type", id="2", group=entity("Group", id="g"), links=[entity("Link", from_id="a", to_id="b")])
    assert whole([first, second], ("id", "group.name", "links.to_id")) == [
        entity("Type", id="1", group=entity("Group", id="g", name="G")),
        entity("Type", id="2", group=entity("Group", id="g", name="G"), links=[entity("Link", to_id="b")]),
    ]
    assert whole([None, "text", {"id": "1"}], ("id",)) == [None, "text", {"id": "1"}]


class Recorder:
    """A transport that serves schemas and no rows, and remembers what it is asked."""

    def __init__(self, schemas: Sequence[object]) -> None:
        self.schemas = schemas
        self.expressions: list[str] = []

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        if operations[0]["action"] == "query_schemas":
            return [self.schemas]
        self.expressions += [str(operation["expression"]) for operation in operations]
        return [{"action": "query", "data": [], "metadata": {"next": {"offset": None}}} for _ in operations]

    def close(self) -> None:
        raise AssertionError("who opens closes")


def test_only_what_the_server_has_is_asked_for(schema: Callable[..., dict[str, Any]]) -> None:
    text = {"type": "string"}
    status = schema("Status", {"name": text, "state": {"$ref": "State"}})
    transport = Recorder([schema("Task"), status, schema("Type", {"name": text})])
    assert set(fetch_files(transport)) == {"query_schemas.json", "query_statuses.json", "query_types.json"}
    assert transport.expressions == [
        "select id, name from Status order by id offset 0 limit 500",
        "select id, name from Type order by id offset 0 limit 500",
    ]
    assert fetch_files(Recorder([schema("Task")])).keys() == {"query_schemas.json"}
    with pytest.raises(FetchError, match="its schemas cannot be used: "):
        fetch_files(Recorder([{"type": "object"}]))


def test_sandbox_is_started_and_stopped(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    asked: list[str] = []

    def noting(transport: Any) -> dict[str, Any]:
        asked.append(transport.server_url)
        return fetch_files(transport)

    monkeypatch.setattr(server, "fetch_files", noting)
    monkeypatch.setenv("PYTHONPATH", str(root))
    monkeypatch.chdir(tmp_path)
    outcome = run("--server", "sandbox", "--output", "studio_ftrack")
    assert outcome.code == DONE, outcome.errors
    assert outcome.lines[0] == f"{Path('schemas/sandbox')}: fetched from sandbox, 9 of 9 files written"
    with pytest.raises(requests.ConnectionError):
        requests.get(asked[0], timeout=120)


def test_sandbox_without_its_packages(run_module: RunModule, tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys\nsys.modules['lark'] = None\n")
    options = ("-m", "ftrack_gen", "--server", "sandbox", "--output", "studio_ftrack")
    done = run_module(*options, cwd=tmp_path, paths=[hidden])
    assert (done.returncode, done.stdout) == (BAD_SERVER, "")
    expected = "the sandbox does not start: the package lark is missing: pip install 'ftrack-typed[sandbox]'"
    assert done.stderr == f"error: {expected}\n"
    assert os.listdir(tmp_path) == ["hidden"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("--server", "studio.ftrackapp.com", "--output", "x"),
            ("--server: expected http://", "'studio.ftrackapp.com'"),
        ),
        (("--server", "jane:secret@host", "--output", "x"), ("--server: expected http://", "got 'host'")),
        (("--server", "http://[", "--name", "x", "--output", "x"), ("--server: expected http://", "got 'http://['")),
        (("--server", "https://", "--output", "x"), ("--server: expected http://", "got 'https://'")),
        (("--server", "--output", "x"), ("--server: expected http://", "FTRACK_SERVER is not set")),
        (("--server", "sandbox", "--api-key", "k", "--output", "x"), ("--api-key: a sandbox",)),
        (("--server", "http://[::1]", "--output", "x"), ("--name: '::1' is no name for a folder",)),
        (("--server", "sandbox", "--name", "../x", "--output", "x"), ("--name: '../x' is no name for a folder",)),
        (("--server", "sandbox"), ("--output: not given",)),
    ],
)
def test_wrong_request(
    run: RunCommand,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    monkeypatch.delenv("FTRACK_SERVER", raising=False)
    monkeypatch.chdir(tmp_path)
    assert_refused(run(*arguments), USAGE, *words)


def test_workspace_and_server_exclude_each_other(
    run: RunCommand, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit) as caught:
        run("--workspace", "x", "--server", "sandbox")
    assert caught.value.code == USAGE
    assert "not allowed with argument" in capsys.readouterr().err
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.ftrack-gen]\nserver = "sandbox"\nworkspace = "x"\n')
    assert_refused(run("check"), USAGE, "workspace and server exclude each other")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://studio.ftrackapp.com", "studio"),
        ("https://ftrack.studio.example:8443/path", "ftrack.studio.example"),
        ("http://127.0.0.1:5005", "127.0.0.1"),
        ("sandbox", "sandbox"),
    ],
)
def test_default_name(url: str, name: str) -> None:
    assert default_name(url) == name


@pytest.mark.parametrize(
    ("name", "is_safe"),
    [
        *(
            ("studio", True),
            ("a.b-c_1", True),
            ("..", False),
            (".x", False),
            ("a/b", False),
            ("a\\b", False),
            ("", False),
        ),
        *(("a.", False), ("-x", False), ("con", False), ("NUL.x", False), ("lpt1", False), ("console", True)),
    ],
)
def test_safe_folder(name: str, is_safe: bool) -> None:
    assert is_safe_folder(name) == is_safe
