"""Owns the forms that ask how the centralized storage is set up: their items, and what is wrong with an answer.

Items and their types: protocol section 7.8; the order of the forms: section 8.5.
"""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from .storage_saving import SetUp

Item = dict[str, Any]
Values = Mapping[str, Any]
"""What was filled in, by the name of the item."""

NEW_LOCATION: Final = "create_new_location"
"""Stands in the list of locations for one that is not there yet."""

STANDARD: Final = "standard"
_PLATFORMS: Final = {"linux": "Linux", "osx": "macOS", "windows": "Windows"}


class AnswerError(ValueError):
    """An answer cannot be: the text says why, to the user."""


@attrs.define
class Choices:
    """What was chosen so far."""

    location_id: str = ""
    location_name: str = ""
    location_label: str = ""
    location_description: str = ""
    structure_id: str = STANDARD
    mount_points: dict[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(cls, value: object, now: SetUp) -> Choices:
        """Return what the hidden item says that travels along; at first, what is set up *now*."""
        if isinstance(value, Mapping):
            texts = {each.name: str(value[each.name]) for each in attrs.fields(cls) if each.name in value}
            points = value.get("mount_points")
            texts.pop("mount_points", None)
            return cls(**texts, mount_points=dict(points) if isinstance(points, Mapping) else {})
        if now.storage is None:
            return cls()
        return cls(location_id=now.storage.location_id, mount_points=dict(now.storage.mount_points))


@attrs.frozen
class Step:
    """One form, and what follows from its answers."""

    form: Callable[[Choices, SetUp], list[Item]]
    take: Callable[[Choices, Values, SetUp], str]
    """Puts the answers into the choices and returns the name of the next step; raises AnswerError."""


def text(words: str) -> Item:
    """Return an item that is read."""
    return {"type": "label", "value": words}


def _field(name: str, label: str, value: str, kind: str = "text", hint: str = "") -> Item:
    return {"type": kind, "name": name, "label": label, "value": value, "empty_text": hint}


def _enumerator(name: str, label: str, value: str, data: Mapping[str, str]) -> Item:
    listed = [{"label": shown, "value": key} for key, shown in data.items()]
    return {"type": "enumerator", "name": name, "label": label, "value": value, "data": listed}


def _nothing(choices: Choices, now: SetUp) -> list[Item]:
    return []


def _begin(choices: Choices, values: Values, now: SetUp) -> str:
    return "select_location"


def _location_form(choices: Choices, now: SetUp) -> list[Item]:
    chosen = choices.location_id if choices.location_id in now.titles else NEW_LOCATION
    listed = {NEW_LOCATION: "A new location", **dict(sorted(now.titles.items(), key=lambda each: each[1]))}
    return [
        text("Choose the location that the storage of this site is known as, or make a new one."),
        _enumerator("location_id", "Location", chosen, listed),
    ]


def _take_location(choices: Choices, values: Values, now: SetUp) -> str:
    chosen = str(values.get("location_id") or "")
    if chosen == NEW_LOCATION:
        choices.location_id = ""
        return "configure_location"
    if chosen not in now.titles:
        raise AnswerError("There is no such location: choose one of the list.")
    names = {location_id: name for name, location_id in now.ids.items()}
    choices.location_id, choices.location_name = chosen, names[chosen]
    choices.location_label, choices.location_description = now.titles[chosen], ""
    return "select_structure"


def _new_location_form(choices: Choices, now: SetUp) -> list[Item]:
    return [
        text("Describe the new location. Its name is what scripts look it up by, and stays as it is."),
        _field("location_name", "Name", choices.location_name or "studio.central-storage-location"),
        _field("location_label", "Label", choices.location_label or "Central storage"),
        _field("location_description", "Description", choices.location_description, "textarea"),
    ]


def _take_new_location(choices: Choices, values: Values, now: SetUp) -> str:
    choices.location_name = _filled(values, "location_name")
    choices.location_label = _filled(values, "location_label")
    choices.location_description = _filled(values, "location_description")
    missing = [label for label in ("name", "label") if not getattr(choices, f"location_{label}")]
    if missing:
        raise AnswerError(f"The {' and the '.join(missing)} of the location must not be empty.")
    if choices.location_name in now.ids:
        raise AnswerError(f"There is a location {choices.location_name!r} already: give another name, or choose it.")
    return "select_structure"


def _structure_form(choices: Choices, now: SetUp) -> list[Item]:
    return [
        text("Choose how files are laid out: standard is project/sequence/shot/asset/v001/name.ext."),
        _enumerator("structure_id", "Structure", choices.structure_id, {STANDARD: "Standard"}),
    ]


def _take_structure(choices: Choices, values: Values, now: SetUp) -> str:
    if values.get("structure_id") != STANDARD:
        raise AnswerError("There is no such structure: choose one of the list.")
    return "select_mount_point"


def _mount_point_form(choices: Choices, now: SetUp) -> list[Item]:
    hints = {"linux": "/mnt/projects", "osx": "/Volumes/projects", "windows": r"\\server\projects"}
    return [
        text("Say where the storage is mounted, on each platform that is used here."),
        *(
            _field(f"{platform}_mount_point", label, choices.mount_points.get(platform, ""), hint=hints[platform])
            for platform, label in _PLATFORMS.items()
        ),
    ]


def _take_mount_points(choices: Choices, values: Values, now: SetUp) -> str:
    given = {platform: _filled(values, f"{platform}_mount_point") for platform in _PLATFORMS}
    choices.mount_points = {platform: path for platform, path in given.items() if path}
    if not choices.mount_points:
        raise AnswerError("At least one mount point must be given.")
    for platform, path in choices.mount_points.items():
        whole = bool(ntpath.splitdrive(path)[0]) if platform == "windows" else posixpath.isabs(path)
        if not whole:
            raise AnswerError(f"{path!r} is no whole path on {_PLATFORMS[platform]}.")
    return "confirm_summary"


def _summary(choices: Choices, now: SetUp) -> list[Item]:
    kept = choices.location_id in now.titles
    lines = [
        f"* Location: {choices.location_label} ({choices.location_name}{'' if kept else ', new'})",
        f"* Structure: {choices.structure_id}",
        *(f"* {_PLATFORMS[platform]}: {path}" for platform, path in choices.mount_points.items()),
    ]
    return [
        text("This will be the storage of all projects. Files that exist stay where they are.\n\n" + "\n".join(lines))
    ]


def _confirm(choices: Choices, values: Values, now: SetUp) -> str:
    return "save_configuration"


def _filled(values: Values, name: str) -> str:
    return str(values.get(name) or "").strip()


STEPS: Final[Mapping[str, Step]] = {
    "select_scenario": Step(_nothing, _begin),
    "select_location": Step(_location_form, _take_location),
    "configure_location": Step(_new_location_form, _take_new_location),
    "select_structure": Step(_structure_form, _take_structure),
    "select_mount_point": Step(_mount_point_form, _take_mount_points),
    "confirm_summary": Step(_summary, _confirm),
}
"""The steps in their order; after the last comes "save_configuration"."""
