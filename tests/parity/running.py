"""Owns the running of facts: finds them, gives each a session of its own, and says how it went.

The official client's interpreter imports this too, so it needs the standard library alone.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from types import FrameType

from .client import Client, Fact

FOLDER = Path(__file__).parent / "facts"
SECONDS = 300.0
"""What a fact may take; a client that never returns fails it instead of stopping the tests."""


def facts() -> Iterator[tuple[str, Fact]]:
    """Yield all facts as ``module.function``: the functions of the modules in ``facts`` without an underscore."""
    for path in sorted(FOLDER.glob("[!_]*.py")):
        module = importlib.import_module(f"tests.parity.facts.{path.stem}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield f"{path.stem}.{name}", function


def outcome(fact: Fact, make_client: Callable[[Path], Client]) -> str | None:
    """Run *fact* with a client and a session of its own; return None, or how it failed."""
    with tempfile.TemporaryDirectory() as folder:
        client = make_client(Path(folder))
        try:
            with _limited(), contextlib.closing(client.open()) as session:
                client.server.clear()
                fact(client, session)
        except Exception as error:
            return _told(error)
    return None


def _told(error: Exception) -> str:
    """Return *error* and where in the facts it was raised, without what goes on inside of a client."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if FOLDER.name in Path(frame.filename).parts]
    return "".join((*traceback.format_list(own), *traceback.format_exception_only(type(error), error)))


class _TooLongError(Exception):
    """A fact did not come to an end."""


@contextlib.contextmanager
def _limited() -> Generator[None, None, None]:
    """Interrupt the body where it takes too long, as far as the machine can do that."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise _TooLongError(f"not finished after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
