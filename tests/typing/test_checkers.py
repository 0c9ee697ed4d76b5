"""What mypy and pyright say of a user's lines: nothing of those in `accepts`, one clear message of those in `rejects`.

Above each mistake in ``rejects.py`` stands what each checker prints, ``# mypy>`` and ``# pyright>``, whole; the line of
a message that has several is continued below. ``(nothing)`` says that this checker cannot see the mistake. After a
change of types or of a checker's version, renew all messages with ::

    python tests/typing/test_checkers.py

and read the difference: each has to be something that a TD understands.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from ftrack_typed.entities import Session, Task
from ftrack_typed.query.builder import Query
from ftrack_typed.query.syntax import Statement

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
ACCEPTS: Final = HERE / "accepts.py"
REJECTS: Final = HERE / "rejects.py"
PRECISE: Final = HERE / "precise.py"

Messages: TypeAlias = "dict[int, list[str]]"
"""Line number to the messages about it."""

Check: TypeAlias = "Callable[[Sequence[Path], Path], Mapping[Path, Messages]]"
"""Runs a checker over files, with a folder for what it writes, and returns what it says of each."""

NOTHING: Final = "(nothing)"
LONGEST_DIFFERENCE: Final = 8
"""Tokens that a mistake may differ in from what is right: those of a whole argument or criterion."""

SEEN_AT_RUN_TIME_ALONE: Final = (
    'session.query(Task).where((Task.name == "comp") and (Task.bid > 1))',
    'session.query(Task).where((Task.name == "comp") or (Task.bid > 1))',
    'session.query(Task).where((Task.project.name == "demo") and (Task.bid < 3))',
)
"""Mistakes that no checker reports: a comparison left of ``and`` or ``or``.

