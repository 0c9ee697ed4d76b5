"""Tests plugins: how they are found, which arguments they get, and that one that fails stops no other."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ftrack_typed.plugins import PATH_VARIABLE, adapted, discover, plugin_folders

WRITING = "def register(*arguments, **named):\n    arguments[0].append((__file__, named))\n"


def records(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What plugins say; servers of other tests may end meanwhile, and say so too."""
    return [record for record in caplog.records if record.name == "ftrack_typed.plugins"]


def register_only(called: list[Any], folder: Path, text: str, **named: object) -> list[Any]:
    (folder / "plugin.py").write_text(text)
    discover([str(folder)], [called], named)
    return called


def test_files_are_found_in_and_below_the_folders_in_order(tmp_path: Path) -> None:
    for name in ("one/b.py", "one/a.py", "one/below/c.py", "two/d.py", "two/e.txt", "two/f.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WRITING)
    called: list[Any] = []
    assert discover([str(tmp_path / "one"), "", tmp_path / "two"], [called], {"x": 1}) == []
    assert [Path(file).name for file, _ in called] == ["a.py", "b.py", "c.py", "d.py"]
    assert all(named == {"x": 1} for _, named in called)


def test_folders_come_from_the_variable_where_none_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PATH_VARIABLE, os.pathsep.join(["one", "", "two"]))
    assert plugin_folders(None) == ["one", "two"]
    assert plugin_folders(["three", Path("four")]) == ["three", "four"]
    assert plugin_folders([]) == []
    with pytest.raises(TypeError, match="list of folders"):
        plugin_folders("one")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("def register(:", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("def register(called): raise RuntimeError('no disk')", "no disk"),
        ("def register(called, other): pass", "other"),
    ],
)
def test_plugin_that_fails_is_logged_and_stops_no_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str, said: str
) -> None:
    (tmp_path / "a_bad.py").write_text(text)
    (tmp_path / "b_good.py").write_text(WRITING)
    called: list[Any] = []
    with caplog.at_level(logging.DEBUG):
        (error,) = discover([tmp_path], [called])
    assert [Path(file).name for file, _ in called] == ["b_good.py"]
    assert error.path == str(tmp_path / "a_bad.py")
    warning, details = records(caplog)
    assert warning.levelno == logging.WARNING
    assert said in warning.getMessage()
    assert error.path in warning.getMessage()
    assert details.levelno == logging.DEBUG
    assert details.exc_info


def test_plugin_without_register_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "plugin.py").write_text("name = 'x'")
    (error,) = discover([tmp_path])
    assert "register" in str(error)
    assert [record.levelno for record in records(caplog)] == [logging.WARNING]


def test_folder_that_does_not_exist_is_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert discover([tmp_path / "absent"]) == []
    assert "absent" in caplog.text


def test_plugins_of_one_name_are_modules_of_their_own(tmp_path: Path) -> None:
    called: list[Any] = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        register_only(called, tmp_path / name, f"NAME = '{name}'\ndef register(called): called.append(NAME)")
    assert called == ["one", "two"]


def optional(a, b=False, c=False, d=False): ...  # type: ignore[no-untyped-def]
def none(): ...  # type: ignore[no-untyped-def]
def many(*args): ...  # type: ignore[no-untyped-def]
def named(**kwargs): ...  # type: ignore[no-untyped-def]
def two(a=False, b=False): ...  # type: ignore[no-untyped-def]
def mixed(a, c=False, *args): ...  # type: ignore[no-untyped-def]
def rest(a, c=False, **kwargs): ...  # type: ignore[no-untyped-def]
def required(session, folder): ...  # type: ignore[no-untyped-def]
def keyword_only(session, *, folder="x"): ...  # type: ignore[no-untyped-def]


@pytest.mark.parametrize(
    ("function", "positional", "keywords", "arguments", "passed"),
    [
        (optional, (1, 2), {"c": True, "d": True, "e": True}, [1, 2], {"c": True, "d": True}),
        (none, (1,), {"a": 1}, [], {}),
        (many, (1, 2), {"a": 1}, [1, 2], {}),
        (named, (), {"a": 1, "b": 2}, [], {"a": 1, "b": 2}),
        (two, (True,), {"b": True}, [True], {"b": True}),
        (mixed, (1, 2, 3, 4), {}, [1, 2, 3, 4], {}),
        (rest, (), {"a": 1, "c": 2, "d": 3}, [], {"a": 1, "c": 2, "d": 3}),
        (required, (1,), {"folder": "x"}, [1], {"folder": "x"}),
        (keyword_only, (1, 2), {"folder": "y"}, [1], {"folder": "y"}),
    ],
)
def test_arguments_are_those_that_register_takes(
    function: Callable[..., object],
    positional: tuple[object, ...],
    keywords: dict[str, object],
    arguments: list[object],
    passed: dict[str, object],
) -> None:
    assert adapted(function, positional, keywords) == (arguments, passed)


def test_keywords_that_register_does_not_take_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    called = register_only([], tmp_path, "def register(called, a=1): called.append(a)", a=2, colour="red")
    assert called == [2]
    assert "colour" in caplog.text
