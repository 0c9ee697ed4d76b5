"""Holds every difference between the standard workspace and a recorded server, each with its reason."""

from __future__ import annotations

from attrs import frozen


@frozen
class Difference:
    """A place where the two disagree: the value on each side (None where there is nothing) and why that is right."""

    path: str
    standard: object
    recorded: object
    reason: str


OLDER_SERVERS = "direct messages were removed from newer servers; code that meets an older one still finds the type"
STUDIO_TYPE = "an object type that this studio configured; a stock server has seven"
PHANTOM = "the server's list names an attribute that the type does not have"

DIFFERENCES = (
    Difference("Conversation", "present", None, OLDER_SERVERS),
    Difference("Message", "present", None, OLDER_SERVERS),
    Difference("Participant", "present", None, OLDER_SERVERS),
    Difference("Image", None, "present", STUDIO_TYPE),
    Difference("Information", None, "present", STUDIO_TYPE),
    Difference("Scene", None, "present", STUDIO_TYPE),
    Difference("AssetVersionList.immutable", ["id"], ["id", "type"], PHANTOM),
    Difference("TypedContextList.immutable", ["id"], ["id", "type"], PHANTOM),
    Difference(
        "ReviewSessionObjectAnnotation.required",
        ["created_at", "frame_number", "id"],
        ["created_at", "frame_number", "id", "review_session_id"],
        PHANTOM,
    ),
    Difference("SplitTaskPart.type", "object", None, "every schema is an object; the server forgets to say so here"),
)

FOREIGN_KEYS_WITHOUT_TARGET = {
    "Feed.social_id": "names the column of Event that `id` stands for",
    "SecurityRole.type": "SecurityRoleType is a fixed list of the server and has no schema",
    "*.User.user_id": "the server's column; clients know it as User.id",
    "*.ReviewSessionFolder.review_session_folder_id": "the server's column; clients know it as ReviewSessionFolder.id",
}
"""Foreign keys whose description names no attribute of an entity type; `*` stands for any attribute."""

SYSTEM_PROJECTIONS_WITHOUT_ATTRIBUTE = {
    "_casted_value": "column behind the `value` of custom attributes; the alias has no underscore",
    "note_component_type": "tells a plain attachment from an annotation; not exposed",
    "permissionid": "old permission of custom attributes; security roles replaced it",
    "write_permissionid": "old permission of custom attributes; security roles replaced it",
    "project_id": "project of a custom attribute's owner; not exposed on the value",
    "typeid": "sort of a dashboard; not exposed",
}
"""Raw columns that the server always returns although no attribute stands for them: clients drop them."""
