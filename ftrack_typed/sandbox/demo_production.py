"""Owns the facts of the demo project: its people, sequences, shots, tasks, publishes and notes, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

DAY: Final = 8 * 3600
"""Seconds of work in a day."""


@attrs.frozen
class Person:
    """An artist of the demo studio."""

    username: str
    first_name: str
    last_name: str
    team: str


@attrs.frozen
class Shot:
    """A shot, and how far its tasks have come."""

    name: str
    description: str
    first_frame: int
    frames: int
    statuses: Sequence[str]
    """Status of each task, in the order of the sequence's departments."""


@attrs.frozen
class ShotSequence:
    """A sequence: the departments that work on each of its shots, and the shots."""

    name: str
    description: str
    departments: Sequence[str]
    shots: Sequence[Shot]


@attrs.frozen
class Build:
    """Something that is built once and used in many shots."""

    name: str
    kind: str
    description: str
    statuses: Sequence[str]
    """Status of modeling and of look development."""


@attrs.frozen
class Attribute:
    """A custom attribute that the demo project sets."""

    key: str
    label: str
    kind: str
    owner: str
    """Entity type that has it; empty where it is hierarchical."""
    default: object
    config: Mapping[str, object] = attrs.field(factory=dict)


PEOPLE: Final = (
    Person("anna.lind", "Anna", "Lind", "Animation"),
    Person("ben.okafor", "Ben", "Okafor", "Lighting"),
    Person("chloe.martin", "Chloe", "Martin", "FX"),
    Person("diego.santos", "Diego", "Santos", "Compositing"),
)

ARTIST_OF: Final[Mapping[str, str]] = {
    "Tracking": "diego.santos",
    "Modeling": "anna.lind",
    "Lookdev": "ben.okafor",
    "Animation": "anna.lind",
    "FX": "chloe.martin",
    "Lighting": "ben.okafor",
    "Compositing": "diego.santos",
}
"""Who does the work of a department."""

BIDS: Final[Mapping[str, float]] = {
    "Tracking": 1.5,
    "Modeling": 8,
    "Lookdev": 5,
    "Animation": 5,
    "FX": 6,
    "Lighting": 3,
    "Compositing": 4,
}
"""Days planned for one task of a department."""

NOT_STARTED, IN_PROGRESS, REVIEW, APPROVED = "Not started", "In progress", "Pending Review", "Approved"
ON_HOLD, OMITTED = "On Hold", "Omitted"

SEQUENCES: Final = (
    ShotSequence(
        "sq010",
        "Arrival: the night train pulls into the mountain station.",
        ("Animation", "Lighting", "Compositing"),
        (
            Shot("sq010_sh010", "Wide, crane down to the platform.", 1001, 144, (APPROVED, APPROVED, APPROVED)),
            Shot("sq010_sh020", "Close on the wheels braking.", 1001, 62, (APPROVED, APPROVED, REVIEW)),
            Shot("sq010_sh030", "The conductor steps out of the fog.", 1001, 118, (APPROVED, REVIEW, IN_PROGRESS)),
            Shot("sq010_sh040", "Over the shoulder, the doors close.", 1001, 80, (APPROVED, IN_PROGRESS, NOT_STARTED)),
        ),
    ),
    ShotSequence(
        "sq020",
        "Chase along the carriages.",
        ("Animation", "FX", "Compositing"),
        (
            Shot("sq020_sh010", "The conductor climbs the roof.", 1001, 96, (APPROVED, REVIEW, NOT_STARTED)),
            Shot("sq020_sh020", "Run towards camera, snow and sparks.", 1009, 131, (REVIEW, IN_PROGRESS, NOT_STARTED)),
            Shot("sq020_sh030", "Jump between two carriages.", 1001, 74, (REVIEW, IN_PROGRESS, NOT_STARTED)),
            Shot("sq020_sh040", "Tunnel: everybody ducks.", 1001, 58, (IN_PROGRESS, NOT_STARTED, NOT_STARTED)),
            Shot("sq020_sh050", "Pick-up, cut from the edit.", 1001, 40, (OMITTED, OMITTED, OMITTED)),
        ),
    ),
    ShotSequence(
        "sq030",
        "The bridge gives way.",
        ("Tracking", "FX", "Compositing"),
        (
            Shot(
                "sq030_sh010", "Helicopter plate, the bridge appears.", 1001, 210, (APPROVED, IN_PROGRESS, NOT_STARTED)
            ),
            Shot("sq030_sh020", "The first pillar cracks.", 1001, 167, (IN_PROGRESS, NOT_STARTED, NOT_STARTED)),
            Shot("sq030_sh030", "The last carriage falls.", 1001, 250, (ON_HOLD, NOT_STARTED, NOT_STARTED)),
        ),
    ),
)

BUILDS: Final = (
    Build("conductor", "Character", "Hero character, with coat and lantern.", (APPROVED, REVIEW)),
    Build("night_train", "Prop", "Engine and five carriages.", (APPROVED, IN_PROGRESS)),
    Build("stone_bridge", "Environment", "Bridge, with pieces for the collapse.", (IN_PROGRESS, NOT_STARTED)),
)

TURNOVERS: Final[Mapping[str, str]] = {"sq010": "TO_01", "sq020": "TO_02", "sq030": "TO_02"}
"""Editorial turnover that a sequence came with."""

HERO_SHOTS: Final = frozenset({"sq010_sh030", "sq020_sh020", "sq030_sh030"})

DEPARTMENTS: Final = ("Assets", "Layout", "Animation", "FX", "Lighting", "Compositing")

DEPARTMENT_OF: Final[Mapping[str, str]] = {"Tracking": "Layout", "Modeling": "Assets", "Lookdev": "Assets"}
"""Value of the attribute ``department`` for a type of task, where it is not the type's own name."""

ATTRIBUTES: Final = (
    Attribute("fstart", "First frame", "number", "Shot", 1001, {"isdecimal": False}),
    Attribute("fend", "Last frame", "number", "Shot", 1001, {"isdecimal": False}),
    Attribute("handles", "Handles", "number", "Shot", 0, {"isdecimal": False}),
    Attribute("fps", "Frames per second", "number", "Shot", 24.0, {"isdecimal": True}),
    Attribute("client_due", "Due at client", "date", "Shot", None),
    Attribute("department", "Department", "enumerator", "Task", [], {"multiSelect": False, "data": DEPARTMENTS}),
    Attribute("fps", "Frames per second", "number", "Project", 24.0, {"isdecimal": True}),
    Attribute("turnover", "Editorial turnover", "text", "", "", {"markdown": False}),
    Attribute("is_hero", "Hero shot", "boolean", "", False),
)

COMMENTS: Final = ("First pass, for timing.", "Notes from dailies addressed.", "Final, with grain and lens.")
"""What is written to the versions of a publish, oldest first."""

CLIENT_NOTE: Final = "Love the fog. The lantern pulls the eye too early: can it come up ten frames later?"
ANSWER: Final = "Moved to 1048, new version is in dailies tomorrow."
SUPERVISOR_NOTE: Final = "Edge of the matte boils around the coat, frames 1060 to 1075."
TASK_NOTE: Final = "Please pick up the new plate, the old one has the wrong stabilisation."
