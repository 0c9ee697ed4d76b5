"""Owns the loading of what says where components go: names, containers, versions and assets, in one request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from ..loading import keys
from ..query.printer import print_criterion
from .registrations import CHUNK, rows

if TYPE_CHECKING:
    from ..entity import Entity
    from ..state import SessionState

_NEEDED: Final = ("name", "file_type", "container_id", "version_id")

_PATHS: Final = (
    *("name", "file_type", "size", "version_id", "container_id", "container.name", "container.file_type"),
    *("container.version_id", "version.link", "version.version", "version.asset.name"),
)


def load_surroundings(state: SessionState, components: Iterable[Entity]) -> None:
    """Load what structures read of *components* that the server has, where anything of it is missing."""
    missing = [each for each in components if not state.unit.is_new(each) and not _is_known(each)]
    if not missing:
        return
    projections = ", ".join(_PATHS)
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    texts = [f"select {projections} from Component where {print_criterion(keys(chunk))}" for chunk in chunks]
    found = rows(state, texts)
    with state.lock:
        state.identity.merge(found, state.new_page())


def _is_known(component: Entity) -> bool:
    content = vars(component)
    version = content.get("version")
    return all(name in content for name in _NEEDED) and (content["version_id"] is None or version is not None)
