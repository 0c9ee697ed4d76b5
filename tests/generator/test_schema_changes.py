"""What `ftrack-gen --server` says of a server whose schemas have changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.schema_changes import schema_changes
from ftrack_typed.sandbox import Sandbox

from .conftest import RunCommand

MakeSchema = Callable[..., dict[str, Any]]


def test_what_came_went_and_changed() -> None:
    old = [
        {
            "id": "Task",
            "properties": {"name": {"type": "string"}, "bid": {"type": "number"}, "old": {"type": "string"}},
        },
        {"id": "Gone", "properties": {}},
    ]
    new = [
        {
            "id": "Task",
            "properties": {
                "name": {"type": "string"},
                "bid": {"type": "integer"},
                "status": {"$ref": "Status"},
                "notes": {"type": "array", "items": {"$ref": "Note"}},
            },
            "required": ["name"],
        },
        {"id": "Note", "properties": {}},
    ]
    assert schema_changes(old, new) == [
        "- Gone",
        "+ Note",
        "~ Task.bid: number -> integer",
        "~ Task.name: string -> string, required",
        "+ Task.notes: collection of Note",
        "- Task.old: string",
        "+ Task.status: reference to Status",
    ]


def test_what_is_inherited_is_told_once() -> None:
    def schemas(**more: Any) -> list[dict[str, Any]]:
        base = {"id": "Base", "properties": {"name": {"type": "string"}, **more}}
        return [base, {**base, "id": "Derived", "$mixin": {"$ref": "Base"}}]

    assert schema_changes(schemas(), schemas(fps={"type": "number"})) == ["+ Base.fps: number"]


def test_no_change_and_what_cannot_be_read(standard_schemas: list[dict[str, Any]]) -> None:
    assert schema_changes(standard_schemas, standard_schemas) == []
    assert schema_changes({"a": 1}, standard_schemas) == []


def test_changes_of_a_server_are_told(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Sandbox() as sandbox:
        for name, value in sandbox.environment().items():
            monkeypatch.setenv(name, value)
        given = ("--server", sandbox.server_url, "--name", "studio", "--output", "studio_ftrack")
        assert len(run(*given).lines) == 2  # nothing to compare with
        path = tmp_path / "schemas" / "studio" / "query_schemas.json"
        schemas = json.loads(path.read_bytes())
        task = next(each for each in schemas if each["id"] == "Task")
        del task["properties"]["bid"]
        task["properties"]["extra"] = {"type": "string"}
        path.write_text(json.dumps(schemas), "utf-8")
        checked = run("check", *given)
        written = run(*given)
        again = run(*given)
    said = ["+ Task.bid: number, required", "- Task.extra: string"]
    assert checked.code == 1
    assert checked.lines[:2] == said
    assert written.code == 0
    assert written.lines[1:3] == said
    assert len(again.lines) == 2
