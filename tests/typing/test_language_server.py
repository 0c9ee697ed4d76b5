"""What an editor shows while a user types: pyright's language server is asked, as an editor asks it."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SECONDS: Final = 300.0
"""How long an answer may take on a busy machine; it takes one or two otherwise."""

MARK: Final = "|"

HEADER: Final = """\
from ftrack_typed.entities import Note, Project, Session, Shot, Task, User


def use(session: Session, task: Task, shot: Shot) -> None:
    """


class LanguageServer:
    """Pyright's language server over a pipe: one request at a time, answers within `SECONDS` or TimeoutError."""

    def __init__(self, folder: Path) -> None:
        """Start the server on the project in *folder*."""
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "pyright.langserver", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self._received: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._documents = 0
        self._requests = 0
        uri = folder.as_uri()
        completion = {"completionItem": {"documentationFormat": ["plaintext"]}}
        self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "studio"}],
                "capabilities": {"textDocument": {"completion": completion, "hover": {"contentFormat": ["plaintext"]}}},
            },
        )
        self._send({"method": "initialized", "params": {}})

    def request(self, method: str, params: Any) -> Any:
        """Return the server's answer; raise TimeoutError without one."""
        self._requests += 1
        self._send({"id": self._requests, "method": method, "params": params})
        while True:
            try:
                message = self._received.get(timeout=SECONDS)
            except queue.Empty:
                raise TimeoutError(f"no answer to {method} within {SECONDS} s") from None
            if message is None:
                raise RuntimeError(f"the language server ended before it answered {method}")
            if "method" in message and "id" in message:
                # What the server asks of an editor, such as its settings; this one has none.
                items = message.get("params", {}).get("items", [])
                self._send({"id": message["id"], "result": [None for _ in items] or None})
            elif message.get("id") == self._requests:
                assert "error" not in message, message
                return message["result"]

    def at(self, code: str) -> dict[str, Any]:
        """Open a file that ends with *code*; return the place of the `MARK` in it, as the protocol wants it."""
        self._documents += 1
        path = self._folder / f"script_{self._documents}.py"
        text = HEADER + code.replace(MARK, "") + "\n"
        path.write_text(text, "utf-8")
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        position = {"line": HEADER.count("\n"), "character": 4 + code.index(MARK)}
        return {"textDocument": {"uri": path.as_uri()}, "position": position}

    def completions(self, code: str) -> list[str]:
        """Return what is offered at the `MARK` in *code*, in the order that an editor shows it in."""
        answer = self.request("textDocument/completion", self.at(code))
        items: list[dict[str, Any]] = answer["items"] if isinstance(answer, dict) else answer or []
        return [item["label"] for item in sorted(items, key=lambda item: str(item.get("sortText", item["label"])))]

    def hover(self, code: str) -> str:
        """Return what is shown about the word under the `MARK` in *code*."""
        answer = self.request("textDocument/hover", self.at(code))
        return "" if answer is None else str(answer["contents"]["value"])

    def signatures(self, code: str) -> list[dict[str, Any]]:
        """Return what is shown about the call around the `MARK` in *code*."""
        answer = self.request("textDocument/signatureHelp", self.at(code))
        return [] if answer is None else list(answer["signatures"])

    def close(self) -> None:
        """End the server, by force where it does not end by itself."""
        try:
            self.request("shutdown", None)
            self._send({"method": "exit", "params": None})
            self._process.wait(timeout=SECONDS)
        except (OSError, RuntimeError, TimeoutError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._reader.join(timeout=10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = self._pipe(self._process.stdin)
        pipe.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        pipe.flush()

    def _read(self) -> None:
        pipe = self._pipe(self._process.stdout)
        while header := pipe.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
                header = pipe.readline()
            self._received.put(json.loads(pipe.read(length)))
        self._received.put(None)

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    """Give a language server for a folder of scripts that use the standard package."""
    folder = tmp_path_factory.mktemp("scripts")
    settings = {"extraPaths": [str(ROOT)], "pythonVersion": "3.10"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    started = LanguageServer(folder)
    try:
        yield started
    finally:
        started.close()


pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("language_server")]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("Task.|", {"name", "status", "project", "parent", "metadata", "custom_attributes"}),
        ("Task.name.|", {"in_", "like", "desc", "is_"}),
        ("Task.project.|", {"full_name", "status", "project_schema", "is_private"}),
        ("Task.status.|", {"state", "name", "color", "is_", "in_", "has"}),
        ("Task.status.state.|", {"short", "name"}),
        ("Task.parent.as_(Shot).|", {"bid", "status"}),
        ("Task.notes.|", {"any", "each"}),
        ("Task.notes.each.|", {"content", "author"}),
        ("task.|", {"name", "bid", "status", "session"}),
        ("task.status.|", {"name", "state"}),
        ("task.project.project_schema.|", {"name", "object_types"}),
        ("task.notes[0].|", {"content", "author"}),
        ("session.query(Task).all()[0].|", {"name", "bid"}),
        ("session.|", {"query", "create", "commit", "get"}),
    ],
)
def test_completion_offers_the_attributes_that_follow(server: LanguageServer, code: str, wanted: set[str]) -> None:
    offered = server.completions(code)
    assert wanted <= set(offered), f"missing: {wanted - set(offered)}"
    first_of_ours = next((place for place, name in enumerate(offered) if name.startswith("_ftrack")), len(offered))
    assert wanted <= set(offered[:first_of_ours]), "what users are not meant to see comes first"


def test_completion_offers_no_attribute_of_another_type(server: LanguageServer) -> None:
    assert not {"bid", "full_name", "state"} & set(server.completions("Task.notes.each.|"))
    assert "bid" not in server.completions("Task.parent.|")


@pytest.mark.parametrize(
    "code", ["session.create(Task, |)", "session.create(Task, |", 'session.create(Task, name="x", |)']
)
def test_completion_offers_the_keywords_of_create(server: LanguageServer, code: str) -> None:
    offered = server.completions(code)
    assert {"parent=", "bid=", "status=", "description="} <= set(offered)
    assert "time_logged=" not in offered, "computed by the server"
    assert "full_name=" not in offered, "of another type"


def test_signature_help_lists_the_keywords_of_create(server: LanguageServer) -> None:
    (signature,) = server.signatures("session.create(Task, |)")
    labels = " ".join(json.dumps(parameter["label"]) for parameter in signature["parameters"])
    assert "name: str" in signature["label"] or "name: str" in labels


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("task.b|id", "float"),
        ("task.na|me", "str"),
        ("task.descri|ption", "str | None"),
        ("task.sta|tus", "Status"),
        ("task.thumb|nail", "Component | None"),
        ("task.no|tes", "Collection[Note]"),
        ("Task.b|id", "ScalarPath[float]"),
        ("Task.sta|tus", "type[Status]"),
        ("session.query(Task).fir|st()", "Task | None"),
    ],
)
def test_hover_shows_the_type(server: LanguageServer, code: str, wanted: str) -> None:
    assert wanted in server.hover(code)


@pytest.mark.parametrize(
    ("code", "docstring"),
    [
        ("task.b|id", "Work planned, in seconds."),
        ("Task.sta|tus", "Current state of the work"),
        ("task.project.full_na|me", "Long title for people"),
        ("Ta|sk", "A unit of work"),
        ("session.cre|ate", "Make a new entity"),
    ],
)
def test_hover_shows_the_docstring(server: LanguageServer, code: str, docstring: str) -> None:
    assert docstring in server.hover(code)
