"""What the classes say of their attributes is what the schema says; what entities hold is read without the runtime."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import datetime, timezone
from typing import Any, ClassVar, Final

import attrs
import pytest

from ftrack_typed.attributes import METADATA_KEY, Attr, Descriptor
from ftrack_typed.declaration import entity
from ftrack_typed.entities import REGISTRY, Metadata, Project, SettingComponent, Shot, Status, Task, User
from ftrack_typed.entity import Entity
from ftrack_typed.errors import (
    DirectInstantiationError,
    NotLoadedError,
    UnknownAttributeError,
)
from ftrack_typed.facts import AttributeFacts, AttributeKind
from ftrack_typed.page import Page
from ftrack_typed.symbols import NOT_SET, SERVER_SIDE

ENTITY_TYPES: Final = sorted(REGISTRY)
TEXTS: Final = {"date-time": "datetime", "integer": "int"}
"""Formats of text that are read as another type."""

LINKS: Final = ("link", "_link")
"""Attributes that the schema calls text, and that the server sends as a list (protocol section 3)."""

Schemas = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def schemas(standard_schemas: list[dict[str, Any]]) -> Schemas:
    return {schema["id"]: schema for schema in standard_schemas}


def described(name: str) -> dict[str, tuple[attrs.Attribute[Any], AttributeFacts]]:
    """Return the fields and facts of the entity type *name*, by the server's names."""
    found = {}
    for field in attrs.fields(attrs_class(REGISTRY.entity_type(name))):
        facts: AttributeFacts = field.metadata[METADATA_KEY]
        assert facts.name == field.name
        assert facts.wire not in found
        found[facts.wire] = (field, facts)
    return found


def attrs_class(entity_type: type[Entity]) -> Any:
    """Return *entity_type* as attrs sees it."""
    return entity_type


def kind_of(name: str, wire: Mapping[str, Any]) -> AttributeKind:
    """Return what the schema's property *name* holds, by the rules of protocol section 3."""
    if "restricted_projection" in wire:
        return AttributeKind.RESTRICTED
    if name == "custom_attributes":
        return AttributeKind.CUSTOM
    by_type = {"array": AttributeKind.COLLECTION, "mapped_array": AttributeKind.MAPPED}
    return AttributeKind.REFERENCE if "$ref" in wire else by_type.get(wire["type"], AttributeKind.SCALAR)


def test_every_schema_has_a_class_and_no_class_is_left_over(schemas: Schemas) -> None:
    assert {REGISTRY.entity_type(name).entity_type for name in ENTITY_TYPES} == set(schemas)


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_names_and_kinds_are_those_of_the_schema(name: str, schemas: Schemas) -> None:
    schema = schemas[REGISTRY.entity_type(name).entity_type]
    found = {wire: facts.kind for wire, (_, facts) in described(name).items()}
    assert found == {prop: kind_of(prop, wire) for prop, wire in schema["properties"].items()}


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_targets_are_those_of_the_schema(name: str, schemas: Schemas) -> None:
    properties = schemas[REGISTRY.entity_type(name).entity_type]["properties"]
    entities = (AttributeKind.REFERENCE, AttributeKind.COLLECTION, AttributeKind.RESTRICTED)
    for wire, (_, facts) in described(name).items():
        stated = properties[wire].get("$ref") or properties[wire].get("items", {}).get("$ref")
        assert (facts.target is None) == (facts.kind not in entities), wire
        if facts.target is not None:
            # ftrack's word for lists of typed contexts is tasks: ftrack_gen.corrections has the reason.
            expected = "TypedContext" if properties[wire].get("alias_for") == "_task_items" else stated
            assert facts.target == expected, wire
            assert REGISTRY.entity_type(facts.target).entity_type == expected, wire


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_types_are_text_that_agrees_with_the_schema(name: str, schemas: Schemas) -> None:
    properties = schemas[REGISTRY.entity_type(name).entity_type]["properties"]
    for wire, (field, facts) in described(name).items():
        assert isinstance(field.type, str), wire
        if facts.kind is not AttributeKind.SCALAR:
            continue
        stated = properties[wire]
        if wire in LINKS:
            assert facts.value_type == "list[LinkItem]"
        elif "enum" in stated:
            assert facts.value_type == f"Literal[{', '.join(map(repr, stated['enum']))}]"
        elif stated["type"] == "string":
            assert facts.value_type == TEXTS.get(stated.get("format"), "str"), wire
        elif stated["type"] in ("object", "variable"):
            assert facts.value_type in ("JsonObject", "JsonValue", "list[LinkItem]"), wire
        else:
            assert facts.value_type == {"number": "float", "integer": "int", "boolean": "bool"}[stated["type"]], wire


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_what_can_be_set_is_what_the_schema_lets(name: str, schemas: Schemas) -> None:
    schema = schemas[REGISTRY.entity_type(name).entity_type]
    for wire, (field, facts) in described(name).items():
        if facts.kind is AttributeKind.RESTRICTED:
            assert not facts.mutable
            continue
        names = {wire, facts.foreign_key}
        if facts.kind is AttributeKind.SCALAR:
            assert facts.computed == (wire in schema.get("computed", ())), wire
        assert facts.computed or facts.mutable == (not names & set(schema["immutable"])), wire
        assert not (facts.computed and facts.mutable), wire
        assert not facts.required or not facts.computed, wire
        assert field.init or facts.computed, wire


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_what_is_required_is_required_by_the_schema(name: str, schemas: Schemas) -> None:
    schema = schemas[REGISTRY.entity_type(name).entity_type]
    for wire, (_, facts) in described(name).items():
        if facts.required:
            assert wire in schema["required"], wire
            assert facts.default is NOT_SET, wire
        elif facts.kind is AttributeKind.SCALAR and wire in schema["required"] and not facts.computed:
            assert facts.default is not NOT_SET, f"{wire} is required, has no default and is not asked for"


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_keys_and_projections_are_those_of_the_schema(name: str, schemas: Schemas) -> None:
    entity_type = REGISTRY.entity_type(name)
    schema = schemas[entity_type.entity_type]
    assert list(entity_type.primary_key_attributes) == schema["primary_key"]
    assert list(entity_type.default_projections) == schema["default_projections"]


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_foreign_key_is_an_attribute_of_the_same_type(name: str) -> None:
    found = described(name)
    for wire, (_, facts) in found.items():
        if facts.foreign_key is not None:
            assert facts.kind is AttributeKind.REFERENCE, wire
            assert found[facts.foreign_key][1].kind is AttributeKind.SCALAR, wire


