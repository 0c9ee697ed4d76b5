"""Owns the request that the server encodes media (protocol section 6.4)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from ..entity import Entity
from ..errors import UnexpectedResponseError
from ..redaction import origin
from ..symbols import SERVER_LOCATION_ID
from .components import check_one_file, create_component

if TYPE_CHECKING:
    from .session_files import SessionFiles


def encode_media(
    files: SessionFiles, media: object, version_id: str | None, keep_original: bool | Literal["auto"]
) -> Entity:
    """Return the job that encodes *media*; see `FileAccess.encode_media`."""
    session = files.state.session
    _check(version_id, keep_original)
    if isinstance(media, (str, os.PathLike)):
        check_one_file(media, "what is encoded")
        keep = keep_original if isinstance(keep_original, bool) else False
        # What the server deletes when it is done belongs to no version.
        data = {"version_id": version_id} if keep and version_id is not None else {}
        component = create_component(files, media, data, files.built_in(SERVER_LOCATION_ID))
    elif isinstance(media, Entity) and media.entity_type == "FileComponent":
        keep = keep_original if isinstance(keep_original, bool) else True
        component = media
    else:
        raise ValueError(f"media is a path or a FileComponent, not {media!r}")
    operation: dict[str, Any] = {
        "action": "encode_media",
        "component_id": component["id"],
        "version_id": version_id,
        "keep_original": keep,
    }
    (answer,) = files.state.call([operation])
    job_id = answer.get("job_id") if isinstance(answer, dict) else None
    job = session.get("Job", str(job_id)) if job_id else None
    if not isinstance(job, Entity):
        raise UnexpectedResponseError("the answer to encode_media names no job", origin(session.server_url))
    return job


def _check(version_id: object, keep_original: object) -> None:
    """Check what is said of media before it is uploaded; raise ValueError."""
    if version_id is not None and not isinstance(version_id, str):
        raise ValueError(f"version_id is the id of a version, as text, not {version_id!r}")
    if not isinstance(keep_original, bool) and keep_original != "auto":
        raise ValueError(f'keep_original is True, False or "auto", not {keep_original!r}')
