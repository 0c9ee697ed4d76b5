"""Tests that docs/architecture.md shows the runtime as it is: each module, and nothing that is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ROOT / "ftrack_typed"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

PLACES = sorted(
    path.stem if path.is_file() else f"{path.name}/"
    for path in RUNTIME.iterdir()
    if path.suffix in {".py", ".pyi"} or (path / "__init__.py").is_file()
)
"""Modules and packages of the runtime, those with a slash at the end."""


@pytest.mark.parametrize("place", [place for place in PLACES if place not in {"__init__", "sandbox/"}])
def test_page_names_what_is_there(place: str) -> None:
    (table,) = re.findall(r"\| what \| modules \|\n(.*?)\n\n", PAGE, re.DOTALL)
    assert table.count(f"`{place}`") == 1


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+|[a-z_]+/)`", PAGE))))
def test_page_names_nothing_that_is_gone(named: str) -> None:
    folders = (ROOT, RUNTIME, RUNTIME / "sandbox")
    assert any((folder / named).is_dir() or (folder / f"{named}.py").is_file() for folder in folders)


@pytest.mark.parametrize("section", ["generator", "sandbox"])
def test_section_names_modules_of_its_package(section: str) -> None:
    package = ROOT / "generator" / "ftrack_gen" if section == "generator" else RUNTIME / "sandbox"
    (text,) = re.findall(rf"## The {section}\n(.*?)(?:\n## |\Z)", PAGE, re.DOTALL)
    named = set(re.findall(r"`([a-z_]+)`", text))
    assert named
    assert {name for name in named if not (package / f"{name}.py").is_file()} == set()