@pytest.mark.parametrize(
    ("entity_type", "name", "facts"),
    [
        (
            Task,
            "bid",
            AttributeFacts(name="bid", wire="bid", kind=AttributeKind.SCALAR, value_type="float", default=SERVER_SIDE),
        ),
        (
            Task,
            "status",
            AttributeFacts(
                name="status",
                wire="status",
                kind=AttributeKind.REFERENCE,
                value_type="Status",
                target="Status",
                default=SERVER_SIDE,
                foreign_key="status_id",
            ),
        ),
        (
            Task,
            "time_logged",
            AttributeFacts(
                name="time_logged",
                wire="time_logged",
                kind=AttributeKind.SCALAR,
                value_type="float",
                nullable=True,
                mutable=False,
                computed=True,
            ),
        ),
        (
            Metadata,
            "key",
            AttributeFacts(
                name="key", wire="key", kind=AttributeKind.SCALAR, value_type="str", mutable=False, required=True
            ),
        ),
        (
            Task,
            "link_",
            AttributeFacts(
                name="link_", wire="_link", kind=AttributeKind.SCALAR, value_type="list[LinkItem]", mutable=False
            ),
        ),
    ],
)
def test_facts_of_an_attribute(entity_type: type[Entity], name: str, facts: AttributeFacts) -> None:
    assert getattr(attrs.fields(attrs_class(entity_type)), name).metadata == {METADATA_KEY: facts}


def test_what_differs_below_a_base_is_in_the_facts() -> None:
    assert Task._ftrack_facts["bid"].mutable
    assert not Shot._ftrack_facts["bid"].mutable
    assert Project._ftrack_facts["parent"].nullable
    assert not Task._ftrack_facts["parent"].nullable


class Unusable:
    """A session that fails on any use, but says that its server has the schema of the code."""

    def __getattribute__(self, name: str) -> Any:
        if name == "drift":
            return None
        raise AssertionError(f"the session was asked for {name}")


def attached(entity_type: type[Entity], values: Mapping[str, object]) -> Any:
    """Return an entity that belongs to a session which fails on any use."""
    session: Any = Unusable()
    return entity_type._ftrack_new(values, Page(session))


@pytest.fixture
def task() -> Any:
    return attached(
        Task,
        {
            "id": "t1",
            "name": "comp",
            "bid": 1.5,
            "description": None,
            "start_date": datetime(2026, 5, 4, tzinfo=timezone.utc),
            "status": attached(Status, {"id": "s1", "name": "Ready"}),
        },
    )


@pytest.fixture
def failing_descriptors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(self: Descriptor, instance: object, owner: object) -> object:
        raise AssertionError(f"{self.facts.name} was read through its descriptor")

    monkeypatch.setattr(Descriptor, "__get__", fail)
    monkeypatch.setattr(Entity, "_ftrack_absent", fail)
    monkeypatch.setattr(Entity, "__getattr__", fail, raising=False)
    return iter(())


