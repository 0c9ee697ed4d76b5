"""Tests the model of schemas: every key of the wire, each kind of property, and the words for what does not fit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from ftrack_typed.errors import SchemaError
from ftrack_typed.schema import Deprecation, Property, PropertyKind, Schema, structure_schemas
from ftrack_typed.symbols import NOT_SET


def structured(**keys: object) -> Schema:
    """Structure one schema with these keys beside the two that every schema has."""
    (schema,) = structure_schemas([{"id": "Task", "properties": {}, **keys}])
    return schema


def property_of(wire: Mapping[str, object]) -> Property:
    """Structure one property of a schema."""
    return structured(properties={"field": wire}).properties["field"]


def problems_of(*raw: object) -> tuple[str, ...]:
    """Return what is said about schemas that do not fit."""
    with pytest.raises(SchemaError) as caught:
        structure_schemas(list(raw))
    return caught.value.problems


KINDS: list[tuple[dict[str, object], PropertyKind]] = [
    ({"type": "string"}, PropertyKind.STRING),
    ({"type": "string", "format": "foreign_key"}, PropertyKind.FOREIGN_KEY),
    ({"format": "foreign_key"}, PropertyKind.FOREIGN_KEY),
    ({"type": "string", "format": "date-time"}, PropertyKind.DATETIME),
    ({"type": "string", "format": "json"}, PropertyKind.JSON),
    ({"type": "string", "format": "integer"}, PropertyKind.INTEGER),
    ({"type": "string", "format": "unheard-of"}, PropertyKind.STRING),
    ({"type": "integer"}, PropertyKind.INTEGER),
    ({"type": "integer", "format": "foreign_key"}, PropertyKind.INTEGER),
    ({"type": "number"}, PropertyKind.NUMBER),
    ({"type": "boolean"}, PropertyKind.BOOLEAN),
    ({"type": "object"}, PropertyKind.OBJECT),
    ({"type": "variable"}, PropertyKind.VARIABLE),
    ({"type": "array", "items": {"$ref": "Note"}}, PropertyKind.COLLECTION),
    ({"type": "mapped_array", "items": {"$ref": "Metadata"}}, PropertyKind.MAPPED_COLLECTION),
    ({"$ref": "Status"}, PropertyKind.REFERENCE),
    ({"type": "array"}, PropertyKind.UNKNOWN),
    ({"type": "hologram"}, PropertyKind.UNKNOWN),
    ({}, PropertyKind.UNKNOWN),
]


@pytest.mark.parametrize(("wire", "kind"), KINDS, ids=[str(wire) for wire, _ in KINDS])
def test_kind(wire: dict[str, object], kind: PropertyKind) -> None:
    assert property_of(wire).kind is kind


def test_every_kind_is_tried() -> None:
    assert {kind for _, kind in KINDS} == set(PropertyKind)


def test_every_key_of_a_property() -> None:
    assert property_of(
        {
            "type": "mapped_array",
            "format": "some",
            "$ref": "Status",
            "items": {"$ref": "Metadata"},
            "default": "{uid}",
            "alias_for": "statusid",
            "description": "Foreign key(s): Status.id",
            "restricted_projection": True,
            "key_value_attributes": {"key": "key", "value": "content"},
            "transform": {"client": "{schema_id}", "server": "{table_name}"},
            "enum": ["queued", "done"],
            "deprecated": {"$ref": "Other", "message": "Use the other."},
            "invented_later": [1],
        }
    ) == Property(
        name="field",
        kind=PropertyKind.MAPPED_COLLECTION,
        type="mapped_array",
        format="some",
        reference="Status",
        items="Metadata",
        default="{uid}",
        alias_for="statusid",
        description="Foreign key(s): Status.id",
        restricted_projection=True,
        key_value_attributes=("key", "content"),
        transform={"client": "{schema_id}", "server": "{table_name}"},
        enum=("queued", "done"),
        deprecated=Deprecation(reference="Other", message="Use the other."),
        extra={"invented_later": [1]},
    )


def test_every_key_of_a_schema() -> None:
    schema = structured(
        type="object",
        primary_key=["id", "key"],
        required=["id"],
        immutable=["id", "key"],
        computed=["url"],
        default_projections=["id", "name"],
        system_projections=["typeid"],
        alias_for={"id": "Model", "classifiers": {"object_typeid": "some-id"}},
        metadata={"group_by": True},
        deprecated={"$ref": "Other", "message": "Gone soon."},
        **{"$mixin": {"$ref": "TypedContext", "hints": {"deep": [1]}}, "invented_later": {"a": 1}},
    )
    assert schema == Schema(
        id="Task",
        properties={},
        primary_key=("id", "key"),
        required=("id",),
        immutable=("id", "key"),
        computed=("url",),
        default_projections=("id", "name"),
        system_projections=("typeid",),
        alias_for="Model",
        classifiers={"object_typeid": "some-id"},
        mixin="TypedContext",
        mixin_hints={"deep": [1]},
        metadata={"group_by": True},
        deprecated=Deprecation(reference="Other", message="Gone soon."),
        extra={"type": "object", "invented_later": {"a": 1}},
    )


def test_absent_keys() -> None:
    assert structured() == Schema(id="Task", properties={})
    assert property_of({}) == Property(name="field")
    assert property_of({}).default is NOT_SET


def test_alias_that_is_a_text_has_no_classifiers() -> None:
    schema = structured(alias_for="Show")
    assert (schema.alias_for, schema.classifiers) == ("Show", {})


@pytest.mark.parametrize("default", [None, "", 0, False, "{uid}", 1.5, ["a"], {"a": 1}])
def test_default_is_kept_as_it_is(default: object) -> None:
    found = property_of({"type": "string", "default": default}).default
    assert found == default
    assert type(found) is type(default)


def test_null_stands_for_an_absent_key() -> None:
    of_schema = ("alias_for", "primary_key", "system_projections", "metadata", "deprecated", "$mixin")
    assert structured(**dict.fromkeys(of_schema)) == structured()
    of_property = ("type", "format", "$ref", "items", "description", "enum", "transform", "key_value_attributes")
    assert property_of(dict.fromkeys(of_property)) == property_of({})


@pytest.mark.parametrize(
    ("wire", "deprecation"),
    [
        (True, Deprecation()),
        (False, None),
        ("Use notes.", Deprecation(message="Use notes.")),
        ({"$ref": "Note"}, Deprecation(reference="Note")),
        ({"message": "Use notes.", "since": 4}, Deprecation(message="Use notes.")),
    ],
)
def test_deprecation_in_every_shape(wire: object, deprecation: Deprecation | None) -> None:
    assert structured(deprecated=wire).deprecated == deprecation
    assert property_of({"deprecated": wire}).deprecated == deprecation


def test_a_key_that_is_named_like_a_field_is_extra() -> None:
    found = property_of({"type": "string", "name": "other", "kind": "REFERENCE", "reference": "Status", "extra": 1})
    assert (found.name, found.kind, found.reference) == ("field", PropertyKind.STRING, None)
    assert found.extra == {"name": "other", "kind": "REFERENCE", "reference": "Status", "extra": 1}


def test_properties_keep_the_order_of_the_wire() -> None:
    names = ["z", "a", "m", "_link", "link"]
    assert list(structured(properties={name: {} for name in names}).properties) == names


def test_every_problem_is_told_at_once_with_its_path() -> None:
    assert problems_of(
        {
            "id": "Task",
            "properties": {
                "parent": {"type": 3, "items": {}, "$ref": ["Context"]},
                "status": "Status",
                "job": {"enum": "abc", "key_value_attributes": {"key": "key"}, "restricted_projection": 1},
                "good": {"type": "string"},
            },
            "$mixin": 5,
            "alias_for": {"id": "Task", "classifiers": {"typeid": 4}},
            "required": "id",
        },
        {"properties": {}},
        "Shot",
        {"id": "Note", "properties": {}},
        {"id": "Note", "properties": {}},
    ) == (
        "Task.properties.parent.type: expected a text, got 3 (int)",
        "Task.properties.parent.$ref: expected a text, got ['Context'] (list)",
        "Task.properties.parent.items: expected an object with '$ref', got {} (dict)",
        "Task.properties.status: expected an object, got 'Status' (str)",
        "Task.properties.job.restricted_projection: expected true or false, got 1 (int)",
        "Task.properties.job.key_value_attributes: expected an object with 'value', got {'key': 'key'} (dict)",
        "Task.properties.job.enum: expected a list of texts, got 'abc' (str)",
        "Task.required: expected a list of texts, got 'id' (str)",
        "Task.alias_for.classifiers: expected a text, got 4 (int)",
        "Task.$mixin: expected an object, got 5 (int)",
        "[1].id: missing",
        "[2]: expected an object, got 'Shot' (str)",
        "Note: defined 2 times",
    )


@pytest.mark.parametrize("key", ["id", "properties"])
def test_a_key_that_no_schema_can_lack(key: str) -> None:
    wire: dict[str, object] = {"id": "Task", "properties": {}}
    del wire[key]
    assert problems_of(wire) == (f"{'[0]' if key == 'id' else 'Task'}.{key}: missing",)


@pytest.mark.parametrize("raw", [None, {}, "schemas", 5])
def test_what_is_no_list_is_refused(raw: object) -> None:
    with pytest.raises(SchemaError, match="expected a list of schemas, got"):
        structure_schemas(raw)


def test_messages_stay_short() -> None:
    (problem,) = problems_of({"id": "Task", "properties": ["x" * 10_000]})
    assert len(problem) < 100


def test_cattrs_is_loaded_by_the_first_schema_only() -> None:
    code = """
