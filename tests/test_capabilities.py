"""Tests that a test which needs something absent says so, and fails where that thing is a must."""

from __future__ import annotations

import pytest

from tests import conftest


@pytest.fixture
def absent(monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the name of a capability that is absent."""
    monkeypatch.setattr(conftest, "CAPABILITIES", {"crystal ball": lambda: "nobody sells one"})
    monkeypatch.setattr(conftest, "absence", lambda name: conftest.CAPABILITIES[name]())
    return "crystal ball"


def test_absent_capability_skips_with_the_reason(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FTRACK_TYPED_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs 'crystal ball': nobody sells one"):
        conftest.require_capability(absent)


@pytest.mark.parametrize("setting", ["all", "crystal ball", "node, crystal ball"])
def test_absent_capability_fails_where_it_is_required(
    absent: str, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTRACK_TYPED_REQUIRE", setting)
    with pytest.raises(pytest.fail.Exception, match="required here by FTRACK_TYPED_REQUIRE, but nobody sells one"):
        conftest.require_capability(absent)


def test_unknown_capability_is_an_error_not_a_skip() -> None:
    with pytest.raises(KeyError):
        conftest.require_capability("no such capability")


def test_all_leaves_out_what_nobody_can_install() -> None:
    assert conftest.is_required("node", "all")
    assert not conftest.is_required("recorded", "all")
    assert conftest.is_required("recorded", "all,recorded")
    assert not conftest.is_required("node", "")