@pytest.mark.usefixtures("failing_descriptors")
def test_loaded_attributes_are_read_without_any_code_of_ours(task: Any) -> None:
    assert (task.name, task.bid, task.description, task.status.name) == ("comp", 1.5, None, "Ready")
    with pytest.raises(AssertionError, match="sort was read through its descriptor"):
        print(task.sort)


def test_no_class_defines_what_would_slow_down_a_read() -> None:
    for name in ENTITY_TYPES:
        for base in REGISTRY.entity_type(name).__mro__[:-1]:
            assert not {"__getattribute__", "__getattr__"} & set(vars(base)), base
            assert not vars(base).get("__slots__"), base
            assert not [
                key for key, value in vars(base).items() if isinstance(value, Descriptor) and hasattr(value, "__set__")
            ]


def test_repr_equality_and_hash_load_nothing(task: Any) -> None:
    twin = attached(Task, {"id": "t1"})
    assert repr(task) == "<Task 'comp' (t1)>"
    assert repr(twin) == str(twin) == str(task) == "<Task(t1)>"
    assert repr(attached(Task, {})) == "<Task(Unknown)>"
    assert repr(attached(Metadata, {"parent_id": "p", "key": "k"})) == "<Metadata(p, k)>"
    assert task == twin
    assert hash(task) == hash(twin)
    assert task != attached(Task, {"id": "t2"})
    assert task != "t1"
    assert len({task, twin}) == 1


def test_same_key_of_another_type_is_another_row_unless_the_types_share_a_root() -> None:
    assert attached(Task, {"id": "x"}) != attached(Status, {"id": "x"})
    assert attached(Task, {"id": "x"}) == attached(Shot, {"id": "x"})


def test_entity_without_a_key_equals_itself_alone() -> None:
    task = attached(Task, {"name": "comp"})
    same = task
    assert task == same
    assert task != attached(Task, {"name": "comp"})


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda task: pickle.loads(pickle.dumps(task))])
def test_copy_holds_what_is_loaded_and_belongs_to_no_session(task: Any, duplicate: Any) -> None:
    twin = duplicate(task)
    assert type(twin) is Task
    assert twin is not task
    assert twin == task
    loaded = (twin.name, twin.bid, twin.description, twin.start_date)
    assert loaded == ("comp", 1.5, None, datetime(2026, 5, 4, tzinfo=timezone.utc))
    assert twin.status == task.status
    assert set(vars(twin)) == {"id", "name", "bid", "description", "start_date", "status", "_ftrack_page"}
    with pytest.raises(NotLoadedError, match="the entity belongs to no session"):
        print(twin.sort)
    with pytest.raises(NotLoadedError, match="the entity belongs to no session"):
        twin.name = "other"


def test_entities_that_refer_to_each_other_are_copied() -> None:
    shot = attached(Shot, {"id": "p", "name": "sh010"})
    task = attached(Task, {"id": "t", "parent": shot})
    vars(shot)["children"] = [task]
    for twin in (copy.copy(task), copy.deepcopy(task), pickle.loads(pickle.dumps(task))):
        assert twin.parent == shot
        assert twin.parent is not shot
        assert set(vars(twin.parent)) == {"id", "_ftrack_page"}, "a reference is copied by its key alone"
        with pytest.raises(NotLoadedError, match="the entity belongs to no session"):
            _ = twin.parent.name


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_class_cannot_be_called(name: str) -> None:
    entity_type: Any = REGISTRY.entity_type(name)
    for values in ({}, {"id": "x"}):
        with pytest.raises(DirectInstantiationError) as caught:
            entity_type(**values)
        class_name = entity_type.__name__
        assert str(caught.value) == f"{class_name}(...) makes no entity: call session.create({class_name}, ...)"
        assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize(
    ("name", "hint"),
    [("nmae", "; did you mean 'name'?"), ("Name", "; did you mean 'name'?"), ("zzzzzz", ""), ("_ftrack_page", "")],
)
def test_unknown_attribute_cannot_be_set(task: Any, name: str, hint: str) -> None:
    with pytest.raises(UnknownAttributeError) as caught:
        setattr(task, name, "x")
    assert str(caught.value).startswith(f"Task has no attribute {name!r}{hint}")
    assert name not in vars(task) or name == "_ftrack_page"


def test_unknown_attribute_cannot_be_read_or_deleted(task: Any) -> None:
    with pytest.raises(AttributeError, match="nmae"):
        print(task.nmae)
    # What the code does not know a newer server may have, so a session would be asked; a copy has none.
    with pytest.raises(UnknownAttributeError, match="Task has no attribute 'nmae'; did you mean 'name'"):
        print(copy.copy(task)["nmae"])
    with pytest.raises(KeyError):
        copy.copy(task)["nmae"] = "x"
    with pytest.raises(AttributeError, match=r"Task\.name cannot be deleted; del entity\['name'\] takes back a change"):
        del task.name


