"""Tests what behaviours mean for entity classes: they stand behind them and hide nothing, and cost no machinery."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Iterator

import pytest

from ftrack_gen.behaviours import RULES
from ftrack_gen.imports import ORIGINS
from ftrack_gen.reserved import RESERVED_ATTRIBUTES
from ftrack_typed import behaviours
from ftrack_typed.entities import REGISTRY, Context, Job, Note, Project, ProjectSchema, Shot, Task, User
from ftrack_typed.entity import Entity


def classes() -> Iterator[type]:
    """Yield the behaviours, of all modules."""
    for module in pkgutil.iter_modules(behaviours.__path__):
        loaded = importlib.import_module(f"{behaviours.__name__}.{module.name}")
        for value in vars(loaded).values():
            if inspect.isclass(value) and value.__module__ == loaded.__name__ and hasattr(value, "__slots__"):
                yield value


BEHAVIOURS = {behaviour.__name__: behaviour for behaviour in classes()}


def test_generator_knows_every_behaviour() -> None:
    assert {rule.behaviour for rule in RULES} == set(BEHAVIOURS)
    for name, behaviour in BEHAVIOURS.items():
        assert name in ORIGINS[behaviour.__module__].split()


@pytest.mark.parametrize("name", sorted(BEHAVIOURS))
def test_type_parameters_are_bound(name: str) -> None:
    (rule,) = (rule for rule in RULES if rule.behaviour == name)
    assert len(rule.binds) == len(getattr(BEHAVIOURS[name], "__parameters__", ()))


UNRESERVED = frozenset({"priority"})
"""Names of behaviours that attributes may have: tasks have a priority that is none of a location's."""


@pytest.mark.parametrize("name", sorted(BEHAVIOURS))
def test_names_are_reserved(name: str) -> None:
    public = [each for each in vars(BEHAVIOURS[name]) if not each.startswith("_") and each not in UNRESERVED]
    assert [each for each in public if each not in RESERVED_ATTRIBUTES] == []


def test_behaviours_stand_behind_entity() -> None:
    for name in REGISTRY:
        lineage = REGISTRY.entity_type(name).__mro__
        place = lineage.index(Entity)
        for behaviour in BEHAVIOURS.values():
            assert behaviour not in lineage[:place]


@pytest.mark.parametrize(
    ("entity_type", "method"),
    [
        (Task, "create_note"),
        (Project, "create_note"),
        (Note, "create_reply"),
        (User, "start_timer"),
        (User, "send_invite"),
        (ProjectSchema, "get_statuses"),
    ],
)
def test_entity_types_have_their_behaviours(entity_type: type[Entity], method: str) -> None:
    assert callable(getattr(entity_type, method))


@pytest.mark.parametrize("method", ["create_note", "start_timer", "get_statuses", "create_reply"])
def test_others_have_not(method: str) -> None:
    assert not hasattr(Job, method)


def test_facts_are_those_of_the_entity_class() -> None:
    assert Shot._ftrack_root_type == "Context"
    assert Context._ftrack_facts.keys() < Shot._ftrack_facts.keys()
    assert "create_note" not in Shot._ftrack_facts


def test_entities_are_copied_and_pickled() -> None:
    task = Task._ftrack_new({"id": "an id", "name": "comp"})
    user = User._ftrack_new({"id": "another", "username": "ann"})
    for entity in (task, user):
        for twin in (pickle.loads(pickle.dumps(entity)), copy.copy(entity)):
            assert type(twin) is type(entity)
            assert twin == entity
            assert twin.to_dict() == entity.to_dict()
