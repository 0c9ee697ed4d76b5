"""Gives each attribute of the notation its description and refuses one that only repeats a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ftrack_gen.notation_source import Problem, SharedWords, SourceAttribute, SourceType

LONGEST = 100
"""Characters that a written description may have; it is shown on one line of an editor's tooltip."""

EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a all an and any are as at attribute be been by collection entities entity field for from has have holds id ids
        identifier if in instance into is it its list object of on one or property reference references set that the
        their them these this those to true value was were what when where whether which who whose with
        """,
    )
)
"""Words that say nothing about an attribute; they do not count when a description is compared with a name."""


def repeats_name(description: str, *names: str) -> bool:
    """Say whether a description has no word beyond those of the names, such as "The status id." on `status_id`."""
    said = _stems(description) - EMPTY_WORDS
    return not said - {stem for name in names for stem in _stems(name)}


def _stems(text: str) -> set[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text).replace("_", " ").lower()
    return {_stem(word) for word in re.findall(r"[a-z0-9]+", spaced)}


def _stem(word: str) -> str:
    if word in EMPTY_WORDS or len(word) < 4 or word.endswith("ss"):
        return word
    for ending, replacement in (("ies", "y"), ("uses", "us"), ("us", "us"), ("s", "")):
        if word.endswith(ending):
            return word[: -len(ending)] + replacement
    return word


def describe_attributes(
    source: SourceType, inherited: Mapping[str, str], words: Iterable[SharedWords]
) -> tuple[dict[str, str], set[SharedWords]]:
    """Describe the attributes that a type writes, and tell which shared words were needed.

    An attribute's own text goes first, then that of the base's attribute which it redefines (nothing is stored then),
    then the shared words for its name and kind, then those for its name. A foreign key without a text takes that of
    its reference.
    """
    shared = {(entry.name, entry.kind): entry for entry in words}
    descriptions: dict[str, str] = {}
    used: set[SharedWords] = set()
    for attribute in source.attributes:
        entry = shared.get((attribute.name, attribute.kind)) or shared.get((attribute.name, None))
        if attribute.description:
            descriptions[attribute.name] = attribute.description
        elif attribute.name not in inherited and entry is not None:
            descriptions[attribute.name] = entry.description
            used.add(entry)
    known = {**inherited, **descriptions}
    for attribute in source.attributes:
        relation = attribute.name.removesuffix("_id")
        if attribute.name not in known and relation != attribute.name and relation in known:
            descriptions[attribute.name] = f"Id of `{relation}`: {_uncapitalized(known[relation])}"
    return descriptions, used


def _uncapitalized(sentence: str) -> str:
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def description_problems(
    source: SourceType, descriptions: Mapping[str, str], inherited: Mapping[str, str]
) -> list[Problem]:
    """Find descriptions that are missing or badly written, of a type and of the attributes that it writes."""
    complaint = _complaint(source.description, source.description, source.name)
    problems = [Problem(source.place, f"{source.name}: {complaint}")] if complaint else []
    for attribute in source.attributes:
        complaint = _attribute_complaint(source, attribute, descriptions, inherited)
        if complaint:
            problems.append(Problem(attribute.place, f"{source.name}.{attribute.name}: {complaint}"))
    return problems


def _attribute_complaint(
    source: SourceType, attribute: SourceAttribute, descriptions: Mapping[str, str], inherited: Mapping[str, str]
) -> str | None:
    if attribute.name not in descriptions and attribute.name in inherited:
        return None
    description = descriptions.get(attribute.name, "")
    return _complaint(description, attribute.description, source.name, attribute.name)


def _complaint(description: str, written: str, *names: str) -> str | None:
    if not description:
        return "no description; write one line on what it means, its unit or who sets it"
    if repeats_name(description, *names):
        return f"description {description!r} only repeats the name; say what it means, its unit or who sets it"
    if not description.endswith("."):
        return f"description {description!r} has no full stop; end it with one"
    if len(written) > LONGEST:
        return f"description has {len(written)} characters; use {LONGEST} at most"
    return None