import sys
from ftrack_typed.schema import SchemaCache, structure_schemas
assert "cattrs" not in sys.modules
structure_schemas([{"id": "Task", "properties": {}}])
assert "cattrs" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_key_of_the_standard_workspace(standard_schemas: list[dict[str, Any]]) -> None:
    assert_round_trip(standard_schemas)


def test_every_key_of_a_recorded_server(recorded_schemas: list[dict[str, Any]]) -> None:
    assert_round_trip(recorded_schemas)
    unknown = [
        f"{schema.id}.{found.name}"
        for schema in structure_schemas(recorded_schemas)
        for found in schema.properties.values()
        if found.kind is PropertyKind.UNKNOWN or found.extra
    ]
    assert unknown == []


def assert_round_trip(raw: list[dict[str, Any]]) -> None:
    """Assert that the model says all that *raw* does: that each schema can be written from it again."""
    assert len(raw) > 100
    for wire, schema in zip(raw, structure_schemas(raw), strict=True):
        assert schema_to_wire(schema) == wire
        assert list(schema.properties) == list(wire["properties"])


def schema_to_wire(schema: Schema) -> dict[str, object]:
    """Write a schema as a server does: what is empty is absent, but for what every schema has."""
    alias: object = schema.alias_for
    if schema.classifiers:
        alias = {"id": schema.alias_for, "classifiers": dict(schema.classifiers)}
    always = {
        "id": schema.id,
        "properties": {name: property_to_wire(own) for name, own in schema.properties.items()},
        "primary_key": list(schema.primary_key),
        "required": list(schema.required),
        "immutable": list(schema.immutable),
        "default_projections": list(schema.default_projections),
    }
    return always | without_empty(
        {
            **schema.extra,
            "computed": list(schema.computed),
            "system_projections": list(schema.system_projections),
            "alias_for": alias,
            "$mixin": without_empty({"$ref": schema.mixin, "hints": dict(schema.mixin_hints)}),
            "metadata": dict(schema.metadata),
        }
    )


def property_to_wire(own: Property) -> dict[str, object]:
    """Write a property as a server does."""
    wire = without_empty(
        {
            **own.extra,
            "type": own.type,
            "format": own.format,
            "$ref": own.reference,
            "items": without_empty({"$ref": own.items}),
            "alias_for": own.alias_for,
            "description": own.description,
            "restricted_projection": own.restricted_projection or None,
            "key_value_attributes": dict(zip(("key", "value"), own.key_value_attributes or (), strict=False)),
            "transform": own.transform,
            "enum": list(own.enum),
        }
    )
    return wire if own.default is NOT_SET else {**wire, "default": own.default}


def without_empty(wire: Mapping[str, object]) -> dict[str, object]:
    """Leave out what is None or an empty container."""
    return {key: value for key, value in wire.items() if value is not None and value != [] and value != {}}
