"""Tests the symbols (session.md section 1): they stay themselves through every copy, and the size of a chunk."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import pytest

from ftrack_typed import symbols
from ftrack_typed.symbols import Symbol

SYMBOLS = [value for value in vars(symbols).values() if isinstance(value, Symbol)]


@pytest.mark.parametrize("symbol", SYMBOLS, ids=str)
def test_symbol_is_itself_in_every_copy(symbol: Symbol) -> None:
    copies = [copy.copy(symbol), copy.deepcopy(symbol), copy.deepcopy({"a": [symbol]})["a"][0]]
    if symbol is not symbols.JOB_SYNC_USERS_LDAP:  # whose name is not that of the module's attribute
        copies.append(pickle.loads(pickle.dumps(symbol)))
    assert all(each is symbol for each in copies)


def test_symbols_are_false_where_they_stand_for_no_value() -> None:
    assert {str(symbol) for symbol in SYMBOLS if not symbol} == {"NOT_SET", "SERVER_SIDE"}


def test_symbol_has_a_name_and_is_true_unless_told() -> None:
    symbol = Symbol("ANY")
    assert (str(symbol), repr(symbol), bool(symbol)) == ("ANY", "Symbol(ANY)", True)
    assert not Symbol("ANY", False)
    assert symbol != Symbol("ANY")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPONENT_ADDED_TO_LOCATION_TOPIC", "ftrack.location.component-added"),
        ("COMPONENT_REMOVED_FROM_LOCATION_TOPIC", "ftrack.location.component-removed"),
        ("ORIGIN_LOCATION_ID", "ce9b348f-8809-11e3-821c-20c9d081909b"),
        ("UNMANAGED_LOCATION_ID", "cb268ecc-8809-11e3-a7e2-20c9d081909b"),
        ("REVIEW_LOCATION_ID", "cd41be70-8809-11e3-b98a-20c9d081909b"),
        ("CONNECT_LOCATION_ID", "07b82a97-8cf9-11e3-9383-20c9d081909b"),
        ("SERVER_LOCATION_ID", "3a372bde-05bc-11e4-8908-20c9d081909b"),
    ],
)
def test_values_that_other_programs_know(name: str, value: str) -> None:
    assert getattr(symbols, name) == value


def test_names_of_the_documented_symbols() -> None:
    documented = ("NOT_SET", "CREATED", "MODIFIED", "DELETED")
    assert [str(getattr(symbols, name)) for name in documented] == list(documented)
    assert str(symbols.JOB_SYNC_USERS_LDAP) == "SYNC_USERS_LDAP"


@pytest.mark.parametrize(("told", "size"), [(None, 1048576), ("", 1048576), ("0", 1048576), ("4096", 4096)])
def test_size_of_a_chunk_comes_from_the_environment(told: str | None, size: int) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "FTRACK_API_FILE_CHUNK_SIZE"}
    if told is not None:
        variables["FTRACK_API_FILE_CHUNK_SIZE"] = told
    program = "from ftrack_typed.symbols import CHUNK_SIZE; print(CHUNK_SIZE)"
    done = subprocess.run([sys.executable, "-c", program], env=variables, capture_output=True, text=True, check=True)
    assert int(done.stdout) == size
