"""Tests transfers between disks: several at once, told of, stopped, verified and resumed (issue: "Transfers")."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ftrack_typed.data import Data
from ftrack_typed.entities import AssetVersion, Component, ComponentLocation, Location, Session
from ftrack_typed.errors import (
    AccessorResourceNotFoundError,
    LocationError,
    TransferCancelledError,
    TransferVerificationError,
)
from ftrack_typed.files import DiskAccessor, TransferProgress, transferring
from ftrack_typed.files.transfer import Copy, transfer
from ftrack_typed.files.transfer_options import current_options
from tests.files.conftest import Disk, frames, write

SPAN = 4 * 1024 * 1024
"""Bytes that are copied between two reports."""


def is_registered(session: Session, component: Component) -> bool:
    """Return whether the server says that *component* is anywhere."""
    return session.query(ComponentLocation).where(ComponentLocation.component_id == component.id).count() > 0


def large(source: Path, spans: int = 3) -> Path:
    """Write a file that is copied in several steps, no two of which are alike."""
    return write(source / "large.exr", b"".join(os.urandom(1024) * (SPAN // 1024) for _ in range(spans)) + b"end")


def on_report(number: int, action: Callable[[], object]) -> Callable[[TransferProgress], None]:
    """Return what does something when the progress is told for the *number*-th time."""
    told: list[TransferProgress] = []

    def report(progress: TransferProgress) -> None:
        told.append(progress)
        if len(told) == number:
            action()

    return report


def test_progress_of_several_files(version: AssetVersion, disk: Disk, source: Path) -> None:
    told: list[TransferProgress] = []
    threads: set[int] = set()

    def report(progress: TransferProgress) -> None:
        told.append(progress)
        threads.add(threading.get_ident())

    expression = frames(source, 20)
    size = sum(path.stat().st_size for path in source.iterdir())
    with transferring(workers=3, progress=report):
        version.create_component(expression, location=disk.location)
    assert len(disk.files()) == 20
    assert 1 <= len(threads) <= 3
    assert threading.get_ident() not in threads
    assert {each.bytes_total for each in told} == {size}
    assert {each.files_total for each in told} == {20}
    assert [each.files_done for each in told] == sorted(each.files_done for each in told)
    assert (told[-1].bytes_done, told[-1].files_done) == (size, 20)
    assert {each.file for each in told} == set(disk.files())


def test_options_of_a_block_hold_in_it_only(version: AssetVersion, disk: Disk, source: Path) -> None:
    told: list[TransferProgress] = []
    with transferring(progress=told.append), transferring(verify="checksum") as inner:
        assert inner.progress == told.append
    version.create_component(write(source / "a.exr"), location=disk.location)
    assert told == []


@pytest.mark.parametrize(
    "options",
    [
        {"workers": 0},
        {"workers": 1.5},
        {"workers": "4"},
        {"verify": "hope"},
        {"progress": "line"},
        {"parts_at_once": 0},
        {"multipart_above": "1 MiB"},
        {"cancel": True},
        {"retries": 3},
    ],
    ids=str,
)
def test_options_that_cannot_be(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))), transferring(**options):  # type: ignore[arg-type]
        pass


def test_options_hold_for_accessors_in_other_threads(tmp_path: Path, source: Path) -> None:
    found: list[tuple[int, int]] = []

    class Looking(DiskAccessor):
        def open(self, resource_identifier: str, mode: str = "rb") -> Data[bytes]:
            found.append((threading.get_ident(), current_options().parts_at_once))
            return super().open(resource_identifier, mode)

    names = [write(source / f"{number}.exr").name for number in range(3)]
    with transferring(workers=2, parts_at_once=7):
        transfer([Copy(Looking(source), name, DiskAccessor(tmp_path), name) for name in names], [])
    assert [options for _, options in found] == [7, 7, 7]
    assert threading.get_ident() not in {thread for thread, _ in found}


@pytest.mark.parametrize("verify", ["size", "checksum"])
@pytest.mark.parametrize("resume", [False, True])
def test_content_arrives(version: AssetVersion, disk: Disk, source: Path, verify: str, resume: bool) -> None:
    path = large(source, 1)
    with transferring(verify=verify, resume=resume):  # type: ignore[arg-type]
        version.create_component(path, location=disk.location)
        version.create_component(write(source / "none.exr", b""), {"name": "none"}, location=disk.location)
    assert sorted(disk.files().values()) == [b"", path.read_bytes()]


@pytest.mark.parametrize("workers", [1, 4])
def test_cancelled_transfer_leaves_nothing(
    session: Session, version: AssetVersion, disk: Disk, origin: Location, source: Path, workers: int
) -> None:
    component = version.create_component(frames(source, 30), location=None)
    session.commit()
    cancel = threading.Event()
    with (
        transferring(workers=workers, cancel=cancel, progress=on_report(9, cancel.set)),
        pytest.raises(TransferCancelledError, match=r"nothing was registered.*removed again") as caught,
    ):
        disk.location.add_component(component, origin)
    assert isinstance(caught.value, LocationError)
    assert 1 <= len(caught.value.details["transferred"]) < 30  # type: ignore[arg-type]
    assert disk.files() == {}
    assert not is_registered(session, component)
    disk.location.add_component(component, origin)
    assert len(disk.files()) == 30


@pytest.mark.parametrize("resume", [False, True])
def test_cancelled_in_the_middle_of_a_file(
    version: AssetVersion, disk: Disk, origin: Location, source: Path, resume: bool
) -> None:
    component = version.create_component(large(source), location=None)
    cancel = threading.Event()
    with (
        transferring(cancel=cancel, resume=resume, progress=on_report(2, cancel.set)),
        pytest.raises(TransferCancelledError),
    ):
        disk.location.add_component(component, origin)
    assert disk.files() == {}


def test_failing_report_ends_the_transfer(version: AssetVersion, disk: Disk, origin: Location, source: Path) -> None:
    component = version.create_component(frames(source, 10), location=None)
    with transferring(progress=on_report(3, lambda: 1 / 0)), pytest.raises(LocationError, match="division by zero"):
        disk.location.add_component(component, origin)
    assert disk.files() == {}


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("change", ["shorter", "longer", "other"])
def test_source_that_changes_meanwhile(
    version: AssetVersion, disk: Disk, origin: Location, source: Path, change: str, resume: bool
) -> None:
    path = large(source)
    component = version.create_component(path, location=None)

    def alter() -> None:
        with path.open("r+b") as file:
            if change == "shorter":
                file.truncate(SPAN + 1)
            else:
                file.seek(0, os.SEEK_SET if change == "other" else os.SEEK_END)
                file.write(b"changed")
        os.utime(path, ns=(1, 1))

    with (
        transferring(resume=resume, progress=on_report(1, alter)),
        pytest.raises(LocationError, match=r"changed.*nothing was registered") as caught,
    ):
        disk.location.add_component(component, origin)
    assert isinstance(caught.value.__cause__, TransferVerificationError)
    assert not [name for name in disk.files() if not name.rpartition("/")[2].startswith(".")]
    with transferring(resume=resume):
        disk.location.add_component(component, origin)
    assert list(disk.files().values()) == [path.read_bytes()]


def test_source_that_vanishes(version: AssetVersion, disk: Disk, origin: Location, source: Path) -> None:
    component = version.create_component(frames(source, 10), location=None)
    gone = source / "plate.0010.exr"
    with (
        transferring(workers=1, progress=on_report(4, gone.unlink)),
        pytest.raises(LocationError, match=r"plate\.0010\.exr.*9 file\(s\) were copied and removed again"),
    ):
        disk.location.add_component(component, origin)
    assert disk.files() == {}


def test_source_that_vanishes_while_others_are_uploaded(
    session: Session, version: AssetVersion, server: Location, origin: Location, source: Path
) -> None:
    component = version.create_component(frames(source, 4), location=None)
    gone = source / "plate.0004.exr"
    with (
        transferring(workers=1, progress=on_report(2, gone.unlink)),
        pytest.raises(LocationError, match=r"plate\.0004\.exr.*3 file\(s\) were copied and removed again") as caught,
    ):
        server.add_component(component, origin)
    assert server.accessor is not None
    for identifier in caught.value.details["transferred"]:  # type: ignore[attr-defined]
        with contextlib.closing(server.accessor.open(identifier)) as data, pytest.raises(AccessorResourceNotFoundError):
            data.read()
    assert not is_registered(session, component)


@pytest.mark.parametrize("resume", [False, True])
def test_disk_that_alters_what_is_written(
    version: AssetVersion, disk: Disk, origin: Location, source: Path, resume: bool
) -> None:
    component = version.create_component(large(source), location=None)

    def alter() -> None:
        (part,) = disk.folder.rglob(".*.part")
        with part.open("r+b") as file:
            file.seek(7)
            byte = file.read(1)
            file.seek(7)
            file.write(bytes([byte[0] ^ 1]))

    with (
        transferring(verify="checksum", resume=resume, progress=on_report(4, alter)),
        pytest.raises(LocationError, match=r"SHA-256.*nothing was registered") as caught,
    ):
        disk.location.add_component(component, origin)
    assert isinstance(caught.value.__cause__, TransferVerificationError)
    assert not [name for name in disk.files() if not name.rpartition("/")[2].startswith(".")]


def interrupt(disk: Disk, component: Component, origin: Location) -> None:
    """Break a transfer off after two steps."""
    with transferring(resume=True, progress=on_report(2, lambda: 1 / 0)), pytest.raises(LocationError):
        disk.location.add_component(component, origin)
    assert sorted(Path(name).suffix for name in disk.files()) == [".json", ".part"]


def test_interrupted_copy_goes_on(version: AssetVersion, disk: Disk, origin: Location, source: Path) -> None:
    path = large(source)
    component = version.create_component(path, location=None)
    interrupt(disk, component, origin)
    told: list[TransferProgress] = []
    with transferring(resume=True, progress=told.append):
        disk.location.add_component(component, origin)
    assert [each.bytes_done for each in told[:2]] == [2 * SPAN, 3 * SPAN]
    assert list(disk.files().values()) == [path.read_bytes()]


@pytest.mark.parametrize("change", ["source", "record", "part"])
def test_part_that_cannot_be_relied_on_is_not_used(
    version: AssetVersion, disk: Disk, origin: Location, source: Path, change: str
) -> None:
    path = large(source)
    component = version.create_component(path, location=None)
    interrupt(disk, component, origin)
    if change == "source":
        # Other data of the same size; the clock of the disk may not have moved since the first was written.
        os.utime(large(source), ns=(1, 1))
    elif change == "record":
        next(disk.folder.rglob("*.json")).write_text('{"copied": 3}')
    else:
        os.truncate(next(disk.folder.rglob("*.part")), 5)
    told: list[TransferProgress] = []
    with transferring(resume=True, progress=told.append):
        disk.location.add_component(component, origin)
    assert told[0].bytes_done == (5 if change == "part" else SPAN)
    assert list(disk.files().values()) == [path.read_bytes()]


def test_part_of_another_process_is_left_alone(
    version: AssetVersion, disk: Disk, origin: Location, source: Path
) -> None:
    fcntl = pytest.importorskip("fcntl")
    path = large(source)
    component = version.create_component(path, location=None)
    interrupt(disk, component, origin)
    part = next(disk.folder.rglob("*.part"))
    before = part.read_bytes()
    with part.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with transferring(resume=True):
            disk.location.add_component(component, origin)
    assert part.read_bytes() == before
    assert path.read_bytes() in disk.files().values()


def test_bar(version: AssetVersion, disk: Disk, source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rich")
    with transferring(progress="bar"):
        version.create_component(frames(source, 3), location=disk.location)
    assert "3/3 files" in capsys.readouterr().err
    assert len(disk.files()) == 3
