"""Compiles the records of the notation into wire schemas and descriptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import define, field, frozen

from ftrack_gen.notation_descriptions import describe_attributes, description_problems
from ftrack_gen.notation_source import Directive, Place, Problem, SharedWords, Source, SourceType, Wire

MARKS = {"required": "!", "immutable": "~", "computed": "^"}
"""The wire's lists of attributes, and the sign that puts an attribute into each."""

ARGUMENT_COUNTS = {"group_by": 0, "classifier": 2, "hint": 2}
"""How many words follow a directive; the others take the names of any number of attributes."""


class NotationError(Exception):
    """Sources that cannot be compiled; `problems` holds every problem that was found, in order of place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.place.file, problem.place.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@frozen
class CompiledWorkspace:
    """A workspace in the wire format, with the descriptions that the wire does not carry.

    `descriptions` holds, by entity type, the description of the type itself under "" and those of the attributes that
    the type writes; `describe` finds inherited ones.
    """

    schemas: list[Wire]
    descriptions: dict[str, dict[str, str]]

    def describe(self, entity_type: str, attribute: str = "") -> str | None:
        """Give the description of a type or of one of its attributes, own or inherited; None for unknown ones."""
        bases = {schema["id"]: schema.get("$mixin", {}).get("$ref") for schema in self.schemas}
        name: str | None = entity_type
        while name is not None:
            if attribute in self.descriptions.get(name, {}):
                return self.descriptions[name][attribute]
            name = bases.get(name) if attribute else None
        return None


@define
class Compilation:
    """What has been compiled so far, and what was wrong on the way."""

    types: dict[str, SourceType]
    words: list[SharedWords]
    problems: list[Problem]
    schemas: dict[str, Wire] = field(factory=dict)
    descriptions: dict[str, dict[str, str]] = field(factory=dict)
    used_words: set[SharedWords] = field(factory=set)

    def report(self, place: Place, message: str) -> None:
        """Note a problem and carry on compiling."""
        self.problems.append(Problem(place, message))


def compile_sources(sources: Iterable[Source]) -> CompiledWorkspace:
    """Compile what was read from all files of a workspace; raise NotationError with every problem at once."""
    read = list(sources)
    compilation = Compilation(
        types={},
        words=[entry for source in read for entry in source.words],
        problems=[p for s in read for p in s.problems],
    )
    for source_type in (found for source in read for found in source.types):
        first = compilation.types.setdefault(source_type.name, source_type)
        if first is not source_type:
            where = f"{first.place.file}:{first.place.line}"
            compilation.report(source_type.place, f"{source_type.name} is written twice, first at {where}; remove one")
    for source_type in _bases_first(compilation):
        _compile_type(source_type, compilation)
    _check_words(compilation)
    if compilation.problems:
        raise NotationError(compilation.problems)
    names = sorted(compilation.schemas)
    return CompiledWorkspace(
        schemas=[compilation.schemas[name] for name in names],
        descriptions={name: compilation.descriptions[name] for name in names},
    )


def _bases_first(compilation: Compilation) -> Iterator[SourceType]:
    """Give each type after its base; report a base that does not exist or leads back to the type."""
    given: set[str] = set()
    waiting = list(compilation.types.values())
    while waiting:
        ready = [found for found in waiting if found.base is None or found.base in given]
        if not ready:
            break
        yield from ready
        given.update(found.name for found in ready)
        waiting = [found for found in waiting if found.name not in given]
    for stuck in waiting:
        if stuck.base not in compilation.types:
            compilation.report(stuck.place, f"{stuck.name}: unknown base {stuck.base!r}; write the name of a type")
        else:
            compilation.report(
                stuck.place, f"{stuck.name}: base {stuck.base!r} cannot be used; mend it, or end the circle"
            )


def _compile_type(source: SourceType, compilation: Compilation) -> None:
    base = compilation.schemas[source.base] if source.base else {}
    directives = _directives(source, compilation)
    schema: Wire = {"id": source.name, "type": "object"}
    alias = _alias(source, directives, compilation)
    if alias is not None:
        schema["alias_for"] = alias
    if source.base:
        hints = {name: value for hint in directives.get("hint", []) for name, value in [hint.arguments]}
        schema["$mixin"] = {"$ref": source.base} | ({"hints": hints} if hints else {})
    if "group_by" in directives or base.get("metadata"):
        schema["metadata"] = {"group_by": True}
    schema["properties"] = _properties(source, base, compilation)
    for name, value in _attribute_lists(source, base, directives).items():
        if value or name in ("required", "immutable"):
            schema[name] = value
    _check_attribute_names(source, schema, directives, compilation)
    compilation.schemas[source.name] = schema
    _describe(source, compilation)


def _directives(source: SourceType, compilation: Compilation) -> dict[str, list[Directive]]:
    """Sort a type's directives by word, without those that have too few or too many arguments."""
    by_word: dict[str, list[Directive]] = {}
    for directive in source.directives:
        count = ARGUMENT_COUNTS.get(directive.word)
        if count is None and not directive.arguments:
            compilation.report(directive.place, f"{directive.word!r} names nothing; write attributes behind it")
        elif count is not None and len(directive.arguments) != count:
            compilation.report(
                directive.place, f"{directive.word!r} takes {count} words, not {len(directive.arguments)}"
            )
        else:
            by_word.setdefault(directive.word, []).append(directive)
    return by_word


