"""Tests that a session of old code has what code in the wild takes for granted (session.md section 27)."""

from __future__ import annotations

import copy
import datetime
import importlib
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests

from ftrack_typed import errors, symbols
from ftrack_typed.cache import MemoryCache
from ftrack_typed.compat.session import Session
from ftrack_typed.entities import Task
from ftrack_typed.events import Event
from ftrack_typed.operations import UpdateEntityOperation
from ftrack_typed.retries import Retries
from ftrack_typed.sandbox import Sandbox
from ftrack_typed.transport import HttpTransport
from tests.compat.conftest import open_session
from tests.ports import held_port


@pytest.fixture
def ftrack_api(switched_on: None) -> Any:
    """Give what old code imports."""
    return importlib.import_module("ftrack_api")


@pytest.fixture
def task(session: Session) -> Any:
    """Give a committed task of the test's own."""
    project = session.query("Project").first()
    made = session.create("Task", {"name": f"task_{uuid.uuid4().hex[:8]}", "parent": project})
    session.commit()
    return made


def test_guards(ftrack_api: Any, session: Session) -> None:
    assert isinstance(session, ftrack_api.Session)
    assert isinstance(session, ftrack_api.session.Session)
    assert {session: 1}[session] == 1
    assert session == session


def test_entities_are_of_the_types_that_old_code_names(ftrack_api: Any, session: Session, task: Any) -> None:
    user = session.query("User").first()
    assert isinstance(user, ftrack_api.entity.user.User)
    assert isinstance(task, ftrack_api.entity.base.Entity)
    assert isinstance(task, Task)
    assert not isinstance(task, ftrack_api.entity.user.User)
    assert not isinstance("text", ftrack_api.entity.user.User)


def test_attributes_can_be_iterated(ftrack_api: Any, session: Session, task: Any) -> None:
    names = [attribute.name for attribute in task.attributes]
    assert names == list(task.keys())
    assert [attribute.name for attribute in session.types["Task"].attributes] == names  # type: ignore[attr-defined]
    kinds = {attribute.name: type(attribute).__name__ for attribute in task.attributes}
    assert kinds["name"] == "ScalarAttribute"
    assert kinds["status"] == "ReferenceAttribute"
    assert kinds["notes"] == "CollectionAttribute"
    assert kinds["metadata"] == "KeyValueMappedCollectionAttribute"
    assert isinstance(task.attributes.get("status"), ftrack_api.attribute.ReferenceAttribute)


def test_attribute_tells_what_is_here_and_what_the_server_has(task: Any) -> None:
    name = task.attributes.get("name")
    before = name.get_value(task)
    assert (name.get_remote_value(task), bool(name.get_local_value(task))) == (before, False)
    name.set_local_value(task, "other")
    assert (name.get_remote_value(task), name.get_local_value(task)) == (before, "other")
    assert name.is_modified(task)


def test_what_the_session_knows_can_be_cleared(session: Session, sandbox: Sandbox, task: Any) -> None:
    sandbox.requests.clear()
    known: Any = session.get("Task", task["id"])
    assert known is task
    assert len(sandbox.requests) == 0
    session._local_cache.clear()
    assert session.get("Task", task["id"]) == task
    assert len(sandbox.requests) == 1


def test_caches_is_a_list_to_append_to(session: Session, task: Any) -> None:
    below: MemoryCache[str, Any] = MemoryCache()
    session.cache.caches.append(below)
    session.query(f"select name from Task where id is {task['id']}").one()
    assert task["id"] in "".join(below.keys())


def test_all_traffic_goes_through_call(session: Session, task: Any) -> None:
    seen: list[str] = []
    rows: list[Any] = []
    original = session.call

    def call(operations: Any) -> Any:
        seen.extend(operation["action"] for operation in operations)
        results = original(operations)
        rows.extend(result["data"] for result in results)
        return results

    vars(session)["call"] = call
    session.query(f"select description from Task where id is {task['id']}").one()
    task["description"] = "seen"
    session.commit()
    assert seen == ["query", "update"]
    # Of what the session sends itself, what the server sent: nothing is decoded twice.
    assert [type(rows[0][0]), type(rows[1])] == [dict, dict]


def test_the_first_calls_go_through_call_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    seen: list[str] = []

    class Counting(Session):
        def call(self, data: Any) -> Any:
            seen.extend(operation["action"] for operation in data)
            return super().call(data)

    known = (sandbox.server_url, sandbox.api_key, sandbox.api_user)
    with Counting(*known, schema_cache_path=str(tmp_path), plugin_paths=[]) as session:
        assert session.schemas
    assert seen[:2] == ["query_server_information", "query_schemas"]


