"""Mistakes of a user, each with what mypy and pyright say of it; `accepts` has the same lines without the mistake.

Nothing runs this. `test_checkers` compares the messages and renews them.
"""

# ruff: noqa: E501, SIM201

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ftrack_typed import data, formatter, inspection, symbols
from ftrack_typed.commit.batches import CommitProgress
from ftrack_typed.entities import (
    Asset,
    AssetType,
    AssetVersion,
    Metadata,
    Note,
    Project,
    ProjectSchema,
    Recipient,
    Session,
    Shot,
    Status,
    Task,
    User,
)
from ftrack_typed.operations import DeleteEntityOperation, OperationPayload, UpdateEntityOperation
from ftrack_typed.updates import Change, Update

from . import studio


def a_number(_: float) -> None: ...


def a_text(_: str) -> None: ...


def a_task(_: Task) -> None: ...


def a_task_or_none(_: Task | None) -> None: ...


def a_note(_: Note) -> None: ...


def a_list_of_statuses(_: list[Status]) -> None: ...


def a_list_of_tasks(_: list[Task]) -> None: ...


def a_flag(_: bool) -> None: ...


def a_value(_: object) -> None: ...


def a_status(_: Status) -> None: ...


def a_status_or_none(_: Status | None) -> None: ...


def a_status_change(_: Change[Status | None]) -> None: ...


def a_text_change(_: Change[str | None]) -> None: ...


def a_number_change(_: Change[float | None]) -> None: ...


def a_task_change(_: Change[Task | None]) -> None: ...


def an_update(_: Update) -> None: ...


def a_moment_or_none(_: datetime | None) -> None: ...


def names_of_the_runtime() -> None:
    # mypy> Module "ftrack_typed" has no attribute "Qeury"; maybe "Query"?  [attr-defined]
    # pyright> "Qeury" is unknown import symbol (reportAttributeAccessIssue)
    from ftrack_typed import Qeury as TypedQuery

    a_value(TypedQuery)


def names_of_entity_types() -> None:
    # mypy> Module "ftrack_typed.entities" has no attribute "Timelgo"; maybe "Timelog"?  [attr-defined]
    # pyright> "Timelgo" is unknown import symbol (reportAttributeAccessIssue)
    from ftrack_typed.entities import Timelgo as TimeEntry

    a_value(TimeEntry)


def names_of_attributes_in_a_path(session: Session) -> None:
    # mypy> "type[Task]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[Task]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.nmae == "comp")
    # mypy> "type[Task]" has no attribute "staus"  [attr-defined]
    # pyright> Cannot access attribute "staus" for class "type[Task]"
    # pyright|   Attribute "staus" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.staus.name == "Ready")
    # mypy> "type[Status]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[Status]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.status.nmae == "Ready")
    # mypy> "type[Project]" has no attribute "ful_name"  [attr-defined]
    # pyright> Cannot access attribute "ful_name" for class "type[Project]"
    # pyright|   Attribute "ful_name" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.project.ful_name == "Demo")
    # mypy> "type[Task]" has no attribute "projekt"  [attr-defined]
    # pyright> Cannot access attribute "projekt" for class "type[Task]"
    # pyright|   Attribute "projekt" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.projekt.project_schema.name == "VFX")
    # mypy> "type[Project]" has no attribute "projectschema"  [attr-defined]
    # pyright> Cannot access attribute "projectschema" for class "type[Project]"
    # pyright|   Attribute "projectschema" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.project.projectschema.name == "VFX")
    # mypy> "type[ProjectSchema]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[ProjectSchema]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.project.project_schema.nmae == "VFX")
    # mypy> "type[State]" has no attribute "shrt"  [attr-defined]
    # pyright> Cannot access attribute "shrt" for class "type[State]"
    # pyright|   Attribute "shrt" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.status.state.shrt == "DONE")
    # mypy> "type[ProjectSchema]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[ProjectSchema]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.project.project_schema.nmae)
    # mypy> "type[State]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[State]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).order_by(Task.status.state.nmae)


def attributes_of_another_type(session: Session) -> None:
    # mypy> "type[Context]" has no attribute "bid"  [attr-defined]
    # pyright> Cannot access attribute "bid" for class "type[Context]"
    # pyright|   Attribute "bid" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.parent.bid)
    # mypy> "type[Project]" has no attribute "bid"  [attr-defined]
    # pyright> Cannot access attribute "bid" for class "type[Project]"
    # pyright|   Attribute "bid" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.parent.as_(Project).bid)
    # mypy> "type[Note]" has no attribute "contents"  [attr-defined]
    # pyright> Cannot access attribute "contents" for class "type[Note]"
    # pyright|   Attribute "contents" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.notes.each.contents)
    # mypy> "def any(self, *criteria: Criterion) -> Criterion" has no attribute "content"  [attr-defined]
    # pyright> Cannot access attribute "content" for class "MethodType"
    # pyright|   Attribute "content" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.notes.any.content)
    # mypy> "CollectionPath[Note]" has no attribute "author"  [attr-defined]
    # pyright> Cannot access attribute "author" for class "CollectionPath[Note]"
    # pyright|   Attribute "author" is unknown (reportAttributeAccessIssue)
    session.query(Task).select(Task.notes.author)
    # mypy> "type[Status]" has no attribute "taks"  [attr-defined]
    # pyright> Cannot access attribute "taks" for class "type[Status]"
    # pyright|   Attribute "taks" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.status.taks.any())
    # mypy> "type[Status]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[Status]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.parent.as_(Shot).status.nmae == "Ready")


def methods_of_a_path(session: Session) -> None:
    # mypy> "ScalarPath[float]" has no attribute "descending"  [attr-defined]
    # pyright> Cannot access attribute "descending" for class "ScalarPath[float]"
    # pyright|   Attribute "descending" is unknown (reportAttributeAccessIssue)
    session.query(Task).order_by(Task.sort.descending())
    # mypy> "ScalarPath[str]" has no attribute "startswith"  [attr-defined]
    # pyright> Cannot access attribute "startswith" for class "ScalarPath[str]"
    # pyright|   Attribute "startswith" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.name.startswith("comp%"))
    # mypy> "ScalarPath[str]" has no attribute "isin"  [attr-defined]
    # pyright> Cannot access attribute "isin" for class "ScalarPath[str]"
    # pyright|   Attribute "isin" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.name.isin(["comp"]))


def values_that_are_compared(session: Session, moment: datetime, text: str) -> None:
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid == "1.5")
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid != "1.5")
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid < "1.5")
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid <= "1.5")
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid > "1.5")
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid >= None)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.name == 7)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.name == 7)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[int | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[int | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[int | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.sort < "7")
    # mypy> List item 0 has incompatible type "str"; expected "bool"  [list-item]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "values" of type "Values[bool] | tuple[bool, ...] | Subquery" in function "in_"
    # pyright|   "Literal['yes']" is not assignable to "bool" (reportArgumentType)
    session.query(Task).where(Task.status.is_active.in_(["yes"]))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.state.short == 7)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.project.project_schema.name != 7)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[datetime | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[datetime | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[datetime | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.end_date < text)
    # mypy> Argument 1 to "is_" of "ScalarPath" has incompatible type "str"; expected "None"  [arg-type]
    # pyright> Argument of type "Literal['2026-05-04']" cannot be assigned to parameter "value" of type "None" in function "is_"
    # pyright|   "Literal['2026-05-04']" is not assignable to "None" (reportArgumentType)
    session.query(Task).where(Task.end_date.is_("2026-05-04"))


def values_of_in(session: Session, names: list[str], text: str, numbers: list[int]) -> None:
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "str"; expected "Values[str] | tuple[str, ...] | Subquery"  [arg-type]
    # mypy| note: "str" is missing following "Values" protocol member:
    # mypy| note:     copy
    # pyright> Argument of type "str" cannot be assigned to parameter "values" of type "Values[str] | tuple[str, ...] | Subquery" in function "in_"
    # pyright|   Type "str" is not assignable to type "Values[str] | tuple[str, ...] | Subquery"
    # pyright|     "str" is incompatible with protocol "Values[str]"
    # pyright|       "copy" is not present
    # pyright|         Could not bind method "__iter__" because "str" is not assignable to parameter "self"
    # pyright|           "str" is not assignable to "LiteralString"
    # pyright|     "str" is not assignable to "tuple[str, ...]"
    # pyright|     "str" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.name.in_(text))
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "list[int]"; expected "Values[str] | tuple[str, ...] | Subquery"  [arg-type]
    # pyright> Argument of type "list[int]" cannot be assigned to parameter "values" of type "Values[str] | tuple[str, ...] | Subquery" in function "in_"
    # pyright|   Type "list[int]" is not assignable to type "Values[str] | tuple[str, ...] | Subquery"
    # pyright|     "list[int]" is incompatible with protocol "Values[str]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[int]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[int]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[int]" is not assignable to "tuple[str, ...]"
    # pyright|     "list[int]" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.name.in_(numbers))
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "str"; expected "Values[str | None] | tuple[str | None, ...] | Subquery"  [arg-type]
    # mypy| note: "str" is missing following "Values" protocol member:
    # mypy| note:     copy
    # pyright> Argument of type "str" cannot be assigned to parameter "values" of type "Values[str | None] | tuple[str | None, ...] | Subquery" in function "in_"
    # pyright|   Type "str" is not assignable to type "Values[str | None] | tuple[str | None, ...] | Subquery"
    # pyright|     "str" is incompatible with protocol "Values[str | None]"
    # pyright|       "copy" is not present
    # pyright|         Could not bind method "__iter__" because "str" is not assignable to parameter "self"
    # pyright|           "str" is not assignable to "LiteralString"
    # pyright|     "str" is not assignable to "tuple[str | None, ...]"
    # pyright|     "str" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.status.name.in_(text))
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "list[str]"; expected "Values[float] | tuple[float, ...] | Subquery"  [arg-type]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "values" of type "Values[float] | tuple[float, ...] | Subquery" in function "in_"
    # pyright|   Type "list[str]" is not assignable to type "Values[float] | tuple[float, ...] | Subquery"
    # pyright|     "list[str]" is incompatible with protocol "Values[float]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[str]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[str]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[str]" is not assignable to "tuple[float, ...]"
    # pyright|     "list[str]" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.bid.in_(names))
    # mypy> Argument 1 to "not_in" of "ScalarPath" has incompatible type "list[int]"; expected "Values[str | None] | tuple[str | None, ...] | Subquery"  [arg-type]
    # pyright> Argument of type "list[int]" cannot be assigned to parameter "values" of type "Values[str | None] | tuple[str | None, ...] | Subquery" in function "not_in"
    # pyright|   Type "list[int]" is not assignable to type "Values[str | None] | tuple[str | None, ...] | Subquery"
    # pyright|     "list[int]" is incompatible with protocol "Values[str | None]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[int]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[int]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[int]" is not assignable to "tuple[str | None, ...]"
    # pyright|     "list[int]" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.status.name.not_in(numbers))
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "str"; expected "Values[str | None] | tuple[str | None, ...] | Subquery"  [arg-type]
    # mypy| note: "str" is missing following "Values" protocol member:
    # mypy| note:     copy
    # pyright> Argument of type "str" cannot be assigned to parameter "values" of type "Values[str | None] | tuple[str | None, ...] | Subquery" in function "in_"
    # pyright|   Type "str" is not assignable to type "Values[str | None] | tuple[str | None, ...] | Subquery"
    # pyright|     "str" is incompatible with protocol "Values[str | None]"
    # pyright|       "copy" is not present
    # pyright|         Could not bind method "__iter__" because "str" is not assignable to parameter "self"
    # pyright|           "str" is not assignable to "LiteralString"
    # pyright|     "str" is not assignable to "tuple[str | None, ...]"
    # pyright|     "str" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.status.state.short.in_(text))
    # mypy> Argument 1 to "in_" of "ScalarPath" has incompatible type "list[int]"; expected "Values[str | None] | tuple[str | None, ...] | Subquery"  [arg-type]
    # pyright> Argument of type "list[int]" cannot be assigned to parameter "values" of type "Values[str | None] | tuple[str | None, ...] | Subquery" in function "in_"
    # pyright|   Type "list[int]" is not assignable to type "Values[str | None] | tuple[str | None, ...] | Subquery"
    # pyright|     "list[int]" is incompatible with protocol "Values[str | None]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[int]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[int]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[int]" is not assignable to "tuple[str | None, ...]"
    # pyright|     "list[int]" is incompatible with protocol "Subquery"
    # pyright|       "statement" is not present (reportArgumentType)
    session.query(Task).where(Task.status.state.short.in_(numbers))
    # mypy> List item 1 has incompatible type "int"; expected "str | None"  [list-item]
    # pyright> Argument of type "list[str | int]" cannot be assigned to parameter "values" of type "Values[str | None] | tuple[str | None, ...] | Subquery" in function "in_"
    # pyright|   Type "Literal[7]" is not assignable to type "str | None"
    # pyright|     "Literal[7]" is not assignable to "str"
    # pyright|     "Literal[7]" is not assignable to "None" (reportArgumentType)
    session.query(Task).where(Task.status.name.in_(["Ready", 7]))


def patterns(session: Session) -> None:
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.bid.like("comp%"))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[bool]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[bool]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[bool]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.is_active.like("Re%"))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[bool]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[bool]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[bool]" is not assignable to "Criterion" (reportArgumentType)
    session.query(AssetVersion).where(AssetVersion.task.status.is_active.not_like("Re%"))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.state.name.like(7))


