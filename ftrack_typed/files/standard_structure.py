"""Owns `StandardStructure`: folders for project, hierarchy, asset and version (protocol section 8.4)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..errors import StructureError
from .structure import Structure

if TYPE_CHECKING:
    from ..entity import Entity

_ILLEGAL: Final = re.compile(r"[^A-Za-z0-9_.-]")

_NO_NAMES: Final = frozenset({"", ".", ".."})
"""Texts that are no names of files; ``..`` would lead elsewhere."""


class StandardStructure(Structure):
    """Puts a component at ``project/sequence/shot/asset/v003/name.ext``.

    Names are cleaned: accents are dropped, capitals become small letters, and each character but letters, digits and
    ``_.-`` becomes *illegal_character_substitute*. With None for that, names stay as they are.
    """

    def __init__(
        self, project_versions_prefix: str | None = None, illegal_character_substitute: str | None = "_"
    ) -> None:
        """Put *project_versions_prefix* behind the project of versions that lie directly on it."""
        super().__init__()
        self.project_versions_prefix = project_versions_prefix
        self.illegal_character_substitute = illegal_character_substitute

    def prepare(self, entities: Sequence[Entity]) -> None:
        """Load versions, their links and assets, in one request where they are not known."""
        versions: dict[str, Entity] = {}
        for entity in entities:
            version = _version_of(entity)
            if version is not None and not _is_known(version):
                versions[version["id"]] = version
        if versions:
            members = list(versions.values())
            members[0].session.populate(members, "link, version, asset.name")

    def get_resource_identifier(self, entity: Entity, context: Mapping[str, Any] | None = None) -> str:
        """Return where *entity*, a component, goes.

        Raise StructureError where it has no version, or one that is not committed, and NotImplementedError for what is
        no component.
        """
        if entity.entity_type == "FileComponent":
            parts = self._file(entity)
        elif entity.entity_type == "SequenceComponent":
            name = f"{self._name(entity['name'])}.{self._get_sequence_expression(entity)}"
            parts = [*self._above(entity), f"{name}{self._clean(entity['file_type'] or '')}"]
        elif entity.entity_type == "ContainerComponent":
            parts = self._container(entity)
        else:
            raise NotImplementedError(f"{type(self).__name__} has no place for a {entity.entity_type}")
        return self.path_separator.join(parts)

    def _file(self, entity: Entity) -> list[str]:
        container = entity["container"]
        file_type = self._clean(entity["file_type"] or "")
        name = self._name(entity["name"])
        if not container:
            return [*self._version_parts(entity), f"{name}{file_type}"]
        if container.entity_type == "SequenceComponent":
            return [*self._above(container), f"{self._name(container['name'])}.{name}{file_type}"]
        return [*self._container(container), f"{name}{file_type}"]

    def _container(self, entity: Entity) -> list[str]:
        return [*self._above(entity), self._name(entity["name"])]

    def _above(self, entity: Entity) -> list[str]:
        """Return the folders of what *entity* is in: a container, or its version."""
        outer = entity["container"]
        return self._container(outer) if outer else self._version_parts(entity)

    def _version_parts(self, entity: Entity) -> list[str]:
        """Return the folders of the version that *entity* is part of."""
        version = _version_of(entity)
        if version is None:
            raise StructureError(f"{entity!r} has no version: the standard structure names folders after it")
        if version in version.session.created:
            raise StructureError(f"{version!r} is not committed: its number and place are known afterwards")
        link = version["link"]
        if not link:
            raise StructureError(f"{version!r} has no link: what it belongs to is not known")
        # Between the project and the version stand the contexts; the asset is none of them.
        project, *between = [item["name"] for item in link[:-1]] or [""]
        names = [project]
        if between:
            names += between
        elif self.project_versions_prefix:
            names.append(self.project_versions_prefix)
        names.append(version["asset"]["name"])
        return [*map(self._name, names), f"v{version['version']:03d}"]

    def _name(self, value: str) -> str:
        """Return *value* as the name of a file or folder; raise StructureError where it is none and must not change.

        What consists of characters that have no place in a name, such as emoji alone, gets one made of its checksum:
        the same each time, and not that of another.
        """
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise StructureError(f"{value!r} is no name, and the standard structure is made of names")
        name = self._clean(value)
        if self.illegal_character_substitute is None:
            if not _NO_NAMES.isdisjoint(re.split(r"[/\\]", name)):
                raise StructureError(f"{value!r} is no name of a file, and no character of it may be replaced")
            return name
        if name in _NO_NAMES:
            return f"{self.illegal_character_substitute}{hashlib.sha256(value.encode()).hexdigest()[:8]}"
        return name

    def sanitise_for_filesystem(self, value: str) -> str:
        """Return *value* as it stands in paths: without accents, capitals, and what has no place in them."""
        return self._clean(value)

    def _clean(self, value: str) -> str:
        substitute = self.illegal_character_substitute
        if substitute is None:
            return value
        plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii")
        return _ILLEGAL.sub(substitute, plain).strip().lower()


def _version_of(entity: Entity) -> Entity | None:
    """Return the version of a component, or of what it is packed into."""
    version: Entity | None = entity["version"] or None
    if version is None and entity["version_id"]:
        version = entity.session.get("AssetVersion", entity["version_id"])
    if version is None and entity["container"]:
        return _version_of(entity["container"])
    return version


def _is_known(version: Entity) -> bool:
    """Tell whether all that names a folder after *version* is loaded."""
    content = vars(version)
    asset = content.get("asset")
    return {"link", "version"} <= content.keys() and asset is not None and "name" in vars(asset)