def test_call_may_be_replaced_by_one_that_returns_entities(session: Session, task: Any) -> None:
    text = session.encode([{"__entity_type__": "Task", "id": task["id"], "name": "from elsewhere"}])
    vars(session)["call"] = lambda operations: [{"data": session.decode(text), "metadata": {}}]
    found: Any = session.query("select name from Task").first()
    assert found is task
    assert task["name"] == "from elsewhere"


def test_call_gives_entities_that_are_not_merged(session: Session, task: Any) -> None:
    (result,) = session.call([{"action": "query", "expression": f"select name from Task where id is {task['id']}"}])
    (row,) = result["data"]
    assert row == task
    assert row is not task
    assert row["name"] == task["name"]


def test_raw_operations_can_be_pushed(ftrack_api: Any, session: Session, sandbox: Sandbox, task: Any) -> None:
    key = ftrack_api.inspection.primary_key(task)
    session.recorded_operations.push(
        ftrack_api.operation.UpdateEntityOperation("Task", key, "description", ftrack_api.symbol.NOT_SET, "pushed")
    )
    assert len(session.recorded_operations) == 1
    sandbox.requests.clear()
    session.commit()
    sent: list[Any] = sandbox.requests.operations[-1]
    assert [(each["action"], each["entity_data"]["description"]) for each in sent] == [("update", "pushed")]
    assert len(session.recorded_operations) == 0


def test_mapping_gives_keys_as_a_list_and_a_copy_of_it_is_detached(session: Session, task: Any) -> None:
    task["metadata"] = {"one": "1"}
    session.commit()
    before = copy.copy(task["metadata"])
    task["metadata"]["two"] = "2"
    assert sorted(task["metadata"].keys()) == ["one", "two"]
    assert isinstance(task["metadata"].keys(), list)
    assert before.keys() == ["one"]


def test_session_has_the_schemas_as_the_server_sent_them(session: Session) -> None:
    assert {"id", "properties", "primary_key"} <= session.schemas[0].keys()


def test_data_of_an_event_can_be_changed() -> None:
    event = Event(topic="a.topic", data={"items": []})
    event["data"]["items"].append(1)
    assert event["data"] == {"items": [1]}


class TestDates:
    def test_are_aware_and_compare_with_arrow_objects(self, session: Session, task: Any) -> None:
        arrow: Any = pytest.importorskip("arrow")
        task["start_date"] = arrow.get("2026-03-01T10:00:00")
        assert task["start_date"] == datetime.datetime(2026, 3, 1, 10, tzinfo=datetime.timezone.utc)
        assert task["start_date"] == arrow.get("2026-03-01T10:00:00+00:00")
        assert task["start_date"].strftime("%Y-%m-%d") == "2026-03-01"
        session.commit()

    def test_of_creations_calls_and_operations_may_be_arrow_objects(self, session: Session, task: Any) -> None:
        arrow: Any = pytest.importorskip("arrow")
        made = session.create(
            "Task", {"name": f"t{uuid.uuid4().hex}", "parent": task["parent"], "end_date": arrow.get("2026-03-01")}
        )
        session.commit()
        key = {"action": "update", "entity_type": "Task", "entity_key": [made["id"]]}
        session.call([{**key, "entity_data": {"start_date": arrow.get("2026-02-01T08:30:00+01:00")}}])
        session.recorded_operations.push(
            UpdateEntityOperation("Task", {"id": made["id"]}, "end_date", None, arrow.get("2026-03-02"))
        )
        session.commit()
        session.populate([made], "start_date, end_date")
        assert made["end_date"] == arrow.get("2026-03-02")
        assert made["start_date"] == arrow.get("2026-02-01T07:30:00")

    def test_of_custom_attributes_may_be_arrow_objects(self, session: Session) -> None:
        arrow: Any = pytest.importorskip("arrow")
        shot: Any = session.query("select custom_attributes from Shot").first()
        shot["custom_attributes"]["client_due"] = arrow.get("2026-05-01T12:00:00")
        session.commit()
        session.reset()
        again: Any = session.get("Shot", shot["id"])
        assert again["custom_attributes"]["client_due"] == arrow.get("2026-05-01T12:00:00")

    def test_without_a_time_begin_at_midnight(self, task: Any) -> None:
        task["start_date"] = datetime.date(2026, 3, 1)
        assert task["start_date"] == datetime.datetime(2026, 3, 1, tzinfo=datetime.timezone.utc)

    def test_are_arrow_objects_when_asked_for(self, sandbox: Sandbox, tmp_path: Path) -> None:
        arrow: Any = pytest.importorskip("arrow")
        from ftrack_typed import compat

        compat.install(arrow=True)
        try:
            with open_session(sandbox, tmp_path) as session:
                found = session.query("select start_date from Task where start_date is_not None").first()
                assert found is not None
                assert isinstance(found["start_date"], arrow.Arrow)
                found["start_date"] = found["start_date"].shift(days=1)
                assert isinstance(dict(found.items())["start_date"], arrow.Arrow)
        finally:
            compat.uninstall()


