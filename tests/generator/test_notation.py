"""Tests the notation of workspace sources: what it says, what it refuses and what it writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ftrack_gen.notation import compile_folder, main, render
from ftrack_gen.notation_descriptions import LONGEST, repeats_name
from ftrack_gen.notation_source import read_source
from ftrack_gen.notation_workspace import CompiledWorkspace, NotationError, compile_sources

COUNTRY = "Country\n    A part of the world with borders.\n    id: uid !~  UUID, made by the client.\n"


def compiled(text: str) -> CompiledWorkspace:
    """Compile one source."""
    return compile_sources([read_source("world.schema", text)])


def schema_of(text: str, name: str = "City") -> dict[str, Any]:
    """Compile one source and give the schema of one of its types."""
    return {schema["id"]: schema for schema in compiled(text).schemas}[name]


def city(*lines: str, header: str = "City") -> str:
    """Write a source with a type Country and a type City that has the given lines."""
    body = ["    A large place that people live in.", *(f"    {line}" for line in lines)]
    key = (
        []
        if "(" in header or any(line.startswith("key ") for line in lines)
        else ["    id: uid !~  Made by the client."]
    )
    return COUNTRY + "\n" + "\n".join([header, *body, *key]) + "\n"


def problems_of(text: str) -> list[str]:
    """Compile a source that has problems and give them as text."""
    with pytest.raises(NotationError) as caught:
        compiled(text)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("declaration", "wire"),
    [
        ("string", {"type": "string"}),
        ("number", {"type": "number"}),
        ("integer", {"type": "integer"}),
        ("boolean", {"type": "boolean"}),
        ("object", {"type": "object"}),
        ("variable", {"type": "variable"}),
        ("string/integer", {"type": "string", "format": "integer"}),
        ("datetime", {"type": "string", "format": "date-time"}),
        ("json", {"type": "string", "format": "json"}),
        ("uid", {"type": "string", "default": "{uid}"}),
        ("fk(Country)", {"type": "string", "format": "foreign_key", "description": "Foreign key(s): Country.id"}),
        ("fk(Country.n)", {"type": "string", "format": "foreign_key", "description": "Foreign key(s): Country.n"}),
        (
            "integer/fk(Country)",
            {"type": "integer", "format": "foreign_key", "description": "Foreign key(s): Country.id"},
        ),
        (">Country", {"$ref": "Country"}),
        ("[Country]", {"type": "array", "items": {"$ref": "Country"}}),
        ("{Country}", {"type": "mapped_array", "items": {"$ref": "Country"}}),
        (
            "{key: Country.value}",
            {
                "type": "mapped_array",
                "items": {"$ref": "Country"},
                "key_value_attributes": {"key": "key", "value": "value"},
            },
        ),
        ("string @raw", {"type": "string", "alias_for": "raw"}),
        ("string transform", {"type": "string", "transform": {"client": "{schema_id}", "server": "{table_name}"}}),
        ("{Country} restricted", {"type": "mapped_array", "items": {"$ref": "Country"}, "restricted_projection": True}),
        ("string enum(big small)", {"type": "string", "enum": ["big", "small"]}),
        ('string =""', {"type": "string", "default": ""}),
        ('string ="two  words \\" here"', {"type": "string", "default": 'two  words " here'}),
        ("string =null", {"type": "string", "default": None}),
        ("number =0.5", {"type": "number", "default": 0.5}),
        ("boolean =true @raw", {"type": "boolean", "default": True, "alias_for": "raw"}),
    ],
)
def test_declaration_gives_the_wire_property(declaration: str, wire: dict[str, Any]) -> None:
    assert schema_of(city(f"trait: {declaration}  Something about it."))["properties"]["trait"] == wire


def test_plain_type_has_every_list_of_the_wire_format() -> None:
    assert schema_of(city("name: string !  What inhabitants call it.")) == {
        "id": "City",
        "type": "object",
        "properties": {"name": {"type": "string"}, "id": {"type": "string", "default": "{uid}"}},
        "primary_key": ["id"],
        "required": ["name", "id"],
        "immutable": ["id"],
        "default_projections": ["id"],
    }


@pytest.mark.parametrize(
    ("lines", "key", "value"),
    [
        (["size: number ^  Inhabitants counted."], "computed", ["size"]),
        (["size: number ~  Inhabitants counted."], "immutable", ["size", "id"]),
        (["size: number !~^  Inhabitants counted."], "required", ["size", "id"]),
        (["size: number  Inhabitants counted.", "required size"], "required", ["id", "size"]),
        (["size: number  Inhabitants counted.", "computed size", "computed size"], "computed", ["size"]),
        (["group_by"], "metadata", {"group_by": True}),
        (["system raw other"], "system_projections", ["raw", "other"]),
        (["size: number  Inhabitants counted.", "projections size id"], "default_projections", ["size", "id"]),
        (["key a b", "a: string  One half.", "b: string  Other half."], "primary_key", ["a", "b"]),
        (["key a b", "a: string  One half.", "b: string  Other half."], "default_projections", ["a", "b"]),
    ],
)
def test_marks_and_directives_give_the_wire_lists(lines: list[str], key: str, value: object) -> None:
    assert schema_of(city(*lines))[key] == value


def test_alias_with_classifier() -> None:
    schema = schema_of(city("classifier kind 42", header="City @Place"))
    assert schema["alias_for"] == {"id": "Place", "classifiers": {"kind": "42"}}
    assert schema_of(city(header="City @Place"))["alias_for"] == "Place"


BASE = """
Place @Spot
    Somewhere on the map.
    group_by
    projections id name
    system raw
    id: uid !~                 Made by the client.
    name: string ! ="" @title  What inhabitants call it.
    area: number ~^            Square kilometres; measured by the server.
    mayor_id: string           Who governs, as a code.
