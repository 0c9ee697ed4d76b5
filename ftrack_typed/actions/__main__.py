"""Owns the command ``python -m ftrack_typed.actions FOLDER``: offers the actions of a folder until it is ended."""

from __future__ import annotations

import argparse
import importlib
import logging
import math
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, NoReturn

from ..command_line import CommandLine
from ..errors import FtrackError
from .folder import ActionFolder

if TYPE_CHECKING:
    from ..session import Session

_LOGGER: Final = logging.getLogger("ftrack_typed.actions")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when it is ended by a signal, 1 where it cannot begin."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, _end)
    try:
        with _session_type(options.package)(auto_connect_event_hub=True) as session:
            _run(session, options)
    except KeyboardInterrupt:
        return 0
    except (FtrackError, OSError, TypeError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(session: Session, options: argparse.Namespace) -> None:
    only_user = session.api_user if options.only_me else None
    with ThreadPoolExecutor(options.workers, "ftrack-action") as executor:
        folder = ActionFolder(session, options.folder, executor=executor, only_user=only_user)
        folder.refresh()
        _LOGGER.info("%d actions of %s are offered on %s.", len(folder.actions), options.folder, session.server_url)
        while True:
            session.event_hub.wait(options.interval)
            folder.refresh()


def _session_type(package: str) -> type[Session]:
    """Return the session of the generated *package*; raise ImportError where there is no such package."""
    session_type: type[Session] | None = getattr(importlib.import_module(package), "Session", None)
    if session_type is None:
        raise ImportError(f"{package} has no Session: name a package that ftrack-gen made")
    return session_type


def _parser() -> argparse.ArgumentParser:
    parser = CommandLine(
        prog="python -m ftrack_typed.actions",
        description="Offer the actions in the files of a folder; files that change are loaded again.",
    )
    parser.add_argument("folder", help="folder with Python files, each with classes that derive from Action")
    parser.add_argument(
        "--package", default="ftrack_typed.entities", help="generated package to work with (default: %(default)s)"
    )
    parser.add_argument("--only-me", action="store_true", help="offer them to the user of the API key alone")
    parser.add_argument("--workers", type=_count, default=4, help="launches that run at once (default: %(default)s)")
    parser.add_argument(
        "--interval", type=_seconds, default=1.0, help="seconds between looks at the folder (default: %(default)s)"
    )
    return parser


def _count(text: str) -> int:
    """Return the number that *text* gives."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {text}")
    return number


def _seconds(text: str) -> float:
    """Return the seconds that *text* gives."""
    seconds = float(text)
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"more than 0, not {text}")
    return seconds


def _end(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