Mypy looks at the truth of everything but a comparison, pyright at that of everything but what stands left of these.
"""


def _environment(*paths: Path) -> dict[str, str]:
    search = os.pathsep.join(str(path) for path in (*paths, ROOT, ROOT / "generator"))
    return {**os.environ, "PYTHONPATH": search, "MYPYPATH": search, "NO_COLOR": "1"}


def _run(arguments: Sequence[str | Path], cwd: Path, *paths: Path) -> str:
    command = [sys.executable, "-m", *(str(argument) for argument in arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=_environment(*paths), capture_output=True, text=True, check=False, timeout=1800
    )
    assert done.returncode in (0, 1), f"{command} failed: {done.stdout}{done.stderr}"
    return done.stdout


_MYPY_LINE: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+): (?P<message>(?:error|note|warning): .*)")


def mypy(files: Sequence[Path], folder: Path) -> dict[Path, Messages]:
    """Return what mypy says of *files*, with the configuration of the project; notes belong to their error."""
    options: list[str | Path] = ["--config-file", ROOT / "pyproject.toml", "--cache-dir", folder / "mypy"]
    found: dict[Path, Messages] = {file: {} for file in files}
    unknown = []
    for line in _run(["mypy", *options, "--no-error-summary", *files], ROOT).splitlines():
        match = _MYPY_LINE.match(line)
        if match is None or (ROOT / match["file"]).resolve() not in found:
            unknown.append(line)
            continue
        messages = found[(ROOT / match["file"]).resolve()].setdefault(int(match["line"]), [])
        if match["message"].startswith("note: ") and messages:
            messages[-1] += "\n" + match["message"]
        else:
            messages.append(match["message"].removeprefix("error: "))
    assert unknown == []
    return found


def pyright(files: Sequence[Path], folder: Path) -> dict[Path, Messages]:
    """Return what pyright says of *files*, with the configuration of the project."""
    configured: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["pyright"]
    # As the project has it, but for the list of files: that leaves out the mistakes.
    search = [str(ROOT), *(str(ROOT / path) for path in configured["extraPaths"])]
    kept = {name: value for name, value in configured.items() if name not in ("include", "exclude")}
    settings = folder / "pyrightconfig.json"
    settings.write_text(json.dumps({**kept, "extraPaths": search}), "utf-8")
    report: dict[str, Any] = json.loads(_run(["pyright", "--project", settings, "--outputjson", *files], ROOT))
    assert report["summary"]["filesAnalyzed"] == len(files)
    found: dict[Path, Messages] = {file: {} for file in files}
    for diagnostic in sorted(report["generalDiagnostics"], key=lambda each: each["range"]["start"]["character"]):
        messages = found[Path(diagnostic["file"])].setdefault(diagnostic["range"]["start"]["line"] + 1, [])
        rule = f" ({diagnostic['rule']})" if "rule" in diagnostic else ""
        # Pyright indents what explains a message with no-break spaces.
        messages.append(diagnostic["message"].replace("\xa0", " ") + rule)
    return found


CHECKERS: Final[Mapping[str, Check]] = {"mypy": mypy, "pyright": pyright}


def statements(text: str) -> dict[int, str]:
    """Return the lines of *text* that are code, by their number."""
    lines = enumerate(text.splitlines(), 1)
    code = {number: line for number, line in lines if line.strip() and not line.lstrip().startswith("#")}
    first = next(number for number, line in code.items() if line.startswith("from "))
    return {number: line for number, line in code.items() if number >= first}


def mistakes(text: str) -> list[int]:
    """Return the numbers of the lines of *text* that differ from what `accepts` has in their place."""
    right = statements(ACCEPTS.read_text("utf-8")).values()
    return [number for good, (number, bad) in zip(right, statements(text).items(), strict=True) if good != bad]


_EXPECTED: Final = re.compile(r"\s*# (mypy|pyright)(>|\|) ?(.*)")


def expectations(text: str) -> dict[str, Messages]:
    """Return, by the checker's name, the messages that stand above the lines of *text*."""
    expected: dict[str, Messages] = {name: {} for name in CHECKERS}
    pending: dict[str, list[str]] = {name: [] for name in CHECKERS}
    for number, line in enumerate(text.splitlines(), 1):
        match = _EXPECTED.fullmatch(line)
        if match is not None:
            messages = pending[match[1]]
            if match[2] == ">":
                messages.append(match[3])
            else:
                messages[-1] += "\n" + match[3]
        elif line.strip() and not line.lstrip().startswith("#"):
            for name, messages in pending.items():
                if messages:
                    expected[name][number] = [message for message in messages if message != NOTHING]
            pending = {name: [] for name in CHECKERS}
    return expected


def without_expectations(text: str) -> str:
    """Return *text* without the messages above its lines."""
    return "".join(line for line in text.splitlines(keepends=True) if not _EXPECTED.fullmatch(line.rstrip("\n")))


def with_expectations(text: str, found: Mapping[str, Messages], mistakes: Iterable[int]) -> str:
    """Return *text* with the messages *found* above the *mistakes*, and above what else any checker complains about."""
    told = {*mistakes}.union(*found.values())
    lines: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if number in told:
            indent = line[: len(line) - len(line.lstrip())]
            for name, messages in found.items():
                for message in messages.get(number, [NOTHING]):
                    first, *rest = message.split("\n")
                    lines.append(f"{indent}# {name}> {first}")
                    lines.extend(f"{indent}# {name}| {more}" for more in rest)
        lines.append(line)
    return "\n".join(lines) + "\n"


def _tokens(line: str) -> list[str]:
    # A line such as "def f(" is no statement of its own; what the tokenizer found before it noticed is enough.
    found: list[str] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(line.strip()).readline):
            found.append(token.string)
    except tokenize.TokenError:
        pass
    return [token for token in found if token]


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))


def _difference(right: str, wrong: str) -> tuple[list[str], list[str]]:
    """Return the tokens between what two lines have in common at their start and at their end."""
    before, after = _tokens(right), _tokens(wrong)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    return before[start : len(before) - end], after[start : len(after) - end]


@pytest.fixture(scope="session", params=list(CHECKERS))
def checked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[Path, Messages]]:
    """Give the name of a checker and what it says of both files."""
    name: str = request.param
    return name, dict(CHECKERS[name]([ACCEPTS, REJECTS, PRECISE], tmp_path_factory.mktemp(name)))