def references_that_are_compared(session: Session, task: Task, status: Status, project: Project) -> None:
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Status]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Status]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Status]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status == task)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Status]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Status]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Status]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status != "Ready")
    # mypy> List item 0 has incompatible type "Task"; expected "Status"  [list-item]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "values" of type "Values[Status] | tuple[Status, ...]" in function "in_"
    # pyright|   "Task" is not assignable to "Status" (reportArgumentType)
    session.query(Task).where(Task.status.in_([task]))
    # mypy> List item 0 has incompatible type "str"; expected "Status"  [list-item]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "values" of type "Values[Status] | tuple[Status, ...]" in function "not_in"
    # pyright|   "Literal['Ready']" is not assignable to "Status" (reportArgumentType)
    session.query(Task).where(Task.status.not_in(["Ready"]))
    # mypy> Argument 1 to "in_" of "EntityOperators" has incompatible type "list[Task]"; expected "Values[Status] | tuple[Status, ...]"  [arg-type]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "values" of type "Values[Status] | tuple[Status, ...]" in function "in_"
    # pyright|   Type "list[Task]" is not assignable to type "Values[Status] | tuple[Status, ...]"
    # pyright|     "list[Task]" is incompatible with protocol "Values[Status]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[Task]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[Task]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[Task]" is not assignable to "tuple[Status, ...]" (reportArgumentType)
    session.query(Task).where(Task.status.in_(session.query(Task).all()))
    # mypy> Argument 1 to "in_" of "EntityOperators" has incompatible type "list[User]"; expected "Values[Context] | tuple[Context, ...]"  [arg-type]
    # pyright> Argument of type "list[User]" cannot be assigned to parameter "values" of type "Values[Context] | tuple[Context, ...]" in function "in_"
    # pyright|   Type "list[User]" is not assignable to type "Values[Context] | tuple[Context, ...]"
    # pyright|     "list[User]" is incompatible with protocol "Values[Context]"
    # pyright|       "__iter__" is an incompatible type
    # pyright|         Type "() -> Iterator[User]" is not assignable to type "() -> Iterator[T_co@Values]"
    # pyright|           Function return type "Iterator[User]" is incompatible with type "Iterator[T_co@Values]"
    # pyright|     "list[User]" is not assignable to "tuple[Context, ...]" (reportArgumentType)
    session.query(Task).where(Task.parent.in_(session.query(User).all()))
    # mypy> Argument 1 to "is_" of "EntityOperators" has incompatible type "Status"; expected "None"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "value" of type "None" in function "is_"
    # pyright|   "Status" is not assignable to "None" (reportArgumentType)
    session.query(Task).where(Task.status.is_(status))
    # mypy> Argument 1 to "has" of "EntityOperators" has incompatible type "WrongValueType[str | None]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str | None]" cannot be assigned to parameter "criteria" of type "Criterion" in function "has"
    # pyright|   "WrongValueType[str | None]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.has(Status.name == 7))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Project]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Project]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Project]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.parent.as_(Shot).project == status)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Status]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Status]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Status]" is not assignable to "Criterion" (reportArgumentType)
    session.query(AssetVersion).where(AssetVersion.task.status == task)
    # mypy> List item 0 has incompatible type "Task"; expected "Status"  [list-item]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "values" of type "Values[Status] | tuple[Status, ...]" in function "in_"
    # pyright|   "Task" is not assignable to "Status" (reportArgumentType)
    session.query(AssetVersion).where(AssetVersion.asset.parent.as_(Shot).status.in_([task]))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Status]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Status]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Status]" is not assignable to "Criterion" (reportArgumentType)
    session.query(AssetVersion).where(AssetVersion.task.parent.as_(Shot).status == task)


def criteria_as_booleans(session: Session, task: Task) -> None:
    # mypy> (nothing)
    # pyright> (nothing)
    session.query(Task).where((Task.name == "comp") and (Task.bid > 1))
    # mypy> (nothing)
    # pyright> (nothing)
    session.query(Task).where((Task.name == "comp") or (Task.bid > 1))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "bool"; expected "Criterion"  [arg-type]
    # mypy> Expression has type "Criterion" which does not implement __bool__ or __len__ so it could always be true in boolean context  [truthy-bool]
    # pyright> Argument of type "bool" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "bool" is not assignable to "Criterion" (reportArgumentType)
    # pyright> Invalid conditional operand of type "Criterion"
    # pyright|   Method __bool__ for type "Criterion" returns type "WriteAndOrNotAsOperators" rather than "bool" (reportGeneralTypeIssues)
    session.query(Task).where(not (Task.name == "comp"))
    # mypy> "like" returns "Criterion" which does not implement __bool__ or __len__ so it could always be true in boolean context  [truthy-bool]
    # pyright> (nothing)
    session.query(Task).where(Task.name.like("comp%") and (Task.bid > 1))
    # mypy> "in_" returns "Criterion" which does not implement __bool__ or __len__ so it could always be true in boolean context  [truthy-bool]
    # pyright> (nothing)
    session.query(Task).where(Task.name.in_(["comp"]) or (Task.bid > 1))
    # mypy> (nothing)
    # pyright> Invalid conditional operand of type "Criterion"
    # pyright|   Method __bool__ for type "Criterion" returns type "WriteAndOrNotAsOperators" rather than "bool" (reportGeneralTypeIssues)
    a_value(1 if Task.name == "comp" else 2)
    # mypy> (nothing)
    # pyright> (nothing)
    session.query(Task).where((Task.project.name == "demo") and (Task.bid < 3))
    # mypy> Argument 1 to "where" of "Query" has incompatible type "bool"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "Literal[True]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "Literal[True]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(True)
    # mypy> Argument 1 to "any" of "CollectionPath" has incompatible type "bool"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "Literal[True]" cannot be assigned to parameter "criteria" of type "Criterion" in function "any"
    # pyright|   "Literal[True]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.notes.any(True))
    # mypy> Argument 1 to "has" of "EntityOperators" has incompatible type "bool"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "Literal[True]" cannot be assigned to parameter "criteria" of type "Criterion" in function "has"
    # pyright|   "Literal[True]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status.has(True))
    # mypy> Unsupported right operand type for in ("ScalarPath[str]")  [operator]
    # pyright> Operator "in" not supported for types "Literal['comp']" and "ScalarPath[str]" (reportOperatorIssue)
    a_value("comp" in Task.name)


def what_a_query_takes(session: Session) -> None:
    # mypy> Argument 1 to "where" of "Query" has incompatible type "type[Task]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "type[Task]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   Type "type[Task]" is not assignable to type "Criterion" (reportArgumentType)
    session.query(Task).where(Task)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "type[Status]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "type[Status]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   Type "type[Status]" is not assignable to type "Criterion" (reportArgumentType)
    session.query(Task).where(Task.status)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "ScalarPath[str]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "ScalarPath[str]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "ScalarPath[str]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.name)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "str"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "Literal['name is comp']" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "Literal['name is comp']" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where("name is comp")
    # mypy> Argument 1 to "select" of "Query" has incompatible type "str"; expected "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"  [arg-type]
    # pyright> Argument of type "Literal['name']" cannot be assigned to parameter "projections" of type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]" in function "select"
    # pyright|   Type "Literal['name']" is not assignable to type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"
    # pyright|     "Literal['name']" is not assignable to "ScalarPath[Any]"
    # pyright|     "Literal['name']" is not assignable to "CollectionPath[Any]"
    # pyright|     "Literal['name']" is not assignable to "MappedPath[Any]"
    # pyright|     Type "Literal['name']" is not assignable to type "type[Entity]"
    # pyright|     Type "Literal['name']" is not assignable to type "type[CustomAttributes]" (reportArgumentType)
    session.query(Task).select("name")
    # mypy> Argument 1 to "select" of "Query" has incompatible type "str"; expected "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"  [arg-type]
    # pyright> Argument of type "Literal['status.name']" cannot be assigned to parameter "projections" of type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]" in function "select"
    # pyright|   Type "Literal['status.name']" is not assignable to type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"
    # pyright|     "Literal['status.name']" is not assignable to "ScalarPath[Any]"
    # pyright|     "Literal['status.name']" is not assignable to "CollectionPath[Any]"
    # pyright|     "Literal['status.name']" is not assignable to "MappedPath[Any]"
    # pyright|     Type "Literal['status.name']" is not assignable to type "type[Entity]"
    # pyright|     Type "Literal['status.name']" is not assignable to type "type[CustomAttributes]" (reportArgumentType)
    session.query(Task).select("status.name")
    # mypy> Argument 1 to "select" of "Query" has incompatible type "str"; expected "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"  [arg-type]
    # pyright> Argument of type "Literal['status.state.name']" cannot be assigned to parameter "projections" of type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]" in function "select"
    # pyright|   Type "Literal['status.state.name']" is not assignable to type "ScalarPath[Any] | CollectionPath[Any] | MappedPath[Any] | type[Entity] | type[CustomAttributes]"
    # pyright|     "Literal['status.state.name']" is not assignable to "ScalarPath[Any]"
    # pyright|     "Literal['status.state.name']" is not assignable to "CollectionPath[Any]"
    # pyright|     "Literal['status.state.name']" is not assignable to "MappedPath[Any]"
    # pyright|     Type "Literal['status.state.name']" is not assignable to type "type[Entity]"
    # pyright|     Type "Literal['status.state.name']" is not assignable to type "type[CustomAttributes]" (reportArgumentType)
    session.query(Task).select("status.state.name")
    # mypy> Argument 1 to "order_by" of "Query" has incompatible type "str"; expected "ScalarPath[Any] | Order"  [arg-type]
    # pyright> Argument of type "Literal['name']" cannot be assigned to parameter "orders" of type "ScalarPath[Any] | Order" in function "order_by"
    # pyright|   Type "Literal['name']" is not assignable to type "ScalarPath[Any] | Order"
    # pyright|     "Literal['name']" is not assignable to "ScalarPath[Any]"
    # pyright|     "Literal['name']" is not assignable to "Order" (reportArgumentType)
    session.query(Task).order_by("name")
    # mypy> Argument 1 to "order_by" of "Query" has incompatible type "CollectionPath[Note]"; expected "ScalarPath[Any] | Order"  [arg-type]
    # pyright> Argument of type "CollectionPath[Note]" cannot be assigned to parameter "orders" of type "ScalarPath[Any] | Order" in function "order_by"
    # pyright|   Type "CollectionPath[Note]" is not assignable to type "ScalarPath[Any] | Order"
    # pyright|     "CollectionPath[Note]" is not assignable to "ScalarPath[Any]"
    # pyright|     "CollectionPath[Note]" is not assignable to "Order" (reportArgumentType)
    session.query(Task).order_by(Task.notes)
    # mypy> Argument 1 to "limit" of "Query" has incompatible type "str"; expected "int | None"  [arg-type]
    # pyright> Argument of type "Literal['5']" cannot be assigned to parameter "limit" of type "int | None" in function "limit"
    # pyright|   Type "Literal['5']" is not assignable to type "int | None"
    # pyright|     "Literal['5']" is not assignable to "int"
    # pyright|     "Literal['5']" is not assignable to "None" (reportArgumentType)
    session.query(Task).limit("5")
    # mypy> No overload variant of "query" of "Session" matches argument type "int"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [E: Entity] query(self, expression: type[E], page_size: int = ...) -> Query[E]
    # mypy| note:     def query(self, expression: str, page_size: int = ...) -> QueryResult[Entity]
    # pyright> No overloads for "query" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "Literal[5]" cannot be assigned to parameter "expression" of type "str" in function "query"
    # pyright|   "Literal[5]" is not assignable to "str" (reportArgumentType)
    session.query(5)


