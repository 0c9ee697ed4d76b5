"""Owns the server that a workspace is fetched from: which one, as whom, and a sandbox started for it alone."""

from __future__ import annotations

import contextlib
import re
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator
from typing import IO, Any, Final
from urllib.parse import urlsplit

import attrs

from ftrack_gen.fetch import FetchError, failure, fetch_files
from ftrack_typed.errors import FtrackError
from ftrack_typed.retries import Retries
from ftrack_typed.settings import KEY_VARIABLES, SERVER_VARIABLE, USER_VARIABLE, Settings, resolve
from ftrack_typed.transport import HttpTransport, public_url

SANDBOX: Final = "sandbox"
"""What stands for a server that is started for the fetch, and stopped after it."""

HOSTED: Final = ".ftrackapp.com"
TIMEOUT: Final = 60.0
"""Seconds that a server may take for one answer."""

RETRIES: Final = Retries(attempts=3, wait_initial=0.1, wait_jitter=0.1)
"""Somebody sits before the screen: a wrong address should show at once."""

PATIENCE: Final = 60.0
"""Seconds that a sandbox may take to start, or to stop."""

_EXPORT: Final = re.compile(r"export (\w+)=(.*)")
_SAFE_NAME: Final = re.compile(
    r"(?!(con|prn|aux|nul|com\d|lpt\d)(\.|$))[a-z0-9_][a-z0-9._-]*(?<!\.)",  # Windows keeps the excluded names
    re.IGNORECASE,
)


@attrs.frozen
class Server:
    """A server and the user that asks it; what is None comes from the usual variables."""

    url: str | None
    api_user: str | None = None
    api_key: str | None = attrs.field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the address without credentials."""
        return public_url(self.url or "")


def fetch(server: Server) -> dict[str, Any]:
    """Return the files of the workspace of *server*, by name.

    Raises:
        FetchError: the server cannot be used, for whatever reason.
    """
    with _running(server) as running:
        settings = _settings(running)
        where = public_url(settings.server_url)
        transport = HttpTransport(
            settings.server_url, settings.api_user, settings.api_key, headers=settings.headers, retries=RETRIES
        )
        with contextlib.closing(transport):
            try:
                return fetch_files(transport)
            except (FtrackError, FetchError) as error:
                raise failure(error, where, settings.api_key) from None


def default_name(url: str) -> str:
    """Return the name of a server's workspace: that of the studio where ftrack hosts it, else that of its host."""
    return SANDBOX if url == SANDBOX else (urlsplit(url).hostname or "").removesuffix(HOSTED)


def is_safe_folder(name: str) -> bool:
    """Tell whether *name* can be that of a folder: on every system, and within the folder that it is put into."""
    return _SAFE_NAME.fullmatch(name) is not None


def is_address(text: str) -> bool:
    """Tell whether *text* says which server to ask."""
    with contextlib.suppress(ValueError):
        return text == SANDBOX or (text.startswith(("http://", "https://")) and bool(urlsplit(text).hostname))
    return False


def _settings(server: Server) -> Settings:
    """Return *server* with what the variables add; raise FetchError where something is told nowhere."""
    try:
        return resolve(
            server_url=server.url,
            api_key=server.api_key,
            api_user=server.api_user,
            schema_cache_path=False,
            timeout=TIMEOUT,
            cookies=None,
            headers=None,
            strict_api=False,
        )
    except TypeError as error:
        raise FetchError(str(error).replace("api_", "--api-")) from error


@contextlib.contextmanager
def _running(server: Server) -> Generator[Server]:
    """Give *server*; where that is a sandbox, one that runs as long as the block does."""
    if server.url != SANDBOX:
        yield server
        return
    command = [sys.executable, "-m", "ftrack_typed.sandbox", "--demo"]
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, text=True, encoding="utf-8"
        )
        try:
            yield _announced(process, said)
        finally:
            _stop(process)


def _announced(process: subprocess.Popen[str], said: IO[str]) -> Server:
    """Return the sandbox that *process* says that it is, once it answers.

    Raises:
        FetchError: it does not start; the message is the last line of what it *said*.
    """
    assert process.stdout is not None
    alarm = threading.Timer(PATIENCE, process.kill)
    alarm.start()
    try:
        lines = process.stdout.read().splitlines()  # it closes its output once it answers
    finally:
        alarm.cancel()
    exported = {match[1]: shlex.split(match[2])[0] for match in map(_EXPORT.fullmatch, lines) if match}
    values = [exported.get(name) for name in (SERVER_VARIABLE, USER_VARIABLE, KEY_VARIABLES[0])]
    if None in values:
        _stop(process)
        said.seek(0)
        last = (said.read().strip().splitlines() or ["it says nothing"])[-1]
        raise FetchError(f"the sandbox does not start: {last.removeprefix('ftrack-sandbox: ')}")
    return Server(*values)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()
