"""Queries that are built step by step: their text, and what they refuse at run time."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, ClassVar, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftrack_typed.attributes import Ref, attribute
from ftrack_typed.declaration import entity
from ftrack_typed.entities import (
    AssetVersion,
    Context,
    Metadata,
    Note,
    Project,
    Shot,
    Status,
    StatusChange,
    Task,
    TypedContext,
    User,
)
from ftrack_typed.entity import Entity
from ftrack_typed.errors import QueryError, QueryValueError, UnknownAttributeError
from ftrack_typed.query.builder import Query
from ftrack_typed.query.printer import print_criterion
from ftrack_typed.query.syntax import Criterion, Statement
from ftrack_typed.query.text import outline
from ftrack_typed.query.tokens import TokenKind, tokenise
from ftrack_typed.symbols import NOT_SET
from tests.typing import studio

from .test_tokens import HOSTILE

TASKS: Final = Query(Task, Statement("Task"))
READY: Final = Status._ftrack_new({"id": "ready"})
DONE: Final = Status._ftrack_new({"id": "done"})
SHOT: Final = Shot._ftrack_new({"id": "sh010"})
PAIR: Final = Metadata._ftrack_new({"parent_id": "p", "key": "k"})


def wrong(value: object) -> Any:
    """Return *value*, of which checkers know nothing: what they refuse has to be refused at run time as well."""
    return value


def text(criterion: Criterion) -> str:
    return print_criterion(criterion)


def strings(query: object) -> list[str]:
    """Return the values of the strings in the text of *query*."""
    return [token.value for token in tokenise(str(query)) if token.kind is TokenKind.STRING]


@pytest.mark.parametrize(
    ("criterion", "expected"),
    [
        (Task.name == "comp", 'name is "comp"'),
        (Task.name != "comp", 'name is_not "comp"'),
        (Task.bid == 1.5, "bid is 1.5"),
        (Task.bid < 1, "bid < 1"),
        (Task.bid <= 1, "bid <= 1"),
        (Task.bid > 1, "bid > 1"),
        (Task.bid >= 1, "bid >= 1"),
        (Task.name == None, "name is none"),  # noqa: E711
        (Task.description.is_(None), "description is none"),
        (Task.description.is_not(None), "description is_not none"),
        (Task.name.like("%comp%"), 'name like "%comp%"'),
        (Task.name.not_like("comp%"), 'name not_like "comp%"'),
        (Task.name.in_(["a", "b"]), 'name in ("a", "b")'),
        (Task.name.in_(("a",)), 'name in ("a")'),
        (Task.name.not_in({"a"}), 'name not_in ("a")'),
        (Task.name.in_(frozenset({"a"})), 'name in ("a")'),
        (Task.name.in_([]), "name in ()"),
        (Task.project.is_private == True, "project.is_private is True"),  # noqa: E712
        (Project.is_private == False, "is_private is False"),  # noqa: E712
        (Task.end_date > datetime(2026, 5, 4), 'end_date > "2026-05-04T00:00:00"'),
        (Task.status.name == "Ready", 'status.name is "Ready"'),
        (Task.status.state.short == "DONE", 'status.state.short is "DONE"'),
        (Task.project.project_schema.name == "VFX", 'project.project_schema.name is "VFX"'),
        (Task.parent.as_(Shot).status.name == "Ready", 'parent[Shot].status.name is "Ready"'),
        (Task.status == READY, 'status_id is "ready"'),
        (Task.status != READY, 'status_id is_not "ready"'),
        (Task.status == None, "status is none"),  # noqa: E711
        (Task.status.is_(None), "status is none"),
        (Task.status.is_not(None), "status is_not none"),
        (Task.status.in_([READY, DONE]), 'status_id in ("ready", "done")'),
        (Task.status.not_in([READY]), 'status_id not_in ("ready")'),
        (Task.status.in_([]), "status in ()"),
        (Task.parent == SHOT, 'parent_id is "sh010"'),
        (Task.parent.as_(Shot) == SHOT, 'parent[Shot].id is "sh010"'),
        (Task.parent.as_(Shot).status == READY, 'parent[Shot].status_id is "ready"'),
        (Status.state.is_(None), "state is none"),
        (AssetVersion.asset.parent == SHOT, 'asset.context_id is "sh010"'),
        (Task.status.has(Status.name == "Ready", Status.sort > 2), 'status has (name is "Ready" and sort > 2)'),
        (Task.thumbnail.has(), "thumbnail has ()"),
        (Task.notes.any(), "notes any ()"),
        (Task.notes.any(Note.content.like("%fix%")), 'notes any (content like "%fix%")'),
        (Task.status_changes.any(StatusChange.status == READY), 'status_changes any (status_id is "ready")'),
        (Task.metadata["a"] == "b", 'metadata any (key is "a" and value is "b")'),
        (Task.metadata["a"].in_(["b"]), 'metadata any (key is "a" and value in ("b"))'),
        (Task.metadata["a"].like("b%"), 'metadata any (key is "a" and value like "b%")'),
        (Task.project.metadata["a"] == "b", 'project.metadata any (key is "a" and value is "b")'),
        (studio.Shot.custom_attributes.fps > 24, 'custom_attributes any (key is "fps" and value > 24)'),
        (studio.Shot.custom_attributes["fps"] == 24, 'custom_attributes any (key is "fps" and value is 24)'),
        (studio.Plate.shot.custom_attributes.fps == 24, 'shot.custom_attributes any (key is "fps" and value is 24)'),
        (
            Task.name.in_(Query(Shot, Statement("Shot")).select(Shot.name).limit(5)),
            "name in (select name from Shot limit 5)",
        ),
        ((Task.name == "a") & (Task.bid > 1) | ~(Task.sort < 2), 'name is "a" and bid > 1 or not sort < 2'),
    ],
)
def test_criterion_has_one_text(criterion: Criterion, expected: str) -> None:
    assert text(criterion) == expected


@entity
class Remark(Entity):
    """A type with a reference whose key has two parts."""

    entity_type: ClassVar = "Remark"

    about: Ref[Metadata] = attribute(default=NOT_SET)


def test_reference_with_a_key_of_several_parts_is_compared_part_by_part() -> None:
    assert text(Remark.about == PAIR) == 'about.parent_id is "p" and about.key is "k"'
    assert text(Remark.about != PAIR) == 'about.parent_id is_not "p" or about.key is_not "k"'
    with pytest.raises(QueryError, match=r"in_\(\) needs a key of one attribute: compare with == and join with \|"):
        Remark.about.in_([PAIR])


def test_whole_query_has_one_text() -> None:
    query = (
        TASKS.where(Task.project.name == "demo", Task.status.name.in_(["Ready"]) | Task.bid.is_(None))
        .where(Task.notes.any(Note.content.like("%fix%")))
        .select(Task.name, Task.status.name, Task.parent, Task.notes.each.content, Task.metadata, Task.notes)
        .order_by(Task.sort.desc(), Task.name, Task.bid.asc())
        .offset(3)
        .limit(2)
    )
    assert str(query) == (
        "select name, status.name, parent, notes.content, metadata.key, metadata.value, notes from Task "
        'where project.name is "demo" and (status.name in ("Ready") or bid is none) '
        'and notes any (content like "%fix%") '
        "order by sort descending, name, bid offset 3 limit 2"
    )
    assert repr(query) == f"<Query {query}>"


def test_every_method_returns_a_new_query() -> None:
    steps: list[Callable[[Query[Task]], Query[Task]]] = [
        lambda query: query.where(Task.name == "x"),
        lambda query: query.select(Task.name),
        lambda query: query.order_by(Task.name),
        lambda query: query.limit(5),
        lambda query: query.offset(5),
    ]
    for step in steps:
        assert step(TASKS) is not TASKS
        assert str(step(TASKS)) != "Task"
        assert str(TASKS) == "Task"


@pytest.mark.parametrize("name", ["entity_type", "statement", "runner", "page_size"])
def test_query_cannot_be_changed(name: str) -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(TASKS, name, None)


def test_limits_and_selections_replace_or_add() -> None:
    assert str(TASKS.limit(5).limit(2)) == "Task limit 2"
    assert str(TASKS.limit(5).limit(None).offset(1).offset(None)) == "Task"
    assert str(TASKS.select(Task.name, Task.name).select(Task.bid, Task.name)) == "select name, bid from Task"
    assert str(TASKS.where()) == "Task"
    assert str(TASKS.select()) == "Task"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (datetime(2026, 5, 4, 12), "2026-05-04T12:00:00"),
        (datetime(2026, 5, 4, 12, tzinfo=timezone.utc), "2026-05-04T12:00:00"),
        (datetime(2026, 5, 4, 12, tzinfo=timezone(timedelta(hours=2))), "2026-05-04T10:00:00"),
    ],
)
def test_moment_is_written_in_utc(value: datetime, literal: str) -> None:
    assert text(Task.end_date >= value) == f'end_date >= "{literal}"'


@pytest.mark.parametrize("value", [0, -1, 2**70, 1.5, -0.0, 1e-9, 1e30])
def test_number_survives(value: float) -> None:
    literal = text(Task.bid == value).removeprefix("bid is ")
    assert float(literal) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(QueryValueError, match=f"no literal for {value}"):
        str(TASKS.where(Task.bid == value))


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Task.bid == "1.5", "<ScalarPath Task.bid> holds float and is compared with '1.5'"),
        (lambda: Task.bid > True, "<ScalarPath Task.bid> holds float and is compared with True"),
        (lambda: Task.name == 7, "<ScalarPath Task.name> holds str and is compared with 7"),
        (lambda: Task.name == b"comp", "<ScalarPath Task.name> holds str and is compared with b'comp'"),
        (lambda: Task.name == Task.description, None),
        (lambda: Task.status.name == 7, "<ScalarPath Task.status.name> holds str and is compared with 7"),
        (lambda: Status.sort == 1.5, "<ScalarPath Status.sort> holds int and is compared with 1.5"),
        (lambda: Project.is_private == 1, "<ScalarPath Project.is_private> holds bool and is compared with 1"),
        (
            lambda: Task.end_date > "2026",
            "<ScalarPath Task.end_date> holds datetime and is compared with '2026'",
        ),
        (
            lambda: Task.bid > None,
            "<ScalarPath Task.bid> cannot be larger or smaller than None: write is_(None) or is_not(None)",
        ),
        (
            lambda: Task.name.in_(wrong("comp")),
            "<ScalarPath Task.name> takes a list, tuple or set of values for in_(), not 'comp'",
        ),
        (
            lambda: Task.name.in_(wrong(7)),
            "<ScalarPath Task.name> takes a list, tuple or set of values for in_(), not 7",
        ),
        (lambda: Task.name.in_(["a", wrong(7)]), "<ScalarPath Task.name> holds str and is compared with 7"),
        (lambda: Task.name.not_in(["a", wrong(7)]), "<ScalarPath Task.name> holds str and is compared with 7"),
        (lambda: Task.name.like(7), "<ScalarPath Task.name>.like() takes text, not 7"),
        (lambda: Task.bid.like("1%"), "<ScalarPath Task.bid> holds float and is compared with '1%'"),
        (lambda: Task.name.is_(wrong("x")), "<ScalarPath Task.name>.is_() takes None only: write == 'x'"),
        (lambda: Task.name.is_not(wrong("x")), "<ScalarPath Task.name>.is_not() takes None only: write != 'x'"),
        (lambda: Task.status.is_(wrong(READY)), None),
        (
            lambda: Task.status == SHOT,
            f"<ReferencePath Task.status> is compared with {SHOT!r}: give a Status or None",
        ),
        (
            lambda: Task.status == "Ready",
            "<ReferencePath Task.status> is compared with 'Ready': give a Status or None",
        ),
        (
            lambda: Task.status.in_([READY, wrong("Ready")]),
            "<ReferencePath Task.status> is compared with 'Ready': give a Status or None",
        ),
        (
            lambda: Task.status.in_(wrong(READY)),
            f"<ReferencePath Task.status> takes a list, tuple or set of values for in_(), not {READY!r}",
        ),
        (
            lambda: Task.metadata["a"] == 7,
            "<KeyedPath Task.metadata['a']> holds str and is compared with 7",
        ),
        (
            lambda: studio.Shot.custom_attributes.fps == "24",
            "<KeyedPath Shot.custom_attributes['fps']> holds float and is compared with '24'",
        ),
    ],
)
def test_wrong_value_is_refused_with_what_is_held(build: Callable[[], object], message: str | None) -> None:
    with pytest.raises(QueryValueError) as caught:
        build()
    assert message is None or caught.value.message == message
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: TASKS.where(Shot.name == "x"),
            "where() of a query of Task is about Task, but Shot.name starts at Shot: write Task.name",
        ),
        (
            lambda: TASKS.where((Task.name == "x") | ~(Project.full_name == "y")),
            "where() of a query of Task is about Task, but Project.full_name starts at Project",
        ),
        (
            lambda: TASKS.where(Status.name == "Ready"),
            "where() of a query of Task is about Task, but Status.name starts at Status: write Task.name",
        ),
        (
            lambda: TASKS.select(Shot.name),
            "select() of a query of Task is about Task, but Shot.name starts at Shot: write Task.name",
        ),
        (
            lambda: TASKS.order_by(Shot.name.desc()),
            "order_by() of a query of Task is about Task, but Shot.name starts at Shot: write Task.name",
        ),
        (
            lambda: Task.notes.any(Task.name == "x"),
            "<CollectionPath Task.notes>.any() is about Note, but Task.name starts at Task",
        ),
        (
            lambda: Task.notes.any(Task.notes.each.id == "x"),
            "<CollectionPath Task.notes>.any() is about Note, but Task.notes.id starts at Task: write Note.id",
        ),
        (
            lambda: Task.status.has(Task.name == "x"),
            "<ReferencePath Task.status>.has() is about Status, but Task.name starts at Task: write Status.name",
        ),
        (
            lambda: Task.parent.as_(Status),
            f"<ReferencePath Task.parent>.as_() takes a subtype of Context, not {Status!r}",
        ),
        (
            lambda: Task.name.in_(Query(Shot, Statement("Shot"))),
            "<ScalarPath Task.name> is compared with a query of Shot: select one attribute of it",
        ),
    ],
)
def test_wrong_root_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError) as caught:
        build()
    assert caught.value.message == message


def test_attribute_of_a_base_is_taken_for_its_subtypes() -> None:
    assert str(TASKS.where(Context.name == "x", TypedContext.bid > 1)) == 'Task where name is "x" and bid > 1'
    assert str(TASKS.select(Context.name).order_by(TypedContext.sort)) == "select name from Task order by sort"


@pytest.mark.parametrize(
    ("build", "shown"),
    [
        (lambda: TASKS.where(wrong(True)), "True"),
        (lambda: TASKS.where(wrong("name is x")), "'name is x'"),
        (lambda: TASKS.where(wrong(None)), "None"),
        (lambda: TASKS.where(wrong(Task)), "<class 'ftrack_typed.entities.task.Task'>"),
        (lambda: TASKS.where(wrong(Task.name)), "<ScalarPath Task.name>"),
        (lambda: TASKS.where(wrong(Task.status)), "<ReferencePath Task.status>"),
    ],
)
def test_what_is_no_criterion_is_refused(build: Callable[[], object], shown: str) -> None:
    with pytest.raises(QueryError) as caught:
        build()
    expected = f"where() of a query of Task takes criteria such as Task.name == 'comp', not {shown}"
    assert caught.value.message == expected


@pytest.mark.parametrize("method", ["select", "order_by"])
@pytest.mark.parametrize(("mistake", "hint"), [("name", ": write 'name' as a path"), (7, ""), (Task, "")])
def test_what_is_no_path_is_refused(method: str, mistake: object, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        getattr(TASKS, method)(mistake)
    expected = f"{method}() of a query of Task takes paths such as Task.name, not {mistake!r}{hint}"
    assert caught.value.message == expected


@pytest.mark.parametrize("method", ["limit", "offset"])
@pytest.mark.parametrize("mistake", ["5", 1.5, -1, True])
def test_count_that_is_none_is_refused(method: str, mistake: object) -> None:
    with pytest.raises(QueryError) as caught:
        getattr(TASKS, method)(mistake)
    assert caught.value.message == f"{method}() takes a whole number from 0 on, or None, not {mistake!r}"


@pytest.mark.parametrize(
    "use",
    [
        lambda: wrong(Task.name == "a") and (Task.bid > 1),
        lambda: wrong(Task.name == "a") or (Task.bid > 1),
        lambda: not wrong(Task.name == "a"),
        lambda: 1 if wrong(Task.name == "a") else 2,
        lambda: 1 < wrong(Task.bid) < 3,
        lambda: bool(Task.status == READY),
        lambda: [] if wrong(Task.name.like("a")) else [1],
    ],
)
def test_criterion_as_a_boolean_says_which_operator_to_write(use: Callable[[], object]) -> None:
    with pytest.raises(TypeError) as caught:
        use()
    assert str(caught.value) == (
        "a criterion is neither true nor false: write & for 'and', | for 'or', ~ for 'not', in_() for 'in', "
        "with brackets around each comparison"
    )


@pytest.mark.parametrize(
    ("use", "message"),
    [
        (lambda: bool(Task.name), "is a path, neither true nor false: compare it with a value, or write is_not(None)"),
        (lambda: bool(Task.status), "is a path, neither true nor false"),
        (lambda: list(wrong(Task.notes)), "is a path of the class and cannot be iterated: read it from an entity"),
        (lambda: "a" in wrong(Task.name), "is a path and holds nothing"),
        (lambda: bool(TASKS), "a query is neither true nor false before it ran: write query.exists()"),
        (lambda: Task.status(), "is a path and makes no entity: give session.create the class itself"),
    ],
)
def test_path_and_query_refuse_to_be_used_as_values(use: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        use()
    assert message in str(caught.value)


@pytest.mark.parametrize("combine", [operator.and_, operator.or_])
@pytest.mark.parametrize("mistake", [True, "name is x", None, 7])
def test_criterion_is_combined_with_criteria_only(combine: Callable[[Any, Any], object], mistake: object) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        combine(Task.name == "a", mistake)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: wrong(Task).nmae, "type object 'Task' has no attribute 'nmae'"),
        (lambda: wrong(Task.status).nmae, "Status has no attribute 'nmae'; did you mean 'name'?"),
        (
            lambda: wrong(Task.project.project_schema).nmae,
            "ProjectSchema has no attribute 'nmae'; did you mean 'name'?",
        ),
        (
            lambda: wrong(studio.Shot.custom_attributes).fsp,
            "ShotCustomAttributes has no attribute 'fsp'; did you mean 'fps'?",
        ),
    ],
)
def test_misspelt_attribute_is_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(AttributeError) as caught:
        build()
    assert str(caught.value) == message


def test_misspelt_attribute_of_a_path_is_an_error_of_ours() -> None:
    with pytest.raises(UnknownAttributeError) as caught:
        wrong(Task.status.state).shrt  # noqa: B018
    assert caught.value.close_matches == ("short",)


def test_key_of_a_collection_cannot_be_sorted_by() -> None:
    for sort in (Task.metadata["a"].asc, Task.metadata["a"].desc):
        with pytest.raises(QueryError, match="cannot be sorted by: the query language has no order by a key"):
            sort()


@pytest.mark.parametrize("method", ["all", "one", "first", "count", "exists", "result", "__iter__"])
def test_query_of_no_session_says_so(method: str) -> None:
    with pytest.raises(QueryError) as caught:
        getattr(TASKS, method)()
    assert "belongs to no session: make it with session.query(Task)" in caught.value.message


def test_class_is_still_an_ordinary_class() -> None:
    assert Task == TASKS.entity_type
    assert Task != Shot
    assert {Task: 1}[Task] == 1
    assert issubclass(Task, Entity)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_text_stays_a_value(value: str) -> None:
    check_text_stays_a_value(value)


@given(st.text())
def test_any_text_stays_a_value(value: str) -> None:
    check_text_stays_a_value(value)


def check_text_stays_a_value(value: str) -> None:
    found = [
        (Task.name == value, [value]),
        (Task.name != value, [value]),
        (Task.status.state.short.like(value), [value]),
        (Task.name.not_like(value), [value]),
        (Task.name.in_([value, "x", value]), [value, "x", value]),
        (Task.metadata[value] == "x", [value, "x"]),
        (Task.metadata["x"] == value, ["x", value]),
        (studio.Shot.custom_attributes[value] == value, [value, value]),
        (Task.status == Status._ftrack_new({"id": value or "x"}), [value or "x"]),
        (Task.notes.any(Note.content == value), [value]),
        (Task.id.in_(Query(User, Statement("User")).where(User.username == value).select(User.id).limit(9)), [value]),
    ]
    for criterion, expected in found:
        printed = print_criterion(criterion)
        assert strings(printed) == expected
        whole = outline(f"Task where {printed} offset 3 limit 2")
        assert (whole.text, whole.offset, whole.limit) == (f"Task where {printed}", 3, 2)
        assert outline(whole.text) == whole._replace(offset=None, limit=None)


@pytest.mark.parametrize("path", [Task.name, Task.project, Task.project.name, Task.notes, Task.custom_attributes])
@pytest.mark.parametrize("work", [copy.copy, copy.deepcopy, lambda path: pickle.loads(pickle.dumps(path))])
def test_paths_can_be_copied_and_pickled(path: Any, work: Callable[[Any], Any]) -> None:
    """As criteria can, so that a process can tell another what to ask."""
    assert repr(work(path)) == repr(path)
