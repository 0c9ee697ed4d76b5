"""Owns the output folder: what a manifest in it lists is replaced all at once, and nothing else is touched."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

MANIFEST: Final = "ftrack-gen.json"
CACHES: Final = frozenset({"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".pyright"})


class OutputError(Exception):
    """The output folder cannot be written; the message says why, in one line."""


def with_manifest(texts: Mapping[str, str], workspace: str, workspace_hash: str) -> dict[str, bytes]:
    """Return the contents of all files, and of the manifest that lists them."""
    contents = {path: text.encode("utf-8") for path, text in sorted(texts.items())}
    manifest = {
        "workspace": workspace,
        "hash": workspace_hash,
        "files": {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()},
    }
    contents[MANIFEST] = f"{json.dumps(manifest, indent=2)}\n".encode()
    return contents


def stale_files(folder: Path, contents: Mapping[str, bytes]) -> list[str]:
    """Return the files of *folder* that are not as they would be written: other, missing, or no longer made.

    Raises:
        OutputError: *folder* has files that no manifest lists, or cannot be read.
    """
    listed = _check_folder(folder)
    try:
        other = [path for path, content in contents.items() if not _has(folder / path, content)]
    except OSError as error:
        raise OutputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    gone = [path for path in listed if path not in contents and (folder / path).exists()]
    return sorted({*other, *gone})


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make *folder* hold exactly *contents*, or leave it as it is.

    Raises:
        OutputError: *folder* has files that no manifest lists, or cannot be written; nothing has changed then.
    """
    _check_folder(folder)
    replace(folder, contents)


def replace(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Make *folder* hold *contents* and nothing else but caches, or leave it as it is.

    Raises:
        OutputError: it cannot be written; nothing has changed then.
    """
    folder = Path(os.path.realpath(folder))
    staged = folder.with_name(f".{folder.name}.ftrack-gen-{os.getpid()}")
    try:
        _stage(staged, contents, folder)
        _swap(staged, folder)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _stage(staged: Path, contents: Mapping[str, bytes], folder: Path) -> None:
    staged.parent.mkdir(parents=True, exist_ok=True)
    staged.mkdir()
    for path, content in contents.items():
        (staged / path).write_bytes(content)
    if folder.exists():
        shutil.copymode(folder, staged)


def _swap(staged: Path, folder: Path) -> None:
    """Put *staged* where *folder* is; caches move along."""
    if not folder.exists():
        staged.rename(folder)
        return
    replaced = staged.with_name(f"{staged.name}-replaced")
    folder.rename(replaced)
    try:
        staged.rename(folder)
    except OSError:
        replaced.rename(folder)
        raise
    for path in filter(_is_cache, replaced.iterdir()):
        with contextlib.suppress(OSError):
            path.rename(folder / path.name)
    shutil.rmtree(replaced, ignore_errors=True)


def _check_folder(folder: Path) -> tuple[str, ...]:
    """Return what the manifest of *folder* lists; raise OutputError when there is anything else."""
    if not folder.exists() and not folder.is_symlink():
        return ()
    if not folder.is_dir():
        raise OutputError(f"{folder}: is no folder (name the folder of the package)")
    listed = _listed(folder / MANIFEST)
    foreign = sorted(set(files_in(folder)) - set(listed))
    if foreign:
        shown = ", ".join(foreign[:5]) + (f" and {len(foreign) - 5} more" if len(foreign) > 5 else "")
        hint = "move them away or name another folder"
        raise OutputError(f"{folder}: holds files that ftrack-gen did not write: {shown} ({hint})")
    return listed


def files_in(folder: Path) -> Iterator[str]:
    """Yield the names of what is in *folder*, caches aside; that of a folder ends with a slash."""
    try:
        for path in sorted(folder.iterdir()):
            if not _is_cache(path):
                yield f"{path.name}/" if path.is_dir() and not path.is_symlink() else path.name
    except OSError as error:
        raise OutputError(f"{folder}: cannot be read: {error.strerror}") from error


def _is_cache(path: Path) -> bool:
    return path.name in CACHES or path.suffix == ".pyc"


def _listed(manifest: Path) -> tuple[str, ...]:
    """Return what a manifest lists, itself too; nothing when there is none."""
    if not manifest.is_file():
        return ()
    try:
        return (*json.loads(manifest.read_bytes())["files"], MANIFEST)
    except OSError as error:
        raise OutputError(f"{manifest}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "restore it, or move the folder away"
        raise OutputError(f"{manifest}: is no manifest of ftrack-gen any more ({hint})") from error


def _has(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
