"""Tests the encoding of media and the waiting for jobs (session.md sections 10 and 15, protocol section 6.4)."""

from __future__ import annotations

import importlib
import itertools
import json
import subprocess
from pathlib import Path

import pytest

from ftrack_typed.behaviours import jobs
from ftrack_typed.entities import AssetVersion, Component, FileComponent, Job, Location, Session, User
from ftrack_typed.errors import JobFailedError, JobTimeoutError, NotFoundError
from ftrack_typed.sandbox.in_process import Sandbox
from tests.conftest import Require
from tests.files.conftest import frames, write

PATIENCE = 600.0
"""Seconds that an encoding may take on a busy machine."""


@pytest.fixture(scope="module")
def movie(require: Require, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A movie of a few frames."""
    require("ffmpeg")
    imageio_ffmpeg = importlib.import_module("imageio_ffmpeg")
    path = tmp_path_factory.mktemp("movie") / "shot.mov"
    picture = "testsrc=size=64x48:rate=8:duration=1"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", picture, str(path)]
    subprocess.run(command, check=True)
    return path


def asked(sandbox: Sandbox) -> dict[str, object]:
    """Return the operation that asked for the encoding."""
    (found,) = (
        dict(each) for batch in sandbox.requests.operations for each in batch if each["action"] == "encode_media"
    )
    return found


def test_path_is_uploaded_encoded_and_waited_for(
    session: Session, sandbox: Sandbox, version: AssetVersion, movie: Path
) -> None:
    looks: list[str] = []
    job = version.encode_media(movie)
    operation = asked(sandbox)
    assert isinstance(job, Job)
    assert job.wait(timeout=PATIENCE, progress=lambda each: looks.append(each.status)) is job
    assert looks[-1] == job.status == "done"
    assert set(looks) <= {"queued", "running", "done"}
    assert (operation["version_id"], operation["keep_original"]) == (version.id, False)
    names = {each.name for each in session.query(Component).where(Component.version_id == version.id)}
    assert "ftrackreview-mp4" in names
    assert session.query(Component).where(Component.id == str(operation["component_id"])).count() == 0


def test_component_is_kept(
    session: Session, sandbox: Sandbox, version: AssetVersion, server: Location, movie: Path
) -> None:
    component = version.create_component(movie, location=server)
    session.encode_media(component, version.id).wait(timeout=PATIENCE)
    assert asked(sandbox)["keep_original"] is True
    assert session.query(FileComponent).where(FileComponent.id == component.id).count() == 1


@pytest.mark.parametrize("keep", [True, False])
def test_original_is_in_the_version_where_it_is_kept(
    session: Session, sandbox: Sandbox, version: AssetVersion, source: Path, keep: bool
) -> None:
    version.encode_media(write(source / "shot.mov"), keep_original=keep)
    assert asked(sandbox)["keep_original"] is keep
    (created,) = (
        each
        for batch in sandbox.requests.operations
        for each in batch
        if each["action"] == "create" and each.get("entity_type") == "FileComponent"
    )
    data = created["entity_data"]
    assert isinstance(data, dict)
    assert data.get("version_id") == (version.id if keep else None)


def test_other_media_are_refused(session: Session, version: AssetVersion, sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a path or a FileComponent"):
        session.encode_media(version)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one file"):
        session.encode_media(frames(tmp_path, 2))
    path = write(tmp_path / "shot.mov")
    with pytest.raises(ValueError, match="version_id"):
        session.encode_media(path, version)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="keep_original"):
        session.encode_media(path, keep_original="no")  # type: ignore[arg-type]
    assert not list(sandbox.requests)


def make_job(session: Session, status: str, data: str = "") -> Job:
    """Commit a job that nobody works on."""
    user = session.query(User).where(User.username == session.api_user).one()
    job = session.create(Job, user=user, data=data)
    job.status = status  # type: ignore[assignment]
    session.commit()
    return job


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (json.dumps({"error": "no stream", "description": "Encode"}), "no stream"),
        (json.dumps({"description": "Encode"}), "Encode"),
        ("[]", ""),
        ("{", ""),
        ("", ""),
    ],
)
def test_failed_job_says_why(session: Session, data: str, reason: str) -> None:
    job = make_job(session, "failed", data)
    with pytest.raises(JobFailedError, match=reason or "does not say why") as caught:
        job.wait()
    assert (caught.value.job_id, caught.value.status, caught.value.reason) == (job.id, "failed", reason)


class Clock:
    """A clock that nothing but sleeping moves, however long all else takes."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that waiting for jobs goes by."""
    made = Clock()
    monkeypatch.setattr(jobs, "time", made)
    return made


def test_job_that_takes_too_long(session: Session, sandbox: Sandbox, clock: Clock) -> None:
    job = make_job(session, "queued")
    sandbox.requests.clear()
    looks: list[float] = []
    with pytest.raises(JobTimeoutError, match=f"{job.id} is still queued after 0.3 seconds") as caught:
        job.wait(timeout=0.3, progress=lambda _: looks.append(clock.now - 1000))
    assert isinstance(caught.value, TimeoutError)
    # After 0.1 seconds, after half as long again, and at the end.
    assert looks == pytest.approx([0, 0.1, 0.25, 0.3])
    assert len(sandbox.requests) == 4


def test_job_is_looked_at_less_and_less_often(session: Session, clock: Clock) -> None:
    job = make_job(session, "queued")
    looks: list[float] = []
    with pytest.raises(JobTimeoutError):
        job.wait(timeout=60, progress=lambda _: looks.append(clock.now))
    pauses = [later - earlier for earlier, later in itertools.pairwise(looks)]
    assert pauses[:-1] == pytest.approx([min(0.1 * 1.5**number, 5.0) for number in range(len(pauses) - 1)])
    assert looks[-1] - looks[0] == pytest.approx(60)


@pytest.mark.parametrize("timeout", [PATIENCE, None])
def test_job_that_ends_elsewhere(session: Session, open_session: type[Session], timeout: float | None) -> None:
    job = make_job(session, "running")
    other = open_session()

    def end(waiting: Job) -> None:
        found = other.get(Job, waiting.id)
        assert found is not None
        found.status = "done"
        other.commit()

    assert job.wait(timeout=timeout, progress=end).status == "done"


def test_job_that_is_gone(session: Session, open_session: type[Session]) -> None:
    job = make_job(session, "queued")
    other = open_session()
    other.delete(other.get(Job, job.id))  # type: ignore[arg-type]
    other.commit()
    with pytest.raises(NotFoundError, match="it was deleted"):
        job.wait(timeout=PATIENCE)