def what_a_query_returns(session: Session) -> None:
    # mypy> Argument 1 to "a_list_of_tasks" has incompatible type "list[Shot]"; expected "list[Task]"  [arg-type]
    # pyright> Argument of type "list[Shot]" cannot be assigned to parameter "_" of type "list[Task]" in function "a_list_of_tasks"
    # pyright|   "list[Shot]" is not assignable to "list[Task]"
    # pyright|     Type parameter "_T@list" is invariant, but "Shot" is not the same as "Task"
    # pyright|     Consider switching from "list" to "Sequence" which is covariant (reportArgumentType)
    a_list_of_tasks(session.query(Shot).all())
    # mypy> Argument 1 to "a_task" has incompatible type "Shot"; expected "Task"  [arg-type]
    # pyright> Argument of type "Shot" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Shot" is not assignable to "Task" (reportArgumentType)
    a_task(session.query(Shot).one())
    # mypy> Argument 1 to "a_task" has incompatible type "Task | None"; expected "Task"  [arg-type]
    # pyright> Argument of type "Task | None" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   Type "Task | None" is not assignable to type "Task"
    # pyright|     "None" is not assignable to "Task" (reportArgumentType)
    a_task(session.query(Task).first())
    # mypy> Argument 1 to "a_task" has incompatible type "Task | None"; expected "Task"  [arg-type]
    # pyright> Argument of type "Task | None" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   Type "Task | None" is not assignable to type "Task"
    # pyright|     "None" is not assignable to "Task" (reportArgumentType)
    a_task(session.query(Task).first())
    # mypy> Argument 1 to "a_task" has incompatible type "Shot"; expected "Task"  [arg-type]
    # pyright> Argument of type "Shot" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Shot" is not assignable to "Task" (reportArgumentType)
    a_task(next(iter(session.query(Shot))))
    # mypy> Argument 1 to "a_task" has incompatible type "Shot"; expected "Task"  [arg-type]
    # pyright> Argument of type "Shot" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Shot" is not assignable to "Task" (reportArgumentType)
    a_task(session.query(Shot).result()[0])
    # mypy> Argument 1 to "a_task" has incompatible type "Task | None"; expected "Task"  [arg-type]
    # pyright> Argument of type "Task | None" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   Type "Task | None" is not assignable to type "Task"
    # pyright|     "None" is not assignable to "Task" (reportArgumentType)
    a_task(session.get(Task, "an id"))
    # mypy> Argument 1 to "a_task_or_none" has incompatible type "Shot | None"; expected "Task | None"  [arg-type]
    # pyright> Argument of type "Shot | None" cannot be assigned to parameter "_" of type "Task | None" in function "a_task_or_none"
    # pyright|   Type "Shot | None" is not assignable to type "Task | None"
    # pyright|     Type "Shot" is not assignable to type "Task | None"
    # pyright|       "Shot" is not assignable to "Task"
    # pyright|       "Shot" is not assignable to "None" (reportArgumentType)
    a_task_or_none(session.get(Shot, "an id"))
    # mypy> Argument 1 to "a_number" has incompatible type "str"; expected "float"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "_" of type "float" in function "a_number"
    # pyright|   "str" is not assignable to "float" (reportArgumentType)
    a_number(str(session.query(Task)))
    # mypy> Argument 1 to "a_flag" has incompatible type "int"; expected "bool"  [arg-type]
    # pyright> Argument of type "int" cannot be assigned to parameter "_" of type "bool" in function "a_flag"
    # pyright|   "int" is not assignable to "bool" (reportArgumentType)
    a_flag(session.query(Task).count())


def what_is_created(session: Session, shot: Shot, status: Status, schema: ProjectSchema) -> None:
    # mypy> Unexpected keyword argument "nmae" for "create" of "Session"  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> No parameter named "nmae" (reportCallIssue)
    session.create(Task, nmae="comp", parent=shot)
    # mypy> Argument "name" to "create" of "Session" has incompatible type "int"; expected "str"  [arg-type]
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "name" of type "str"
    # pyright|   "Literal[7]" is not assignable to "str" (reportArgumentType)
    session.create(Task, name=7, parent=shot)
    # mypy> Argument "parent" to "create" of "Session" has incompatible type "Status"; expected "Context | None"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "parent" of type "Context | None"
    # pyright|   Type "Status" is not assignable to type "Context | None"
    # pyright|     "Status" is not assignable to "Context"
    # pyright|     "Status" is not assignable to "None" (reportArgumentType)
    session.create(Task, name="comp", parent=status)
    # mypy> Argument "status" to "create" of "Session" has incompatible type "str"; expected "Status"  [arg-type]
    # pyright> Argument of type "Literal['Ready']" cannot be assigned to parameter "status" of type "Status"
    # pyright|   "Literal['Ready']" is not assignable to "Status" (reportArgumentType)
    session.create(Task, name="comp", parent=shot, status="Ready")
    # mypy> Argument "bid" to "create" of "Session" has incompatible type "str"; expected "float"  [arg-type]
    # pyright> Argument of type "Literal['1.5']" cannot be assigned to parameter "bid" of type "float"
    # pyright|   "Literal['1.5']" is not assignable to "float" (reportArgumentType)
    session.create(Task, bid="1.5")
    # mypy> Argument "name" to "create" of "Session" has incompatible type "None"; expected "str"  [arg-type]
    # pyright> Argument of type "None" cannot be assigned to parameter "name" of type "str"
    # pyright|   "None" is not assignable to "str" (reportArgumentType)
    session.create(Task, name=None)
    # mypy> Unexpected keyword argument "time_logged" for "create" of "Session"  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> No parameter named "time_logged" (reportCallIssue)
    session.create(Task, time_logged=1.5)
    # mypy> Unexpected keyword argument "thumbnail_url" for "create" of "Session"; did you mean "thumbnail" or "thumbnail_id"?  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> No parameter named "thumbnail_url" (reportCallIssue)
    session.create(Shot, name="sh010", thumbnail_url=None)
    # mypy> Missing named argument "short" for "create" of "Session"  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> Argument missing for parameter "short" (reportCallIssue)
    session.create(AssetType, name="Geometry")
    # mypy> Missing named argument "value" for "create" of "Session"  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> Argument missing for parameter "value" (reportCallIssue)
    session.create(Metadata, key="department", parent_id=shot.id, parent_type="Shot")
    # mypy> Argument "project_schema" to "create" of "Session" has incompatible type "Status"; expected "ProjectSchema"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "project_schema" of type "ProjectSchema"
    # pyright|   "Status" is not assignable to "ProjectSchema" (reportArgumentType)
    session.create(Project, name="demo", project_schema=status)
    # mypy> Unexpected keyword argument "schema" for "create" of "Session"  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> No parameter named "schema" (reportCallIssue)
    session.create(Project, name="demo", schema=schema)
    # mypy> Argument 1 to "a_task" has incompatible type "Shot"; expected "Task"  [arg-type]
    # pyright> Argument of type "Shot" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Shot" is not assignable to "Task" (reportArgumentType)
    a_task(session.create(Shot, name="comp"))
    # mypy> Argument 1 to "create" of "Session" has incompatible type "Status"; expected "Callable[[str], Never]"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "entity_type" of type "(**P@create) -> E@create" in function "create"
    # pyright|   Type "Status" is not assignable to type "(**P@create) -> E@create" (reportArgumentType)
    # pyright> Arguments for ParamSpec "P@create" are missing (reportCallIssue)
    session.create(status, name="comp")
    # mypy> Argument 1 to "create" of "Session" has incompatible type "str"; expected "Callable[[str], Never]"  [arg-type]
    # pyright> Argument of type "Literal['Task']" cannot be assigned to parameter "entity_type" of type "(**P@create) -> E@create" in function "create"
    # pyright|   Type "Literal['Task']" is not assignable to type "(**P@create) -> E@create" (reportArgumentType)
    # pyright> Arguments for ParamSpec "P@create" are missing (reportCallIssue)
    session.create("Task", name="comp")


