"""Tests what ``help`` shows of entity types: each attribute with its description, which costs nothing until then."""

from __future__ import annotations

import importlib
import pydoc
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from ftrack_typed.documentation import description, descriptions
from ftrack_typed.entities import REGISTRY, Note, Project, Shot, Task, TypedContext
from ftrack_typed.query.expressions import CollectionPath, MappedPath, ReferencePath, ScalarPath
from ftrack_typed.query.syntax import Path as QueryPath
from ftrack_typed.query.syntax import Step

ENTITY_TYPES: Final = sorted(REGISTRY)


def shown(entity_type: object) -> str:
    return pydoc.render_doc(entity_type, renderer=pydoc.plaintext)  # type: ignore[attr-defined]


def doc(path: Any) -> str | None:
    found: str | None = path.__doc__
    return found


def test_help_shows_attributes_and_no_generated_constructor() -> None:
    text = shown(Task)
    assert "__attrs_init__" not in text
    assert "A unit of work that is assigned, scheduled and reported on." in text.splitlines()[5]
    assert " |  bid = <ScalarPath Task.bid>\n |      Work planned, in seconds.\n" in text
    assert " |  notes = <CollectionPath Task.notes>\n |      Feedback and comments left on this node.\n" in text
    for name, facts in Task._ftrack_facts.items():
        assert f" |  {name} = <" in text, facts


@pytest.mark.parametrize("name", ENTITY_TYPES)
def test_attribute_has_the_description_that_its_source_has(name: str) -> None:
    entity_type = REGISTRY.entity_type(name)
    for attribute in entity_type._ftrack_facts:
        owner = next(base for base in entity_type.__mro__ if attribute in vars(base).get("__annotations__", ()))
        source = Path(str(sys.modules[owner.__module__].__file__)).read_text("utf-8")
        text = doc(getattr(entity_type, attribute))
        assert text, f"{name}.{attribute} has no description"
        assert "".join(text.split()) in "".join(source.split())


def test_path_has_the_description_of_what_it_ends_in() -> None:
    assert doc(Task.project.full_name) == doc(Project.full_name) != doc(Project.name)
    assert doc(Task.notes.each.content) == doc(Note.content)
    assert doc(Task.parent.as_(Shot).status) == doc(Shot.status) == doc(TypedContext.status)
    assert doc(Task.metadata["camera"]) == doc(Task.metadata)


def test_classes_of_paths_keep_their_own() -> None:
    for path_class in (ScalarPath, ReferencePath, CollectionPath, MappedPath):
        text = path_class.__doc__
        assert text is not None
        assert text.startswith("A path that ends in ")


def test_custom_attributes_are_described() -> None:
    package: Any = importlib.import_module("tests.generator.golden.tricky_studio")
    assert doc(package.Shot.custom_attributes.fps) == "fps (number, default 25.0)."
    assert doc(package.Shot.custom_attributes.length) == "Length (expression, default {self.a})."
    assert doc(package.Shot.custom_attributes) not in (None, doc(package.Shot.custom_attributes.fps))


def test_what_no_source_describes_has_none() -> None:
    assert description(Task, QueryPath((Step("only_the_server_has_it"),)), "only_the_server_has_it") is None
    assert description(Task, QueryPath((Step("unknown"), Step("name"))), "name") is None
    made_at_run_time = type("Plate", (), {"__module__": "nowhere"})
    assert descriptions(made_at_run_time) == {}


def test_sources_are_read_when_someone_asks() -> None:
    program = (
        "import sys; from ftrack_typed.entities import Task; Task.bid; Task.project.name\n"
        "assert 'ftrack_typed.documentation' not in sys.modules\n"
        "assert Task.bid.__doc__\n"
        "assert 'ftrack_typed.documentation' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
