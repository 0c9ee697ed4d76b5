"""Owns the commands that work on a database without serving it: ``ftrack-sandbox user`` and ``export``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..command_line import CommandLine

if TYPE_CHECKING:
    from .serving import Options

logger = logging.getLogger("ftrack_typed.sandbox")

_DETAILS: Final = {
    "email": "address of mail, where invitations go",
    "first_name": "as notes and lists show it",
    "last_name": "as notes and lists show it",
}


def _options(arguments: argparse.Namespace) -> Options:
    from .serving import Options

    return Options(database=arguments.database, workspace=arguments.workspace)


def _add(arguments: argparse.Namespace) -> None:
    from .accounts import NewAccount, add_account
    from .serving import opened_store
    from .users import random_key

    details = {name: getattr(arguments, name) for name in _DETAILS if getattr(arguments, name) is not None}
    account = NewAccount(
        username=arguments.name,
        roles=() if arguments.read_only else arguments.role or ("User",),
        projects=arguments.project or (),
        details=details,
        api_key=arguments.api_key or random_key(),
    )
    with opened_store(_options(arguments)) as store:
        add_account(store, account)
    print(account.api_key)


def _reset_key(arguments: argparse.Namespace) -> None:
    from .accounts import reset_key
    from .serving import opened_store
    from .users import random_key

    api_key = arguments.api_key or random_key()
    with opened_store(_options(arguments)) as store:
        reset_key(store, arguments.name, api_key)
    print(api_key)


def _list(arguments: argparse.Namespace) -> None:
    from .accounts import accounts
    from .serving import opened_store

    with opened_store(_options(arguments), alone=False) as store:
        for each in accounts(store):
            facts = ["active" if each.is_active else "inactive", "key" if each.has_key else "no key"]
            print("\t".join([each.username, *facts, ", ".join(each.roles) or "no role"]))


def _database(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--database", metavar="URL", required=True, help="file, or URL, that a server has made")
    parser.add_argument(
        "--workspace", metavar="FOLDER", type=Path, help="cached workspace that it was made for, if any"
    )


def _user_parser() -> argparse.ArgumentParser:
    parser = CommandLine(prog="ftrack-sandbox user", description="Say who may call a sandbox.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    add = commands.add_parser("add", help="make a user and print its API key")
    add.add_argument("name", help="user name")
    for name, meaning in _DETAILS.items():
        add.add_argument(f"--{name.replace('_', '-')}", metavar="TEXT", help=meaning)
    add.add_argument("--role", metavar="ROLE", action="append", help="security role; may be repeated (default: User)")
    add.add_argument("--read-only", action="store_true", help="give it no role: it can read, and write nothing")
    add.add_argument(
        "--project",
        metavar="NAME",
        action="append",
        help="limit the roles to a project, by name, full name or id; may be repeated (default: all)",
    )
    reset = commands.add_parser("reset-key", help="give a user a new API key, which ends the old one, and print it")
    reset.add_argument("name", help="user name")
    listing = commands.add_parser("list", help="print each user, also while a server serves the database")
    for command, work in ((add, _add), (reset, _reset_key)):
        command.add_argument("--api-key", metavar="KEY", help="the key (default: a new random one)")
        command.set_defaults(work=work)
    listing.set_defaults(work=_list)
    for command in (add, reset, listing):
        _database(command)
    return parser


def _export(arguments: argparse.Namespace) -> None:
    from .exports import ExportError, export
    from .serving import RefusedError, opened_store
    from .store import Store

    with opened_store(_options(arguments), alone=False) as store:
        trial = Store(store.workspace)
        try:
            found = export(store, trial)
        except ExportError as error:
            raise RefusedError(str(error)) from error
        finally:
            trial.close()
    for each in found.left:
        logger.warning("not the same in a database made from this export: %s", each)
    if arguments.output is None:
        sys.stdout.write(found.text())
        return
    try:
        arguments.output.write_text(found.text(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise RefusedError(f"cannot write {arguments.output}: {error.strerror}") from error


def _export_parser() -> argparse.ArgumentParser:
    parser = CommandLine(
        prog="ftrack-sandbox export", description="Write what a database holds as a file for --seed; keys are left out."
    )
    _database(parser)
    parser.add_argument("--output", metavar="FILE", type=Path, help="file to write (default: the standard output)")
    parser.set_defaults(work=_export)
    return parser


COMMANDS: Final[Mapping[str, Callable[[], argparse.ArgumentParser]]] = {"user": _user_parser, "export": _export_parser}
"""Parser of each command by its first word; its result has ``work``, which does it and raises SandboxError."""
