"""Owns what ``help`` says of attributes: the texts below their declarations, found in the sources when someone asks."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .facts import AttributeKind

if TYPE_CHECKING:
    from .entity import Entity
    from .query.syntax import Path


def description(entity_type: type[Entity], path: Path, name: str) -> str | None:
    """Return the description of the attribute *name* that *path* from *entity_type* ends in, or leads to the key of.

    Return None where there is none: the attribute is the server's alone, or the sources are not there.
    """
    for step in path.steps[:-1]:
        facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(step.name, ""))
        if facts is None:
            return None
        entity_type = entity_type._ftrack_type(step.cast or facts.target or "")
    facts = entity_type._ftrack_facts.get(entity_type._ftrack_names.get(path.steps[-1].name, ""))
    owner: type[object] = entity_type
    if facts is not None and facts.kind is AttributeKind.CUSTOM and name != facts.name:
        owner = entity_type._ftrack_custom_type()
    texts = (descriptions(base).get(name) for base in owner.__mro__)
    return next(filter(None, texts), None)


@functools.cache
def descriptions(declared: type[object]) -> Mapping[str, str]:
    """Return, by name, the texts that stand below what the body of the class *declared* annotates."""
    import ast
    import inspect
    import itertools
    import textwrap

    try:
        source = inspect.getsource(declared)
    except (OSError, TypeError):
        return {}
    body = next((each.body for each in ast.parse(textwrap.dedent(source)).body if isinstance(each, ast.ClassDef)), [])
    return {
        above.target.id: inspect.cleandoc(below.value.value)
        for above, below in itertools.pairwise(body)
        if isinstance(above, ast.AnnAssign)
        and isinstance(above.target, ast.Name)
        and isinstance(below, ast.Expr)
        and isinstance(below.value, ast.Constant)
        and isinstance(below.value.value, str)
    }
