"""Text from a server, whatever it holds, is the same text again in Python, in the form that the formatter leaves."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ftrack_gen.layout import Bracket, assignment, docstring, lay_out, literal

from .conftest import RunModule

NASTY = [
    "",
    '"',
    "'",
    "\\",
    '"""',
    "'''",
    "it's",
    'say "hi"',
    "it's \"both\" ''",
    "a\\",
    'ends with "',
    '"starts',
    '""""""',
    "line\nbreak\r\n\ttab",
    "\x00\x1b[31m",
    "\u2028\u2029\x85\x0c",
    "\u202ebidi\u2066",
    "\ud800",
    "日本語" * 12,
    "e\u0301" * 40,
    "x" * 100,
    "{braces} %s {{ jinja }} {% raw %}",
    " leading and trailing ",
    "# fmt: off",
]
ANY_TEXT = st.text(st.characters(), max_size=40)


@given(ANY_TEXT)
@example(NASTY[5])
def test_literal_is_the_text(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text


@pytest.mark.parametrize("text", NASTY)
def test_nasty_literals_and_docstrings(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert "\n" not in docstring(text)


@given(ANY_TEXT)
def test_docstring_is_one_line_of_the_text(text: str) -> None:
    source = docstring(text)
    assert source.isprintable()
    value = ast.literal_eval(source)
    assert value.endswith((".", "!", "?"))
    assert value.rstrip(".:;,") == " ".join(text.split()).rstrip(".:;,")


@pytest.mark.parametrize("width", ["88", "120"])
def test_formatter_leaves_everything_alone(tmp_path: Path, run_module: RunModule, width: str) -> None:
    pytest.importorskip("ruff")
    lines = []
    for number, text in enumerate(NASTY):
        pairs = tuple(f"{literal(text * times)}: {literal(text)}" for times in range(1, 4))
        lines.append(lay_out(Bracket(f"V{number} = {{", pairs, "}")))
        lines.append(docstring(text))
        lines.append(lay_out(Bracket(f"W{number} = (", (literal(text),), ")", lone_comma=True)))
        lines.append(lay_out(Bracket(f"X{number} = Literal[", (literal(text * 2),), "]", subscript=True)))
        lines.append(lay_out(Bracket(f"Y{number} = Literal[", (literal(text), literal(text)), "]", subscript=True)))
        for length in (10, 60, 80, 110):
            name = f"x{number}".ljust(length, "x")
            value = Bracket("attribute(", (f"default={literal(text)}", "required=True"), ")")
            lines.append(assignment(name, "Attr[str]", value, 0))
            lines.append(assignment(f"{name}y", "Attr[str]", Bracket("attribute(", (), ")"), 0))
    for length in range(60, 100):
        name = "y" * length
        lines.append(assignment(name, "A[b]", Bracket("f(", ("a=1",), ")"), 0))
        lines.append(lay_out(Bracket("z = [", (f'"{name}"', "a"), "]")))
        lines.append(lay_out(Bracket("z = [", (f'"{name}"',), "]")))
        lines.append(lay_out(Bracket("z = A[", (f'"{name}"',), "]", subscript=True)))
        lines.append(lay_out(Bracket("z = (", (f'"{name}"',), ")", lone_comma=True)))
    path = tmp_path / "laid_out.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = ("-m", "ruff", "format", "--isolated", "--no-cache", "--diff", "--line-length", width, path)
    done = run_module(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
