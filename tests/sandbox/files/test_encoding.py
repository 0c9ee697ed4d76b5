"""Tests encode_media: its job from queued to done or failed, what comes of it, and what a stop leaves (section 6.4)."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import requests
from PIL import Image

from ftrack_typed.sandbox import Sandbox
from ftrack_typed.sandbox.files.media import find_ffmpeg
from tests.conftest import Require
from tests.sandbox.files.conftest import SERVER_LOCATION, FileApi, image, new_id, until
from tests.sandbox.process.conftest import PATIENCE, Api, Start, create

FRAMES, RATE = 12, 24
ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="session")
def movie(require: Require, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a movie of 12 pictures of an odd size, which H.264 does not take as it is, with sound."""
    require("ffmpeg")
    program, path = find_ffmpeg(), tmp_path_factory.mktemp("movie") / "plate.mov"
    assert program is not None
    picture = ["-f", "lavfi", "-i", f"testsrc=size=161x91:rate={RATE}:duration={FRAMES / RATE}"]
    sound = ["-f", "lavfi", "-i", f"sine=duration={FRAMES / RATE}", "-c:a", "aac", "-c:v", "mjpeg"]
    subprocess.run([program, "-loglevel", "error", *picture, *sound, str(path)], check=True)
    return path.read_bytes()


@attrs.frozen
class Encoded:
    """An encoding that was asked for."""

    files: FileApi
    job_id: str

    def job(self) -> Any:
        return self.files.api.rows(
            f"select status, data, user.username, finished_at from Job where id is {self.job_id}"
        )[0]

    def ended(self) -> Any:
        assert until(lambda: self.job()["status"] in {"done", "failed"}), self.job()
        return self.job()

    def failed(self) -> str:
        """Wait for the failure, and return the reason."""
        job = self.ended()
        assert job["status"] == "failed"
        assert job["finished_at"] is not None
        outputs = json.loads(job["data"])["output"]
        assert all(self.files.data(each["component_id"]) is None for each in outputs)
        assert self.files.api.rows(f"JobComponent where job_id is {self.job_id}") == []
        assert self.files.left_over() == []
        return str(json.loads(job["data"])["error"])


def encode(files: FileApi, component_id: object, version_id: object = None, keep_original: object = True) -> Any:
    operation = {"component_id": component_id, "version_id": version_id, "keep_original": keep_original}
    return files.first({"action": "encode_media", **operation})


def begun(files: FileApi, component_id: str, version_id: str | None = None, keep_original: bool = True) -> Encoded:
    answer = encode(files, component_id, version_id, keep_original)
    assert set(answer) == {"job_id"}, answer
    return Encoded(files, answer["job_id"])


@pytest.fixture
def version(files: FileApi) -> str:
    schema = files.api.rows("ProjectSchema")[0]["id"]
    project, asset, version = new_id(), new_id(), new_id()
    files.api.call(
        create("Project", id=project, name=f"p{project}", project_schema_id=schema),
        create("Asset", id=asset, name="plate", context_id=project),
        create("AssetVersion", id=version, asset_id=asset),
    )
    return version


def review_metadata(files: FileApi, component_id: str) -> Any:
    rows = files.api.rows(f"select value from Metadata where parent_id is {component_id} and key is ftr_meta")
    return json.loads(rows[0]["value"])


def test_movie_becomes_an_mp4_and_a_still(files: FileApi, movie: bytes, version: str) -> None:
    source = files.component(movie, "plate", ".mov")
    encoded = begun(files, source, version)
    job = encoded.ended()
    data = json.loads(job["data"])
    assert job["status"] == "done", data
    assert job["user"]["username"] == files.api.user
    assert [each["format"] for each in data["output"]] == ["video/mp4", "image/jpeg"]
    assert (data["source_component_id"], data["keep_original"]) == (source, True)
    mp4, still = (each["component_id"] for each in data["output"])
    query = "select name, file_type, version_id, size, component_locations.location_id from FileComponent where id is "
    for component_id, name, file_type in ((mp4, "ftrackreview-mp4", ".mp4"), (still, "thumbnail", ".jpg")):
        row = files.api.rows(query + component_id)[0]
        assert (row["name"], row["file_type"], row["version_id"]) == (name, file_type, version)
        assert [each["location_id"] for each in row["component_locations"]] == [SERVER_LOCATION]
        content = files.data(component_id)
        assert content is not None
        assert row["size"] == len(content) > 0
    assert (files.data(mp4) or b"")[4:8] == b"ftyp"
    assert Image.open(io.BytesIO(files.data(still) or b"")).format == "JPEG"
    assert review_metadata(files, mp4) == {
        "frameIn": 0,
        "frameOut": FRAMES,
        "frameRate": RATE,
        "width": 160,
        "height": 90,
    }
    assert files.api.rows(f"select thumbnail_id from AssetVersion where id is {version}")[0]["thumbnail_id"] == still
    assert files.data(source) == movie
    assert files.left_over() == []


