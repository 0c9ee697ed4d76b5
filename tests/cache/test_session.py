"""Tests what a session keeps in caches and reads from them (session.md sections 2, 3, 8 and 18)."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed import encoding
from ftrack_typed.cache import (
    Cache,
    FileCache,
    LayeredCache,
    MemoryCache,
    ObjectKeyMaker,
    RedisCache,
    SerialisedCache,
)
from ftrack_typed.entities import Project, Session, Shot, Task
from ftrack_typed.errors import ImplicitLoadError, NotLoadedError
from ftrack_typed.sandbox.in_process import Sandbox
from ftrack_typed.session import Session as AnySession
from tests.cache.conftest import PATIENCE, RedisServer
from tests.logs import messages_of
from tests.profiling import calls_of
from tests.session.conftest import Production, make_production, open_session, operations_of, production, sandbox

__all__ = ["open_session", "production", "sandbox"]


class Watched(MemoryCache[str, Any]):
    """A cache that notes what is done to it."""

    def __init__(self) -> None:
        """Start with nothing noted."""
        super().__init__()
        self.done: list[tuple[str, int]] = []

    def get_many(self, keys: Iterable[str]) -> dict[str, Any]:
        """Note how many keys are asked for."""
        names = list(keys)
        self.done.append(("get", len(names)))
        return super().get_many(names)

    def set_many(self, values: Mapping[str, Any]) -> None:
        """Note how many values come."""
        self.done.append(("set", len(values)))
        super().set_many(values)

    def remove_many(self, keys: Iterable[str]) -> None:
        """Note how many keys go."""
        names = list(keys)
        self.done.append(("remove", len(names)))
        super().remove_many(names)


@pytest.fixture
def watched() -> Watched:
    return Watched()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[FileCache]:
    made = FileCache(tmp_path / "entities.db", timeout=PATIENCE)
    yield made
    made.close()


def key(entity_type: str, entity_id: str) -> str:
    return f"('{entity_type}', ['{entity_id}'])"


def test_page_is_written_in_one_go(open_session: type[Session], production: Production, watched: Watched) -> None:
    session = open_session(cache=watched)
    tasks = session.query(f"select name, parent.name, project.name from Task where parent_id is {production.shot_id}")
    assert len(tasks.all()) == 3
    assert watched.done == [("set", 5)]
    assert sorted(watched.keys()) == sorted(
        [
            *(key("Task", task_id) for task_id in production.task_ids),
            key("Shot", production.shot_id),
            key("Project", production.project_id),
        ]
    )


def test_an_entity_is_encoded_once_for_a_cache_of_text(
    open_session: type[Session], production: Production, file: FileCache
) -> None:
    """Not once to copy it and once more to write the copy."""
    session = open_session(cache=file)
    found: list[Task] = []
    calls = runtime_calls(
        lambda: found.extend(session.query(Task).select(Task.name).where(Task.id.in_(production.task_ids)))
    )
    assert calls["encoding._of_entity"] == len(found) == len(production.task_ids)
    assert all(encoding.encode(task, "persisted_only") == file.get(session.cache.key_of(task)) for task in found)


def test_pages_are_written_one_by_one(open_session: type[Session], production: Production, watched: Watched) -> None:
    session = open_session(cache=watched)
    session.query(f"select name from Task where parent_id is {production.shot_id}", page_size=2).all()
    assert watched.done == [("set", 2), ("set", 1)]


def test_get_reads_once_and_sends_nothing(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    open_session(cache=watched).query(f"select name, bid from Task where parent_id is {production.shot_id}").all()
    session = open_session(cache=watched)
    sandbox.requests.clear()
    watched.done.clear()
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    assert task.session is session
    assert (task.name, task.bid) == ("task_000", 0.0)
    assert session.get(Task, production.task_ids[0]) is task
    assert watched.done == [("get", 1)]
    assert operations_of(sandbox) == []


def test_siblings_are_read_from_the_cache_together(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    text = f"from Task where parent_id is {production.shot_id}"
    open_session(cache=watched).query(f"select name, bid {text}").all()
    session = open_session(cache=watched)
    tasks = session.query(f"select id {text} order by name").all()
    # What the query brought is what the cache holds now: ids. Fill it again, as another session would.
    open_session(cache=watched).query(f"select name, bid {text}").all()
    sandbox.requests.clear()
    watched.done.clear()
    assert [task["bid"] for task in tasks] == [0.0, 0.0, 0.0]
    assert [task["name"] for task in tasks] == ["task_000", "task_001", "task_002"]
    assert watched.done == [("get", 3)]
    assert operations_of(sandbox) == []


def test_cache_is_asked_for_one_where_the_mode_says_so_and_never_for_what_is_new(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    text = f"from Task where parent_id is {production.shot_id}"
    session = open_session(cache=watched)
    tasks = session.query(f"select id {text} order by name").all()
    open_session(cache=watched).query(f"select name, bid {text}").all()
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    new = session.create(Task, name="new", parent=shot)
    sandbox.requests.clear()
    watched.done.clear()
    with session.loading_mode("single"):
        assert tasks[0]["bid"] == 0.0
    assert watched.done == [("get", 1)]
    with pytest.raises(NotLoadedError):
        _ = new.status
    with session.auto_populating(False):
        new.items()
    assert watched.done == [("get", 1)]
    assert operations_of(sandbox) == []
    session.rollback()


def test_key_of_a_reference_that_the_cache_has(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    text = f"from Task where parent_id is {production.shot_id}"
    session = open_session(cache=watched)
    tasks = session.query(f"select id {text}").all()
    others = open_session(cache=watched).query(f"select status.name {text}").all()
    known = {task["id"]: task["status"]["id"] for task in others}
    sandbox.requests.clear()
    assert {task["id"]: task["status_id"] for task in tasks} == known
    assert operations_of(sandbox) == []


def test_what_the_cache_lacks_of_some_is_one_request(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    session = open_session(cache=watched)
    tasks = session.query(f"select id from Task where parent_id is {production.shot_id}").all()
    open_session(cache=watched).query(f"select bid from Task where id is {production.task_ids[0]}").all()
    sandbox.requests.clear()
    assert [task["bid"] for task in tasks] == [0.0, 0.0, 0.0]
    (operation,) = operations_of(sandbox)
    assert production.task_ids[0] not in str(operation["expression"])


def test_loaded_values_are_not_replaced_by_cached_ones(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    text = f"select name, bid, parent from Task where id is {production.task_ids[0]}"
    open_session(cache=watched).query(text).all()
    other = open_session()
    moved = other.get(Task, production.task_ids[0])
    assert moved is not None
    moved.name = "renamed"
    moved.parent = other.query(Project).where(Project.id == production.project_id).one()
    other.commit()
    session = open_session()
    task = session.query(Task).where(Task.id == production.task_ids[0]).select(Task.name, Task.parent_id).one()
    session.cache.caches.append(watched)
    sandbox.requests.clear()
    assert task.bid == 0.0
    assert operations_of(sandbox) == []
    assert task.name == "renamed"
    assert task.parent_id == production.project_id
    assert "parent" not in vars(task), "the cached parent is that of before"


def test_reading_from_the_cache_is_no_load(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    text = f"select name, parent.name from Task where id is {production.task_ids[0]}"
    open_session(cache=watched).query(text).all()
    session = open_session(cache=watched, loading="raise", auto_populate=False)
    task = session.get(Task, production.task_ids[0])
    assert task is not None
    assert task.parent["name"] == "sh010"
    with pytest.raises(NotLoadedError):
        task.bid  # noqa: B018
    session.auto_populate = True
    with pytest.raises(ImplicitLoadError):
        task.bid  # noqa: B018


def test_items_come_from_the_cache(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    task_id = production.task_ids[0]
    first = open_session(cache=watched).get(Task, task_id)
    assert first is not None
    first.items()
    task = open_session(cache=watched).get(Task, task_id)
    assert task is not None
    sandbox.requests.clear()
    assert dict(task.items())["bid"] == 0.0
    (operation,) = operations_of(sandbox)
    asked = str(operation["expression"]).removeprefix("select ").partition(" from ")[0].split(", ")
    computed = {facts.wire for facts in Task._ftrack_facts.values() if facts.computed}
    assert set(asked) <= computed, "the cache has everything else"


def test_items_of_what_is_known_come_from_the_cache(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    text = f"select id from Task where id is {production.task_ids[0]}"
    session = open_session(cache=watched)
    task = session.query(text).one()
    open_session(cache=watched).query(text).one().items()
    sandbox.requests.clear()
    task.items()
    asked = str(operations_of(sandbox)[0]["expression"]).removeprefix("select ").partition(" from ")[0].split(", ")
    assert set(asked) <= {facts.wire for facts in Task._ftrack_facts.values() if facts.computed}


def test_file_is_used_as_it_is(
    open_session: type[Session], production: Production, sandbox: Sandbox, file: FileCache
) -> None:
    mappings = "metadata.key, metadata.value, custom_attributes.key, custom_attributes.value"
    text = f"select name, {mappings} from Shot where id is {production.shot_id}"
    first = open_session(cache=file).query(text).one()
    stored = json.loads(file.get(key("Shot", production.shot_id)))
    assert stored["__entity_type__"] == "Shot"
    assert stored["name"] == "sh010"
    session = open_session(cache=file)
    sandbox.requests.clear()
    shot = session.get(Shot, production.shot_id)
    assert shot is not None
    assert dict(shot.metadata) == dict(first["metadata"])
    assert dict(shot.custom_attributes) == dict(first["custom_attributes"])
    assert operations_of(sandbox) == []


def test_every_value_survives_the_file(
    open_session: type[Session], production: Production, sandbox: Sandbox, file: FileCache
) -> None:
    maker = open_session()
    made = maker.get(Task, production.task_ids[0])
    assert made is not None
    made.metadata["größe"] = '🎬 "quoted"'
    made.description = "line\nline\0 é"
    made.bid = 1.5
    maker.commit()
    everything = "name, description, bid, metadata.key, metadata.value, status.name, type.name, start_date, created_at"
    text = f"select {everything} from Task where id is {made.id}"
    first = open_session(cache=file).query(text).one()
    session = open_session(cache=file)
    sandbox.requests.clear()
    task = session.get(Task, made.id)
    assert task is not None
    loaded = {name: value for name, value in first.to_dict().items() if not first._ftrack_fact(name).computed}
    assert {name: task.to_dict().get(name) for name in loaded} == loaded
    assert operations_of(sandbox) == []


def test_processes_share_redis(
    open_session: type[Session], production: Production, sandbox: Sandbox, redis_server: RedisServer
) -> None:
    prefix = f"{uuid.uuid4().hex}:"
    session = open_session(cache=RedisCache(redis_server.url, prefix=prefix, timeout=PATIENCE))
    session.query(f"select name, parent.name from Task where id is {production.task_ids[0]}").one()
    sandbox.requests.clear()
    code = """
