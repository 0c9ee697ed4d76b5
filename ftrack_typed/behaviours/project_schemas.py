"""Owns which statuses and types a project schema allows for each type of entity (protocol section 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

if TYPE_CHECKING:
    from ..entity import Entity

S = TypeVar("S", bound="Entity")
"""The studio's statuses; `T` are its types."""

T = TypeVar("T", bound="Entity")

TASK_STATUSES: Final = "_task_workflow.statuses.name"
VERSION_STATUSES: Final = "_version_workflow.statuses.name"
OVERRIDES: Final = ("_overrides.type_id", "_overrides.workflow_schema.statuses.name")
TASK_TYPES: Final = "_task_type_schema.types.name"
OBJECT_STATUSES: Final = ("_schemas.type_id", "_schemas.statuses.task_status.name")
OBJECT_TYPES: Final = ("_schemas.type_id", "_schemas.types.task_type.name")


class AllowsWorkflows(Generic[S, T]):
    """A project schema, which says what statuses and types there are in a project."""

    __slots__ = ()

    def get_statuses(self, schema: str | type[Entity], type_id: str | None = None) -> list[S]:
        """Return the statuses that entities of the type *schema* may have, in the server's order.

        *type_id* is the id of a task's type, whose workflow may be another. What is not loaded comes in one request.
        Raise ValueError where there is no such entity type, or none that the project schema says anything about.
        """
        return cast("list[S]", _statuses(cast("Entity", self), _name(schema), type_id))

    def get_types(self, schema: str | type[Entity]) -> list[T]:
        """Return the types that entities of the type *schema* may have, in the server's order.

        What is not loaded comes in one request. Raise ValueError as `get_statuses` does.
        """
        return cast("list[T]", _types(cast("Entity", self), _name(schema)))


def _name(schema: str | type[Entity]) -> str:
    return schema if isinstance(schema, str) else schema.entity_type


def _statuses(project_schema: Entity, schema: str, type_id: str | None) -> list[Entity]:
    if schema == "Task":
        _load(project_schema, (TASK_STATUSES, *(OVERRIDES if type_id is not None else ())))
        if type_id is not None:
            for override in project_schema["_overrides"]:
                if override["type_id"] == type_id:
                    return _reached(override, ("workflow_schema", "statuses"))
        return _reached(project_schema, ("_task_workflow", "statuses"))
    if schema == "AssetVersion":
        _load(project_schema, (VERSION_STATUSES,))
        return _reached(project_schema, ("_version_workflow", "statuses"))
    return _reached(_object_schema(project_schema, schema, OBJECT_STATUSES), ("statuses", "task_status"))


def _types(project_schema: Entity, schema: str) -> list[Entity]:
    if schema == "Task":
        _load(project_schema, (TASK_TYPES,))
        return _reached(project_schema, ("_task_type_schema", "types"))
    return _reached(_object_schema(project_schema, schema, OBJECT_TYPES), ("types", "task_type"))


def _object_schema(project_schema: Entity, schema: str, paths: Iterable[str]) -> Entity:
    """Return what *project_schema* says about the object type of the entity type *schema*; load *paths* for that."""
    from ..errors import UnrecognisedEntityTypeError

    try:
        entity_type = project_schema.session._entity_type(schema)
    except UnrecognisedEntityTypeError as error:
        raise ValueError(str(error)) from error
    facts = entity_type._ftrack_facts.get("object_type_id")
    if facts is None or not isinstance(facts.default, str):
        raise ValueError(f"{schema} has no object type: it has neither statuses nor types of a project schema")
    _load(project_schema, paths)
    for found in project_schema["_schemas"]:
        if found["type_id"] == facts.default:
            return cast("Entity", found)
    raise ValueError(f"{project_schema!r} says nothing about {schema}: its object type is not part of it")


def _load(project_schema: Entity, paths: Iterable[str]) -> None:
    """Load those of *paths* that are not loaded, in one request."""
    missing = [path for path in paths if not _is_loaded(project_schema, path.split("."))]
    if missing:
        project_schema.session.populate([project_schema], ", ".join(missing))


def _is_loaded(entity: Entity, steps: Sequence[str]) -> bool:
    """Tell whether all that the path of *steps* leads to from *entity* is loaded."""
    name = entity._ftrack_names[steps[0]]
    content = vars(entity)
    if name not in content:
        return False
    rest = steps[1:]
    return not rest or all(_is_loaded(each, rest) for each in _many(content[name]))


def _reached(entity: Entity, steps: Sequence[str]) -> list[Entity]:
    """Return the entities that the path of *steps* leads to, each once."""
    found = [entity]
    for step in steps:
        found = list(dict.fromkeys(member for each in found for member in _many(each[step])))
    return found


def _many(value: Any) -> list[Any]:
    """Return the entities of a collection, that of a reference, or none."""
    from ..collection import Collection
    from ..entity import Entity

    return list(value) if isinstance(value, Collection) else [value] if isinstance(value, Entity) else []