def what_is_set(
    task: Task, shot: Shot, status: Status, version: AssetVersion, asset: Asset, recipient: Recipient
) -> None:
    # mypy> Incompatible types in assignment (expression has type "Status", variable has type "State | None")  [assignment]
    # pyright> Cannot assign to attribute "state" for class "Status"
    # pyright|   Type "Status" is not assignable to type "State | None"
    # pyright|     "Status" is not assignable to "State"
    # pyright|     "Status" is not assignable to "None" (reportAttributeAccessIssue)
    task.status.state = status
    # mypy> "Task" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot assign to attribute "nmae" for class "Task"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    task.nmae = "comp"
    # mypy> Incompatible types in assignment (expression has type "int", variable has type "str")  [assignment]
    # pyright> Cannot assign to attribute "name" for class "Task"
    # pyright|   "Literal[7]" is not assignable to "str" (reportAttributeAccessIssue)
    task.name = 7
    # mypy> Incompatible types in assignment (expression has type "str", variable has type "float")  [assignment]
    # pyright> Cannot assign to attribute "bid" for class "Task"
    # pyright|   "Literal['1.5']" is not assignable to "float" (reportAttributeAccessIssue)
    task.bid = "1.5"
    # mypy> Incompatible types in assignment (expression has type "None", variable has type "str")  [assignment]
    # pyright> Cannot assign to attribute "name" for class "Task"
    # pyright|   "None" is not assignable to "str" (reportAttributeAccessIssue)
    task.name = None
    # mypy> Argument 1 to "__set__" of "Fixed" has incompatible type "Task"; expected "OnCreationOnly"  [arg-type]
    # pyright> Cannot assign to attribute "id" for class "Task"
    # pyright|   Argument of type "Task" cannot be assigned to parameter "instance" of type "OnCreationOnly" in function "__set__"
    # pyright|     "Task" is not assignable to "OnCreationOnly" (reportAttributeAccessIssue)
    task.id = "comp"
    # mypy> Argument 1 to "__set__" of "Computed" has incompatible type "Task"; expected "ComputedByServer"  [arg-type]
    # pyright> Cannot assign to attribute "time_logged" for class "Task"
    # pyright|   Argument of type "Task" cannot be assigned to parameter "instance" of type "ComputedByServer" in function "__set__"
    # pyright|     "Task" is not assignable to "ComputedByServer" (reportAttributeAccessIssue)
    task.time_logged = 1.5
    # mypy> Incompatible types in assignment (expression has type "Shot", variable has type "Status")  [assignment]
    # pyright> Cannot assign to attribute "status" for class "Task"
    # pyright|   "Shot" is not assignable to "Status" (reportAttributeAccessIssue)
    task.status = shot
    # mypy> Incompatible types in assignment (expression has type "str", variable has type "Status")  [assignment]
    # pyright> Cannot assign to attribute "status" for class "Task"
    # pyright|   "Literal['Ready']" is not assignable to "Status" (reportAttributeAccessIssue)
    task.status = "Ready"
    # mypy> Incompatible types in assignment (expression has type "None", variable has type "Status")  [assignment]
    # pyright> Cannot assign to attribute "status" for class "Task"
    # pyright|   "None" is not assignable to "Status" (reportAttributeAccessIssue)
    task.status = None
    # mypy> Incompatible types in assignment (expression has type "Status", variable has type "Context | None")  [assignment]
    # pyright> Cannot assign to attribute "parent" for class "Task"
    # pyright|   Type "Status" is not assignable to type "Context | None"
    # pyright|     "Status" is not assignable to "Context"
    # pyright|     "Status" is not assignable to "None" (reportAttributeAccessIssue)
    task.parent = status
    # mypy> "Project" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot assign to attribute "nmae" for class "Project"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    task.project.nmae = "demo"
    # mypy> Incompatible types in assignment (expression has type "int", variable has type "str")  [assignment]
    # pyright> Cannot assign to attribute "name" for class "Project"
    # pyright|   "Literal[7]" is not assignable to "str" (reportAttributeAccessIssue)
    task.project.name = 7
    # mypy> "ProjectSchema" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot assign to attribute "nmae" for class "ProjectSchema"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    task.project.project_schema.nmae = "VFX"
    # mypy> Incompatible types in assignment (expression has type "int", variable has type "str | None")  [assignment]
    # pyright> Cannot assign to attribute "name" for class "ProjectSchema"
    # pyright|   Type "Literal[7]" is not assignable to type "str | None"
    # pyright|     "Literal[7]" is not assignable to "str"
    # pyright|     "Literal[7]" is not assignable to "None" (reportAttributeAccessIssue)
    task.project.project_schema.name = 7
    # mypy> Argument 1 to "__set__" of "OptionalFixedRef" has incompatible type "Asset"; expected "OnCreationOnly"  [arg-type]
    # pyright> Cannot assign to attribute "latest_version" for class "Asset"
    # pyright|   Argument of type "Asset" cannot be assigned to parameter "instance" of type "OnCreationOnly" in function "__set__"
    # pyright|     "Asset" is not assignable to "OnCreationOnly" (reportAttributeAccessIssue)
    asset.latest_version = None
    # mypy> Argument 1 to "__set__" of "FixedRef" has incompatible type "Recipient"; expected "OnCreationOnly"  [arg-type]
    # mypy> Incompatible types in assignment (expression has type "None", variable has type "Note")  [assignment]
    # pyright> Cannot assign to attribute "note" for class "Recipient"
    # pyright|   "None" is not assignable to "Note" (reportAttributeAccessIssue)
    recipient.note = None
    # mypy> Argument 1 to "__set__" of "Fixed" has incompatible type "AssetVersion"; expected "OnCreationOnly"  [arg-type]
    # pyright> Cannot assign to attribute "is_latest_version" for class "AssetVersion"
    # pyright|   Argument of type "AssetVersion" cannot be assigned to parameter "instance" of type "OnCreationOnly" in function "__set__"
    # pyright|     "AssetVersion" is not assignable to "OnCreationOnly" (reportAttributeAccessIssue)
    version.is_latest_version = None


def references_that_may_be_none(task: Task, version: AssetVersion) -> None:
    # mypy> Item "None" of "Component | None" has no attribute "name"  [union-attr]
    # pyright> "name" is not a known attribute of "None" (reportOptionalMemberAccess)
    a_text(task.thumbnail.name)
    # mypy> Item "None" of "Disk | None" has no attribute "id"  [union-attr]
    # pyright> "id" is not a known attribute of "None" (reportOptionalMemberAccess)
    a_text(task.project.disk.id)
    # mypy> Item "None" of "Task | None" has no attribute "id"  [union-attr]
    # pyright> "id" is not a known attribute of "None" (reportOptionalMemberAccess)
    a_text(version.task.id)
    # mypy> Item "None" of "AssetType | None" has no attribute "id"  [union-attr]
    # pyright> "id" is not a known attribute of "None" (reportOptionalMemberAccess)
    a_text(version.asset.type.id)
    # mypy> Item "None" of "WorkflowSchema | None" has no attribute "id"  [union-attr]
    # pyright> "id" is not a known attribute of "None" (reportOptionalMemberAccess)
    a_text(task.project.project_schema.task_workflow_schema.id)
    # mypy> Argument 1 to "a_text" has incompatible type "str | None"; expected "str"  [arg-type]
    # pyright> Argument of type "str | None" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   Type "str | None" is not assignable to type "str"
    # pyright|     "None" is not assignable to "str" (reportArgumentType)
    a_text(task.description)
    # mypy> Argument 1 to "a_text" has incompatible type "str | None"; expected "str"  [arg-type]
    # pyright> Argument of type "str | None" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   Type "str | None" is not assignable to type "str"
    # pyright|     "None" is not assignable to "str" (reportArgumentType)
    a_text(task.project.full_name)


def values_that_are_read(task: Task) -> None:
    # mypy> "Task" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "Task"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    a_text(task.nmae)
    # mypy> "Status" has no attribute "di"  [attr-defined]
    # pyright> Cannot access attribute "di" for class "Status"
    # pyright|   Attribute "di" is unknown (reportAttributeAccessIssue)
    a_text(task.status.di)
    # mypy> "ProjectSchema" has no attribute "di"  [attr-defined]
    # pyright> Cannot access attribute "di" for class "ProjectSchema"
    # pyright|   Attribute "di" is unknown (reportAttributeAccessIssue)
    a_text(task.project.project_schema.di)
    # mypy> Argument 1 to "a_text" has incompatible type "float"; expected "str"  [arg-type]
    # pyright> Argument of type "float" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "float" is not assignable to "str" (reportArgumentType)
    a_text(task.bid)
    # mypy> Argument 1 to "a_text" has incompatible type "bool"; expected "str"  [arg-type]
    # pyright> Argument of type "bool" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "bool" is not assignable to "str" (reportArgumentType)
    a_text(task.project.is_global)
    # mypy> Argument 1 to "a_number" has incompatible type "Status"; expected "float"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "_" of type "float" in function "a_number"
    # pyright|   "Status" is not assignable to "float" (reportArgumentType)
    a_number(task.status)
    # mypy> "Project" has no attribute "state"  [attr-defined]
    # pyright> Cannot access attribute "state" for class "Project"
    # pyright|   Attribute "state" is unknown (reportAttributeAccessIssue)
    a_value(task.project.state)


def attributes_of_a_base(task: Task) -> None:
    # mypy> "Context" has no attribute "description"  [attr-defined]
    # pyright> Cannot access attribute "description" for class "Context"
    # pyright|   Attribute "description" is unknown (reportAttributeAccessIssue)
    a_text(task.parent.description or "")
    # mypy> "Context" has no attribute "bid"; maybe "id"?  [attr-defined]
    # pyright> Cannot access attribute "bid" for class "Context"
    # pyright|   Attribute "bid" is unknown (reportAttributeAccessIssue)
    a_number(task.parent.bid)


def narrowing_by_type(task: Task) -> None:
    # mypy> "Project" has no attribute "bid"  [attr-defined]
    # pyright> Cannot access attribute "bid" for class "Project"
    # pyright|   Attribute "bid" is unknown (reportAttributeAccessIssue)
    a_number(task.parent.bid if isinstance(task.parent, Project) else 0.0)


def collections(session: Session, task: Task, note: Note, user: User) -> None:
    # mypy> Argument 1 to "append" of "MutableSequence" has incompatible type "Task"; expected "Note"  [arg-type]
    # pyright> Argument of type "Task" cannot be assigned to parameter "value" of type "Note" in function "append"
    # pyright|   "Task" is not assignable to "Note" (reportArgumentType)
    task.notes.append(task)
    # mypy> List item 0 has incompatible type "Task"; expected "Note"  [list-item]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "values" of type "Iterable[Note]" in function "extend"
    # pyright|   "Task" is not assignable to "Note" (reportArgumentType)
    task.notes.extend([task])
    # mypy> List item 0 has incompatible type "Task"; expected "Note"  [list-item]
    # pyright> Cannot assign to attribute "notes" for class "Task"
    # pyright|   "Task" is not assignable to "Note" (reportAttributeAccessIssue)
    task.notes = [task]
    # mypy> No overload variant of "__setitem__" of "Collection" matches argument types "int", "Task"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def __setitem__(self, int, Note, /) -> None
    # mypy| note:     def __setitem__(self, slice[Any, Any, Any], Iterable[Note], /) -> None
    # pyright> No overloads for "__setitem__" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "Task" cannot be assigned to parameter "value" of type "Note" in function "__setitem__"
    # pyright|   "Task" is not assignable to "Note" (reportArgumentType)
    task.notes[0] = task
    # mypy> "Note" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "Note"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    a_text(task.notes[0].nmae)
    # mypy> "Note" has no attribute "contents"; maybe "content"?  [attr-defined]
    # pyright> Cannot access attribute "contents" for class "Note"
    # pyright|   Attribute "contents" is unknown (reportAttributeAccessIssue)
    a_value(task.notes[0].contents)
    # mypy> "Resource" has no attribute "di"  [attr-defined]
    # pyright> Cannot access attribute "di" for class "Resource"
    # pyright|   Attribute "di" is unknown (reportAttributeAccessIssue)
    a_value(task.assignments[0].resource.di)
    # mypy> Argument 1 to "a_task" has incompatible type "Collection[Task]"; expected "Task"  [arg-type]
    # pyright> Argument of type "Collection[Task]" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Collection[Task]" is not assignable to "Task" (reportArgumentType)
    a_task(task.status.tasks)
    # mypy> "type[Note]" has no attribute "contents"  [attr-defined]
    # pyright> Cannot access attribute "contents" for class "type[Note]"
    # pyright|   Attribute "contents" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.notes.any(Note.contents.like("%fix%")))
    # mypy> "ScalarPath[str]" has no attribute "any"  [attr-defined]
    # pyright> Cannot access attribute "any" for class "ScalarPath[str]"
    # pyright|   Attribute "any" is unknown (reportAttributeAccessIssue)
    session.query(Task).where(Task.name.any())
    # mypy> List item 0 has incompatible type "User"; expected "Note"  [list-item]
    # pyright> Argument of type "list[User]" cannot be assigned to parameter "notes" of type "Iterable[Note]"
    # pyright|   "User" is not assignable to "Note" (reportArgumentType)
    session.create(Task, name="comp", notes=[user])


