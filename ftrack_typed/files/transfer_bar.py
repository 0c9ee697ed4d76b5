"""Owns the progress bar of transfers in a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .transfer_options import Report, TransferProgress


@contextlib.contextmanager
def bar() -> Generator[Report, None, None]:
    """Show a bar on the standard error stream, and give the function that moves it.

    Raise ImportError, with what to install, where the package rich is absent.
    """
    try:
        from rich import console, progress
    except ImportError as error:
        raise ImportError("a progress bar needs rich: install ftrack-typed[progress]") from error

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(binary_units=True),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console.Console(stderr=True)) as shown:
        task = shown.add_task("", total=None)

        def report(done: TransferProgress) -> None:
            text = f"{done.files_done}/{done.files_total} files"
            shown.update(task, description=text, completed=done.bytes_done, total=done.bytes_total)

        yield report
