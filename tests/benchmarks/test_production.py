"""Tests that the rows of the benchmark are like those of a production: hardly two alike, and the same in every run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.answers import Answers, Query, UnanswerableError
from benchmarks.shapes import SHAPES
from ftrack_typed.schema import standard_workspace

TASKS = 200


@pytest.fixture(scope="module")
def answers() -> Answers:
    return fresh()


def fresh() -> Answers:
    return Answers(json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8")), TASKS)


def rows(answers: Answers, text: str) -> list[dict[str, Any]]:
    (result,) = json.loads(answers.to([{"action": "query", "expression": text}]))
    found: list[dict[str, Any]] = result["data"]
    return found


def query(shape: str, window: str = "") -> str:
    return f"select {', '.join(SHAPES[shape])} from Task{window}"


def test_rows_are_the_same_in_every_run(answers: Answers) -> None:
    assert rows(answers, query("collections")) == rows(fresh(), query("collections"))


def test_rows_have_hardly_a_value_in_common(answers: Answers) -> None:
    tasks = rows(answers, query("flat"))
    assert len(tasks) == TASKS
    for name in ("id", "name", "bid", "sort", "start_date", "end_date", "created_at", "description"):
        values = [json.dumps(task[name]) for task in tasks if task[name] is not None]
        assert len(set(values)) > 0.95 * len(values), name


@pytest.mark.parametrize("name", ["description", "start_date", "end_date"])
def test_some_values_are_null_and_most_are_not(answers: Answers, name: str) -> None:
    nulls = sum(task[name] is None for task in rows(answers, query("flat")))
    assert 0 < nulls < TASKS / 4


def test_references_are_shared_and_agree_with_their_keys(answers: Answers) -> None:
    tasks = rows(answers, query("nested"))
    assert len({task["status_id"] for task in tasks}) == 12
    assert len({task["parent_id"] for task in tasks}) == TASKS / 8
    assert all(
        task[name]["id"] == task[f"{name}_id"] for task in tasks for name in ("status", "type", "project", "parent")
    )


def test_an_entity_is_described_once_in_an_answer(answers: Answers) -> None:
    described = [task["status"] for task in rows(answers, query("nested")) if "name" in task["status"]]
    assert len(described) == 12


def test_collections_differ_in_size(answers: Answers) -> None:
    assert {len(task["notes"]) for task in rows(answers, query("collections"))} == {1, 2, 3, 4, 5}


def test_pages_are_cut_from_one_list_of_rows(answers: Answers) -> None:
    ids = [task["id"] for task in rows(answers, query("minimal"))]
    assert [task["id"] for task in rows(answers, query("minimal", " offset 40 limit 10"))] == ids[40:50]
    assert [task["id"] for task in rows(answers, query("minimal", " limit 10 offset 40"))] == ids[40:50]


def test_a_changed_value_shows_in_every_answer_and_goes_away_again(answers: Answers) -> None:
    texts = [query("flat"), query("flat", " offset 100 limit 100")]
    before = [rows(answers, text) for text in texts]
    answers.change_description(150, "another")
    assert [rows(answers, texts[0])[150]["description"], rows(answers, texts[1])[50]["description"]] == ["another"] * 2
    answers.change_description(150, None)
    assert [rows(answers, text) for text in texts] == before


def test_a_query_is_known_however_it_is_spelt() -> None:
    default = {"Task": ["id"]}
    assert Query.parsed("select name, id from Task limit 5 offset 2", default) == Query.parsed(
        "select id,name from Task offset 2 limit 5", default
    )
    assert Query.parsed('Task where id in ("a", "b")', default).keys == ("a", "b")
    with pytest.raises(UnanswerableError, match="status"):
        Query.parsed('Task where status.name is "x"', default)