def test_entity_is_a_mapping_under_the_names_of_the_server(task: Any) -> None:
    assert isinstance(task, MutableMapping)
    assert (task["name"], task["status"]["name"]) == ("comp", "Ready")
    assert "name" in task
    assert "link_" not in task
    assert "_link" in task
    assert 7 not in task
    detached = copy.copy(task)
    assert (detached.get("name"), detached.get("nmae"), detached.get("nmae", 7)) == ("comp", None, 7)
    # What the server takes in criteria only has no value, and is no key.
    restricted = {"custom_attribute_links", "custom_attribute_links_from"}
    assert len(task) == len(list(task))
    assert set(task) == set(Task._ftrack_names) - restricted
    assert "custom_attribute_links" not in task
    keys: Any = task.keys()
    assert isinstance(keys, list)
    assert keys == list(task)
    assert keys[0] == next(iter(task))


def test_values_and_items_are_lists() -> None:
    # Typed as views, as in any mapping; that they are lists is what scripts in the wild rely on.
    metadata: Any = Metadata._ftrack_new({"parent_id": "p", "key": "k", "value": "v", "parent_type": "Task"})
    assert metadata.keys() == ["key", "parent_id", "parent_type", "value"]
    assert metadata.values() == ["k", "p", "Task", "v"]
    assert metadata.items() == [("key", "k"), ("parent_id", "p"), ("parent_type", "Task"), ("value", "v")]
    assert dict(metadata) == dict(metadata.items())
    assert metadata.to_dict() == dict(metadata)


def test_export_of_what_is_loaded_loads_nothing(task: Any) -> None:
    exported = task.to_dict()
    assert set(exported) == {"id", "name", "bid", "description", "start_date", "status"}
    assert exported["status"] is task.status


def renamed() -> list[tuple[str, str, str]]:
    """Return the attributes whose name in Python is not that of the server: entity type, name, name of the server."""
    every = [(name, facts) for name in ENTITY_TYPES for facts in REGISTRY.entity_type(name)._ftrack_facts.values()]
    return [(name, facts.name, facts.wire) for name, facts in every if facts.name != facts.wire]


@pytest.mark.parametrize(("entity_type", "name", "wire"), renamed())
def test_renamed_attribute_works_both_ways(entity_type: str, name: str, wire: str) -> None:
    assert name == f"{wire.strip('_')}_"
    entity = attached(REGISTRY.entity_type(entity_type), {name: "a value"})
    assert getattr(entity, name) == "a value"
    assert entity[wire] == "a value"
    assert entity[name] == "a value"
    assert wire in entity


def test_names_that_a_mapping_has_are_renamed() -> None:
    wires = {wire for _, _, wire in renamed()}
    assert {"items", "from", "entity_type", "_link"} & wires
    assert not {"items", "keys", "values", "get", "update", "pop", "entity_type", "session"} & {
        facts.name for name in ENTITY_TYPES for facts in REGISTRY.entity_type(name)._ftrack_facts.values()
    }


def test_key_of_a_detached_entity_is_known_or_said_to_be_missing() -> None:
    assert User._ftrack_new({"id": "u"})._ftrack_key() == {"id": "u"}
    with pytest.raises(NotLoadedError, match=r"User\.id is not loaded: it is part of the primary key"):
        User._ftrack_new({})._ftrack_key()
    assert SettingComponent.primary_key_attributes


FIELDS_OF_A_SUBTYPE_FIRST = """
import sys, threading
import ftrack_typed.entities as entities
from ftrack_typed.entities import Task, TypedContext
assert "attr" not in sys.modules
import attrs
gate, found = threading.Barrier(4), []

def ask(entity_type):
    gate.wait()
    found.append((entity_type, attrs.fields(entity_type)))

threads = [threading.Thread(target=ask, args=(each,)) for each in (Task, TypedContext, Task, TypedContext)]
for each in threads: each.start()
for each in threads: each.join()
assert len(found) == 4
assert all(fields is attrs.fields(entity_type) for entity_type, fields in found)
assert [field.name for field in attrs.fields(Task)] == list(Task._ftrack_facts)
assert attrs.has(Task) and not attrs.has(entities.Session)
assert attrs.fields(Task).bid.inherited and not attrs.fields(TypedContext).bid.inherited
"""


def test_attrs_knows_the_fields_whoever_asks_first() -> None:
    # In a process of its own, for the fields are made once.
    done = subprocess.run(
        [sys.executable, "-c", FIELDS_OF_A_SUBTYPE_FIRST], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_annotation_without_a_value_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Broken\.size needs a value: write size: Attr\[float\] = attribute\(\)"):

        @entity
        class Broken(Entity):
            entity_type: ClassVar = "Broken"
            size: Attr[float]
