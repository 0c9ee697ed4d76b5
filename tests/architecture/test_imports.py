"""Tests what an import costs: which modules it loads, in a fresh process, and how long that takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

ABSENT = (
    "requests",
    "urllib3",
    "cattrs",
    "typing_extensions",
    "jinja2",
    "lark",
    "websocket",
    "platformdirs",
    "stamina",
)
"""Third-party packages that `import ftrack_typed` leaves alone."""

OPTIONAL = (
    *(
        "arrow",
        "boto3",
        "botocore",
        "imageio_ffmpeg",
        "jinja2",
        "lark",
        "orjson",
        "PIL",
        "psycopg",
        "redis",
        "sqlalchemy",
    ),
    *("starlette", "tomli", "uvicorn", "websockets"),
)
"""Packages of the extras, by the name that they are imported by."""

NEEDS_AN_EXTRA = ("ftrack_typed.sandbox",)
"""Packages of the runtime that an extra is there for."""

BASELINE = "import attrs, json"

HIGHEST_RATIO_OF_PACKAGE = 0.6
"""What `import ftrack_typed` may cost, in times of `BASELINE`. Measured: 0.31, Python 3.11, whether idle or busy."""

HIGHEST_RATIO_OF_NAMES = 5.0
"""What its names may cost, in times of `BASELINE`. Measured: 2.0 to 2.1, Python 3.11, whether idle or busy."""


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give an environment in which modules are compiled once, whatever this process was told."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(tmp_path_factory.mktemp("bytecode"))}


def run(code: str, environment: dict[str, str]) -> str:
    """Run *code* in a fresh interpreter, elsewhere than in the source tree, and return what it prints."""
    folder = environment["PYTHONPYCACHEPREFIX"]
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def modules_after(code: str, environment: dict[str, str]) -> set[str]:
    """Return the names of the modules that *code* makes a fresh interpreter load."""
    report = "import json, sys; print(json.dumps(sorted(sys.modules)))"
    started: list[str] = json.loads(run(report, environment))
    loaded: list[str] = json.loads(run(f"{code}\n{report}", environment))
    return set(loaded) - set(started)


def entity_modules(modules: set[str]) -> list[str]:
    return sorted(name for name in modules if name.startswith("ftrack_typed.entities."))


WORKING = "from ftrack_typed.entities import Session, Task"
"""What a program needs that opens a session, reads rows that a text finds, changes them and commits."""

NOT_FOR_WORKING = ("attr", "asyncio", "dataclasses", "decimal", "inspect", "ftrack_typed.query.syntax")
"""What is for tools, for other queries or for trouble, and takes long to import."""

STATEMENTS = ("import ftrack_typed", "import ftrack_typed.schema", "from ftrack_typed import Entity, Query, Session")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_import_loads_no_network_code_and_no_entity(statement: str, environment: dict[str, str]) -> None:
    loaded = modules_after(statement, environment)
    assert "ftrack_typed" in loaded
    assert [name for name in ABSENT if name in loaded] == []
    assert [name for name in OPTIONAL if name in loaded] == []
    assert entity_modules(loaded) == []


def test_package_alone_loads_nothing_of_its_own(environment: dict[str, str]) -> None:
    own = {name for name in modules_after("import ftrack_typed", environment) if name.startswith("ftrack_typed.")}
    assert own == set()


def test_one_entity_loads_few_others(environment: dict[str, str]) -> None:
    loaded = modules_after("from ftrack_typed.entities import Task", environment)
    bases = ["ftrack_typed.entities.context", "ftrack_typed.entities.task", "ftrack_typed.entities.typed_context"]
    assert entity_modules(loaded) == bases


def test_what_every_program_needs_loads_nothing_that_few_need(environment: dict[str, str]) -> None:
    loaded = modules_after(WORKING, environment)
    assert [name for name in (*ABSENT, *NOT_FOR_WORKING) if name in loaded] == []


def test_every_module_imports_without_any_extra(environment: dict[str, str]) -> None:
    code = f"""
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}: no extra is installed", name=name)

sys.meta_path.insert(0, Absent())
import ftrack_typed

def fail(name):
    if not name.startswith({NEEDS_AN_EXTRA!r}):
        raise

count = 0
for module in pkgutil.walk_packages(ftrack_typed.__path__, "ftrack_typed.", onerror=fail):
    if not module.name.startswith({NEEDS_AN_EXTRA!r}):
        importlib.import_module(module.name)
        count += 1
print(count)
"""
    assert int(run(code, environment)) > 100


TIMED = "import sys, time; clock = {}; start = clock()\n{}\nprint(clock() - start)"

CLOCK = "time.perf_counter" if sys.platform == "win32" else "time.process_time"
"""What counts the time of the process alone, and not of others on a busy machine; that of Windows is too coarse."""


def seconds_by_statement(statements: tuple[str, ...], environment: dict[str, str], rounds: int) -> Iterator[float]:
    """Yield the least of the seconds that each statement takes, all of them tried in turn in each round."""
    times: dict[str, list[float]] = {statement: [] for statement in statements}
    for turn in range(rounds + 1):
        for statement in statements:
            spent = float(run(TIMED.format(CLOCK, statement), environment))
            if turn:  # the first one compiles
                times[statement].append(spent)
    for statement in statements:
        yield min(times[statement])


@pytest.mark.slow
def test_import_costs_little(environment: dict[str, str]) -> None:
    statements = (BASELINE, "import ftrack_typed", "from ftrack_typed import Entity, Query, Session")
    baseline, package, names = seconds_by_statement(statements, environment, rounds=9)
    assert package / baseline <= HIGHEST_RATIO_OF_PACKAGE
    assert names / baseline <= HIGHEST_RATIO_OF_NAMES
