"""Reads the notation of a workspace's sources into records that remember their file and line."""

from __future__ import annotations

import json
import re
from typing import Any

from attrs import define, field, frozen

Wire = dict[str, Any]
"""A piece of a schema as JSON carries it."""

DIRECTIVES = ("group_by", "hint", "classifier", "key", "projections", "system", "required", "immutable", "computed")
"""Words that open a line about a whole type."""

TYPE_HEADER = re.compile(r"(?P<name>[A-Z]\w*)(?:\((?P<base>[A-Z]\w*)\))?(?:\s+@(?P<alias>\w+))?")
ATTRIBUTE = re.compile(r"(?P<name>[a-z_]\w*):(?:\s+(?P<rest>.*))?")
SHARED_WORDS = re.compile(r"(?P<name>[a-z_]\w*)(?::\s(?P<kind>\S+))?\s{2,}(?P<description>\S.*)")
TOKEN = re.compile(r'(?P<gap>\s*)(?P<token>\{[^}]*\}|enum\([^)]*\)|="(?:[^"\\]|\\.)*"|\S+)')

SCALAR = re.compile(r"(?P<type>string|number|integer|boolean|object|variable)(?:/(?P<format>[a-z][a-z-]*))?")
FOREIGN_KEY = re.compile(r"(?:(?P<type>string|integer)/)?fk\((?P<target>[A-Z]\w*)(?:\.(?P<column>\w+))?\)")
REFERENCE = re.compile(r">(?P<target>[A-Z]\w*)")
COLLECTION = re.compile(r"\[(?P<target>[A-Z]\w*)\]")
MAPPED = re.compile(r"\{(?:(?P<key>\w+):\s*)?(?P<target>[A-Z]\w*)(?:\.(?P<value>\w+))?\}")
SHORTHANDS: dict[str, Wire] = {
    "uid": {"type": "string", "default": "{uid}"},
    "datetime": {"type": "string", "format": "date-time"},
    "json": {"type": "string", "format": "json"},
}
TRANSFORM = {"client": "{schema_id}", "server": "{table_name}"}
"""What the wire says on attributes that name an entity type: clients and the server use other names for it."""


@frozen
class Place:
    """A line of a source file."""

    file: str
    line: int


@frozen
class Problem:
    """Something wrong in a source: where it is, what it is and what to write."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place.file}:{self.place.line}: {self.message}"


@frozen
class SourceAttribute:
    """One attribute as its type's source writes it; `wire` is its property on the wire."""

    name: str
    kind: str
    wire: Wire
    marks: str
    description: str
    place: Place

    @property
    def target(self) -> str | None:
        """Name the entity type that the attribute refers to, or None for a scalar."""
        reference = self.wire.get("items", self.wire).get("$ref")
        return None if reference is None else str(reference)


@frozen
class Directive:
    """A line about a whole type, such as `projections id name`."""

    word: str
    arguments: tuple[str, ...]
    place: Place


@frozen
class SourceType:
    """One entity type as its source writes it: what it adds to its base, and no more."""

    name: str
    base: str | None
    alias: str | None
    description: str
    attributes: tuple[SourceAttribute, ...]
    directives: tuple[Directive, ...]
    place: Place


@frozen
class SharedWords:
    """A description for all attributes of a name, or of a name and a kind, that have none of their own."""

    name: str
    kind: str | None
    description: str
    place: Place


@define
class Source:
    """What was read from one file."""

    types: list[SourceType] = field(factory=list)
    words: list[SharedWords] = field(factory=list)
    problems: list[Problem] = field(factory=list)

    def report(self, place: Place, message: str) -> None:
        """Note a problem and carry on reading."""
        self.problems.append(Problem(place, message))


@frozen
class Line:
    """A line of text with content: its place, the width of its indentation and its text."""

    place: Place
    indent: int
    text: str


def read_source(file: str, text: str) -> Source:
    """Read one file; what cannot be read is reported in `problems` and left out."""
    source = Source()
    for header, body in _blocks(_lines(file, text, source), source):
        if header.text == "words":
            _read_words(body, source)
        else:
            _read_type(header, body, source)
    return source


def _lines(file: str, text: str, source: Source) -> list[Line]:
    lines = []
    for number, raw in enumerate(text.splitlines(), start=1):
        content = raw.strip()
        if not content or content.startswith("#"):
            continue
        place = Place(file, number)
        if "\t" in raw:
            source.report(place, "tab found; indent with four spaces")
        expanded = raw.expandtabs(4)
        lines.append(Line(place, len(expanded) - len(expanded.lstrip()), content))
    return lines


def _blocks(lines: list[Line], source: Source) -> list[tuple[Line, list[Line]]]:
    blocks: list[tuple[Line, list[Line]]] = []
    for line in lines:
        if line.indent == 0:
            blocks.append((line, []))
        elif blocks:
            blocks[-1][1].append(line)
        else:
            source.report(line.place, "indented line before the first type; write a type's name at the margin first")
    return [(header, _unfold(body)) for header, body in blocks]


