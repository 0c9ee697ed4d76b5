"""Tests that what a test reads of the log is what it is about, and nothing that other threads say."""

from __future__ import annotations

import logging
import threading

import pytest

from tests.logs import messages_of


def test_what_others_log_meanwhile_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    names = ("tests.about", "tests.about.part", "tests.aboutness", "tests", "uvicorn.error")

    def talk() -> None:
        for name in names:
            logging.getLogger(name).warning("%s", name)

    others = threading.Thread(target=talk)
    others.start()
    others.join()
    assert messages_of("tests.about", caplog) == ["tests.about", "tests.about.part"]
