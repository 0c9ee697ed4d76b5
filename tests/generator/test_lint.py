"""`ftrack-gen lint`: what it finds in scripts, what it leaves alone, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ftrack_gen.lint import Linter
from ftrack_gen.lint_names import Names
from ftrack_gen.lint_texts import HOLE, query_texts
from ftrack_typed.schema import standard_workspace, structure_schemas

from .conftest import RunCommand

ROOT = Path(__file__).resolve().parents[2]

Check = Callable[..., list[str]]


@pytest.fixture(scope="module")
def names() -> Names:
    raw = json.loads((standard_workspace() / "query_schemas.json").read_text("utf-8"))
    return Names({schema.id: schema for schema in structure_schemas(raw)})


@pytest.fixture
def check(names: Names) -> Check:
    """Give a function that checks a script and returns the messages."""

    def check_script(source: str, wants_select: bool = False) -> list[str]:
        return [each.message for each in Linter(names, wants_select).check(source, "tool.py")]

    return check_script


MISTAKES = {
    "Taks": ["there is no entity type 'Taks'; did you mean 'Task' or 'Status'?"],
    "Task where nmae is 'x'": ["Task has no attribute 'nmae'; did you mean 'name'?"],
    "select project.nmae from Task": ["Project has no attribute 'nmae'; did you mean 'name'?"],
    "Task order by nmae": ["Task has no attribute 'nmae'; did you mean 'name'?"],
    "select count(nmae) from Task": ["Task has no attribute 'nmae'; did you mean 'name'?"],
    "select parent[Shto].name from Task": ["there is no entity type 'Shto'; did you mean 'Shot'?"],
    "Task where notes any (conten like 'a%')": ["Note has no attribute 'conten'; did you mean 'content'?"],
    "Task where not (bid > 1 or statsu.name is 'x')": ["Task has no attribute 'statsu'; did you mean 'status' or "],
    "Task where id in (select usre_id from Timelog)": ["Timelog has no attribute 'usre_id'; did you mean 'user_id'?"],
    "Task where bid.name is 1": ["Task.bid is a plain value, nothing follows it"],
    "Task where link.name is 'x'": ["Task.link is a plain value, nothing follows it"],
    "Note where author.usernmae is 'x'": ["BaseUser has no attribute 'usernmae'"],
    "Task where name is not 'x'": ["write is_not for 'is not'"],
    "Task where": ["the query ends too early"],
    "Task where name is 'x": ["the string that starts with ' is not closed"],
}


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items(), ids=list(MISTAKES))
def test_mistake(text: str, expected: list[str], check: Check) -> None:
    found = check(f"session.query({text!r})")
    assert len(found) == len(expected)
    for message, beginning in zip(found, expected, strict=True):
        assert message.startswith(beginning)


@pytest.mark.parametrize(
    "text",
    [
        "Task",
        "select parent.status.name, assignments.resource.username from Task",
        "Note where author.username is 'x'",
        "select name, parent[Shot].name from Task where notes any (author[User].username is 'x') order by sort limit 5",
        "Task where custom_attributes any (key is 'fps' and value > 24)",
        "select metadata from Task where children has (name is 'x')",
        "select count(id), sum(bid) from Task where project_id in (select id from Project) group by status.name",
    ],
)
def test_right_text(text: str, check: Check) -> None:
    assert check(f"session.query({text!r})") == []


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("""f'Task where name is "{name}"'""", 'Task where name is "x"'),
        ("f'Task where name is {name!r} limit {n}'", f"Task where name is {HOLE} limit 1"),
        ("""'Task where name is "{}" and id in ({ids})'.format(a)""", f'Task where name is "x" and id in ({HOLE})'),
        ("'{{}} {}'.format(a)", f"{{}} {HOLE}"),
        ("""'Task where name is "%s" and bid > %(bid)d %%' % a""", f'Task where name is "x" and bid > {HOLE} %'),
        ("""'Task where name is "' + name + '" and ' + more""", f'Task where name is "x" and {HOLE}'),
        ("""'Task where name is "a\\\\"' + name + '"'""", 'Task where name is "a\\"x"'),
        ('("Task "\n "where id is 1")', "Task where id is 1"),
    ],
)
def test_texts_that_are_put_together(expression: str, text: str) -> None:
    import ast

    (found,) = query_texts(ast.parse(f"self.session.query({expression})"))
    assert (found.text, found.of_session) == (text, True)


@pytest.mark.parametrize(
    "script",
    [
        "session.query(text)",
        "session.query(f'{name} where nmae is 1')",
        "session.query('Task where ' + criteria)",
        "session.query(f'Task where {path} is 1 and parent.{name} is 2')",
        "session.query('Task where %s' % 3)",
        "session.query('{'.format())",
        "table.query('a > 1')",
        "table.query('select no from this')  # ftrack: ignore",
        "session.query('Taks')  # ftrack: ignore",
        "session.query()",
    ],
)
def test_what_cannot_be_judged_is_left_alone(script: str, check: Check) -> None:
    assert check(script) == []


def test_receiver_of_another_name(check: Check) -> None:
    assert check("ftrack().query('Task where nmae is 1')") == ["Task has no attribute 'nmae'; did you mean 'name'?"]
    assert check("open_session().query('Taks')")


def test_missing_select_is_told_where_it_is_wanted(check: Check) -> None:
    script = "session.query('Task')\nsession.query('select name from Task')"
    assert check(script) == []
    assert check(script, wants_select=True) == ["no select: what is read of each Task is asked for later"]


@pytest.mark.parametrize(
    ("statement", "count"),
    [
        ("query.where(Task.name == 'a' and Task.bid == 1)", 1),
        ("query.where(Task.status.name == 'a' or flag)", 1),
        ("query.where(not Task.name == 'a')", 1),
        ("if Task.name == 'a': pass", 1),
        ("query.where(flag and Task.bid == 1)", 0),
        ("query.where((Task.name == 'a') & (Task.bid == 1))", 0),
        ("if task.name == 'a' and Task == 1: pass", 0),
        ("if Other.name == 'a': pass", 0),
    ],
)
def test_criteria_that_are_taken_for_true_or_false(statement: str, count: int, check: Check) -> None:
    assert len(check(f"from studio_ftrack import Task\nfrom other import Other\n{statement}")) == count


def test_scripts_that_run_have_nothing_wrong_but_what_is_meant(run: RunCommand) -> None:
    """The examples, and scripts in the style of public tools, which other tests run."""
    scripts = (ROOT / "examples", ROOT / "tests" / "compat" / "scripts")
    outcome = run("lint", *scripts, "--workspace", "standard")
    # These show what is said of a name that is none.
    assert sorted(line.split(": ", 1)[1] for line in outcome.lines) == [
        "Task has no attribute 'nonsense'; did you mean 'notes'?",
        "User has no attribute 'nope'",
        "there is no entity type 'Usr'; did you mean 'User'?",
    ]


def test_findings_are_lines_and_the_exit_code(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    for name in ("b.py", "a.py", ".venv/hidden.py"):
        (tmp_path / name).write_text("pass\nsession.query('Taks')\n", "utf-8")
    outcome = run("lint", tmp_path, "--workspace", "standard")
    assert outcome.code == 1
    places = [line.partition(": ")[0] for line in outcome.lines]
    assert places == [f"{tmp_path / name}:2:15" for name in ("a.py", "b.py")]


def test_what_cannot_be_read(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.py").write_text("def", "utf-8")
    Path("fine.py").write_text("session.query('Taks')", "utf-8")
    outcome = run("lint", "broken.py", "absent.py", "fine.py", "--workspace", "standard")
    assert outcome.code == 2
    assert [line.partition(": cannot")[0] for line in outcome.errors] == ["error: broken.py", "error: absent.py"]
    assert len(outcome.lines) == 1  # what can be read is checked
    assert run("lint", "fine.py").code == 2
    outcome = run("lint", "fine.py", "--workspace", "nowhere")
    assert outcome.code == 3
    assert len(outcome.errors) == 1
    Path("query_schemas.json").write_text("[", "utf-8")
    outcome = run("lint", "fine.py", "--workspace", ".")
    assert outcome.code == 3
    assert outcome.errors[0].startswith("error: query_schemas.json: no JSON: ")


def test_workspace_of_the_settings(run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tool.py").write_text("session.query('Taks')", "utf-8")
    folder = json.dumps(str(standard_workspace()))
    Path("pyproject.toml").write_text(f"[tool.ftrack-gen]\nworkspace = {folder}\n", "utf-8")
    assert run("lint", "tool.py").code == 1
    Path("pyproject.toml").write_text('[tool.ftrack-gen]\nserver = "https://studio.example.com"\n', "utf-8")
    assert "names a server" in run("lint", "tool.py").errors[0]