@pytest.mark.slow
def test_what_is_right_is_accepted_without_a_word(checked: tuple[str, dict[Path, Messages]]) -> None:
    _, found = checked
    lines = ACCEPTS.read_text("utf-8").splitlines()
    assert {lines[number - 1].strip(): messages for number, messages in found[ACCEPTS].items()} == {}


@pytest.mark.slow
def test_public_names_have_the_types_that_they_should(checked: tuple[str, dict[Path, Messages]]) -> None:
    _, found = checked
    assert found[PRECISE] == {}


def test_every_public_name_of_a_session_has_a_type_that_is_asserted() -> None:
    text = PRECISE.read_text("utf-8")
    names = [name for name in dir(Session) if not name.startswith("_") and name != "registry"]
    assert len(names) > 40
    assert [name for name in names if f"session.{name}" not in text] == []


@pytest.mark.slow
def test_each_mistake_has_the_message_that_stands_above_it(checked: tuple[str, dict[Path, Messages]]) -> None:
    name, found = checked
    text = REJECTS.read_text("utf-8")
    lines = text.splitlines()
    expected = {number: messages for number, messages in expectations(text)[name].items() if messages}

    def shown(messages: Messages) -> list[str]:
        return [
            f"{number}: {lines[number - 1].strip()}\n{'; '.join(said)}" for number, said in sorted(messages.items())
        ]

    assert shown(found[REJECTS]) == shown(expected)


def test_each_mistake_differs_from_what_is_right_in_one_place() -> None:
    right, wrong = (statements(path.read_text("utf-8")) for path in (ACCEPTS, REJECTS))
    assert len(right) == len(wrong)
    count = 0
    for (_, good), (number, bad) in zip(right.items(), wrong.items(), strict=True):
        before, after = _difference(good, bad)
        count += bool(before or after)
        assert max(len(before), len(after)) <= LONGEST_DIFFERENCE, f"rejects.py:{number}: {before} -> {after}"
    assert count > 150


def test_each_mistake_is_seen_by_a_checker_and_no_other_line_is() -> None:
    text = REJECTS.read_text("utf-8")
    expected, wrong, numbers = expectations(text), statements(text), mistakes(text)
    assert sorted(expected["mypy"]) == numbers
    assert sorted(expected["pyright"]) == numbers
    silent = [wrong[number].strip() for number in numbers if not any(said[number] for said in expected.values())]
    assert silent == list(SEEN_AT_RUN_TIME_ALONE)


@pytest.mark.parametrize("line", SEEN_AT_RUN_TIME_ALONE)
def test_what_checkers_cannot_see_is_refused_at_run_time(line: str) -> None:
    class Session:
        def query(self, entity_type: type[Task]) -> Query[Task]:
            return Query(entity_type, Statement(entity_type.entity_type))

    with pytest.raises(TypeError, match=r"a criterion is neither true nor false: write & for 'and', \| for 'or'"):
        exec(line, {"session": Session(), "Task": Task, "a_value": repr})


SCRIPT: Final = """
from __future__ import annotations

from studio_ftrack import Note, Project, Session, Shot, Task, User


def names(session: Session) -> list[str]:
    tasks = session.query(Task).where(Task.project.project_schema.name == "VFX", Task.status.state.short.in_(["DONE"]))
    return [task.name for task in tasks.where(Task.notes.any(Note.content.like("%fix%"))).order_by(Task.sort.desc())]


def fast_shots(session: Session) -> list[Shot]:
    return session.query(Shot).where(Shot.custom_attributes.fps > 24).select(Shot.name, Shot.project.full_name).all()


def frames_per_second(shot: Shot) -> float:
    return shot.custom_attributes.fps


def make_faster(session: Session, shot: Shot) -> Task:
    shot.custom_attributes.fps = 48.0
    task = session.create(Task, name="retime", parent=shot, bid=3600.0)
    task.notes.append(session.create(Note, content="please fix"))
    task.metadata["department"] = "comp"
    session.commit()
    return task


def look(task: Task, user: User) -> Note:
    user.start_timer(task)
    return task.create_note("look", user, recipients=[user]).create_reply("done", user)


def place(task: Task) -> str:
    parent = task.parent
    if isinstance(parent, Shot):
        return f"{parent.project.name} at {parent.custom_attributes.fps}"
    return parent.full_name or "" if isinstance(parent, Project) else parent.name


def first(session: Session) -> Task | None:
    return session.query(Task).first() or session.get(Task, "an id")
"""