def test_outputs_exist_at_once_linked_to_the_job(files: FileApi, movie: bytes) -> None:
    source = files.component(movie, "plate", ".mov")
    query = {"action": "query", "expression": "select status, job_components.component_id, data from Job where id is "}
    encoded = begun(files, source)
    query["expression"] += encoded.job_id
    job = files.first(query)["data"][0]
    outputs = {each["component_id"] for each in json.loads(job["data"])["output"]}
    assert {each["component_id"] for each in job["job_components"]} == outputs
    assert encoded.ended()["status"] == "done"
    urls = files.api.rows(f"select url from JobComponent where job_id is {encoded.job_id}")
    assert all(files.api.http.get(row["url"]["url"], timeout=PATIENCE).ok for row in urls)


def test_original_is_removed_where_it_is_not_to_be_kept(files: FileApi, movie: bytes, version: str) -> None:
    source = files.component(movie, "plate", ".mov")
    assert begun(files, source, version, keep_original=False).ended()["status"] == "done"
    assert files.data(source) is None
    assert files.api.rows(f"FileComponent where id is {source}") == []


@pytest.mark.parametrize(
    ("mode", "kind", "ending"), [("RGB", "PNG", ".png"), ("P", "TIFF", ".TIF"), ("RGBA", "PNG", ".png")]
)
def test_picture_becomes_a_jpeg_without_ffmpeg(
    files: FileApi, version: str, mode: str, kind: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.sandbox.service.files.encoder.converter, "find_program", lambda: None)
    encoded = begun(files, files.component(image((64, 32), mode, kind), "still", ending), version)
    job = encoded.ended()
    (output,) = json.loads(job["data"])["output"]
    assert (job["status"], output["format"]) == ("done", "image/jpeg")
    still = output["component_id"]
    assert files.api.rows(f"select name from FileComponent where id is {still}")[0]["name"] == "ftrackreview-image"
    assert review_metadata(files, still) == {"format": "image"}
    assert Image.open(io.BytesIO(files.data(still) or b"")).size == (64, 32)
    assert files.api.rows(f"select thumbnail_id from AssetVersion where id is {version}")[0]["thumbnail_id"] == still


def test_without_ffmpeg_the_job_says_what_to_install(files: FileApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files.sandbox.service.files.encoder.converter, "find_program", lambda: None)
    reason = begun(files, files.component(b"RIFF", "plate", ".avi")).failed()
    assert "ftrack-typed[media]" in reason


