"""A package's classes are found by name and imported when asked for; those of two packages are kept apart."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import pytest

from ftrack_typed import entities
from ftrack_typed.entities import REGISTRY
from ftrack_typed.entity import Entity
from ftrack_typed.errors import ForeignEntityTypeError, UnrecognisedEntityTypeError
from ftrack_typed.query.builder import Query
from ftrack_typed.query.syntax import Statement
from ftrack_typed.session import Session

ROOT: Final = Path(__file__).resolve().parents[2]
OTHER: Final = "another_ftrack"


def run(code: str, *paths: Path) -> list[str]:
    """Run *code* in a fresh interpreter and return the JSON list that it prints."""
    search = os.pathsep.join(str(path) for path in (*paths, ROOT, ROOT / "generator"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


LOADED: Final = (
    "import json, sys; print(json.dumps(sorted(name for name in sys.modules if name.startswith({prefix!r}))))"
)


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Give a second generated package, made from the standard workspace under another name."""
    folder = tmp_path_factory.mktemp("other")
    command = [sys.executable, "-m", "ftrack_gen", "--workspace", str(ROOT / "schemas" / "standard")]
    search = os.pathsep.join(map(str, (ROOT, ROOT / "generator")))
    subprocess.run(
        [*command, "--output", str(folder / OTHER), "--name", "another"],
        env={**os.environ, "PYTHONPATH": search},
        check=True,
        capture_output=True,
        timeout=600,
    )
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(OTHER)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == OTHER]:
            del sys.modules[name]


class Silent:
    """A server that says who it is, and nothing else."""

    def call(self, operations: Sequence[Mapping[str, object]]) -> list[Any]:
        assert [operation["action"] for operation in operations] == ["query_server_information"]
        return [{"version": "25.1.0", "schema_hash": None}]

    def close(self) -> None:
        """Do nothing: there is no connection."""


def opened(session_type: type[Session]) -> Any:
    """Return a session that can send nothing."""
    return session_type("https://studio.example", "a key", "a user", schema_cache_path=False, transport=Silent())


def test_entity_is_imported_with_its_bases_and_no_other() -> None:
    prefix = "ftrack_typed.entities."
    loaded = run(f"from ftrack_typed.entities import Task; {LOADED.format(prefix=prefix)}")
    assert loaded == [f"{prefix}{name}" for name in ("context", "task", "typed_context")]


def test_path_imports_what_it_leads_through() -> None:
    prefix = "ftrack_typed.entities.s"
    code = "from ftrack_typed.entities import Task; Task.status.state.short"
    assert run(f"{code}; {LOADED.format(prefix=prefix)}") == [f"{prefix}tate", f"{prefix}tatus"]


def test_class_is_one_object_however_it_is_found() -> None:
    by_module = importlib.import_module("ftrack_typed.entities.task").Task
    assert entities.Task is by_module
    assert REGISTRY.entity_type("Task") is by_module
    assert REGISTRY.attribute("Task") is by_module


def test_registry_names_its_package_and_its_types() -> None:
    assert repr(REGISTRY) == f"<Registry ftrack_typed.entities of {len(list(REGISTRY))} entity types>"
    assert "Task" in REGISTRY
    assert "Tsak" not in REGISTRY
    assert "Session" not in REGISTRY
    assert "STATUSES" not in REGISTRY
    assert (REGISTRY.package, REGISTRY.workspace) == ("ftrack_typed.entities", "standard")
    assert all(REGISTRY.entity_type(name).__name__ == name for name in REGISTRY)


@pytest.mark.parametrize(
    ("name", "matches"),
    [("Tsak", ("Task",)), ("task", ("Task",)), ("Assetversion", ("AssetVersion",)), ("Zzz", ()), ("", ())],
)
def test_unknown_type_is_refused_with_close_matches(name: str, matches: tuple[str, ...]) -> None:
    with pytest.raises(UnrecognisedEntityTypeError) as caught:
        REGISTRY.entity_type(name)
    assert caught.value.close_matches[: len(matches)] == matches
    assert bool(matches) == bool(caught.value.close_matches)
    assert caught.value.message.startswith(f"ftrack_typed.entities has no entity type {name!r}")
    assert isinstance(caught.value, LookupError)