class TestCreations:
    def test_unknown_and_computed_names_are_left_out(
        self, session: Session, task: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        name = f"task_{uuid.uuid4().hex}"
        session.create("Task", {"name": name, "parent": task["parent"], "nmae": "x", "time_logged": 3})
        session.commit()
        assert session.query(f"Task where name is {name}").one()["name"] == name
        said = [record.getMessage() for record in caplog.records if record.name == "ftrack_typed.compat.session"]
        assert said == [
            "Task.nmae is left out of a creation: the type has no such attribute",
            "Task.time_logged is left out of a creation: the type has it from the server",
        ]

    def test_server_says_what_is_missing(self, session: Session) -> None:
        made = session.create("Task", {"name": "without a parent"})
        with pytest.raises(errors.ServerError):
            session.commit()
        assert session.created == [made]

    def test_arguments_may_be_named(self, session: Session) -> None:
        made = session.create(entity_type="Task", data={"name": "named"})
        assert made["name"] == "named"


def test_collections_that_may_not_be_loaded_are_empty(session: Session, sandbox: Sandbox, task: Any) -> None:
    other: Any = session.query("select id from Task").all()[1]
    with session.auto_populating(False):
        assert list(other["notes"]) == []
        assert other["metadata"].keys() == []
        assert list(other["custom_attributes"]) == []
        assert other["description"] is symbols.NOT_SET
        with pytest.raises(errors.NotLoadedError):
            other["notes"].append(session.create("Note", {"content": "lost"}))
        with pytest.raises(errors.NotLoadedError):
            other["metadata"]["key"] = "lost"
    sandbox.requests.clear()
    assert list(other["metadata"].keys()) == list(other.metadata)
    assert len(sandbox.requests) == 1


class TestErrors:
    @pytest.mark.parametrize("ask", ["query", "get"])
    def test_unknown_type_is_a_key_error(self, ask: str, session: Session) -> None:
        with pytest.raises(KeyError, match="did you mean 'Task'"):
            _ = session.get("Tsak", "an-id") if ask == "get" else session.query("Tsak")

    def test_unreachable_server_is_an_error_of_requests(self, session: Session) -> None:
        with held_port() as port:
            with pytest.raises(requests.exceptions.ConnectionError) as caught:
                Session(f"http://127.0.0.1:{port}", "key", "user", plugin_paths=[], retries=Retries(attempts=1))
            assert isinstance(caught.value, errors.ServerUnreachableError)
            session._transport = HttpTransport(f"http://127.0.0.1:{port}", "user", "key", retries=Retries(attempts=1))
            with pytest.raises(requests.exceptions.ConnectionError):
                session.query("Task").first()

    def test_closed_session(self, ftrack_api: Any, session: Session) -> None:
        session.close()
        with pytest.raises(ftrack_api.exception.ConnectionClosedError):
            session.query("Task").first()


def test_mixin_changes_one_entity(ftrack_api: Any, session: Session) -> None:
    class Greets:
        greeting: str

        def greet(self) -> None:
            self.greeting = "hello"

    first, second = session.query("User limit 2").all()
    ftrack_api.mixin(first, Greets)
    ftrack_api.mixin(first, Greets)
    greeting: Any = first
    greeting.greet()
    assert (greeting.greeting, type(first).__name__, hasattr(second, "greet")) == ("hello", "UserGreets", False)
    assert isinstance(first, ftrack_api.entity.user.User)
    session.query("select username, email from User").all()
    assert hasattr(first, "greet")


class TestLocations:
    def test_are_set_up_anew(self, session: Session) -> None:
        heard: list[Any] = []
        session.pick_location()
        session.event_hub.subscribe("topic=ftrack.api.session.configure-location", heard.append)
        session._configure_locations()
        assert len(heard) == 1

    def test_mixin_makes_one_that_registers_where_data_lies(
        self, ftrack_api: Any, session: Session, task: Any, tmp_path: Path
    ) -> None:
        path = tmp_path / "plate.exr"
        path.write_bytes(b"content")
        location: Any = session.create("Location", {"name": f"here_{uuid.uuid4().hex[:8]}"})
        session.commit()
        ftrack_api.mixin(location, ftrack_api.entity.location.UnmanagedLocationMixin, name="HereLocation")
        location.accessor = ftrack_api.accessor.disk.DiskAccessor(prefix="")
        location.structure = ftrack_api.structure.origin.OriginStructure()
        component: Any = session.create_component(str(path), location=location)
        assert location.get_filesystem_path(component) == str(path)
        assert type(location).__name__ == "HereLocation"
        location.remove_component(component)
        assert path.exists()