def test_playlist_reads_no_other_file_of_the_server(files: FileApi, movie: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.mov").write_bytes(movie)
    other = files.component(movie, "plate", ".mov")
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{tmp_path}/secret.mov\n#EXT-X-ENDLIST\n"
    neighbour = f"ffconcat version 1.0\nfile {other}\n"
    for text in (playlist, neighbour):
        source = files.upload(text.encode(), other[:2] + new_id()[2:])  # so that both lie in one folder
        files.api.call(create("FileComponent", id=source, name="list", file_type=".mov"))
        begun(files, source).failed()


def test_bad_input_fails_with_the_reason(files: FileApi, require: Require, version: str) -> None:
    require("ffmpeg")
    for content in (b"", b"no movie at all", random.Random(1).randbytes(5000)):
        source = files.component(content, "plate", ".mov")
        reason = begun(files, source, version, keep_original=False).failed()
        assert "ffmpeg" in reason
        assert str(files.folder) not in reason
        assert files.data(source) == content, "the original is lost"
    assert files.api.rows(f"select thumbnail_id from AssetVersion where id is {version}")[0]["thumbnail_id"] is None


def test_component_without_a_file_here_fails_with_the_reason(files: FileApi) -> None:
    source = new_id()
    files.api.call(create("FileComponent", id=source, name="main", file_type=".mov"))
    assert source in begun(files, source).failed()


@pytest.mark.parametrize(
    "arguments",
    [(None,), (5,), (ABSENT,), ("../x",), ("SOURCE", ABSENT), ("SOURCE", 5), ("SOURCE", None, "yes")],
    ids=repr,
)
def test_wrong_arguments_make_no_job(files: FileApi, arguments: tuple[object, ...]) -> None:
    source = files.upload(b"x")
    files.api.call(create("FileComponent", id=source, name="main"))
    before = len(files.api.rows("Job"))
    answer = encode(files, *(source if each == "SOURCE" else each for each in arguments))
    assert answer["exception"] in {"ValidationError", "IntegrityError"}
    assert len(files.api.rows("Job")) == before


def test_batch_that_fails_encodes_nothing(files: FileApi) -> None:
    source, before = files.component(image((9, 9)), "still", ".png"), len(files.api.rows("FileComponent"))
    failing = {"action": "create", "entity_type": "NoSuchType", "entity_data": {}}
    operation = {"action": "encode_media", "component_id": source, "version_id": None, "keep_original": False}
    assert files.api.post([operation, failing]).json()["exception"] == "ValidationError"
    assert len(files.api.rows("FileComponent")) == before
    # Those of the tests before may not be forgotten yet, though their jobs have ended.
    assert source not in [each.source_id for each in files.sandbox.service.files.encoder.encodings.all()]


@pytest.fixture
def slow_ffmpeg(tmp_path: Path) -> Iterator[Path]:
    """Give a program that says that it has begun, and never ends; those whose server was killed end with the test."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ >> {tmp_path}/begun\nexec sleep 1000\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    yield program
    for process in _begun_runs(tmp_path):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _begun_runs(tmp_path: Path) -> list[int]:
    """Return the processes that have said that they have begun; one may be ended before it does."""
    path = tmp_path / "begun"
    return [int(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Sandbox, requests.Session]]:
    with requests.Session() as http:
        yield Sandbox(database=str(tmp_path / "studio.db"), api_key="key"), http


def _files(own: tuple[Sandbox, requests.Session]) -> FileApi:
    sandbox, http = own
    return FileApi(sandbox, Api(sandbox.server_url, sandbox.api_user, sandbox.api_key, http))


def test_few_run_at_once_and_a_stop_leaves_no_half_state(
    own: tuple[Sandbox, requests.Session], slow_ffmpeg: Path, tmp_path: Path, movie: bytes
) -> None:
    with own[0] as sandbox:
        sandbox.service.files.encoder.converter.find_program = lambda: str(slow_ffmpeg)
        files = _files(own)
        jobs = [begun(files, files.component(movie, "plate", ".mov")) for _ in range(4)]
        assert until(lambda: len(_begun_runs(tmp_path)) == 2)
        assert sorted(job.job()["status"] for job in jobs) == ["queued", "queued", "running", "running"]
    with own[0]:
        files = _files(own)
        ended = [Encoded(files, job.job_id).ended() for job in jobs]
        assert sorted(job["status"] for job in ended) == ["done", "done", "failed", "failed"]
        assert all("stopped" in json.loads(job["data"])["error"] for job in ended if job["status"] == "failed")
        assert files.left_over() == []
    assert len(_begun_runs(tmp_path)) == 2


def test_what_waits_is_not_begun_while_the_server_stops(
    own: tuple[Sandbox, requests.Session], slow_ffmpeg: Path, tmp_path: Path, movie: bytes
) -> None:
    """Test it with a stop that goes on only when the threads whose runs it ended have done what they do next."""
    before = set(threading.enumerate())
    with own[0] as sandbox:
        encoder = sandbox.service.files.encoder
        encoder.converter.find_program = lambda: str(slow_ffmpeg)
        files = _files(own)
        for _ in range(3):
            begun(files, files.component(movie, "plate", ".mov"))
        assert until(lambda: len(_begun_runs(tmp_path)) == 2)
        threads = [each for each in set(threading.enumerate()) - before if "encoder" in each.name]
        assert len(threads) == 2
        stop = encoder.converter.stop

        def slow_stop() -> None:
            stop()
            assert until(lambda: encoder.encodings.all() == [] or not any(each.is_alive() for each in threads))

        encoder.converter.stop = slow_stop  # type: ignore[method-assign] # the one of this server
    with own[0]:
        statuses = [row["status"] for row in _files(own).api.rows("select status from Job")]
        assert len(statuses) == 3
        assert statuses.count("failed") == 2


def test_run_that_takes_too_long_is_ended(
    own: tuple[Sandbox, requests.Session], slow_ffmpeg: Path, movie: bytes
) -> None:
    with own[0] as sandbox:
        converter = sandbox.service.files.encoder.converter
        converter.find_program, converter.timeout = lambda: str(slow_ffmpeg), 0.2
        files = _files(own)
        assert "longer" in begun(files, files.component(movie, "plate", ".mov")).failed()


@pytest.mark.load
def test_job_that_ran_when_the_server_was_killed_has_failed(
    start: Start, tmp_path: Path, slow_ffmpeg: Path, movie: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{slow_ffmpeg.parent}{os.pathsep}{path}")
    arguments = ["--database", str(tmp_path / "studio.db"), "--api-key", "key"]
    process = start(*arguments)
    files = FileApi(Sandbox(), process.api())
    jobs = [begun(files, files.component(movie, "plate", ".mov")) for _ in range(3)]
    assert until(lambda: len(_begun_runs(tmp_path)) == 2)
    process.process.send_signal(signal.SIGKILL)
    process.process.wait(PATIENCE)
    monkeypatch.setenv("PATH", path)
    files = FileApi(Sandbox(), start(*arguments).api())
    ended = [Encoded(files, job.job_id).ended() for job in jobs]
    assert [job["status"] for job in ended] == ["failed", "failed", "done"]
    assert "ended while" in json.loads(ended[0]["data"])["error"]
