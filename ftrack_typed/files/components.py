"""Owns the making of components from paths: files and sequences, and thumbnails (session.md section 9)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..behaviours.sessions import Work, working
from ..errors import AttributeValueError
from ..symbols import REVIEW_LOCATION_ID, SERVER_LOCATION_ID
from .built_in import REVIEWABLE
from .members import expanded
from .paths import Paths, is_whole
from .sequences import FrameSequence, extension, name_of, parsed

if TYPE_CHECKING:
    from ..entity import Entity
    from .session_files import SessionFiles

FILE_TYPE_TOPIC: Final = "ftrack.api.session.get-file-type-from-string"


def create_component(files: SessionFiles, path: Paths, data: Mapping[str, Any], location: object) -> Entity:
    """Return a new component for the data at *path*, in *location*; what was made is taken back where that fails."""
    with working(files.origin) as work:
        component = _made(files, work, path, data)
        chosen = _chosen(files, location, component)
        if chosen is not None and chosen is not files.origin:
            # A commit forgets members, and the server would give them in an order of its own.
            members = [(each, vars(each)["members"]) for each in expanded([component], True) if "members" in vars(each)]
            files.add(chosen, [component], files.origin, recursive=True)
            for each, known in members:
                vars(each)["members"] = known
    return component


def _made(files: SessionFiles, work: Work, path: Paths, data: Mapping[str, Any]) -> Entity:
    """Return a new component for one path, or a container of those for several."""
    if not isinstance(path, (str, os.PathLike)):
        given: object = path
        if isinstance(given, bytes) or not isinstance(given, Iterable):
            raise TypeError(f"a path is text or an os.PathLike, or a list of such, not {given!r}")
        return _container(files, work, [_whole(each) for each in path], data)
    text = _whole(path)
    sequence = parsed(text)
    return _file(files, work, text, data) if sequence is None else _sequence(files, work, sequence, data)


def _whole(path: str | os.PathLike[str]) -> str:
    """Return *path* as it is registered: another program may read it from another folder.

    Raise TypeError for what is no path, and ValueError for an empty one.
    """
    text: object = os.fspath(path) if isinstance(path, (str, os.PathLike)) else path
    if not isinstance(text, str):
        raise TypeError(f"a path is text or an os.PathLike, or a list of such, not {path!r}")
    if not text:
        raise ValueError("a path is empty: the data of a component is at a path")
    return text if is_whole(text) else os.path.abspath(os.path.expanduser(text))


def create_thumbnail(
    files: SessionFiles, entity: Entity, path: str | os.PathLike[str], data: Mapping[str, Any]
) -> Entity:
    """Return the new thumbnail of *entity*, uploaded and committed."""
    check_one_file(path, "a thumbnail")
    server = files.built_in(SERVER_LOCATION_ID)
    component = create_component(files, path, {"name": "thumbnail", **data}, server)
    entity["thumbnail_id"] = component["id"]
    files.state.session.commit()
    return component


def check_one_file(path: object, purpose: str) -> None:
    """Raise ValueError where *path* stands for several files, of which *purpose* cannot be made."""
    several = isinstance(path, (list, tuple)) or (
        isinstance(path, (str, os.PathLike)) and parsed(str(os.fspath(path))) is not None
    )
    if several:
        raise ValueError(f"{purpose} is made of one file, and {path!r} is several: give one of them")


def _chosen(files: SessionFiles, location: object, component: Entity) -> Entity | None:
    """Return the location that a new component goes to, or None where it stays where it is."""
    if location == "auto":
        if component["name"] in REVIEWABLE:
            return files.built_in(REVIEW_LOCATION_ID)
        return files.first()
    if location is not None and not isinstance(location, files.state.entity_type("Location")):
        raise AttributeValueError("Component", "location", 'a Location, "auto" or None', location)
    return location


def _file(files: SessionFiles, work: Work, path: str, data: Mapping[str, Any]) -> Entity:
    """Return a new component for one file, known to the origin location."""
    values = dict(data)
    if "size" not in values:
        values["size"] = _size(path)
    if "file_type" not in values:
        values["file_type"] = _file_type(files, path)
    component: Entity = work.create("FileComponent", values)
    _remember(files, [(component, path)])
    return component


def _sequence(files: SessionFiles, work: Work, sequence: FrameSequence, data: Mapping[str, Any]) -> Entity:
    """Return a new component for a sequence, with one for each frame, known to the origin location."""
    values = dict(data)
    members = list(sequence.members())
    if not members:
        raise ValueError(f"{sequence.expression} comes with no frames: write the first before the last, as in [1-5, 7]")
    sizes = _sizes(members, values.get("size"))
    values.setdefault("padding", sequence.padding)
    values.setdefault("size", sum(sizes))
    if "file_type" not in values:
        values["file_type"] = _file_type(files, sequence.expression)
    container: Entity = work.create("SequenceComponent", values)
    made: list[tuple[Entity, str]] = [(container, sequence.expression)]
    for (number, path), size in zip(members, sizes, strict=True):
        frame = {"name": number, "container": container, "size": size, "file_type": values["file_type"]}
        made.append((work.create("FileComponent", frame), path))
    # The frames say what they are in; their sequence need not be told on the wire, only here.
    container["members"]._items = [component for component, _ in made[1:]]
    _remember(files, made)
    return container


def _container(files: SessionFiles, work: Work, paths: Sequence[str], data: Mapping[str, Any]) -> Entity:
    """Return a new component that holds one for each path, named after it; raise ValueError without a path."""
    if not paths:
        raise ValueError("a container is made of one path at least")
    container: Entity = work.create("ContainerComponent", data)
    members = [_made(files, work, each, {"name": name_of(each), "container": container}) for each in paths]
    if "size" not in data:
        container["size"] = sum(member["size"] for member in members)
    container["members"]._items = members
    _remember(files, [(container, _folder(paths))])
    return container


def _folder(paths: Sequence[str]) -> str:
    """Return the folder that all *paths* are in; where there is none, as on two drives, that of the first."""
    folders = [os.path.dirname(each) for each in paths]
    try:
        return os.path.commonpath(folders) if len(set(folders)) > 1 else folders[0]
    except ValueError:
        return folders[0]


def _sizes(members: Sequence[tuple[str, str]], whole: Any) -> list[int]:
    """Return the size of each frame in bytes: an equal part of the *whole*, or what the disk says."""
    if not isinstance(whole, (int, float)):  # what is no number is refused where the sequence is made
        return [_size(path) for _, path in members]
    return [round(whole / len(members))] * len(members)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except (OSError, ValueError):
        return 0


def _file_type(files: SessionFiles, path: str) -> str:
    """Return the extension of a path: the first answer of a subscriber that is one, or what is behind the last dot."""
    for answer in files.ask(FILE_TYPE_TOPIC, {"file_path": path}):
        if answer:
            return str(answer)
    return extension(path)


def _remember(files: SessionFiles, made: Sequence[tuple[Entity, str]]) -> None:
    """Let the origin location know where data lies."""
    remembered = files.storage(files.origin).remembered
    assert remembered is not None
    remembered.update({component["id"]: path for component, path in made})
