"""Owns how behaviours make entities and commit: all of what they do is recorded, or none of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from ..entity import Entity
    from ..page import Page
    from ..session import Session


class Work:
    """What one call of a behaviour has recorded so far."""

    def __init__(self, entity: Entity) -> None:
        """Work for *entity*, in its session."""
        self.session: Session = entity.session
        self._created: list[Entity] = []
        self._deleted: list[Entity] = []

    def create(self, entity_type: str, values: Mapping[str, object]) -> Any:
        """Make an entity of the session's type *entity_type*."""
        create = cast("Callable[[str, Mapping[str, object]], Any]", self.session.create)
        made = create(entity_type, values)
        self._created.append(made)
        return made

    def delete(self, entity: Entity) -> None:
        """Delete *entity* with the next commit."""
        self.session.delete(entity)
        self._deleted.append(entity)

    def take_back(self) -> None:
        """Forget what was created and deleted; what was recorded elsewhere still waits."""
        for entity in self._created:
            page = cast("Page", vars(entity)["_ftrack_page"])
            with page.state.lock:
                page.state.unit.forget(entity)
                page.state.identity.remove(entity)
                page.entities[:] = [each for each in page.entities if each is not entity]
        for entity in self._deleted:
            page = cast("Page", vars(entity)["_ftrack_page"])
            with page.state.lock:
                for changes in page.state.unit.pending():
                    if changes.entity is entity:
                        changes.keep()


@contextmanager
def working(entity: Entity) -> Generator[Work, None, None]:
    """Give what records the work of a behaviour of *entity*; take all of it back where the block fails.

    Where a commit got no answer it may have happened: then all of it waits on, and ``session.resolve_commit()`` asks.
    """
    from ..errors import CommitOutcomeUnknownError

    work = Work(entity)
    try:
        yield work
    except CommitOutcomeUnknownError:
        raise
    except BaseException:
        work.take_back()
        raise
