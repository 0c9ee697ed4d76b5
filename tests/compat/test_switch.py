"""Tests how the names of the official client are switched on, and that they never hide it unseen."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftrack_typed import compat
from ftrack_typed.sandbox import Sandbox
from tests.compat.conftest import Run

INSTALLED = "from ftrack_typed import compat; compat.install(); import ftrack_api; print(ftrack_api.Session)"
REPLACING = INSTALLED.replace("install()", "install(replace=True)")


@pytest.fixture
def official(tmp_path: Path) -> str:
    """Give a folder with another package of the official client's name."""
    package = tmp_path / "site" / "ftrack_api"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("Session = 'the official one'")
    return str(package.parent)


def test_nothing_is_switched_on_by_an_import(python: Run) -> None:
    done = python("-c", "import ftrack_typed, ftrack_typed.compat, ftrack_api")
    assert "No module named 'ftrack_api'" in done.stderr


def test_import_of_the_package_loads_nothing_of_it(python: Run) -> None:
    done = python(
        "-c",
        "import ftrack_typed, ftrack_typed.entities as e; e.Session\n"
        "import sys; print([name for name in sys.modules if 'compat' in name and name.startswith('ftrack')])",
    )
    assert done.stdout == "[]\n", done.stderr


def test_install(python: Run) -> None:
    done = python("-c", INSTALLED)
    assert done.stdout == "<class 'ftrack_typed.compat.session.Session'>\n", done.stderr


def test_uninstall_and_install_again() -> None:
    with pytest.raises(ModuleNotFoundError):
        __import__("ftrack_api")
    for _ in range(2):
        compat.install()
        assert __import__("ftrack_api").Session is compat.Session
        compat.uninstall()
        with pytest.raises(ModuleNotFoundError):
            __import__("ftrack_api")


def test_installed_official_client_is_not_hidden(python: Run, official: str) -> None:
    done = python("-c", INSTALLED, path=(official,))
    assert done.returncode != 0
    assert f"OfficialClientError: the official client is installed, at {official}" in done.stderr
    assert "install(replace=True)" in done.stderr


def test_imported_official_client_is_not_hidden(python: Run, official: str) -> None:
    done = python("-c", f"import ftrack_api\n{INSTALLED}", path=(official,))
    assert "OfficialClientError: the official client is imported already" in done.stderr


@pytest.mark.parametrize("before", ["", "import ftrack_api\n"])
def test_replace_hides_it_with_a_warning(before: str, python: Run, official: str) -> None:
    done = python("-c", before + REPLACING, path=(official,))
    assert done.stdout == "<class 'ftrack_typed.compat.session.Session'>\n"
    assert "OfficialClientWarning: ftrack_api means ftrack_typed in this process" in done.stderr
    assert official in done.stderr


def test_uninstall_gives_the_official_client_back(python: Run, official: str) -> None:
    code = f"{REPLACING}; compat.uninstall(); import ftrack_api; print(ftrack_api.Session)"
    assert python("-W", "ignore", "-c", code, path=(official,)).stdout.endswith("the official one\n")


def test_folder_on_the_python_path(python: Run) -> None:
    folder = python("-m", "ftrack_typed.compat", "--path").stdout.strip()
    assert folder == compat.tree()
    done = python("-W", "error", "-c", "import ftrack_api.session; print(ftrack_api.session.Session)", path=(folder,))
    assert done.stdout == "<class 'ftrack_typed.compat.session.Session'>\n", done.stderr


def test_folder_on_the_python_path_that_hides_the_official_client(python: Run, official: str) -> None:
    done = python("-c", "import ftrack_api; print(ftrack_api.Session)", path=(compat.tree(), official))
    assert done.stdout == "<class 'ftrack_typed.compat.session.Session'>\n"
    assert "OfficialClientWarning" in done.stderr


def test_command_runs_a_script(python: Run, sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "tools"
    folder.mkdir()
    (folder / "beside.py").write_text("NAME = 'beside'")
    (tmp_path / "elsewhere.py").write_text("raise AssertionError('this is in the folder of the caller')")
    script = folder / "tool.py"
    script.write_text(
        "import contextlib, sys, ftrack_api, beside\n"
        "with contextlib.suppress(ModuleNotFoundError):\n"
        "    import elsewhere\n"
        "if __name__ == '__main__':\n"
        "    with ftrack_api.Session() as session:\n"
        "        print(sys.argv, beside.NAME, session.query('Project').first()['name'])\n"
    )
    options = {**sandbox.environment(), "FTRACK_API_SCHEMA_CACHE_PATH": str(tmp_path)}
    done = python("-m", "ftrack_typed.compat", str(script), "--path", "two", **options)
    assert done.stdout == f"[{str(script)!r}, '--path', 'two'] beside demo\n", done.stderr


def test_command_runs_a_module(python: Run, tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import ftrack_api, sys; print(__name__, sys.argv[1:]); sys.exit(3)")
    done = python("-m", "ftrack_typed.compat", "-m", "tool", "one")
    assert (done.stdout, done.returncode) == ("__main__ ['one']\n", 3)


def test_command_refuses_to_hide_the_official_client(python: Run, official: str, tmp_path: Path) -> None:
    (tmp_path / "tool.py").write_text("import ftrack_api; print(ftrack_api.Session)")
    done = python("-m", "ftrack_typed.compat", "tool.py", path=(official,))
    assert (done.stdout, done.returncode) == ("", 2)
    assert "is installed" in done.stderr
    done = python("-m", "ftrack_typed.compat", "--replace", "tool.py", path=(official,))
    assert "compat.session.Session" in done.stdout


def test_command_without_a_script_says_what_it_wants(python: Run) -> None:
    done = python("-m", "ftrack_typed.compat")
    assert done.returncode == 2
    assert "name a script" in done.stderr
