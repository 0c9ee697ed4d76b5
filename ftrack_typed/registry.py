"""Owns the entity classes of one generated package, found by the name of their type and imported when asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from .errors import UnrecognisedEntityTypeError, close_matches, did_you_mean

if TYPE_CHECKING:
    from .entity import Entity
    from .session import Session

_SESSION: Final = "Session"
_CONSTANTS: Final = "workspace"


class Registry:
    """The entity classes of the package *package*: what its ``__init__`` exports, each module imported on first use.

    ``workspace`` and ``schema_hash`` say which schema the code was generated from.
    """

    def __init__(
        self,
        package: str,
        *,
        workspace: str,
        schema_hash: str,
        modules: Mapping[str, str],
    ) -> None:
        """Map what the package exports to its modules; what comes from ``workspace`` is no entity class."""
        self.package = package
        self.workspace = workspace
        self.schema_hash = schema_hash
        self._constants = {name: module for name, module in modules.items() if module == _CONSTANTS}
        self._modules = {name: module for name, module in modules.items() if module != _CONSTANTS}
        self._entity_types: dict[str, type[Entity]] = {}
        self._session: type[Session] | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the entity classes."""
        return iter(self._modules)

    def __contains__(self, name: object) -> bool:
        return name in self._modules

    def __repr__(self) -> str:
        return f"<Registry {self.package} of {len(self._modules)} entity types>"

    def entity_type(self, name: str) -> type[Entity]:
        """Return the class of the entity type *name*; raise UnrecognisedEntityTypeError where there is none."""
        found = self._entity_types.get(name)
        if found is None:
            # A class whose name the package needs for something else has a trailing underscore there.
            exported = name if name in self._modules else f"{name}_"
            if exported not in self._modules:
                raise UnrecognisedEntityTypeError(name, self._modules, self.package)
            found = self._entity_types[name] = cast("type[Entity]", self._imported(self._modules[exported], exported))
        return found

    def session_type(self) -> type[Session]:
        """Return the package's own session class, whose entities are the classes here."""
        if self._session is None:
            from .session import Session

            namespace = {"__module__": self.package, "__doc__": Session.__doc__, "registry": self}
            self._session = cast("type[Session]", type(_SESSION, (Session,), namespace))
        return self._session

    def attribute(self, name: str) -> object:
        """Return what the package exports as *name*; raise AttributeError where it does not."""
        if name == _SESSION:
            return self.session_type()
        module = self._modules.get(name) or self._constants.get(name)
        if module is None:
            hint = did_you_mean(close_matches(name, self.exports()))
            raise AttributeError(f"module {self.package!r} has no attribute {name!r}{hint}")
        return self._imported(module, name)

    def exports(self) -> list[str]:
        """Return every name that the package exports, sorted."""
        return sorted({*self._modules, *self._constants, _SESSION, "REGISTRY"})

    def _imported(self, module: str, name: str) -> object:
        return getattr(importlib.import_module(f"{self.package}.{module}"), name)