import sys
from ftrack_typed.cache import RedisCache
from ftrack_typed.entities import Session, Task
redis, prefix, url, key, user, task_id = sys.argv[1:]
with Session(url, key, user, cache=RedisCache(redis, prefix=prefix, timeout=60), schema_cache_path=False) as session:
    task = session.get(Task, task_id)
    print(task.name, task.parent["name"])
"""
    where = [redis_server.url, prefix, sandbox.server_url, sandbox.api_key, sandbox.api_user, production.task_ids[0]]
    done = subprocess.run([sys.executable, "-c", code, *where], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("task_000 sh010\n", "")
    assert [operation["action"] for operation in operations_of(sandbox)] == ["query_server_information"]


def test_redis_that_is_gone_breaks_nothing(
    open_session: type[Session], production: Production, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("redis")
    session = open_session(cache=RedisCache("redis://127.0.0.1:1/0"))
    with caplog.at_level(logging.WARNING, "ftrack_typed"):
        task = session.query(Task).where(Task.id == production.task_ids[0]).one()
        assert task.bid == 0.0
        task.bid = 2
        session.commit()
        session.delete(task)
        session.commit()
    assert len(messages_of("ftrack_typed.cache", caplog)) == 1


def test_several_layers(open_session: type[Session], production: Production, sandbox: Sandbox, file: FileCache) -> None:
    near: MemoryCache[str, str] = MemoryCache(2)
    session = open_session(cache=lambda made: text_layers(made, [near, file]))
    session.query(f"select name from Task where parent_id is {production.shot_id}").all()
    assert len(near.keys()) == 2
    assert len(file.keys()) == 3
    fresh = open_session(cache=lambda made: text_layers(made, [near, file]))
    sandbox.requests.clear()
    assert all(fresh.get(Task, task_id) for task_id in production.task_ids)
    assert operations_of(sandbox) == []


def text_layers(session: AnySession, caches: list[Cache[str, str]]) -> Cache[str, Any]:
    return SerialisedCache(
        LayeredCache(caches), lambda entity: session.encode(entity, "persisted_only"), session.decode
    )


def test_damaged_entry_is_asked_for_again(
    open_session: type[Session], production: Production, file: FileCache, caplog: pytest.LogCaptureFixture
) -> None:
    task_id = production.task_ids[0]
    for damage in ('{"__entity_type__": "Task", "id":', '{"__entity_type__": "NoSuchType", "id": "x"}', "5", "[]"):
        file.set(key("Task", task_id), damage)
        task = open_session(cache=file).get(Task, task_id)
        assert task is not None
        assert task.name == "task_000"
    other = json.dumps({"__entity_type__": "Task", "id": production.task_ids[1], "name": "another"})
    file.set(key("Task", task_id), other)
    task = open_session(cache=file).get(Task, task_id)
    assert task is not None
    assert task.name == "task_000"


def test_commit_drops_what_it_changed_and_what_refers_to_it(
    open_session: type[Session], production: Production, sandbox: Sandbox, watched: Watched
) -> None:
    session = open_session(cache=watched)
    tasks = session.query(f"select name, parent.name, project.name from Task where parent_id is {production.shot_id}")
    first, second, third = sorted(tasks, key=lambda task: str(task["name"]))
    first["name"] = "renamed"
    second["metadata"]["lens"] = "32mm"
    session.delete(third)
    session.create(Task, name="new", parent=first["parent"])
    session.commit()
    assert watched.keys() == [key("Project", production.project_id)] or watched.keys() == []
    fresh = open_session(cache=watched)
    assert fresh.get(Task, third["id"]) is None
    found = fresh.get(Task, first["id"])
    assert found is not None
    assert found.name == "renamed"


def test_commit_drops_what_came_into_a_collection_that_it_changed(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    tasks = session.query(Task).where(Task.parent_id == production.shot_id)
    task = tasks.select(Task.parent.name, Task.project.name).result()[0]
    other = session.create(Shot, name="other", parent=task.project)
    other.children.append(task)
    session.commit()
    found = open_session(cache=watched).get(Task, task.id)
    assert found is not None
    assert found.parent.id == other.id


def test_commit_in_batches_drops_all_of_them(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    tasks = session.query(f"select name from Task where parent_id is {production.shot_id}").all()
    for task in tasks:
        task["name"] = f"{task['name']} renamed"
    session.commit(batch_size=1)
    assert watched.keys() == []


def test_commit_that_fails_drops_what_it_may_have_changed(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    task = session.query(f"select name from Task where id is {production.task_ids[0]}").one()
    task["name"] = "renamed"
    session.close()
    with pytest.raises(Exception, match="closed"):
        session.get(Task, "unknown")
    session = open_session(cache=watched)
    other = session.get(Task, production.task_ids[1])
    assert other is not None
    other.parent_id = str(uuid.uuid4())
    with pytest.raises(Exception, match=r"parent|Context|refer"):
        session.commit()
    assert watched.keys() == [key("Task", production.task_ids[0])]
    session.rollback()


def test_abandoned_changes_do_not_come_back_from_the_cache(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    task = session.query(f"select name from Task where id is {production.task_ids[0]}").one()
    task["name"] = "never sent"
    session.query(f"select name, bid from Task where id is {production.task_ids[0]}").one()
    session.reset()
    again = session.get(Task, production.task_ids[0])
    assert again is not None
    assert again is not task
    assert again.name == "task_000"


def test_cached_values_belong_to_no_session(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    task = session.query(f"select name, parent from Task where id is {production.task_ids[0]}").one()
    cached = watched.get(key("Task", production.task_ids[0]))
    assert cached is not task
    assert cached == task
    with pytest.raises(NotLoadedError, match="no session"):
        cached.session  # noqa: B018


def test_stale_values_are_refreshed_by_populate_and_query(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    task_id = production.task_ids[0]
    open_session(cache=watched).query(f"select name from Task where id is {task_id}").one()
    other = open_session()
    renamed = other.get(Task, task_id)
    assert renamed is not None
    renamed.name = "renamed"
    other.commit()
    session = open_session(cache=watched)
    task = session.get(Task, task_id)
    assert task is not None
    assert task.name == "task_000", "nobody told the cache"
    session.populate(task, "name")
    assert task.name == "renamed"
    assert watched.get(key("Task", task_id)).name == "renamed"


def test_invalidate_one_and_all_of_a_type(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    session.query(f"select name, parent.name from Task where parent_id is {production.shot_id}").all()
    session.cache.invalidate(Task, production.task_ids[0])
    assert len(watched.keys()) == 3
    watched.set("('TaskTemplate', ['x'])", "of a type whose name starts the same")
    session.cache.invalidate("Task")
    assert watched.keys() == [key("Shot", production.shot_id), "('TaskTemplate', ['x'])"]
    assert len(session.cache.caches[0].keys()) == 4, "what the session has loaded stays"


def test_invalidate_all_of_a_type_needs_readable_keys(open_session: type[Session]) -> None:
    session = open_session(cache_key_maker=ObjectKeyMaker(), cache=MemoryCache())
    with pytest.raises(TypeError, match="ObjectKeyMaker"):
        session.cache.invalidate(Task)
    session.cache.invalidate(Task, "id")


def test_set_merges_and_keeps(open_session: type[Session], production: Production, watched: Watched) -> None:
    source = open_session().get(Task, production.task_ids[0])
    session = open_session(cache=watched)
    session.cache.set(key("Task", production.task_ids[0]), source)
    known = session.cache.get(key("Task", production.task_ids[0]))
    assert known == source
    assert known.session is session
    assert watched.keys() == [key("Task", production.task_ids[0])]
    with pytest.raises(TypeError, match="entities"):
        session.cache.set("key", "text")


def test_get_through_the_layers_gives_the_session_its_own(
    open_session: type[Session], production: Production, sandbox: Sandbox, file: FileCache
) -> None:
    open_session(cache=file).query(f"select name from Task where id is {production.task_ids[0]}").one()
    session = open_session(cache=file)
    sandbox.requests.clear()
    task = session.cache.get(key("Task", production.task_ids[0]))
    assert task.session is session
    assert session.get(Task, production.task_ids[0]) is task
    assert session.cache.get_many([key("Task", production.task_ids[0])]) == {key("Task", task.id): task}
    assert operations_of(sandbox) == []


@pytest.mark.parametrize("wrong", [5, "path", {}])
def test_cache_of_a_wrong_type(open_session: type[Session], wrong: Any) -> None:
    with pytest.raises(TypeError, match="cache"):
        open_session(cache=wrong)
    with pytest.raises(TypeError, match="cache"):
        open_session(cache=lambda _session: wrong)
    with pytest.raises(TypeError, match="cache_key_maker"):
        open_session(cache_key_maker=wrong)


def test_threads_share_a_session_with_a_cache(open_session: type[Session], sandbox: Sandbox, file: FileCache) -> None:
    made = make_production(open_session(), 20)
    session = open_session(cache=file)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for task_id in made.task_ids[number::4]:
                task = session.get(Task, task_id)
                assert task is not None
                task.bid = number + 1
                session.query(f"select name, bid from Task where parent_id is {made.shot_id}").all()
                session.commit()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    fresh = open_session()
    tasks = fresh.query(Task).where(Task.parent_id == made.shot_id).select(Task.bid)
    assert {task.id: task.bid for task in tasks} == {
        task_id: number % 4 + 1 for number, task_id in enumerate(made.task_ids)
    }


def test_answer_from_before_a_commit_is_not_kept(
    open_session: type[Session], production: Production, watched: Watched
) -> None:
    session = open_session(cache=watched)
    task = session.query(f"select name from Task where id is {production.task_ids[0]}").one()
    task["name"] = "renamed"
    call = session._state.call
    answers: list[Any] = []

    def late(operations: Any) -> Any:
        answer = call(operations)
        if not answers and operations[0]["action"] == "query":
            answers.append(answer)
            session.commit()  # as another thread would, while this answer is on its way
        return answer

    session._state.call = late
    session.query(f"select name from Task where id is {production.task_ids[0]}").one()
    assert watched.keys() == []


def runtime_calls(work: Callable[[], object]) -> Counter[str]:
    """Return which functions of the runtime *work* calls, by file and name, and how often."""
    paths = [(Path(code.co_filename), code.co_name) for code in calls_of(work)]
    return Counter(
        f"{path.stem}.{name}" for path, name in paths if "ftrack_typed" in path.parts and "sandbox" not in path.parts
    )


def rows_of(count: int) -> list[dict[str, Any]]:
    return [{"__entity_type__": "Task", "id": str(uuid.uuid4()), "name": "x"} for _ in range(count)]


def calls_of_a_page(session: Session, rows: int) -> Counter[str]:
    """Return the calls that fetching a page of so many *rows* takes, once the session knows such rows."""

    def fetch(count: int) -> None:
        answer = [{"data": rows_of(count)}]
        session._state.call = lambda _operations: answer
        session._state.fetch("select name from Task")

    fetch(1)
    return runtime_calls(lambda: fetch(rows))


def test_rows_reads_writes_and_commits_pay_nothing_for_caches(
    open_session: type[Session], production: Production
) -> None:
    plain, asked = open_session(), open_session()
    assert len(asked.cache.caches) == 1
    assert calls_of_a_page(plain, 1000) - calls_of_a_page(plain, 10) == (
        calls_of_a_page(asked, 1000) - calls_of_a_page(asked, 10)
    )
    more = calls_of_a_page(asked, 1000) - calls_of_a_page(plain, 1000)
    assert sum(more.values()) < 10, "a few calls for each page"
    session = open_session()
    task = session.get(Task, production.task_ids[0])
    assert task is not None

    def work() -> None:
        task.bid = 7
        assert task.name
        session.commit()

    assert not [name for name in runtime_calls(work) if name.startswith("entity_cache.")]


def test_session_without_a_cache_imports_none() -> None:
    code = """
import sys
from ftrack_typed.entities import Session, Task
from ftrack_typed.session import Session as AnySession
from ftrack_typed.sandbox.in_process import Sandbox
with Sandbox(demo=True) as sandbox:
    with Session(sandbox.server_url, sandbox.api_key, sandbox.api_user, schema_cache_path=False) as session:
        task = session.query(Task).first()
        task.bid = 5
        session.commit()
        session.get(Task, "absent")
        print(sorted({"ftrack_typed.entity_cache", "ftrack_typed.cache", "redis"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")