def notes_and_replies(task: Task, note: Note, user: User, status: Status) -> None:
    # mypy> "Note" has no attribute "contents"; maybe "content"?  [attr-defined]
    # pyright> Cannot access attribute "contents" for class "Note"
    # pyright|   Attribute "contents" is unknown (reportAttributeAccessIssue)
    a_value(task.create_note("look", user).contents)
    # mypy> Argument 2 to "create_note" of "CreatesNotes" has incompatible type "Status"; expected "BaseUser"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "author" of type "BaseUser" in function "create_note"
    # pyright|   "Status" is not assignable to "BaseUser" (reportArgumentType)
    a_note(task.create_note("look", status))
    # mypy> Argument 1 to "create_note" of "CreatesNotes" has incompatible type "int"; expected "str"  [arg-type]
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "content" of type "str" in function "create_note"
    # pyright|   "Literal[7]" is not assignable to "str" (reportArgumentType)
    a_note(task.create_note(7, user))
    # mypy> List item 0 has incompatible type "Status"; expected "Resource"  [list-item]
    # pyright> Argument of type "list[Status]" cannot be assigned to parameter "recipients" of type "Iterable[Resource] | None" in function "create_note"
    # pyright|   "Status" is not assignable to "Resource" (reportArgumentType)
    a_note(task.create_note("look", user, recipients=[status]))
    # mypy> Argument 2 to "create_reply" of "CreatesReplies" has incompatible type "Status"; expected "BaseUser"  [arg-type]
    # pyright> Argument of type "Status" cannot be assigned to parameter "author" of type "BaseUser" in function "create_reply"
    # pyright|   "Status" is not assignable to "BaseUser" (reportArgumentType)
    a_note(note.create_reply("done", status))
    # mypy> "Note" has no attribute "create_replies"  [attr-defined]
    # pyright> Cannot access attribute "create_replies" for class "Note"
    # pyright|   Attribute "create_replies" is unknown (reportAttributeAccessIssue)
    a_note(note.create_replies("done", user))


def timers_of_users(user: User, task: Task) -> None:
    # mypy> Argument 1 to "start_timer" of "RunsTimers" has incompatible type "User"; expected "Context | None"  [arg-type]
    # pyright> Argument of type "User" cannot be assigned to parameter "context" of type "Context | None" in function "start_timer"
    # pyright|   Type "User" is not assignable to type "Context | None"
    # pyright|     "User" is not assignable to "Context"
    # pyright|     "User" is not assignable to "None" (reportArgumentType)
    a_value(user.start_timer(user).comment)
    # mypy> "Timelog" has no attribute "durations"; maybe "duration"?  [attr-defined]
    # pyright> Cannot access attribute "durations" for class "Timelog"
    # pyright|   Attribute "durations" is unknown (reportAttributeAccessIssue)
    a_number(user.stop_timer().durations)


def statuses_of_project_schemas(project_schema: ProjectSchema) -> None:
    # mypy> Argument 1 to "a_list_of_statuses" has incompatible type "list[Type]"; expected "list[Status]"  [arg-type]
    # pyright> Argument of type "list[Type]" cannot be assigned to parameter "_" of type "list[Status]" in function "a_list_of_statuses"
    # pyright|   "list[Type]" is not assignable to "list[Status]"
    # pyright|     Type parameter "_T@list" is invariant, but "Type" is not the same as "Status"
    # pyright|     Consider switching from "list" to "Sequence" which is covariant (reportArgumentType)
    a_list_of_statuses(project_schema.get_types("Task"))


def metadata(session: Session, task: Task) -> None:
    # mypy> Incompatible types in assignment (expression has type "int", target has type "str")  [assignment]
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "value" of type "str" in function "__setitem__"
    # pyright|   "Literal[7]" is not assignable to "str" (reportArgumentType)
    task.metadata["department"] = 7
    # mypy> Dict entry 0 has incompatible type "str": "int"; expected "str": "str"  [dict-item]
    # pyright> Cannot assign to attribute "metadata" for class "Task"
    # pyright|   "Literal[7]" is not assignable to "str" (reportAttributeAccessIssue)
    task.metadata = {"department": 7}
    # mypy> Argument 1 to "a_number" has incompatible type "str"; expected "float"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "_" of type "float" in function "a_number"
    # pyright|   "str" is not assignable to "float" (reportArgumentType)
    a_number(task.metadata["department"])
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.metadata["department"] == 7)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[str]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[str]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[str]" is not assignable to "Criterion" (reportArgumentType)
    session.query(Task).where(Task.project.metadata["department"] == 7)
    # mypy> Invalid index type "int" for "MappedPath[str]"; expected type "str"  [index]
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "key" of type "str" in function "__getitem__"
    # pyright|   "Literal[7]" is not assignable to "str" (reportArgumentType)
    session.query(Task).where(Task.metadata[7] == "fx")


def attributes_for_criteria_alone(session: Session, task: Task) -> None:
    # mypy> Argument 1 to "__get__" of "Restricted" has incompatible type "Task"; expected "None"  [arg-type]
    # pyright> Cannot access attribute "custom_attribute_links" for class "Task"
    # pyright|   Argument of type "Task" cannot be assigned to parameter "instance" of type "None" in function "__get__"
    # pyright|     "Task" is not assignable to "None" (reportAttributeAccessIssue)
    a_value(task.custom_attribute_links)
    # mypy> Unexpected keyword argument "custom_attribute_links" for "create" of "Session"; did you mean "custom_attributes"?  [call-arg]
    # mypy| note: "create" defined in "ftrack_typed.session"
    # pyright> No parameter named "custom_attribute_links" (reportCallIssue)
    session.create(Task, custom_attribute_links={})


def custom_attributes(session: Session, shot: studio.Shot) -> None:
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(studio.Shot).where(studio.Shot.custom_attributes.fps > "24")
    # mypy> "type[ShotCustomAttributes]" has no attribute "fsp"  [attr-defined]
    # pyright> Cannot access attribute "fsp" for class "type[ShotCustomAttributes]"
    # pyright|   Attribute "fsp" is unknown (reportAttributeAccessIssue)
    session.query(studio.Shot).where(studio.Shot.custom_attributes.fsp > 24)
    # mypy> "type[ShotCustomAttributes]" has no attribute "fsp"  [attr-defined]
    # pyright> Cannot access attribute "fsp" for class "type[ShotCustomAttributes]"
    # pyright|   Attribute "fsp" is unknown (reportAttributeAccessIssue)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fsp > 24)
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[float]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[float]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[float]" is not assignable to "Criterion" (reportArgumentType)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fps == "24")
    # mypy> List item 0 has incompatible type "str"; expected "float"  [list-item]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "values" of type "Values[float] | tuple[float, ...] | Subquery" in function "in_"
    # pyright|   "Literal['24']" is not assignable to "float" (reportArgumentType)
    session.query(studio.Plate).where(studio.Plate.shot.custom_attributes.fps.in_(["24"]))
    # mypy> Argument 1 to "a_text" has incompatible type "float"; expected "str"  [arg-type]
    # pyright> Argument of type "float" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "float" is not assignable to "str" (reportArgumentType)
    a_text(shot.custom_attributes.fps)
    # mypy> "ShotCustomAttributes" has no attribute "fsp"  [attr-defined]
    # pyright> Cannot access attribute "fsp" for class "ShotCustomAttributes"
    # pyright|   Attribute "fsp" is unknown (reportAttributeAccessIssue)
    a_number(shot.custom_attributes.fsp)
    # mypy> Argument 1 to "a_number" has incompatible type "float | None"; expected "float"  [arg-type]
    # pyright> Argument of type "float | None" cannot be assigned to parameter "_" of type "float" in function "a_number"
    # pyright|   Type "float | None" is not assignable to type "float"
    # pyright|     "None" is not assignable to "float" (reportArgumentType)
    a_number(shot.custom_attributes.handles)
    # mypy> Incompatible types in assignment (expression has type "str", variable has type "float")  [assignment]
    # pyright> Cannot assign to attribute "fps" for class "ShotCustomAttributes"
    # pyright|   "Literal['24']" is not assignable to "float" (reportAttributeAccessIssue)
    shot.custom_attributes.fps = "24"
    # mypy> Incompatible types in assignment (expression has type "None", variable has type "float")  [assignment]
    # pyright> Cannot assign to attribute "fps" for class "ShotCustomAttributes"
    # pyright|   "None" is not assignable to "float" (reportAttributeAccessIssue)
    shot.custom_attributes.fps = None
    # mypy> "ShotCustomAttributes" has no attribute "fsp"  [attr-defined]
    # pyright> Cannot assign to attribute "fsp" for class "ShotCustomAttributes"
    # pyright|   Attribute "fsp" is unknown (reportAttributeAccessIssue)
    shot.custom_attributes.fsp = 24.0
    # mypy> Incompatible types in assignment (expression has type "Literal['medium']", variable has type "Literal['easy', 'hard']")  [assignment]
    # pyright> Cannot assign to attribute "difficulty" for class "ShotCustomAttributes"
    # pyright|   Type "Literal['medium']" is not assignable to type "Literal['easy', 'hard']"
    # pyright|     "Literal['medium']" is not assignable to type "Literal['easy']"
    # pyright|     "Literal['medium']" is not assignable to type "Literal['hard']" (reportAttributeAccessIssue)
    shot.custom_attributes.difficulty = "medium"
    # mypy> Argument 1 to "__set__" of "ComputedCustomAttr" has incompatible type "ShotCustomAttributes"; expected "ComputedByServer"  [arg-type]
    # pyright> Cannot assign to attribute "code" for class "ShotCustomAttributes"
    # pyright|   Argument of type "ShotCustomAttributes" cannot be assigned to parameter "instance" of type "ComputedByServer" in function "__set__"
    # pyright|     "ShotCustomAttributes" is not assignable to "ComputedByServer" (reportAttributeAccessIssue)
    shot.custom_attributes.code = "hard"
    # mypy> Argument 1 to "where" of "Query" has incompatible type "WrongValueType[Literal['easy', 'hard']]"; expected "Criterion"  [arg-type]
    # pyright> Argument of type "WrongValueType[Literal['easy', 'hard']]" cannot be assigned to parameter "criteria" of type "Criterion" in function "where"
    # pyright|   "WrongValueType[Literal['easy', 'hard']]" is not assignable to "Criterion" (reportArgumentType)
    session.query(studio.Shot).where(studio.Shot.custom_attributes.difficulty == "medium")


