"""Owns how databases say by which way they find the rows of a query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import attrs
import sqlalchemy as sql
from sqlalchemy import event

from .conftest import Calls


@attrs.frozen
class Plan:
    """How the rows of a query are found: each step is a look-up by an index, or reads a whole table."""

    steps: list[str]
    """The table and the index of each step, the first one that of the query's own type."""

    reads_a_whole_table: bool

    @property
    def is_a_look_up(self) -> bool:
        """Whether the rows of the query's own type are looked up."""
        return bool(self.steps) and not self.steps[0].startswith("SCAN")


def plan(calls: Calls, expression: str) -> Plan:
    """Return how the database finds the rows of a query.

    PostgreSQL plans by the rows that there are, and these are few: for this it is told that reading a table costs much,
    and does without the index on types, which SQLite is told not to take where there is a condition.
    """
    plans: list[Plan] = []

    def explain(connection: sql.Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and not plans:
            explained = _by_sqlite if connection.dialect.name == "sqlite" else _by_postgresql
            plans.append(explained(connection, statement, parameters))

    engine = calls.store.database.engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        calls.query(expression)
    finally:
        event.remove(engine, "before_cursor_execute", explain)
    (found,) = plans
    return found


def _by_sqlite(connection: sql.Connection, statement: str, parameters: Any) -> Plan:
    cursor = connection.connection.cursor()
    steps = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    return Plan(steps, any(step.startswith("SCAN") and "json_each" not in step for step in steps))


def _by_postgresql(connection: sql.Connection, statement: str, parameters: Any) -> Plan:
    with closing(connection.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute("SET LOCAL enable_seqscan = off")
        if " AND " in statement:
            cursor.execute(r"SELECT indexname FROM pg_indexes WHERE indexname LIKE '%\_\_entity\_type%'")
            for (index,) in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{index}"')
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        (((explained,),),) = cursor.fetchall()
        raw.rollback()
    steps = list(_scans(explained["Plan"]))
    return Plan(steps, any(step.startswith("SCAN") for step in steps))


def _scans(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield how each table is read; what finds rows by a bitmap stands in the nodes below its table."""
    if node["Node Type"] in {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan"}:
        condition = node.get("Index Cond", "")
        yield f"{'SEARCH' if condition else 'SCAN'} {node.get('Index Name', node.get('Relation Name'))} {condition}"
    for child in node.get("Plans", ()):
        yield from _scans(child)
