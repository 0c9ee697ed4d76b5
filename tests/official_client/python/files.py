"""Scenarios of files: components in the server's location, downloads, previews, removal, encoding (protocol 6)."""

from __future__ import annotations

import json
import os
import struct
import tempfile
import time
import urllib.error
import urllib.request
import zlib
from typing import Any

from ._client import Session, ftrack_api, open_session, raised


def _picture(width: int, height: int) -> bytes:
    """Return a grey PNG; the client's interpreter has no library of pictures."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _written(content: bytes, ending: str) -> str:
    handle, path = tempfile.mkstemp(ending)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    return path


def _server_location(session: Session) -> Any:
    return session.query("Location where name is ftrack.server").one()


def _uploaded(session: Session, content: bytes, ending: str, **data: object) -> Any:
    path = _written(content, ending)
    try:
        component = session.create_component(path, data, location=_server_location(session))
        session.commit()
    finally:
        os.remove(path)
    return component


def _downloaded(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        content: bytes = response.read()
        return content


def _version(session: Session) -> Any:
    project = session.query("Project where name is demo").one()
    asset_type = session.query("AssetType").first()
    asset = session.create("Asset", {"name": f"a{time.time_ns()}", "parent": project, "type": asset_type})
    version = session.create("AssetVersion", {"asset": asset})
    session.commit()
    return version


def _ended(session: Session, job: Any) -> Any:
    """Wait until a job has ended."""
    deadline = time.monotonic() + 200
    while job["status"] not in {"done", "failed"}:
        assert time.monotonic() < deadline, job["status"]
        time.sleep(0.05)
        session.query(f"select status, data from Job where id is {job['id']}").one()
    return job


def component_is_uploaded_and_another_session_downloads_it(session: Session) -> None:
    content = os.urandom(2_500_000)
    component = _uploaded(session, content, ".bin", name="plate")
    with open_session() as other:
        seen = other.get("FileComponent", component["id"])
        location = _server_location(other)
        assert (seen["name"], seen["file_type"], seen["size"]) == ("plate", ".bin", len(content))
        assert location.get_component_availability(seen) == 100.0
        assert location.get_resource_identifier(seen) == component["id"]
        assert _downloaded(location.get_url(seen)) == content
        file = location.accessor.open(seen["id"], "rb")
        assert file.read() == content
        file.close()


def empty_file_goes_both_ways(session: Session) -> None:
    component = _uploaded(session, b"", ".txt")
    assert _downloaded(_server_location(session).get_url(component)) == b""


def removed_component_is_gone(session: Session) -> None:
    component = _uploaded(session, b"content", ".txt")
    location = _server_location(session)
    url = location.get_url(component)
    location.remove_component(component)
    with raised(urllib.error.HTTPError):
        _downloaded(url)
    assert location.get_component_availability(component) == 0.0


def removal_of_what_is_not_there_is_an_error(session: Session) -> None:
    accessor = _server_location(session).accessor
    with raised(ftrack_api.exception.AccessorOperationFailedError):
        accessor.remove("00000000-0000-4000-8000-000000000000")


def thumbnail_is_made_and_fitted(session: Session) -> None:
    version = _version(session)
    path = _written(_picture(64, 32), ".png")
    component = version.create_thumbnail(path)
    os.remove(path)
    assert version["thumbnail_id"] == component["id"]
    png = _downloaded(_server_location(session).get_thumbnail_url(component, size=16))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (16, 8)
    with open_session() as other:
        seen = other.query(f"select thumbnail_url from AssetVersion where id is {version['id']}").one()
        assert session.api_key not in seen["thumbnail_url"]["url"]
        assert _downloaded(seen["thumbnail_url"]["url"])[:4] == b"\x89PNG"


def picture_is_encoded_and_becomes_the_thumbnail(session: Session) -> None:
    version = _version(session)
    path = _written(_picture(64, 32), ".png")
    job = _ended(session, version.encode_media(path))
    os.remove(path)
    assert job["status"] == "done", job["data"]
    data = json.loads(job["data"])
    assert data["keep_original"] is False
    (output,) = data["output"]
    with open_session() as other:
        seen = other.query(f"select thumbnail_id, components.name from AssetVersion where id is {version['id']}").one()
        assert seen["thumbnail_id"] == output["component_id"]
        assert [each["name"] for each in seen["components"]] == ["ftrackreview-image"]
        still = other.get("FileComponent", output["component_id"])
        assert json.loads(still["metadata"]["ftr_meta"])["format"] == "image"
        assert _downloaded(_server_location(other).get_url(still))[:2] == b"\xff\xd8"
        assert other.query(f"FileComponent where id is {data['source_component_id']}").all() == []


def movie_is_encoded(session: Session) -> None:
    version = _version(session)
    frame = b"FRAME\n" + b"\x80" * (64 * 32 * 3 // 2)
    path = _written(b"YUV4MPEG2 W64 H32 F24:1 Ip A1:1 C420jpeg\n" + frame * 4, ".y4m")
    job = _ended(session, version.encode_media(path))
    os.remove(path)
    assert job["status"] == "done", job["data"]
    formats = {each["format"]: each["component_id"] for each in json.loads(job["data"])["output"]}
    with open_session() as other:
        seen = other.query(f"select thumbnail_id, components.name from AssetVersion where id is {version['id']}").one()
        assert seen["thumbnail_id"] == formats["image/jpeg"]
        assert sorted(each["name"] for each in seen["components"]) == ["ftrackreview-mp4", "thumbnail"]
        facts = json.loads(other.get("FileComponent", formats["video/mp4"])["metadata"]["ftr_meta"])
        assert facts == {"frameIn": 0, "frameOut": 4, "frameRate": 24, "width": 64, "height": 32}


def movie_that_is_none_makes_a_failed_job(session: Session) -> None:
    component = _uploaded(session, b"this is no movie", ".mov")
    job = _ended(session, session.encode_media(component))
    assert job["status"] == "failed"
    assert json.loads(job["data"])["error"]
    assert _downloaded(_server_location(session).get_url(component)) == b"this is no movie"


def download_with_a_wrong_key_is_an_error(session: Session) -> None:
    url = f"{session.server_url}/component/get?id=x&username={session.api_user}&apiKey=wrong"
    with raised(urllib.error.HTTPError, "401"):
        _downloaded(url)