def methods_of_a_session(session: Session, task: Task) -> None:
    # mypy> Argument 1 to "delete" of "Session" has incompatible type "type[Task]"; expected "Entity"  [arg-type]
    # pyright> Argument of type "type[Task]" cannot be assigned to parameter "entity" of type "Entity" in function "delete"
    # pyright|   Type "type[Task]" is not assignable to type "Entity" (reportArgumentType)
    session.delete(Task)
    # mypy> List item 0 has incompatible type "str"; expected "Entity"  [list-item]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "entities" of type "Entity | Iterable[Entity]" in function "populate"
    # pyright|   "Literal['task']" is not assignable to "Entity" (reportArgumentType)
    session.populate(["task"], Task.name)
    # mypy> "type[Status]" has no attribute "nmae"  [attr-defined]
    # pyright> Cannot access attribute "nmae" for class "type[Status]"
    # pyright|   Attribute "nmae" is unknown (reportAttributeAccessIssue)
    session.populate([task], Task.status.nmae)
    # mypy> No overload variant of "get" of "Session" matches argument types "type[Task]", "int"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [E: Entity] get(self, entity_type: type[E], entity_key: str | Iterable[str]) -> E | None
    # mypy| note:     def get(self, entity_type: str, entity_key: str | Iterable[str]) -> Entity | None
    # pyright> No overloads for "get" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "entity_key" of type "str | Iterable[str]" in function "get"
    # pyright|   Type "Literal[7]" is not assignable to type "str | Iterable[str]"
    # pyright|     "Literal[7]" is not assignable to "str"
    # pyright|     "Literal[7]" is incompatible with protocol "Iterable[str]"
    # pyright|       "__iter__" is not present (reportArgumentType)
    session.get(Task, 7)
    # mypy> Dict entry 0 has incompatible type "int": "str"; expected "str": "Any"  [dict-item]
    # pyright> No overloads for "ensure" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "dict[int, str]" cannot be assigned to parameter "data" of type "Mapping[str, Any]" in function "ensure"
    # pyright|   "Literal[7]" is not assignable to "str" (reportArgumentType)
    session.ensure(Task, {7: "comp"})
    # mypy> "Session" has no attribute "comit"  [attr-defined]
    # pyright> Cannot access attribute "comit" for class "Session"
    # pyright|   Attribute "comit" is unknown (reportAttributeAccessIssue)
    session.comit()


def groups_and_batches(session: Session, told: Callable[[CommitProgress], None]) -> None:
    # mypy> No overload variant of "group_by" of "Query" matches argument type "type[Status]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [A] group_by(self, ScalarPath[A], /) -> GroupedQuery[A]
    # mypy| note:     def [A, B] group_by(self, ScalarPath[A], ScalarPath[B], /) -> GroupedQuery[A, B]
    # mypy| note:     def [A, B, C] group_by(self, ScalarPath[A], ScalarPath[B], ScalarPath[C], /) -> GroupedQuery[A, B, C]
    # mypy| note:     def [A, B, C, D] group_by(self, ScalarPath[A], ScalarPath[B], ScalarPath[C], ScalarPath[D], /) -> GroupedQuery[A, B, C, D]
    # mypy| note:     def group_by(self, *paths: ScalarPath[Any]) -> GroupedQuery[*tuple[Any, ...]]
    # pyright> No overloads for "group_by" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "type[Status]" cannot be assigned to parameter "paths" of type "ScalarPath[Any]" in function "group_by"
    # pyright|   Type "type[Status]" is not assignable to type "ScalarPath[Any]" (reportArgumentType)
    session.query(Task).group_by(Task.status).aggregate(Task.id.count())
    # mypy> No overload variant of "group_by" of "Query" matches argument type "str"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [A] group_by(self, ScalarPath[A], /) -> GroupedQuery[A]
    # mypy| note:     def [A, B] group_by(self, ScalarPath[A], ScalarPath[B], /) -> GroupedQuery[A, B]
    # mypy| note:     def [A, B, C] group_by(self, ScalarPath[A], ScalarPath[B], ScalarPath[C], /) -> GroupedQuery[A, B, C]
    # mypy| note:     def [A, B, C, D] group_by(self, ScalarPath[A], ScalarPath[B], ScalarPath[C], ScalarPath[D], /) -> GroupedQuery[A, B, C, D]
    # mypy| note:     def group_by(self, *paths: ScalarPath[Any]) -> GroupedQuery[*tuple[Any, ...]]
    # pyright> No overloads for "group_by" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "Literal['status_id']" cannot be assigned to parameter "paths" of type "ScalarPath[Any]" in function "group_by"
    # pyright|   "Literal['status_id']" is not assignable to "ScalarPath[Any]" (reportArgumentType)
    session.query(Task).group_by("status_id").aggregate(Task.id.count())
    # mypy> No overload variant of "aggregate" of "GroupedQuery" matches argument type "NeedsNumbers[str]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [A] aggregate(self, Aggregated[A], /) -> AggregateQuery[tuple[str | None, A]]
    # mypy| note:     def [A, B] aggregate(self, Aggregated[A], Aggregated[B], /) -> AggregateQuery[tuple[str | None, A, B]]
    # mypy| note:     def [A, B, C] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], /) -> AggregateQuery[tuple[str | None, A, B, C]]
    # mypy| note:     def [A, B, C, D] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], Aggregated[D], /) -> AggregateQuery[tuple[str | None, A, B, C, D]]
    # mypy| note:     def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[tuple[Any, ...]]
    # pyright> No overloads for "aggregate" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "NeedsNumbers[str]" cannot be assigned to parameter "aggregates" of type "Aggregated[Any]" in function "aggregate"
    # pyright|   "NeedsNumbers[str]" is not assignable to "Aggregated[Any]" (reportArgumentType)
    session.query(Task).group_by(Task.status.name).aggregate(Task.name.sum())
    # mypy> No overload variant of "aggregate" of "Query" matches argument type "NeedsNumbers[datetime | None]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [A] aggregate(self, Aggregated[A], /) -> AggregateQuery[tuple[A]]
    # mypy| note:     def [A, B] aggregate(self, Aggregated[A], Aggregated[B], /) -> AggregateQuery[tuple[A, B]]
    # mypy| note:     def [A, B, C] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], /) -> AggregateQuery[tuple[A, B, C]]
    # mypy| note:     def [A, B, C, D] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], Aggregated[D], /) -> AggregateQuery[tuple[A, B, C, D]]
    # mypy| note:     def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[tuple[Any, ...]]
    # pyright> No overloads for "aggregate" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "NeedsNumbers[datetime | None]" cannot be assigned to parameter "aggregates" of type "Aggregated[Any]" in function "aggregate"
    # pyright|   "NeedsNumbers[datetime | None]" is not assignable to "Aggregated[Any]" (reportArgumentType)
    session.query(Task).aggregate(Task.end_date.avg())
    # mypy> No overload variant of "aggregate" of "GroupedQuery" matches argument type "ScalarPath[float]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [A] aggregate(self, Aggregated[A], /) -> AggregateQuery[tuple[str | None, A]]
    # mypy| note:     def [A, B] aggregate(self, Aggregated[A], Aggregated[B], /) -> AggregateQuery[tuple[str | None, A, B]]
    # mypy| note:     def [A, B, C] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], /) -> AggregateQuery[tuple[str | None, A, B, C]]
    # mypy| note:     def [A, B, C, D] aggregate(self, Aggregated[A], Aggregated[B], Aggregated[C], Aggregated[D], /) -> AggregateQuery[tuple[str | None, A, B, C, D]]
    # mypy| note:     def aggregate(self, *aggregates: Aggregated[Any]) -> AggregateQuery[tuple[Any, ...]]
    # pyright> No overloads for "aggregate" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "ScalarPath[float]" cannot be assigned to parameter "aggregates" of type "Aggregated[Any]" in function "aggregate"
    # pyright|   "ScalarPath[float]" is not assignable to "Aggregated[Any]" (reportArgumentType)
    session.query(Task).group_by(Task.status.name).aggregate(Task.bid)
    for name, number in session.query(Task).group_by(Task.type_id).aggregate(Task.id.count()):
        # mypy> Argument 1 to "a_number" has incompatible type "str"; expected "float"  [arg-type]
        # pyright> Argument of type "str" cannot be assigned to parameter "_" of type "float" in function "a_number"
        # pyright|   "str" is not assignable to "float" (reportArgumentType)
        a_number(name)
        # mypy> Argument 1 to "a_text" has incompatible type "int"; expected "str"  [arg-type]
        # pyright> Argument of type "int" cannot be assigned to parameter "_" of type "str" in function "a_text"
        # pyright|   "int" is not assignable to "str" (reportArgumentType)
        a_text(number)
    for _, late in session.query(Task).group_by(Task.type_id).aggregate(Task.end_date.max()):
        # mypy> Argument 1 to "a_text" has incompatible type "datetime | None"; expected "str"  [arg-type]
        # pyright> Argument of type "datetime | None" cannot be assigned to parameter "_" of type "str" in function "a_text"
        # pyright|   Type "datetime | None" is not assignable to type "str"
        # pyright|     "datetime" is not assignable to "str" (reportArgumentType)
        a_text(late)
    # mypy> Argument "batch_size" to "commit" of "CommitAccess" has incompatible type "str"; expected "int | None"  [arg-type]
    # pyright> Argument of type "Literal['500']" cannot be assigned to parameter "batch_size" of type "int | None" in function "commit"
    # pyright|   Type "Literal['500']" is not assignable to type "int | None"
    # pyright|     "Literal['500']" is not assignable to "int"
    # pyright|     "Literal['500']" is not assignable to "None" (reportArgumentType)
    session.commit(batch_size="500")
    # mypy> Argument "progress" to "commit" of "CommitAccess" has incompatible type "Callable[[str], None]"; expected "Callable[[CommitProgress], object] | None"  [arg-type]
    # pyright> Argument of type "(_: str) -> None" cannot be assigned to parameter "progress" of type "Progress | None" in function "commit"
    # pyright|   Type "(_: str) -> None" is not assignable to type "Progress | None"
    # pyright|     Type "(_: str) -> None" is not assignable to type "Progress"
    # pyright|       Parameter 1: type "CommitProgress" is incompatible with type "str"
    # pyright|         "CommitProgress" is not assignable to "str"
    # pyright|     "FunctionType" is not assignable to "None" (reportArgumentType)
    session.commit(progress=a_text)
    # mypy> Argument "batch_size" to "plan" of "CommitAccess" has incompatible type "float"; expected "int | None"  [arg-type]
    # pyright> Argument of type "float" cannot be assigned to parameter "batch_size" of type "int | None" in function "plan"
    # pyright|   Type "float" is not assignable to type "int | None"
    # pyright|     "float" is not assignable to "int"
    # pyright|     "float" is not assignable to "None" (reportArgumentType)
    session.plan(batch_size=0.5)
    # mypy> "tuple[PlannedChange, ...]" has no attribute "key"  [attr-defined]
    # pyright> Cannot access attribute "key" for class "tuple[PlannedChange, ...]"
    # pyright|   Attribute "key" is unknown (reportAttributeAccessIssue)
    a_number(session.plan().batches[0].key.count(""))