"""


def test_type_inherits_all_of_its_base_but_the_alias() -> None:
    base, city_schema = (
        schema_of(BASE + city(header="City(Place)"), "Place"),
        schema_of(BASE + city(header="City(Place)")),
    )
    assert {key: value for key, value in city_schema.items() if key not in ("id", "$mixin")} == {
        key: value for key, value in base.items() if key not in ("id", "alias_for")
    }
    assert city_schema["$mixin"] == {"$ref": "Place"}


def test_type_extends_and_redefines_what_it_inherits() -> None:
    lines = [
        "hint /alias_for preserve",
        "immutable mayor_id",
        'name: string ="Rome" @title',
        "river: string !  What flows.",
    ]
    schema = schema_of(BASE + city(*lines, header="City(Place)"))
    assert schema["$mixin"] == {"$ref": "Place", "hints": {"/alias_for": "preserve"}}
    assert schema["immutable"] == ["id", "area", "mayor_id"]
    assert schema["required"] == ["id", "name", "river"]
    assert list(schema["properties"]) == ["id", "name", "area", "mayor_id", "river"]
    assert schema["properties"]["name"] == {"type": "string", "default": "Rome", "alias_for": "title"}


def test_types_may_be_written_before_their_base_and_in_another_file() -> None:
    derived = read_source("a.schema", "City(Place)\n    A large place that people live in.\n")
    workspace = compile_sources([derived, read_source("b.schema", BASE)])
    assert [schema["id"] for schema in workspace.schemas] == ["City", "Place"]
    assert list(workspace.schemas[0]["properties"]) == ["id", "name", "area", "mayor_id"]


def test_descriptions_are_stored_once_and_looked_up_through_the_bases() -> None:
    workspace = compiled(BASE + city('name: string ="Rome" @title', "river: string  What flows.", header="City(Place)"))
    assert workspace.descriptions["City"] == {"": "A large place that people live in.", "river": "What flows."}
    assert workspace.describe("City", "name") == "What inhabitants call it."
    assert workspace.describe("City", "river") == "What flows."
    assert workspace.describe("City") == "A large place that people live in."
    assert workspace.describe("City", "moon") is None
    assert workspace.describe("Planet") is None


def test_shared_words_serve_attributes_without_a_description() -> None:
    words = "words\n    size: number  Inhabitants counted.\n    size  Letter from S to XL.\n"
    workspace = compiled(
        words + city("size: number") + "Shirt\n    Clothing for fans.\n    id: uid !~  Made up.\n    size: string\n"
    )
    assert workspace.describe("City", "size") == "Inhabitants counted."
    assert workspace.describe("Shirt", "size") == "Letter from S to XL."


def test_foreign_key_takes_the_description_of_its_reference() -> None:
    workspace = compiled(
        city(
            "land_id: fk(Country)",
            "land: >Country  State it lies in.",
            "url_id: fk(Country)",
            "url: >Country  UNO address.",
        )
    )
    assert workspace.describe("City", "land_id") == "Id of `land`: state it lies in."
    assert workspace.describe("City", "url_id") == "Id of `url`: UNO address."


def test_descriptions_may_stand_on_deeper_lines() -> None:
    workspace = compiled(
        "# a comment\nCity\n    A large place\n        that people live in.\n\n"
        "    id: uid !~\n        Made by\n        the client.\n"
    )
    assert workspace.describe("City") == "A large place that people live in."
    assert workspace.describe("City", "id") == "Made by the client."


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["size: number Inhabitants"], "unknown flag 'Inhabitants'; write two spaces before a description"),
        (["size: float  Inhabitants counted."], "unknown kind 'float' of 'size'; write one of string,"),
        (["size: {a: Country}  Something about it."], "unknown kind '{a: Country}' of 'size'"),
        (["size:"], "no kind given for 'size'"),
        (["size: string =main  Something about it."], "default 'main' is not JSON; write a text in quotes"),
        (["Size is large"], "cannot read 'Size is large'; write `name: kind flags  Text.`"),
        (["size: number  Counted.", "size: number  Measured."], "City.size is written twice; remove one"),
        (["land: >Planet  Where it lies."], "City.land refers to 'Planet'; write the name of a type"),
        (["required size"], "City: 'required' names 'size'; write an attribute of the type"),
        (["projections size"], "City: 'projections' names 'size'"),
        (["key size"], "City: 'key' names 'size'"),
        (["required"], "'required' names nothing; write attributes behind it"),
        (["group_by size"], "'group_by' takes 0 words, not 1"),
        (["hint size"], "'hint' takes 2 words, not 1"),
        (["classifier kind 42"], "classifier without alias; write `City @alias` above"),
        (["size: number"], "City.size: no description; write one line"),
        (
            ["size: number  The size of the city."],
            "City.size: description 'The size of the city.' only repeats the name",
        ),
        (["size: number  Inhabitants counted"], "City.size: description 'Inhabitants counted' has no full stop"),
        (
            ["size: number  " + "very " * 25 + "big."],
            f"City.size: description has 129 characters; use {LONGEST} at most",
        ),
    ],
)
def test_problem_in_a_type_says_where_and_what_to_write(lines: list[str], message: str) -> None:
    problems = problems_of(city(*lines))
    expected = f"world.schema:{6 + len(lines)}: {message}"
    assert any(problem.startswith(expected) for problem in problems), problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("city\n    Large.\n", "world.schema:1: not the start of a type: 'city'; write `Type(Base) @alias` or `words`"),
        ("    City\n", "world.schema:1: indented line before the first type; write a type's name at the margin first"),
        (COUNTRY + "\tname: string  What it is called.\n", "world.schema:4: tab found; indent with four spaces"),
        (COUNTRY + COUNTRY, "world.schema:4: Country is written twice, first at world.schema:1; remove one"),
        (COUNTRY + "City(Town)\n    Big.\n", "world.schema:4: City: unknown base 'Town'; write the name of a type"),
        ("City\n    A place.\n", "world.schema:1: City has no `id`; write `id: uid !~`, or `key` and its attributes"),
        (
            COUNTRY + "City(Country)\n    Big.\n    id: uid\n",
            "world.schema:6: City.id changes nothing of Country; remove it",
        ),
        ("words\n    size: number\n" + COUNTRY, "world.schema:2: not a line of shared words; write `name  Text.`"),
        (
            "words\n    size  Counted.\n" + COUNTRY,
            "world.schema:2: shared words for 'size' serve no attribute; remove them",
        ),
        (
            "words\n    id  Counted.\n    id  Made.\n" + "City\n    Big.\n    id: uid !~\n",
            "world.schema:3: shared words for 'id' are written twice; remove one",
        ),
        (
            "City\n    City.\n    id: uid !~  Made up.\n",
            "world.schema:1: City: description 'City.' only repeats the name",
        ),
        ("City\n    id: uid !~  Made up.\n", "world.schema:1: City: no description; write one line"),
    ],
)
def test_problem_of_a_file_says_where_and_what_to_write(text: str, problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(text)), problems_of(text)


def test_bases_that_lead_in_a_circle_are_reported_for_each_type() -> None:
    problems = problems_of("City(Town)\n    Large.\nTown(City)\n    Small.\n")
    assert [problem.split(": ")[0] for problem in problems] == ["world.schema:1", "world.schema:3"]
    assert all("end the circle" in problem for problem in problems)


def test_all_problems_come_at_once_in_order_of_place() -> None:
    problems = problems_of(city("a: float  Bad kind.", "b: >Moon  Bad target.", "required c", "d: string"))
    assert [problem.split(":")[1] for problem in problems] == ["7", "8", "9", "10"]


@pytest.mark.parametrize(
    ("description", "names"),
    [
        ("Name.", ["name"]),
        ("The status id.", ["status_id", "Task"]),
        ("Status id", ["status_id"]),
        ("Name of the task.", ["name", "Task"]),
        ("List of notes.", ["notes"]),
        ("A collection of the statuses for this object.", ["statuses", "Invitee"]),
        ("Whether it is published.", ["is_published"]),
        ("Asset version of the review session object.", ["asset_version", "ReviewSessionObject"]),
        ("The categories.", ["category"]),
        ("", ["name"]),
    ],
)
def test_description_that_only_repeats_the_name_counts_as_missing(description: str, names: list[str]) -> None:
    assert repeats_name(description, *names)


@pytest.mark.parametrize(
    ("description", "names"),
    [
        ("Work planned, in seconds.", ["bid", "Task"]),
        ("Current status; the server picks one when none is given.", ["status", "Task"]),
        ("Id of `status`: current step of the work.", ["status_id", "Task"]),
        ("Given name.", ["first_name", "User"]),
    ],
)
def test_description_that_adds_something_counts(description: str, names: list[str]) -> None:
    assert not repeats_name(description, *names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "world.schema").write_text(BASE + city(header="City(Place)"), encoding="utf-8")
    return tmp_path


def test_rendered_files_read_back_as_what_was_compiled(folder: Path) -> None:
    workspace = compile_folder(folder)
    texts = render(workspace)
    assert json.loads(texts["query_schemas.json"]) == workspace.schemas
    assert json.loads(texts["descriptions.json"]) == workspace.descriptions
    assert all(text.isascii() and "\r" not in text and text.endswith("\n") for text in texts.values())


def test_schemas_have_one_property_per_line(folder: Path) -> None:
    lines = render(compile_folder(folder))["query_schemas.json"].splitlines()
    assert '      "area": {"type": "number"},' in lines


def test_command_writes_and_check_tells_stale_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--check"]) == 1
    assert "stale: query_schemas.json, descriptions.json; run `python -m ftrack_gen.notation" in capsys.readouterr().err
    assert main([str(folder)]) == 0
    assert main([str(folder), "--check"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "3 types, 5 described attributes, 2 files changed",
        "3 types, 5 described attributes, 0 files changed",
    ]
    (folder / "descriptions.json").write_bytes((folder / "descriptions.json").read_bytes().replace(b"\n", b"\r\n"))
    assert main([str(folder), "--check"]) == 1
    assert "stale: descriptions.json;" in capsys.readouterr().err


def test_command_reports_problems_and_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "world.schema").write_text("City(Town)\n    Large.\n", encoding="utf-8")
    assert main([str(folder)]) == 1
    assert "world.schema:1: City: unknown base 'Town'" in capsys.readouterr().err
    assert not (folder / "query_schemas.json").exists()


def test_folder_without_sources_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(NotationError, match=r"no \*\.schema file in this folder"):
        compile_folder(tmp_path)


@pytest.mark.parametrize("seed", ["0", "1"])
def test_same_sources_give_the_same_bytes_under_any_hash_seed(seed: str, folder: Path) -> None:
    code = (
        "import pathlib, sys; from ftrack_gen.notation import compile_folder, render; "
        "print(render(compile_folder(pathlib.Path(sys.argv[1]))))"
    )
    environment = {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder)], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == str(render(compile_folder(folder)))
