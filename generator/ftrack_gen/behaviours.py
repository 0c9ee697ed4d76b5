"""Says which entity types inherit which behaviours of the runtime, as data with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import attrs

from ftrack_gen.inheritance import Tree
from ftrack_gen.model import Behaviour
from ftrack_typed.schema import Schema


@attrs.frozen
class Rule:
    """Gives a behaviour to an entity type, and to those that derive from it; ``*`` is every type.

    ``needs`` names attributes that the type must have. ``binds`` says for each type parameter of the behaviour what it
    stands for: an entity type, or ``Note.author`` for what that attribute holds, and what to try next behind a ``|``.
    Where one of them is not in the schema, there is no behaviour.
    """

    behaviour: str
    entity_type: str
    needs: tuple[str, ...]
    binds: tuple[str, ...]
    reason: str


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "CreatesNotes",
        "*",
        ("notes",),
        (
            "Note",
            "Note.author",
            "Recipient.recipient",
            "Note.category | NoteCategory",
            "NoteLabelLink.label | Note.category",
        ),
        "what has notes can be given one; without NoteLabelLink the run time takes categories alone",
    ),
    Rule(
        "CreatesReplies",
        "Note",
        ("replies",),
        ("Note", "Note.author"),
        "replies are notes below a note",
    ),
    Rule(
        "RunsTimers",
        "User",
        (),
        ("Timer", "Timelog", "Timer.context"),
        "a server keeps one timer for each user, and writes a time log where it ends",
    ),
    Rule(
        "HasAccount",
        "User",
        (),
        (),
        "servers invite users, and keep their keys",
    ),
    Rule(
        "AllowsWorkflows",
        "ProjectSchema",
        ("_task_workflow", "_version_workflow", "_overrides", "_task_type_schema", "_schemas"),
        ("WorkflowSchema.statuses", "TaskTypeSchema.types"),
        "a project schema is where a project's statuses and types are kept (protocol 5.2)",
    ),
    Rule(
        "RunsOutside",
        "Job",
        ("type",),
        (),
        "clients can make jobs of one type only",
    ),
    Rule(
        "CreatesThumbnails",
        "*",
        ("thumbnail",),
        ("Component",),
        "what has a thumbnail can be given one",
    ),
    Rule(
        "CreatesComponents",
        "AssetVersion",
        ("components",),
        ("AssetVersion.components", "ComponentLocation.location"),
        "components are made in versions",
    ),
    Rule(
        "EncodesMedia",
        "AssetVersion",
        ("components",),
        ("Job",),
        "servers encode media for a version, and say by a job how far they are",
    ),
    Rule(
        "HasAvailability",
        "Component",
        ("component_locations",),
        ("ComponentLocation.location",),
        "a component is in some locations and not in others",
    ),
    Rule(
        "StoresComponents",
        "Location",
        (),
        ("ComponentLocation.component", "ComponentLocation.location"),
        "a location is where components are added and removed",
    ),
)
"""The behaviours, in the order in which they stand among the bases of a class."""


def find_behaviours(schemas: Mapping[str, Schema], tree: Tree) -> dict[str, tuple[Behaviour, ...]]:
    """Return the behaviours of each type that none of its ancestors has."""
    whole: dict[str, tuple[Behaviour, ...]] = {}
    own: dict[str, tuple[Behaviour, ...]] = {}
    for name in tree:
        inherited = whole.get(tree.bases[name] or "", ())
        own[name] = tuple(each for each in _behaviours(name, schemas) if each not in inherited)
        whole[name] = (*inherited, *own[name])
    return own


def _behaviours(name: str, schemas: Mapping[str, Schema]) -> Iterator[Behaviour]:
    for rule in RULES:
        if rule.entity_type not in ("*", name) or not set(rule.needs) <= set(schemas[name].properties):
            continue
        bound = [_bound(text, schemas) for text in rule.binds]
        if None not in bound and _holds(name, rule, bound, schemas):
            yield Behaviour(rule.behaviour, tuple(each for each in bound if each is not None))


def _holds(name: str, rule: Rule, bound: list[str | None], schemas: Mapping[str, Schema]) -> bool:
    """Tell whether what a rule for all types needs holds the first type that the behaviour is bound to."""
    held = (_target(schemas, name, attribute) for attribute in rule.needs)
    return rule.entity_type != "*" or all(target == bound[0] for target in held)


def _bound(text: str, schemas: Mapping[str, Schema]) -> str | None:
    """Return the first entity type that *text* names and that is in the schema."""
    for choice in text.split(" | "):
        name, _, attribute = choice.partition(".")
        found = _target(schemas, name, attribute) if attribute else name
        if found in schemas and name in schemas:
            return found
    return None


def _target(schemas: Mapping[str, Schema], name: str, attribute: str) -> str | None:
    prop = schemas[name].properties.get(attribute) if name in schemas else None
    return None if prop is None else prop.reference or prop.items