def other_methods_of_a_session(session: Session, task: Task, user: User) -> None:
    # mypy> No overload variant of "query" of "Session" matches argument types "type[Task]", "str"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [E: Entity] query(self, expression: type[E], page_size: int = ...) -> Query[E]
    # mypy| note:     def query(self, expression: str, page_size: int = ...) -> QueryResult[Entity]
    # pyright> No overloads for "query" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "Literal['20']" cannot be assigned to parameter "page_size" of type "int" in function "query"
    # pyright|   "Literal['20']" is not assignable to "int" (reportArgumentType)
    a_value(session.query(Task, page_size="20"))
    # mypy> Argument 1 to "a_task" has incompatible type "Entity"; expected "Task"  [arg-type]
    # pyright> Argument of type "Entity" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Entity" is not assignable to "Task" (reportArgumentType)
    a_task(session.ensure("Task", {"name": "comp"}))
    # mypy> Argument 1 to "a_note" has incompatible type "Task"; expected "Note"  [arg-type]
    # pyright> Argument of type "Task" cannot be assigned to parameter "_" of type "Note" in function "a_note"
    # pyright|   "Task" is not assignable to "Note" (reportArgumentType)
    a_note(session.merge(task))
    # mypy> List item 0 has incompatible type "Task"; expected "Status"  [list-item]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "_" of type "list[Status]" in function "a_list_of_statuses"
    # pyright|   "list[Task]" is not assignable to "list[Status]"
    # pyright|     Type parameter "_T@list" is invariant, but "Task" is not the same as "Status"
    # pyright|     Consider switching from "list" to "Sequence" which is covariant (reportArgumentType)
    a_list_of_statuses(session.merge([task]))
    # mypy> Argument 2 to "encode" of "Session" has incompatible type "Literal['set']"; expected "Literal['all', 'set_only', 'modified_only', 'persisted_only']"  [arg-type]
    # pyright> Argument of type "Literal['set']" cannot be assigned to parameter "entity_attribute_strategy" of type "Strategy" in function "encode"
    # pyright|   Type "Literal['set']" is not assignable to type "Strategy"
    # pyright|     "Literal['set']" is not assignable to type "Literal['all']"
    # pyright|     "Literal['set']" is not assignable to type "Literal['set_only']"
    # pyright|     "Literal['set']" is not assignable to type "Literal['modified_only']"
    # pyright|     "Literal['set']" is not assignable to type "Literal['persisted_only']" (reportArgumentType)
    a_text(session.encode(task, "set"))
    # mypy> Argument "entity" to "get_widget_url" of "ServerActions" has incompatible type "str"; expected "Entity | None"  [arg-type]
    # pyright> Argument of type "Literal['task']" cannot be assigned to parameter "entity" of type "Entity | None" in function "get_widget_url"
    # pyright|   Type "Literal['task']" is not assignable to type "Entity | None"
    # pyright|     "Literal['task']" is not assignable to "Entity"
    # pyright|     "Literal['task']" is not assignable to "None" (reportArgumentType)
    a_text(session.get_widget_url("tasks", entity="task"))
    # mypy> Argument "entity" to "reset_remote" of "ServerActions" has incompatible type "str"; expected "Entity | None"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "entity" of type "Entity | None" in function "reset_remote"
    # pyright|   Type "str" is not assignable to type "Entity | None"
    # pyright|     "str" is not assignable to "Entity"
    # pyright|     "str" is not assignable to "None" (reportArgumentType)
    a_value(session.reset_remote("api_key", entity=user.id))
    # mypy> Argument 1 to "entity_reference" of "Session" has incompatible type "str"; expected "Entity"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "entity" of type "Entity" in function "entity_reference"
    # pyright|   "str" is not assignable to "Entity" (reportArgumentType)
    a_value(session.entity_reference(task.id))
    # mypy> Argument 1 to "loading_mode" of "Modes" has incompatible type "Literal['rise']"; expected "Literal['siblings', 'single', 'warn', 'raise']"  [arg-type]
    # pyright> Argument of type "Literal['rise']" cannot be assigned to parameter "mode" of type "LoadingMode" in function "loading_mode"
    # pyright|   Type "Literal['rise']" is not assignable to type "LoadingMode"
    # pyright|     "Literal['rise']" is not assignable to type "Literal['siblings']"
    # pyright|     "Literal['rise']" is not assignable to type "Literal['single']"
    # pyright|     "Literal['rise']" is not assignable to type "Literal['warn']"
    # pyright|     "Literal['rise']" is not assignable to type "Literal['raise']" (reportArgumentType)
    session.loading_mode("rise")
    # mypy> Argument 1 to "auto_populating" of "Modes" has incompatible type "str"; expected "bool"  [arg-type]
    # pyright> Argument of type "Literal['no']" cannot be assigned to parameter "auto_populate" of type "bool" in function "auto_populating"
    # pyright|   "Literal['no']" is not assignable to "bool" (reportArgumentType)
    session.auto_populating("no")
    # mypy> Argument 1 to "operation_recording" of "Modes" has incompatible type "None"; expected "bool"  [arg-type]
    # pyright> Argument of type "None" cannot be assigned to parameter "record_operations" of type "bool" in function "operation_recording"
    # pyright|   "None" is not assignable to "bool" (reportArgumentType)
    session.operation_recording(None)
    # mypy> Incompatible types in assignment (expression has type "str", variable has type "bool")  [assignment]
    # pyright> Cannot assign to attribute "auto_populate" for class "Session"
    # pyright|   "Literal['no']" is not assignable to "bool" (reportAttributeAccessIssue)
    session.auto_populate = "no"
    # mypy> Incompatible types in assignment (expression has type "None", variable has type "bool")  [assignment]
    # pyright> Cannot assign to attribute "record_operations" for class "Session"
    # pyright|   "None" is not assignable to "bool" (reportAttributeAccessIssue)
    session.record_operations = None
    # mypy> Argument 1 to "send_user_invite" of "ServerActions" has incompatible type "str"; expected "Entity"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "user" of type "Entity" in function "send_user_invite"
    # pyright|   "str" is not assignable to "Entity" (reportArgumentType)
    session.send_user_invite(user.id)
    # mypy> Argument 1 to "send_user_invites" of "ServerActions" has incompatible type "User"; expected "Iterable[Entity]"  [arg-type]
    # mypy| note: Following member(s) of "User" have conflicts:
    # mypy| note:     Expected:
    # mypy| note:         def __iter__(self) -> Iterator[Entity]
    # mypy| note:     Got:
    # mypy| note:         def __iter__(self) -> Iterator[str]
    # pyright> Argument of type "User" cannot be assigned to parameter "users" of type "Iterable[Entity]" in function "send_user_invites"
    # pyright|   "User" is not assignable to "Iterable[Entity]"
    # pyright|     Type parameter "_T_co@Iterable" is covariant, but "str" is not a subtype of "Entity"
    # pyright|       "str" is not assignable to "Entity" (reportArgumentType)
    session.send_user_invites(user)
    # mypy> Argument 1 to "send_review_session_invite" of "ServerActions" has incompatible type "list[User]"; expected "Entity"  [arg-type]
    # pyright> Argument of type "list[User]" cannot be assigned to parameter "invitee" of type "Entity" in function "send_review_session_invite"
    # pyright|   "list[User]" is not assignable to "Entity" (reportArgumentType)
    session.send_review_session_invite([user])
    # mypy> List item 0 has incompatible type "str"; expected "Entity"  [list-item]
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "invitees" of type "Iterable[Entity]" in function "send_review_session_invites"
    # pyright|   "str" is not assignable to "Entity" (reportArgumentType)
    session.send_review_session_invites([user.id])
    # mypy> Property "closed" defined in "Session" is read-only  [misc]
    # pyright> Cannot assign to attribute "closed" for class "Session"
    # pyright|   "Literal[False]" is not assignable to "property" (reportAttributeAccessIssue)
    session.closed = False
    # mypy> Property "server_url" defined in "Session" is read-only  [misc]
    # pyright> Cannot assign to attribute "server_url" for class "Session"
    # pyright|   "Literal['http://127.0.0.1']" is not assignable to "property" (reportAttributeAccessIssue)
    session.server_url = "http://127.0.0.1"
    # mypy> "Operation" has no attribute "entity_keys"; maybe "entity_key"?  [attr-defined]
    # pyright> Cannot access attribute "entity_keys" for class "Operation"
    # pyright|   Attribute "entity_keys" is unknown (reportAttributeAccessIssue)
    a_value(session.recorded_operations.pop().entity_keys)
    # mypy> "Entity" has no attribute "entity_typ"; maybe "entity_type"?  [attr-defined]
    # pyright> Cannot access attribute "entity_typ" for class "Entity"
    # pyright|   Attribute "entity_typ" is unknown (reportAttributeAccessIssue)
    a_value(session.created[0].entity_typ)
    # mypy> "PlannedChange" has no attribute "actions"; maybe "action"?  [attr-defined]
    # pyright> Cannot access attribute "actions" for class "PlannedChange"
    # pyright|   Attribute "actions" is unknown (reportAttributeAccessIssue)
    a_value(session.plan()[0].actions)


def records(session: Session, task: Task) -> None:
    # mypy> Argument 1 to "state" has incompatible type "str"; expected "Entity"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "entity" of type "Entity" in function "state"
    # pyright|   "str" is not assignable to "Entity" (reportArgumentType)
    a_value(inspection.state(task.id))
    # mypy> Argument 1 to "states" has incompatible type "Task"; expected "Iterable[Entity]"  [arg-type]
    # mypy| note: Following member(s) of "Task" have conflicts:
    # mypy| note:     Expected:
    # mypy| note:         def __iter__(self) -> Iterator[Entity]
    # mypy| note:     Got:
    # mypy| note:         def __iter__(self) -> Iterator[str]
    # pyright> Argument of type "Task" cannot be assigned to parameter "entities" of type "Iterable[Entity]" in function "states"
    # pyright|   "Task" is not assignable to "Iterable[Entity]"
    # pyright|     Type parameter "_T_co@Iterable" is covariant, but "str" is not a subtype of "Entity"
    # pyright|       "str" is not assignable to "Entity" (reportArgumentType)
    a_value(inspection.states(task))
    # mypy> Tuple index out of range  [misc]
    # pyright> Index 2 is out of range for type tuple[str, list[str]] (reportGeneralTypeIssues)
    a_value(inspection.identity(task)[2])
    # mypy> Argument 1 to "primary_key" has incompatible type "list[Task]"; expected "Entity"  [arg-type]
    # pyright> Argument of type "list[Task]" cannot be assigned to parameter "entity" of type "Entity" in function "primary_key"
    # pyright|   "list[Task]" is not assignable to "Entity" (reportArgumentType)
    a_value(inspection.primary_key([task])["id"])
    # mypy> "DeleteEntityOperation" has no attribute "old_value"  [attr-defined]
    # pyright> Cannot access attribute "old_value" for class "DeleteEntityOperation"
    # pyright|   Attribute "old_value" is unknown (reportAttributeAccessIssue)
    a_value(DeleteEntityOperation("Task", {"id": "1"}).old_value)
    # mypy> "UpdateEntityOperation" has no attribute "value"  [attr-defined]
    # pyright> Cannot access attribute "value" for class "UpdateEntityOperation"
    # pyright|   Attribute "value" is unknown (reportAttributeAccessIssue)
    a_value(UpdateEntityOperation("Task", {"id": "1"}, "name", None, "x").value)
    # mypy> "OperationPayload" has no attribute "action"  [attr-defined]
    # pyright> Cannot access attribute "action" for class "OperationPayload"
    # pyright|   Attribute "action" is unknown (reportAttributeAccessIssue)
    a_value(OperationPayload(action="query").action)
    # mypy> Argument "indent" to "format" has incompatible type "str"; expected "int"  [arg-type]
    # pyright> Argument of type "Literal['2']" cannot be assigned to parameter "indent" of type "int" in function "format"
    # pyright|   "Literal['2']" is not assignable to "int" (reportArgumentType)
    a_text(formatter.format(task, indent="2"))
    # mypy> Argument 1 to "a_text" has incompatible type "bytes"; expected "str"  [arg-type]
    # pyright> Argument of type "bytes" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "bytes" is not assignable to "str" (reportArgumentType)
    a_text(data.File("path", "rb").read())
    # mypy> Argument 1 to "a_text" has incompatible type "bytes"; expected "str"  [arg-type]
    # pyright> Argument of type "bytes" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "bytes" is not assignable to "str" (reportArgumentType)
    a_text(data.String(b"text").read())
    # mypy> Argument 1 to "a_text" has incompatible type "bool"; expected "str"  [arg-type]
    # pyright> Argument of type "bool" cannot be assigned to parameter "_" of type "str" in function "a_text"
    # pyright|   "bool" is not assignable to "str" (reportArgumentType)
    a_text(symbols.NOT_SET.value)