def _unfold(body: list[Line]) -> list[Line]:
    """Join lines that are indented deeper than the first with the line they continue."""
    unfolded: list[Line] = []
    for line in body:
        if not unfolded or line.indent <= body[0].indent:
            unfolded.append(line)
        else:
            opened = unfolded[-1]
            unfolded[-1] = Line(opened.place, opened.indent, f"{opened.text}  {line.text}")
    return unfolded


def _read_words(body: list[Line], source: Source) -> None:
    for line in body:
        match = SHARED_WORDS.fullmatch(line.text)
        if match is None:
            source.report(line.place, "not a line of shared words; write `name  Text.` or `name: kind  Text.`")
        else:
            source.words.append(
                SharedWords(match["name"], match["kind"], _single_spaced(match["description"]), line.place)
            )


def _read_type(header: Line, body: list[Line], source: Source) -> None:
    match = TYPE_HEADER.fullmatch(header.text)
    if match is None:
        source.report(header.place, f"not the start of a type: {header.text!r}; write `Type(Base) @alias` or `words`")
        return
    description = ""
    if body and not _is_declaration(body[0].text):
        description, body = _single_spaced(body[0].text), body[1:]
    attributes: list[SourceAttribute] = []
    directives: list[Directive] = []
    for line in body:
        word, *arguments = line.text.split()
        if word in DIRECTIVES:
            directives.append(Directive(word, tuple(arguments), line.place))
        else:
            attributes.extend(_read_attribute(line, source))
    source.types.append(
        SourceType(
            name=match["name"],
            base=match["base"],
            alias=match["alias"],
            description=description,
            attributes=tuple(attributes),
            directives=tuple(directives),
            place=header.place,
        )
    )


def _is_declaration(text: str) -> bool:
    return text.split()[0] in DIRECTIVES or ATTRIBUTE.fullmatch(text) is not None


def _read_attribute(line: Line, source: Source) -> list[SourceAttribute]:
    match = ATTRIBUTE.fullmatch(line.text)
    if match is None:
        expected = "`name: kind flags  Text.`, or one of " + ", ".join(DIRECTIVES)
        source.report(line.place, f"cannot read {line.text!r}; write {expected}")
        return []
    name = match["name"]
    tokens, description = _split(match["rest"] or "")
    wire = _wire_of_kind(tokens[0]) if tokens else None
    if wire is None:
        written = f"unknown kind {tokens[0]!r} of" if tokens else "no kind given for"
        kinds = "string, number, integer, boolean, object, variable, datetime, json, uid, fk(X), >X, [X], {X}"
        source.report(line.place, f"{written} {name!r}; write one of {kinds}")
        return []
    marks = ""
    for flag in tokens[1:]:
        if set(flag) <= set("!~^"):
            marks += flag
        elif complaint := _apply_flag(flag, wire):
            source.report(line.place, f"{complaint} on {name!r}")
    return [SourceAttribute(name, tokens[0], wire, marks, description, line.place)]


def _split(text: str) -> tuple[list[str], str]:
    """Split a declaration's tokens from its description, which two spaces set off."""
    tokens: list[str] = []
    position = 0
    while match := TOKEN.match(text, position):
        if tokens and len(match["gap"]) > 1:
            return tokens, _single_spaced(text[position:])
        tokens.append(match["token"])
        position = match.end()
    return tokens, ""


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _wire_of_kind(kind: str) -> Wire | None:
    """Give the wire property that a kind stands for, or None for an unknown one."""
    if kind in SHORTHANDS:
        return dict(SHORTHANDS[kind])
    if match := SCALAR.fullmatch(kind):
        return {"type": match["type"]} | ({"format": match["format"]} if match["format"] else {})
    if match := FOREIGN_KEY.fullmatch(kind):
        described = f"Foreign key(s): {match['target']}.{match['column'] or 'id'}"
        return {"type": match["type"] or "string", "format": "foreign_key", "description": described}
    if match := REFERENCE.fullmatch(kind):
        return {"$ref": match["target"]}
    if match := COLLECTION.fullmatch(kind):
        return {"type": "array", "items": {"$ref": match["target"]}}
    match = MAPPED.fullmatch(kind)
    if match is None or bool(match["key"]) != bool(match["value"]):
        return None
    pair = {"key_value_attributes": {"key": match["key"], "value": match["value"]}} if match["key"] else {}
    return {"type": "mapped_array", "items": {"$ref": match["target"]}} | pair


def _apply_flag(flag: str, wire: Wire) -> str | None:
    """Write one flag into a wire property; give a complaint for a flag that cannot be read."""
    if flag.startswith("@") and flag[1:].isidentifier():
        wire["alias_for"] = flag[1:]
    elif flag.startswith("enum(") and flag.endswith(")"):
        wire["enum"] = flag[5:-1].split()
    elif flag == "restricted":
        wire["restricted_projection"] = True
    elif flag == "transform":
        wire["transform"] = dict(TRANSFORM)
    elif flag.startswith("="):
        try:
            wire["default"] = json.loads(flag[1:])
        except ValueError:
            return f'default {flag[1:]!r} is not JSON; write a text in quotes, such as ="main",'
    else:
        return f"unknown flag {flag!r}; write two spaces before a description, or one of ! ~ ^ @alias =default"
    return None
