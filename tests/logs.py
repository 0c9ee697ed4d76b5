"""Owns the reading of what was logged: by the logger that a test is about, whoever else logs something meanwhile."""

from __future__ import annotations

import pytest


def messages_of(logger: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what *logger*, or one below it, logged in this test.

    Threads of servers and event hubs that other tests of this process share log whenever they like.
    """
    return [record.getMessage() for record in caplog.records if f"{record.name}.".startswith(f"{logger}.")]