def other_behaviours(user: User, task: Task, schema: ProjectSchema) -> None:
    # mypy> Argument 1 to "a_number" has incompatible type "str"; expected "float"  [arg-type]
    # pyright> Argument of type "str" cannot be assigned to parameter "_" of type "float" in function "a_number"
    # pyright|   "str" is not assignable to "float" (reportArgumentType)
    a_number(user.reset_api_key())
    # mypy> Argument 1 to "start_timer" of "RunsTimers" has incompatible type "str"; expected "Context | None"  [arg-type]
    # pyright> Argument of type "Literal['task']" cannot be assigned to parameter "context" of type "Context | None" in function "start_timer"
    # pyright|   Type "Literal['task']" is not assignable to type "Context | None"
    # pyright|     "Literal['task']" is not assignable to "Context"
    # pyright|     "Literal['task']" is not assignable to "None" (reportArgumentType)
    a_value(user.start_timer("task", force=True))
    # mypy> Argument "type_id" to "get_statuses" of "AllowsWorkflows" has incompatible type "int"; expected "str | None"  [arg-type]
    # pyright> Argument of type "Literal[3]" cannot be assigned to parameter "type_id" of type "str | None" in function "get_statuses"
    # pyright|   Type "Literal[3]" is not assignable to type "str | None"
    # pyright|     "Literal[3]" is not assignable to "str"
    # pyright|     "Literal[3]" is not assignable to "None" (reportArgumentType)
    a_value(schema.get_statuses("Task", type_id=3))
    # mypy> Argument 1 to "get_types" of "AllowsWorkflows" has incompatible type "int"; expected "str | type[Entity]"  [arg-type]
    # pyright> Argument of type "Literal[7]" cannot be assigned to parameter "schema" of type "str | type[Entity]" in function "get_types"
    # pyright|   Type "Literal[7]" is not assignable to type "str | type[Entity]"
    # pyright|     "Literal[7]" is not assignable to "str"
    # pyright|     Type "Literal[7]" is not assignable to type "type[Entity]" (reportArgumentType)
    a_value(schema.get_types(7))
    # mypy> List item 0 has incompatible type "User"; expected "NoteLabel"  [list-item]
    # pyright> Argument of type "list[User]" cannot be assigned to parameter "labels" of type "Iterable[NoteLabel] | None" in function "create_note"
    # pyright|   "User" is not assignable to "NoteLabel" (reportArgumentType)
    a_note(task.create_note("look", user, labels=[user]))


def changes_of_data(session: Session) -> None:
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[Status | None]], None]"; expected "Callable[[Change[Priority | None]], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[Status | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[Priority | None]) -> object" in function "call"
    # pyright|   Type "(_: Change[Status | None]) -> None" is not assignable to type "(Change[Priority | None]) -> object"
    # pyright|     Parameter 1: type "Change[Priority | None]" is incompatible with type "Change[Status | None]"
    # pyright|       "Change[Priority | None]" is not assignable to "Change[Status | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "Priority | None" is not a subtype of "Status | None"
    # pyright|           Type "Priority | None" is not assignable to type "Status | None" (reportArgumentType)
    session.on(Task.priority).call(a_status_change)
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[str | None]], None]"; expected "Callable[[Change[float | None]], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[str | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[float | None]) -> object" in function "call"
    # pyright|   Type "(_: Change[str | None]) -> None" is not assignable to type "(Change[float | None]) -> object"
    # pyright|     Parameter 1: type "Change[float | None]" is incompatible with type "Change[str | None]"
    # pyright|       "Change[float | None]" is not assignable to "Change[str | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "float | None" is not a subtype of "str | None"
    # pyright|           Type "float | None" is not assignable to type "str | None" (reportArgumentType)
    session.on(Task.bid).call(a_text_change)
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[float | None]], None]"; expected "Callable[[Change[str | None]], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[float | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[str | None]) -> object" in function "call"
    # pyright|   Type "(_: Change[float | None]) -> None" is not assignable to type "(Change[str | None]) -> object"
    # pyright|     Parameter 1: type "Change[str | None]" is incompatible with type "Change[float | None]"
    # pyright|       "Change[str | None]" is not assignable to "Change[float | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "str | None" is not a subtype of "float | None"
    # pyright|           Type "str | None" is not assignable to type "float | None" (reportArgumentType)
    session.on(Task.name).call(a_number_change)
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[Task | None]], None]"; expected "Callable[[Change[Shot | None]], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[Task | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[Shot | None]) -> object" in function "call"
    # pyright|   Type "(_: Change[Task | None]) -> None" is not assignable to type "(Change[Shot | None]) -> object"
    # pyright|     Parameter 1: type "Change[Shot | None]" is incompatible with type "Change[Task | None]"
    # pyright|       "Change[Shot | None]" is not assignable to "Change[Task | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "Shot | None" is not a subtype of "Task | None"
    # pyright|           Type "Shot | None" is not assignable to type "Task | None" (reportArgumentType)
    session.on(Shot).call(a_task_change)
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[float | None]], None]"; expected "Callable[[Change[Literal['easy', 'hard'] | None]], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[float | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[Literal['easy', 'hard'] | None]) -> object" in function "call"
    # pyright|   Type "(_: Change[float | None]) -> None" is not assignable to type "(Change[Literal['easy', 'hard'] | None]) -> object"
    # pyright|     Parameter 1: type "Change[Literal['easy', 'hard'] | None]" is incompatible with type "Change[float | None]"
    # pyright|       "Change[Literal['easy', 'hard'] | None]" is not assignable to "Change[float | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "Literal['easy', 'hard'] | None" is not a subtype of "float | None"
    # pyright|           Type "Literal['easy', 'hard'] | None" is not assignable to type "float | None" (reportArgumentType)
    session.on(studio.Shot.custom_attributes.difficulty).call(a_number_change)
    # mypy> Argument 1 to "call" of "ChangeSubscription" has incompatible type "Callable[[Change[Status | None]], None]"; expected "Callable[[Update], object]"  [arg-type]
    # pyright> Argument of type "(_: Change[Status | None]) -> None" cannot be assigned to parameter "handler" of type "(Update) -> object" in function "call"
    # pyright|   Type "(_: Change[Status | None]) -> None" is not assignable to type "(Update) -> object"
    # pyright|     Parameter 1: type "Update" is incompatible with type "Change[Status | None]"
    # pyright|       "Update" is not assignable to "Change[Status | None]" (reportArgumentType)
    session.on(Task.status, Task.bid).call(a_status_change)
    # mypy> No overload variant of "on" of "EventAccess" matches argument type "CollectionPath[Note]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [T] on(self, ScalarPath[T], /, *, actions: Collection[Literal['add', 'update', 'remove', 'move', 'encoded']] | None = ..., priority: int = ..., executor: Executor | None = ...) -> ChangeSubscription[Change[T | None]]
    # mypy| note:     def [E: Entity] on(self, type[E], /, *, actions: Collection[Literal['add', 'update', 'remove', 'move', 'encoded']] | None = ..., priority: int = ..., executor: Executor | None = ...) -> ChangeSubscription[Change[E | None]]
    # mypy| note:     def on(self, ScalarPath[Any] | type[Entity], ScalarPath[Any] | type[Entity], /, *more: ScalarPath[Any] | type[Entity], actions: Collection[Literal['add', 'update', 'remove', 'move', 'encoded']] | None = ..., priority: int = ..., executor: Executor | None = ...) -> ChangeSubscription[Update]
    # pyright> No overloads for "on" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "CollectionPath[Note]" cannot be assigned to parameter "what" of type "type[E@on]" in function "on"
    # pyright|   Type "CollectionPath[Note]" is not assignable to type "type[E@on]" (reportArgumentType)
    session.on(Task.notes).call(an_update)
    # mypy> List item 1 has incompatible type "Literal['remov']"; expected "Literal['add', 'update', 'remove', 'move', 'encoded']"  [list-item]
    # pyright> No overloads for "on" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "list[str]" cannot be assigned to parameter "actions" of type "Collection[Action] | None" in function "on"
    # pyright|   Type "Literal['remov']" is not assignable to type "Action"
    # pyright|     "Literal['remov']" is not assignable to type "Literal['add']"
    # pyright|     "Literal['remov']" is not assignable to type "Literal['update']"
    # pyright|     "Literal['remov']" is not assignable to type "Literal['remove']"
    # pyright|     "Literal['remov']" is not assignable to type "Literal['move']"
    # pyright|     "Literal['remov']" is not assignable to type "Literal['encoded']" (reportArgumentType)
    session.on(Task.bid, actions=["add", "remov"]).call(an_update)
    # mypy> Argument 1 to "__call__" of "ChangeSubscription" has incompatible type "Callable[[Change[Status | None]], None]"; expected "Callable[[Change[Type | None]], None]"  [arg-type]
    # pyright> Argument of type "(_: Change[Status | None]) -> None" cannot be assigned to parameter "handler" of type "(Change[Type | None]) -> Result@__call__" in function "__call__"
    # pyright|   Type "(_: Change[Status | None]) -> None" is not assignable to type "(Change[Type | None]) -> None"
    # pyright|     Parameter 1: type "Change[Type | None]" is incompatible with type "Change[Status | None]"
    # pyright|       "Change[Type | None]" is not assignable to "Change[Status | None]"
    # pyright|         Type parameter "T_co@Change" is covariant, but "Type | None" is not a subtype of "Status | None"
    # pyright|           Type "Type | None" is not assignable to type "Status | None" (reportArgumentType)
    session.on(Task.type)(a_status_change)


def records_of_changes(change: Change[Status | None], update: Update) -> None:
    # mypy> Argument 1 to "a_status" has incompatible type "Status | None"; expected "Status"  [arg-type]
    # pyright> Argument of type "Status | None" cannot be assigned to parameter "_" of type "Status" in function "a_status"
    # pyright|   Type "Status | None" is not assignable to type "Status"
    # pyright|     "None" is not assignable to "Status" (reportArgumentType)
    a_status(change.new)
    # mypy> "Actor" has no attribute "usernam"; maybe "username"?  [attr-defined]
    # pyright> Cannot access attribute "usernam" for class "Actor"
    # pyright|   Attribute "usernam" is unknown (reportAttributeAccessIssue)
    a_value(change.user.usernam)
    # mypy> "Change[Status | None]" has no attribute "actoin"  [attr-defined]
    # pyright> Cannot access attribute "actoin" for class "Change[Status | None]"
    # pyright|   Attribute "actoin" is unknown (reportAttributeAccessIssue)
    a_value(change.actoin == "remove")
    # mypy> Argument 1 to "a_task" has incompatible type "Shot"; expected "Task"  [arg-type]
    # pyright> Argument of type "Shot" cannot be assigned to parameter "_" of type "Task" in function "a_task"
    # pyright|   "Shot" is not assignable to "Task" (reportArgumentType)
    a_task(update.entity_as(Shot))
    # mypy> "type[Task]" has no attribute "staus"  [attr-defined]
    # pyright> Cannot access attribute "staus" for class "type[Task]"
    # pyright|   Attribute "staus" is unknown (reportAttributeAccessIssue)
    a_value(update.change(Task.staus))
    # mypy> No overload variant of "change" of "Update" matches argument type "CollectionPath[Note]"  [call-overload]
    # mypy| note: Possible overload variants:
    # mypy| note:     def [T] change(self, what: ScalarPath[T]) -> Change[T | None] | None
    # mypy| note:     def [E: Entity] change(self, what: type[E]) -> Change[E | None] | None
    # pyright> No overloads for "change" match the provided arguments (reportCallIssue)
    # pyright> Argument of type "CollectionPath[Note]" cannot be assigned to parameter "what" of type "type[E@change]" in function "change"
    # pyright|   Type "CollectionPath[Note]" is not assignable to type "type[E@change]" (reportArgumentType)
    a_value(update.change(Task.notes))
