"""Owns what the scenarios share: the official client, further sessions, and the expectation of an error."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Generator
from typing import Any, TypeAlias

ftrack_api: Any = importlib.import_module("ftrack_api")
"""The official client; this project's own interpreter does not have it."""

Session: TypeAlias = Any
"""An ``ftrack_api.Session``."""


def open_session(**arguments: Any) -> Session:
    """Open a further session, which has seen nothing yet."""
    return ftrack_api.Session(plugin_paths=[], **arguments)


@contextlib.contextmanager
def raised(error_class: type[Exception], *words: str) -> Generator[None]:
    """Check that the body raises an error of the class, with all the words in its text."""
    try:
        yield
    except error_class as error:
        text = str(error)
    else:
        raise AssertionError(f"no {error_class.__name__} was raised")
    missing = [word for word in words if word not in text]
    assert not missing, f"{missing} not in {text}"