def _alias(source: SourceType, directives: dict[str, list[Directive]], compilation: Compilation) -> str | Wire | None:
    classifiers = directives.get("classifier", [])
    if not classifiers:
        return source.alias
    if source.alias is None:
        compilation.report(classifiers[0].place, f"classifier without alias; write `{source.name} @alias` above")
    pairs = [directive.arguments for directive in classifiers]
    return {"id": source.alias, "classifiers": {pair[0]: pair[1] for pair in pairs}}


def _properties(source: SourceType, base: Wire, compilation: Compilation) -> Wire:
    properties: Wire = dict(base.get("properties", {}))
    written: set[str] = set()
    for attribute in source.attributes:
        label = f"{source.name}.{attribute.name}"
        if attribute.name in written:
            compilation.report(attribute.place, f"{label} is written twice; remove one")
        elif properties.get(attribute.name) == attribute.wire and not attribute.marks and not attribute.description:
            compilation.report(attribute.place, f"{label} changes nothing of {source.base}; remove it")
        if attribute.target is not None and attribute.target not in compilation.types:
            compilation.report(attribute.place, f"{label} refers to {attribute.target!r}; write the name of a type")
        written.add(attribute.name)
        properties[attribute.name] = attribute.wire
    return properties


def _attribute_lists(source: SourceType, base: Wire, directives: dict[str, list[Directive]]) -> dict[str, list[str]]:
    """Make the lists of attribute names: those of the base, extended, or replaced where the type writes its own."""

    def named(word: str) -> list[str]:
        return [name for directive in directives.get(word, []) for name in directive.arguments]

    key = named("key") or base.get("primary_key") or ["id"]
    lists = {"primary_key": key}
    for word, mark in MARKS.items():
        marked = [attribute.name for attribute in source.attributes if mark in attribute.marks]
        lists[word] = list(dict.fromkeys([*base.get(word, []), *marked, *named(word)]))
    lists["default_projections"] = named("projections") or base.get("default_projections") or key
    lists["system_projections"] = named("system") or base.get("system_projections") or []
    return lists


def _check_attribute_names(
    source: SourceType, schema: Wire, directives: dict[str, list[Directive]], compilation: Compilation
) -> None:
    for word in ("key", "projections", *MARKS):
        for directive in directives.get(word, []):
            for name in directive.arguments:
                if name not in schema["properties"]:
                    message = f"{source.name}: {word!r} names {name!r}; write an attribute of the type"
                    compilation.report(directive.place, message)
    if "id" not in schema["properties"] and schema["primary_key"] == ["id"]:
        compilation.report(source.place, f"{source.name} has no `id`; write `id: uid !~`, or `key` and its attributes")


def _describe(source: SourceType, compilation: Compilation) -> None:
    inherited: dict[str, str] = {}
    base = compilation.types[source.base] if source.base else None
    while base is not None:
        inherited = {**compilation.descriptions[base.name], **inherited}
        base = compilation.types[base.base] if base.base else None
    inherited.pop("", None)
    own, used = describe_attributes(source, inherited, compilation.words)
    compilation.used_words |= used
    compilation.problems += description_problems(source, own, inherited)
    compilation.descriptions[source.name] = {"": source.description, **own}


def _check_words(compilation: Compilation) -> None:
    seen: dict[tuple[str, str | None], SharedWords] = {}
    for entry in compilation.words:
        first = seen.setdefault((entry.name, entry.kind), entry)
        if first is not entry:
            compilation.report(entry.place, f"shared words for {entry.name!r} are written twice; remove one")
        elif entry not in compilation.used_words:
            compilation.report(entry.place, f"shared words for {entry.name!r} serve no attribute; remove them")