def test_misspelt_import_says_what_was_meant() -> None:
    with pytest.raises(AttributeError) as caught:
        entities.Tsak  # type: ignore[attr-defined]  # noqa: B018
    assert str(caught.value) == "module 'ftrack_typed.entities' has no attribute 'Tsak'; did you mean 'Task'?"
    with pytest.raises(ImportError, match="Tsak"):
        exec("from ftrack_typed.entities import Tsak")


def test_package_lists_all_that_it_exports() -> None:
    shown = set(dir(entities))
    assert {*REGISTRY, "Session", "REGISTRY", "STATUSES", "StatusName"} <= shown
    assert set(entities.__all__) <= shown
    assert set(REGISTRY.exports()) == set(entities.__all__)
    assert [name for name in entities.__all__ if getattr(entities, name, None) is None] == []


def test_session_of_a_package_is_a_subclass_that_carries_its_registry() -> None:
    assert issubclass(entities.Session, Session)
    assert entities.Session is not Session
    assert entities.Session.registry is REGISTRY
    assert (entities.Session.__name__, entities.Session.__module__) == ("Session", "ftrack_typed.entities")
    assert entities.Session.__doc__ == Session.__doc__
    assert Session.registry is None


def test_two_packages_have_classes_and_sessions_of_their_own(other: ModuleType) -> None:
    assert other.Task is not entities.Task
    assert other.REGISTRY.package == OTHER
    assert other.REGISTRY.workspace == "another"
    assert other.Session.registry is other.REGISTRY
    assert not issubclass(other.Session, entities.Session)
    assert other.Task.status._ftrack_target is other.Status


def test_class_of_one_package_is_refused_by_the_session_of_the_other(other: ModuleType) -> None:
    uses = [
        (opened(entities.Session), other.Task, OTHER, "ftrack_typed.entities"),
        (opened(other.Session), entities.Task, "ftrack_typed.entities", OTHER),
    ]
    for session, entity_type, package, session_package in uses:
        for use in (session.query, session.create, lambda kind, session=session: session.get(kind, "an id")):
            with pytest.raises(ForeignEntityTypeError) as caught:
                use(entity_type)
            expected = f"Task is a class of {package!r}: this session takes those of {session_package!r}"
            assert str(caught.value) == expected
            assert caught.value.details["package"] == package
            assert caught.value.details["session_package"] == session_package


def test_path_of_one_package_is_refused_by_a_query_of_the_other(other: ModuleType) -> None:
    query = Query(entities.Task, Statement("Task"))
    with pytest.raises(ValueError, match=r"where\(\) of a query of Task is about Task, but Task\.name starts at Task"):
        query.where(other.Task.name == "comp")


class Package(Protocol):
    """A generated package, as far as library code needs it."""

    @property
    def Task(self) -> type[entities.Task]:  # noqa: N802
        """The package's own class of tasks, used by the names that all studios share."""
        ...


def label(task: entities.Task) -> str:
    """Be library code that reads entities of any package, by the attributes that all studios share."""
    return f"{task.name.upper()} ({task.bid:g} s)"


def ready_tasks(package: Package, project: str) -> str:
    """Be library code that builds a query for any package, typed against `ftrack_typed.entities`."""
    task = package.Task
    query = Query(task, Statement(task.entity_type))
    return str(query.where(task.status.name == "Ready", task.project.name == project).select(task.name))


def test_library_code_serves_several_studios(other: ModuleType) -> None:
    packages: dict[str, Any] = {"ftrack_typed.entities": entities, OTHER: other}
    expected = 'select name from Task where status.name is "Ready" and project.name is "demo"'
    for name, package in packages.items():
        task: Any = package.Task._ftrack_new({"id": "t", "name": "comp", "bid": 60.0})
        assert issubclass(package.Task, Entity)
        assert task._ftrack_package() == name
        assert label(task) == "COMP (60 s)"
        assert ready_tasks(package, "demo") == expected
