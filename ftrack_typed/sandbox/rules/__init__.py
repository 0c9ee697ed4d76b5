"""Owns which rules each entity type has; what a rule does stands in the module of its subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..drafts import Rules
from . import contexts, custom_attributes, notes, people, publishing, reviews, time

RULES: Final[Mapping[str, Rules]] = {
    **contexts.RULES,
    **publishing.RULES,
    **notes.RULES,
    **reviews.RULES,
    **time.RULES,
    **people.RULES,
    **custom_attributes.RULES,
}
