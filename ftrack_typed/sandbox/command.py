"""Runs a sandbox from the command line: ``ftrack-sandbox``."""

from __future__ import annotations

import argparse
import contextlib
import enum
import importlib
import ipaddress
import logging
import os
import shlex
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..command_line import CommandLine
from ..standard_output import written
from .maintenance import COMMANDS

if TYPE_CHECKING:
    from types import FrameType

    from .serving import Options, Server

logger = logging.getLogger("ftrack_typed.sandbox")


class ExitCode(enum.IntEnum):
    """How ``ftrack-sandbox`` ends."""

    STOPPED = 0
    FAILED = 1
    USAGE = 2
    WORKSPACE = 3
    DATABASE = 4
    ADDRESS = 5
    PACKAGES = 6
    FILES = 7
    SEED = 8
    REFUSED = 9


_EPILOG = """\
Once the server answers, three lines for a shell go to the standard output, which is closed then; all else goes to the
standard error output. So this starts a server in the background and points the clients of this shell to it:

  eval "$(ftrack-sandbox --demo &)"

Ctrl-C, or SIGTERM, stops it.

commands on a database, each with a --help of its own:

  ftrack-sandbox user add|list|reset-key    who may call, with which roles
  ftrack-sandbox export                     what is stored, as a file for --seed

exit codes: 0 stopped, or done, 1 unexpected failure, 2 wrong usage, 3 unreadable workspace, 4 unusable database,
5 unusable address, 6 missing packages, 7 unusable folder for files, 8 unusable seed,
9 a user, role or project that is not there, or is there already, 141 nobody reads the output any more"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command until it is stopped, and return its exit code."""
    return written(lambda: _main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        options = COMMANDS[given[0]]().parse_args(given[1:])
    else:
        options = _parser().parse_args(given)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="ftrack-sandbox: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return ExitCode.STOPPED


def _run(arguments: argparse.Namespace) -> int:
    try:
        importlib.import_module("lark")  # first needed for a query, which is too late to say so
        from . import serving
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("ftrack_typed"):
            raise
        logger.error("the package %s is missing: pip install 'ftrack-typed[sandbox]'", error.name)
        return ExitCode.PACKAGES
    given = {name: value for name, value in vars(arguments).items() if value is not None}
    try:
        if "work" in given:
            given["work"](arguments)
        else:
            _serve(serving.Options(**given))
    except serving.SandboxError as error:
        logger.error("%s", error)
        return _exit_code(error)
    except BrokenPipeError:
        raise
    except Exception:
        logger.exception("unexpected failure")
        return ExitCode.FAILED
    return ExitCode.STOPPED


def _exit_code(error: Exception) -> ExitCode:
    from . import serving

    codes: dict[type[Exception], ExitCode] = {
        serving.WorkspaceUnusableError: ExitCode.WORKSPACE,
        serving.DatabaseUnusableError: ExitCode.DATABASE,
        serving.PackageMissingError: ExitCode.PACKAGES,
        serving.AddressUnusableError: ExitCode.ADDRESS,
        serving.FilesUnusableError: ExitCode.FILES,
        serving.SeedUnusableError: ExitCode.SEED,
        serving.RefusedError: ExitCode.REFUSED,
    }
    return codes.get(type(error), ExitCode.FAILED)


def _serve(options: Options) -> None:
    """Serve until a signal comes."""
    from .application import create_application
    from .serving import Server, listen, opened_service, server_url

    with contextlib.closing(listen(options.host, options.port)) as listening, opened_service(options) as service:
        url = server_url(options.host, listening)
        server = Server(create_application(service), on_ready=lambda: _announce(url, options))
        _stop_on_signals(server)
        server.run(sockets=[listening])


def _announce(url: str, options: Options) -> None:
    """Print the variables that clients need, and close the standard output: nothing else goes there."""
    from .serving import environment

    if sys.stdout is not None:  # it is where the program was started without one
        with contextlib.suppress(BrokenPipeError):
            for name, value in environment(url, options).items():
                print(f"export {name}={shlex.quote(value)}")
            sys.stdout.flush()
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), sys.stdout.fileno())
    logger.info("%s answers, as process %d", url, os.getpid())
    if not _is_loopback(options.host):
        logger.warning("warning: other machines can reach this server, and it has no encryption")


def _stop_on_signals(server: Server) -> None:
    """Stop *server* on the first signal, and drop what it is doing on the second."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    signal.signal(signal.SIGTERM, stop)
    # A shell starts what runs in the background with Ctrl-C ignored.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, stop)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = CommandLine(
        prog="ftrack-sandbox",
        description="Run a local server that ftrack's clients use like the real one, for development and tests.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", metavar="HOST", help="address to listen on (default: 127.0.0.1, this machine only)")
    parser.add_argument("--port", metavar="PORT", type=_port, help="port to listen on (default: 0, any free one)")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="where to keep everything: a file, or a URL such as postgresql://user@host/name (default: memory)",
    )
    parser.add_argument(
        "--workspace", metavar="FOLDER", type=Path, help="cached workspace to serve (default: a stock server)"
    )
    parser.add_argument(
        "--files",
        metavar="FOLDER",
        type=Path,
        help="where to keep uploaded files (default: NAME.files beside the database, or a temporary folder)",
    )
    parser.add_argument("--demo", action="store_true", help="make a project to play with, unless the database has it")
    parser.add_argument(
        "--seed", metavar="FILE", type=Path, help="operations, as JSON, to run on the database when it is new"
    )
    parser.add_argument("--api-user", metavar="NAME", type=_header, help="name of the administrator (default: sandbox)")
    parser.add_argument(
        "--api-user-id", metavar="ID", type=_header, help="id of that user, where it is new (default: random)"
    )
    parser.add_argument(
        "--api-key", metavar="KEY", type=_header, help="API key of that user (default: a new random one)"
    )
    return parser


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 0 to 65535")
    return port


def _header(text: str) -> str:
    """Return *text* where it can travel in a header of HTTP."""
    if not text or text != text.strip() or not text.isprintable() or any(ord(character) > 255 for character in text):
        raise argparse.ArgumentTypeError(f"{text!r} cannot be sent in a header of HTTP: use plain characters")
    return text
