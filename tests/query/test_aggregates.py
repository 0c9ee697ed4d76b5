"""Tests groups and aggregates: their text, what they refuse, and what the sandbox answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from statistics import mean
from typing import Any

import pytest

from ftrack_typed.entities import AssetVersion, Session, Shot, Task
from ftrack_typed.errors import MultipleResultsFoundError, NoResultFoundError, QueryError
from ftrack_typed.query.aggregates import AggregateQuery
from ftrack_typed.query.builder import Query
from ftrack_typed.query.parser import parse
from ftrack_typed.query.syntax import Statement
from ftrack_typed.sandbox.in_process import Sandbox

TASKS: Query[Task] = Query(Task, Statement("Task"))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(demo=True) as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox) -> Iterator[Session]:
    with Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=False) as opened:
        sandbox.requests.clear()
        yield opened


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (TASKS.aggregate(Task.id.count()), "select count(id) from Task"),
        (
            TASKS.group_by(Task.status_id).aggregate(Task.id.count()),
            "select count(id) from Task group by status_id",
        ),
        (
            TASKS.where(Task.name.like("a%"))
            .order_by(Task.status.name.desc())
            .limit(3)
            .offset(1)
            .group_by(Task.status.name, Task.type_id)
            .aggregate(Task.bid.sum(), Task.bid.avg(), Task.name.min(), Task.start_date.max()),
            (
                'select sum(bid), avg(bid), min(name), max(start_date) from Task where name like "a%" '
                "group by status.name, type_id order by status.name descending offset 1 limit 3"
            ),
        ),
    ],
)
def test_text(query: AggregateQuery[Any], text: str) -> None:
    assert str(query) == text
    assert parse(text) == query.statement


def test_groups_are_tuples_of_keys_and_aggregates(session: Session, sandbox: Sandbox) -> None:
    tasks = session.query(Task).select(Task.status.name, Task.bid).all()
    sandbox.requests.clear()
    found = session.query(Task).group_by(Task.status.name).aggregate(Task.id.count(), Task.bid.sum(), Task.bid.avg())
    rows = found.all()
    assert len(sandbox.requests) == 1
    assert {status: number for status, number, _, _ in rows} == Counter(task.status.name for task in tasks)
    for status, _, total, average in rows:
        bids = [task.bid for task in tasks if task.status.name == status]
        assert total == pytest.approx(sum(bids))
        assert average == pytest.approx(mean(bids))
    assert list(found) == rows


def test_aggregates_of_everything(session: Session) -> None:
    versions = session.query(AssetVersion).select(AssetVersion.version).all()
    numbers = [each.version or 0 for each in versions]
    query = session.query(AssetVersion)
    assert query.aggregate(
        AssetVersion.version.min(), AssetVersion.version.max(), AssetVersion.version.sum(), AssetVersion.id.count()
    ).one() == (min(numbers), max(numbers), sum(numbers), len(numbers))
    nothing = query.where(AssetVersion.version == -1)
    assert nothing.aggregate(AssetVersion.id.count(), AssetVersion.version.sum()).one() == (0, None)


def test_dates_are_aware_and_criteria_hold(session: Session) -> None:
    first = session.query(Task).where(Task.start_date.is_not(None)).order_by(Task.start_date).first()
    assert first is not None
    (earliest,) = session.query(Task).aggregate(Task.start_date.min()).one()
    assert isinstance(earliest, datetime)
    assert earliest == first.start_date
    (result,) = session.call([{"action": "query", "expression": "select min(start_date) from Task"}])
    assert result["data"][0]["min_start_date"]["__type__"] == "datetime"
    name = first.parent.name
    ((found, number),) = (
        session.query(Task).where(Task.parent.name == name).group_by(Task.parent.name).aggregate(Task.id.count())
    )
    assert (found, number) == (name, session.query(Task).where(Task.parent.name == name).count())


def test_groups_are_sorted_and_limited(session: Session) -> None:
    grouped = session.query(Task).order_by(Task.parent_id.desc()).limit(2).group_by(Task.parent_id)
    parents = [parent for parent, _ in grouped.aggregate(Task.id.count())]
    assert parents == sorted({task.parent_id for task in session.query(Task).select(Task.parent_id)}, reverse=True)[:2]


def test_one_needs_one_group(session: Session) -> None:
    with pytest.raises(MultipleResultsFoundError):
        session.query(Task).group_by(Task.parent_id).aggregate(Task.id.count()).one()
    with pytest.raises(NoResultFoundError):
        session.query(Task).where(Task.id == "none").group_by(Task.parent_id).aggregate(Task.id.count()).one()


UNTYPED: Any = TASKS
ANY_TASK: Any = Task


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: ANY_TASK.name.sum(), r"Task\.name>\.sum\(\) needs numbers, and the attribute holds str"),
        (lambda: ANY_TASK.start_date.avg(), "needs numbers, and the attribute holds datetime"),
        (lambda: ANY_TASK.link.min(), r"needs numbers, text and dates, and the attribute holds list\[LinkItem\]"),
        (lambda: Task.metadata["a"].count(), "aggregates attributes alone"),
        (lambda: UNTYPED.group_by(), r"aggregate\(\) alone takes all rows as one group"),
        (lambda: UNTYPED.group_by("status"), "takes paths such as Task.name, not 'status'"),
        (lambda: UNTYPED.group_by(Task.status), r"write .*Task\.status> with \.id or \.name"),
        (lambda: UNTYPED.group_by(Task.notes), "takes values of attributes"),
        (lambda: UNTYPED.group_by(Shot.bid), "about Task, but Shot"),
        (lambda: UNTYPED.aggregate(), r"takes aggregates such as Task\.id\.count\(\)"),
        (lambda: UNTYPED.aggregate(Task.bid), r"takes aggregates such as .* not <ScalarPath Task\.bid>"),
        (lambda: UNTYPED.aggregate(Shot.bid.sum()), "about Task, but Shot"),
        (lambda: TASKS.select(Task.name).aggregate(Task.id.count()), r"select\(\) and aggregates of Task"),
        (lambda: TASKS.order_by(Task.name).group_by(Task.bid).aggregate(Task.id.count()), "group by name as well"),
        (lambda: TASKS.aggregate(Task.id.count()).all(), "belongs to no session"),
    ],
)
def test_mistakes_are_refused(build: Callable[[], object], message: str) -> None:
    with pytest.raises(QueryError, match=message):
        build()


def test_aggregate_query_is_no_condition() -> None:
    with pytest.raises(TypeError, match="call all"):
        bool(TASKS.aggregate(Task.id.count()))


def test_answer_without_what_was_asked_for_is_named() -> None:
    class Other:
        def _ftrack_rows(self, statement: Statement) -> list[dict[str, Any]]:
            return [{"count": 3}]

    query = TASKS.aggregate(Task.id.count())
    with pytest.raises(QueryError, match="has no 'count_id', but count"):
        AggregateQuery[tuple[int]](query.statement, ("int",), Other()).all()
