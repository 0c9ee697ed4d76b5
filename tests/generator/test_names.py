"""Names that Python would refuse, or that the runtime needs, cannot reach a template."""

from __future__ import annotations

import importlib
import keyword
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_gen.annotations import Annotations
from ftrack_gen.imports import ORIGINS, Imports
from ftrack_gen.names import (
    AttributeName,
    ClassName,
    PythonName,
    attribute_name,
    attribute_names,
    class_names,
    module_names,
    snake_case,
)
from ftrack_gen.reserved import RESERVED_ATTRIBUTES, RESERVED_CUSTOM_ATTRIBUTES, RESERVED_EXPORTS
from ftrack_typed.custom_attributes import CustomAttributes
from ftrack_typed.entity import Entity

from .conftest import RunCommand, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("text", ["", "1st", "two words", "class", "None", "a-b", "x\n", "f()", "ﬁle"])
def test_unsafe_names_cannot_be_made(text: str) -> None:
    with pytest.raises(ValueError, match="is no name for Python source"):
        PythonName(text)


@given(st.text(max_size=20))
def test_any_attribute_gets_a_safe_name(wire: str) -> None:
    name = attribute_name(wire, {"taken", "id"}, RESERVED_ATTRIBUTES)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert not name.startswith(("__", "_ftrack_"))
    assert name not in RESERVED_ATTRIBUTES
    assert name not in {"taken", "id"}


@given(st.lists(st.text(max_size=6), unique=True, max_size=30))
def test_names_of_one_class_differ(wires: list[str]) -> None:
    names = attribute_names(wires, {})
    assert sorted(names) == sorted(wires)
    assert len(set(names.values())) == len(wires)
    assert attribute_names(reversed(wires), {}) == names


@pytest.mark.parametrize(
    ("wire", "name"),
    [
        ("name", "name"),
        ("from", "from_"),
        ("global", "global_"),
        ("match", "match"),
        ("type", "type"),
        ("items", "items_"),
        ("entity_type", "entity_type_"),
        ("create_note", "create_note_"),
        ("in_", "in__"),
        ("_schemas", "_schemas"),
        ("__secret", "secret_"),
        ("_ftrack_x", "ftrack_x_"),
        ("two-words", "two_words"),
        ("2d", "_2d"),
        ("größe", "größe"),
    ],
)
def test_name_of_an_attribute(wire: str, name: str) -> None:
    assert attribute_names([wire], {}) == {wire: name}


def test_twins_are_told_apart() -> None:
    assert attribute_names(["_link", "link"], {}) == {"link": "link", "_link": "link_"}
    assert attribute_names(["a-b", "a_b"], {}) == {"a_b": "a_b", "a-b": "a_b_"}


def test_inherited_attributes_keep_their_names() -> None:
    inherited = attribute_names(["_link"], {})
    assert attribute_names(["_link", "link"], inherited) == {"_link": "_link", "link": "link"}


def test_names_of_classes_and_modules() -> None:
    classes = class_names(["Session", "Task", "task", "None", "Con", "URLNote"], RESERVED_EXPORTS)
    assert classes == {
        "Con": "Con",
        "None": "None_",
        "Session": "Session_",
        "Task": "Task",
        "URLNote": "URLNote",
        "task": "task",
    }
    modules = module_names(classes)
    assert modules == {
        "Con": "con_",
        "None": "none",
        "Session": "session",
        "Task": "task_",
        "URLNote": "url_note",
        "task": "task__",
    }


@pytest.mark.parametrize(
    ("name", "module"),
    [("Task", "task"), ("ReviewSessionObject", "review_session_object"), ("APIKey2", "api_key2"), ("A", "a")],
)
def test_snake_case(name: str, module: str) -> None:
    assert snake_case(name) == module


def test_shadowed_names_are_imported_under_an_alias() -> None:
    imports = Imports({"str", "Status", "datetime"}, {"Status", "Custom"}, ["Status"])
    assert imports.name("str") == "str_"
    assert imports.name("int") == "int"
    assert imports.name("datetime") == "datetime_"
    assert imports.name("Custom") == "Custom_"
    assert imports.entity("Status", "status") == "Status_"
    assert imports.entity("Status", "status", for_types=False) == "Status"
    assert imports.blocks() == [
        "\n".join(
            (
                "from builtins import str as str_",
                "from datetime import datetime as datetime_",
                "from typing import TYPE_CHECKING",
            )
        ),
        "from ftrack_typed.custom_attributes import Custom as Custom_",
    ]
    assert imports.for_types(4) == ["    from .status import Status as Status_"]


def test_long_choices_get_a_name_that_is_free() -> None:
    from ftrack_gen.model import Attribute, Facts, Shape, Value

    taken = {"JobStateChoice"}
    annotations = Annotations(Imports((), ()), {}, taken)
    value = Value(shape=Shape.SCALAR, name="str", choices=("a" * 30, "b" * 30))
    attribute = Attribute(name=AttributeName("state"), wire="state", value=value, facts=Facts(nullable=False), doc="")
    assert annotations.of_attribute(ClassName("Job"), attribute) == "Attr[JobStateChoice_]"


def test_type_names_that_no_class_can_have_stop_the_generation(
    write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path
) -> None:
    schemas = [schema(name) for name in ("3DScene", "Asset Build", "_Own", "Task_", "Fine")]
    outcome = run("--workspace", write_workspace(schemas), "--output", tmp_path / "studio")
    assert [line.split(": ")[2] for line in outcome.errors] == ["3DScene", "Asset Build", "Task_", "_Own"]


def test_public_names_of_the_runtime_are_reserved() -> None:
    for base, reserved in ((Entity, RESERVED_ATTRIBUTES), (CustomAttributes, RESERVED_CUSTOM_ATTRIBUTES)):
        assert {name for name in dir(base) if not name.startswith("_")} <= set(reserved)


def test_every_name_of_the_runtime_is_where_it_is_imported_from() -> None:
    for module, names in ORIGINS.items():
        assert set(names.split()) <= set(vars(importlib.import_module(module)))
