"""Which custom attributes an entity type has, what they are called, and what their values are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Outcome, RunCommand, WriteWorkspace

MakeSchema = Callable[..., dict[str, Any]]
Generate = Callable[..., tuple[str, Outcome]]

SHOT = "bad911de-3bd6-47b9-8b46-3476e237cb36"
VALUES = {
    "type": "mapped_array",
    "key_value_attributes": {"key": "key", "value": "value"},
    "items": {"$ref": "ContextCustomAttributeValue"},
}


def row(key: str, type_name: str = "number", **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "label": key,
        "entity_type": "task",
        "object_type_id": SHOT,
        "type": {"name": type_name},
        "default": 1,
        "is_hierarchical": False,
        **more,
    }


@pytest.fixture
def generate(write_workspace: WriteWorkspace, schema: MakeSchema, run: RunCommand, tmp_path: Path) -> Generate:
    """Give a function that returns what is generated for rows of configurations, and what is said about them."""
    alias = {"id": "Task", "classifiers": {"object_typeid": SHOT}}
    schemas = [
        schema("Context", {"custom_attributes": VALUES}),
        schema("TypedContext", {"custom_attributes": VALUES}, alias_for="Task"),
        schema("Shot", {"custom_attributes": VALUES}, alias_for=alias),
        schema("User", {"custom_attributes": VALUES}),
        schema("List", {"custom_attributes": VALUES}),
        schema("TypedContextList", {"custom_attributes": VALUES}, alias_for={"id": "List", "classifiers": {"x": "y"}}),
        schema("ContextCustomAttributeValue", {"value": {"type": "variable"}}),
    ]

    def run_generator(*rows: dict[str, Any]) -> tuple[str, Outcome]:
        folder = write_workspace(schemas, query_custom_attribute_configurations=list(rows))
        outcome = run("--workspace", folder, "--output", tmp_path / "package")
        assert outcome.code == 0, outcome
        path = tmp_path / "package" / "custom_attributes.py"
        return path.read_text() if path.exists() else "", outcome

    return run_generator


@pytest.mark.parametrize(
    ("type_name", "annotation"),
    [
        ("number", "CustomAttr[float]"),
        ("text", "CustomAttr[str]"),
        ("url", "CustomAttr[str]"),
        ("boolean", "CustomAttr[bool]"),
        ("date", "CustomAttr[datetime]"),
        ("enumerator", "CustomAttr[list[str]]"),
        ("dynamic enumerator", "CustomAttr[list[str]]"),
        ("expression", "ComputedCustomAttr[str]"),
        ("hologram", "CustomAttr[JsonValue]"),
    ],
)
def test_type_of_the_value(generate: Generate, type_name: str, annotation: str) -> None:
    text, outcome = generate(row("it", type_name))
    assert f'    it: {annotation} = custom_attribute("{type_name}")\n' in text
    assert bool(outcome.errors) is (type_name == "hologram")


def test_type_by_its_id_alone(generate: Generate) -> None:
    text, _ = generate({**row("it"), "type": None, "type_id": "ad1034d8-15e2-11e1-b21a-0019bb4983d8"})
    assert 'it: CustomAttr[bool] = custom_attribute("boolean")' in text


@pytest.mark.parametrize("more", [{"default": None}, {"is_hierarchical": True}])
def test_value_may_be_none_without_default_or_when_hierarchical(generate: Generate, more: dict[str, Any]) -> None:
    text, _ = generate(row("it", **more))
    assert "it: CustomAttr[float | None]" in text


def test_classes_derive_along_the_entities(generate: Generate, tmp_path: Path) -> None:
    rows = [row("high", is_hierarchical=True), row("own"), row("l", entity_type="list", object_type_id=None)]
    text, _ = generate(*rows)
    assert "class ContextCustomAttributes(CustomAttributes):" in text
    assert "class ShotCustomAttributes(ContextCustomAttributes):" in text
    assert "class ListCustomAttributes(CustomAttributes):" in text
    binding = "        def _ftrack_custom_attributes(self) -> {}: ..."
    bound = {"context": "ContextCustomAttributes", "shot": "ShotCustomAttributes", "user": "CustomAttributes"}
    for module, name in bound.items():
        assert binding.format(name) in (tmp_path / "package" / f"{module}.py").read_text()
    for module in ("typed_context", "typed_context_list"):
        assert "_ftrack_custom_attributes" not in (tmp_path / "package" / f"{module}.py").read_text()
    assert '@entity(custom_attributes="ShotCustomAttributes")' in (tmp_path / "package" / "shot.py").read_text()


def test_one_key_both_hierarchical_and_not(generate: Generate) -> None:
    text, outcome = generate(row("fps", is_hierarchical=True), row("fps"))
    assert 'fps: CustomAttr[float] = custom_attribute("number")' in text
    assert "fps_hierarchical: CustomAttr[float | None] = custom_attribute(" in text
    assert 'key="fps"' in text
    assert outcome.errors == []


def test_one_key_of_types_that_never_meet(generate: Generate) -> None:
    text, _ = generate(row("fps", is_hierarchical=True), row("fps", entity_type="user", object_type_id=None))
    assert "fps_hierarchical" not in text
    assert text.count("    fps: ") == 2


def test_projects_that_disagree(generate: Generate) -> None:
    text, _ = generate(
        row("size", project_id="a"), row("size", "text", project_id="b"), row("size", "text", project_id="c")
    )
    assert "size: CustomAttr[float | str] = custom_attribute" in text


def test_enumerators_of_projects_are_put_together(generate: Generate) -> None:
    one, two = ({"config": json.dumps({"data": [{"value": each} for each in values]})} for values in ("ab", "bc"))
    text, _ = generate(
        row("pick", "enumerator", project_id="1", **one), row("pick", "enumerator", project_id="2", **two)
    )
    assert 'pick: CustomAttr[list[Literal["a", "b", "c"]]]' in text
    text, _ = generate(row("pick", "enumerator", project_id="1", **one), row("pick", "enumerator", project_id="2"))
    assert "pick: CustomAttr[list[str]]" in text


def test_colliding_keys_are_numbered_and_named(generate: Generate) -> None:
    text, outcome = generate(row("a b"), row("a-b"), row("a_b"), row("a_b_2"))
    assert [line.split(": ")[-2:] for line in outcome.errors] == [
        ["a b", "has the same name as 'a_b' in Python; it is called a_b_3"],
        ["a-b", "has the same name as 'a_b' in Python; it is called a_b_4"],
    ]
    assert '    a_b_3: CustomAttr[float] = custom_attribute("number", key="a b")' in text


@pytest.mark.parametrize(
    "config",
    ["{", '{"data": "[{"}', '{"data": 3}', '{"data": [{"menu": "x"}]}', "[]", "3", '{"data": [{"value": 3}]}'],
)
def test_unreadable_values_of_an_enumerator(generate: Generate, config: str) -> None:
    text, outcome = generate(row("pick", "enumerator", config=config))
    assert "pick: CustomAttr[list[str]]" in text
    (line,) = outcome.errors
    assert "[0] pick.config: the " in line
    assert line.endswith("any text is taken")


@pytest.mark.parametrize(
    "wrong",
    [
        {"entity_type": "task", "object_type_id": "unknown"},
        {"entity_type": "task", "object_type_id": None},
        {"entity_type": "spaceship"},
        {"entity_type": "show"},
        {"key": None},
        {"key": ""},
        {"entity_type": None},
    ],
)
def test_configuration_of_nothing_is_left_out(generate: Generate, wrong: dict[str, Any]) -> None:
    text, outcome = generate({**row("lost"), **wrong})
    assert text == ""
    (line,) = outcome.errors
    assert line.endswith("left out")