MISSPELT: Final = SCRIPT.replace("return shot.custom_attributes.fps", "return shot.custom_attributes.fsp")


def _generate(workspace: Path, package: Path) -> None:
    _run(["ftrack_gen", "--workspace", workspace, "--output", package], package.parent)


def _check_strictly(checker: str, script: str, folder: Path) -> list[str]:
    """Return what *checker*, at its strictest and without configuration, says of *script* beside the package."""
    path = folder / f"{checker}_{len(script)}_script.py"
    path.write_text(script, "utf-8")
    if checker == "mypy":
        options: list[str | Path] = [
            "--strict",
            "--no-error-summary",
            "--config-file",
            os.devnull,
            "--cache-dir",
            folder / "cache",
        ]
        return _run(["mypy", *options, "--enable-error-code", "truthy-bool", path], folder, folder).splitlines()
    settings = folder / f"{path.stem}.json"
    search = [str(folder), str(ROOT)]
    settings.write_text(json.dumps({"include": [path.name], "typeCheckingMode": "strict", "extraPaths": search}))
    report = json.loads(_run(["pyright", "--project", settings, "--outputjson"], folder, folder))
    assert report["summary"]["filesAnalyzed"] == 1
    return [diagnostic["message"] for diagnostic in report["generalDiagnostics"]]


@pytest.fixture(scope="session")
def recorded_package(recorded_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a package ``studio_ftrack``, generated from the recorded responses."""
    folder = tmp_path_factory.mktemp("recorded")
    _generate(recorded_workspace, folder / "studio_ftrack")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("checker", list(CHECKERS))
def test_script_with_the_package_of_a_real_server_is_clean(checker: str, recorded_package: Path) -> None:
    assert _check_strictly(checker, SCRIPT, recorded_package) == []


@pytest.mark.slow
@pytest.mark.parametrize("checker", list(CHECKERS))
def test_misspelt_custom_attribute_is_refused(checker: str, recorded_package: Path) -> None:
    messages = _check_strictly(checker, MISSPELT, recorded_package)
    assert [message for message in messages if '"ShotCustomAttributes"' in message and '"fsp"' in message]


def test_messages_are_read_and_written_alike() -> None:
    text = "from x import y\n\n\ndef f() -> None:\n    wrong()\n    right()\n"
    found: dict[str, Messages] = {"mypy": {5: ["one\nnote: two", "three"]}, "pyright": {}}
    renewed = with_expectations(text, found, [6])
    assert renewed == textwrap.dedent(
        """\
        from x import y


        def f() -> None:
            # mypy> one
            # mypy| note: two
            # mypy> three
            # pyright> (nothing)
            wrong()
            # mypy> (nothing)
            # pyright> (nothing)
            right()
        """
    )
    assert expectations(renewed) == {"mypy": {9: ["one\nnote: two", "three"], 12: []}, "pyright": {9: [], 12: []}}
    assert without_expectations(renewed) == text


def renew() -> None:
    """Write into ``rejects.py`` what the checkers say of it now."""
    text = without_expectations(REJECTS.read_text("utf-8"))
    REJECTS.write_text(text, "utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as folder:
        found = {name: check([REJECTS], Path(folder))[REJECTS] for name, check in CHECKERS.items()}
    REJECTS.write_text(with_expectations(text, found, mistakes(text)), "utf-8", newline="\n")


if __name__ == "__main__":
    renew()
