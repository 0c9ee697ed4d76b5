"""Whatever is wrong with a workspace is one line that says what and where; nothing is written then."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.command import BAD_WORKSPACE, DONE

from .conftest import Outcome, RunCommand, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]


@pytest.fixture
def refused(run: RunCommand, tmp_path: Path) -> Callable[[Path], list[str]]:
    """Give a function that generates, asserts the refusal, and returns what was said."""

    def generate(workspace: Path) -> list[str]:
        outcome: Outcome = run("--workspace", workspace, "--output", tmp_path / "out" / "studio_ftrack")
        assert (outcome.code, outcome.lines) == (BAD_WORKSPACE, [])
        assert not (tmp_path / "out").exists()
        return [line.replace(str(tmp_path), "TMP") for line in outcome.errors]

    return generate


def test_file_cut_in_half(tricky_workspace: Path, tmp_path: Path, refused: Callable[[Path], list[str]]) -> None:
    content = (tricky_workspace / "query_schemas.json").read_bytes()
    (tmp_path / "query_schemas.json").write_bytes(content[: len(content) // 2])
    (line,) = refused(tmp_path)
    assert line.startswith("error: TMP/query_schemas.json: line ")
    assert "no JSON" in line


def test_no_folder_and_no_schemas(tmp_path: Path, refused: Callable[[Path], list[str]]) -> None:
    advice = "(a workspace is a folder with the schemas of a server)"
    assert refused(tmp_path / "nowhere") == [f"error: TMP/nowhere: no such folder {advice}"]
    assert refused(tmp_path) == [f"error: TMP: no query_schemas.json in it {advice}"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "error: TMP/studio/query_schemas.json: line 1 column 1: no JSON: Expecting value (record the file again)"),
        ("[]", "error: TMP/studio/query_schemas.json: no entity type in it (record the file again)"),
        ("{}", "error: TMP/studio/query_schemas.json: expected a list of schemas, got {} (dict)"),
        ("[" * 100_000, "error: TMP/studio/query_schemas.json: nested too deeply to be what a server sent"),
        ("[3]", "error: TMP/studio/query_schemas.json: [0]: expected an object, got 3 (int)"),
    ],
)
def test_files_that_are_no_schemas(
    write_workspace: WriteWorkspace, refused: Callable[[Path], list[str]], content: str, said: str
) -> None:
    (line,) = refused(write_workspace(content))
    assert line.startswith(said)


def test_bytes_that_are_no_text(tmp_path: Path, refused: Callable[[Path], list[str]]) -> None:
    (tmp_path / "query_schemas.json").write_bytes(b'["\xff"]')
    assert refused(tmp_path) == ["error: TMP/query_schemas.json: byte 2: no UTF-8 text (record the file again)"]


def test_all_problems_of_all_schemas_at_once(
    write_workspace: WriteWorkspace, schema: MakeSchema, refused: Callable[[Path], list[str]]
) -> None:
    schemas = [
        schema("Task", {"parent": {"$ref": "Taks"}, "odd": {"type": "quaternion"}, "empty": {}}),
        schema("Shot", {"tasks": {"type": "array", "items": {"$ref": "Tasks"}}}, **{"$mixin": {"$ref": "Tsk"}}),
        schema("Snake", **{"$mixin": {"$ref": "Tail"}}),
        schema("Tail", **{"$mixin": {"$ref": "Snake"}}),
        schema("two words"),
        schema("Keyless", primary_key=["ids"]),
    ]
    lines = [line.removeprefix("error: TMP/studio/query_schemas.json: ") for line in refused(write_workspace(schemas))]
    known = "known: string, integer, number, boolean, object, variable, array and mapped_array with items, or a $ref"
    assert sorted(lines) == [
        "Keyless.primary_key: no attribute 'ids'; did you mean id?",
        "Shot.$mixin: no entity type 'Tsk' in this file; did you mean Task?",
        "Shot.properties.tasks.items.$ref: no entity type 'Tasks' in this file; did you mean Task?",
        "Snake.$mixin: derives from itself: Snake < Tail < Snake",
        f"Task.properties.empty: a property without type and $ref is of no known kind ({known})",
        f"Task.properties.odd: type 'quaternion' is of no known kind ({known})",
        "Task.properties.parent.$ref: no entity type 'Taks' in this file; did you mean Task?",
        "two words: no name for a class (entity types are named as in ReviewSession)",
    ]


def test_two_types_of_one_name(
    write_workspace: WriteWorkspace, schema: MakeSchema, refused: Callable[[Path], list[str]]
) -> None:
    lines = refused(write_workspace([schema("Task"), schema("Task")]))
    assert lines == ["error: TMP/studio/query_schemas.json: Task: defined 2 times"]


def test_broken_rows_beside_good_schemas(
    write_workspace: WriteWorkspace, schema: MakeSchema, refused: Callable[[Path], list[str]]
) -> None:
    files = {"query_statuses": {"data": []}, "query_types": [3], "query_anything": "["}
    folder = write_workspace([schema("Task")], **files)
    assert refused(folder) == [
        "error: TMP/studio/query_anything.json: line 1 column 2: no JSON: Expecting value (record the file again)"
    ]
    (folder / "query_anything.json").unlink()
    assert refused(folder) == [
        "error: TMP/studio/query_statuses.json: expected a list of rows, got dict",
        "error: TMP/studio/query_types.json: [0]: expected a row, got int",
    ]


def test_warnings_do_not_stop_the_rest(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    folder = write_workspace([schema("Task", {"bid": {"type": "number", "default": "much"}}), schema("Session")])
    outcome = run("--workspace", folder, "--output", tmp_path / "studio_ftrack")
    file = folder / "query_schemas.json"
    assert outcome.code == DONE
    assert outcome.errors == [
        f"warning: {file}: Session: its class is named Session_, because Session is the package's own session class",
        f"warning: {file}: Task.properties.bid.default: 'much' is no number; left out",
    ]
    assert "bid: Attr[float | None] = attribute(default=NOT_SET)" in (tmp_path / "studio_ftrack/task.py").read_text()


@pytest.mark.parametrize("length", range(0, 4000, 97))
def test_no_cut_ends_in_a_traceback(tricky_workspace: Path, tmp_path: Path, run: RunCommand, length: int) -> None:
    content = (tricky_workspace / "query_custom_attribute_configurations.json").read_bytes()
    (tmp_path / "query_schemas.json").write_bytes((tricky_workspace / "query_schemas.json").read_bytes())
    (tmp_path / "query_custom_attribute_configurations.json").write_bytes(content[:length])
    outcome = run("--workspace", tmp_path, "--output", tmp_path / "studio_ftrack")
    assert outcome.code == BAD_WORKSPACE
    assert len(outcome.errors) == 1


@pytest.mark.parametrize("junk", [None, 0, -1.5, "", "x", [], {}, [None], {"$ref": 3}, True])
def test_junk_in_any_place_is_named_or_taken(
    tricky_workspace: Path, tmp_path: Path, run: RunCommand, junk: object
) -> None:
    """Put junk in the place of each value of two schemas in turn: never a traceback, never half a package."""
    schemas = json.loads((tricky_workspace / "query_schemas.json").read_text())
    for path in _places(schemas, 4):
        changed = json.loads(json.dumps(schemas))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = junk
        (tmp_path / "query_schemas.json").write_text(json.dumps(changed))
        outcome = run("check", "--workspace", tmp_path, "--output", tmp_path / "studio_ftrack")
        assert outcome.code in (1, BAD_WORKSPACE), (path, outcome)
        assert outcome.errors


def _places(value: Any, depth: int, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to the values of the first and the last but seventh schema, some of them."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if not path:
        items = [items[0], items[7]]
    found = [path] if len(path) > 1 else []
    for key, inner in items[:9] if depth else []:
        found += _places(inner, depth - 1, (*path, key))
    return found


def test_type_without_a_key(
    write_workspace: WriteWorkspace, schema: MakeSchema, refused: Callable[[Path], list[str]]
) -> None:
    lines = refused(write_workspace([schema("Thing", primary_key=[], default_projections=["di"])]))
    said = [line.partition("query_schemas.json: ")[2] for line in lines]
    assert "Thing.primary_key: names no attribute (entities are told apart by it)" in said
    assert "Thing.default_projections: no attribute 'di'; left out" in said
