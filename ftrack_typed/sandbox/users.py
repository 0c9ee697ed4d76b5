"""Owns the API keys of the sandbox: keeps their hashes, makes new ones, and tells who is calling.

A key that the sandbox makes is random and could be kept under any hash. One that is given with ``--api-key`` may be as
short as "demo", so every key is kept under scrypt with a salt of its own. That costs some 50 ms a guess, and would cost
as much a call; so a key that was verified once is remembered in memory, under a keyed digest that is worthless outside
of this process, and each further call costs microseconds. So is one that was refused: a program that calls again and
again with an old key keeps nobody else waiting, and who guesses pays for each new guess. Whatever changes a user or a
key forgets all of them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Sequence

import attrs
import sqlalchemy as sql

from .batch import Change
from .caller import Caller
from .faults import Fault
from .store import Store

_SCRYPT_COST = 2**14
_REMEMBERED = 1000
"""Keys that are remembered at once, refused ones too; more than that is somebody's load test, and starts afresh."""

_KEYS = sql.Table(
    "sandbox_api_key",
    sql.MetaData(),
    sql.Column("user_id", sql.String, primary_key=True),
    sql.Column("salt", sql.LargeBinary, nullable=False),
    sql.Column("hash", sql.LargeBinary, nullable=False),
)


@attrs.frozen
class User:
    """Who is calling: a user that exists, is active and has shown its key."""

    id: str
    username: str


@attrs.frozen
class _Login:
    """What is kept of a user to let them in; salt and hash are empty where they have no key."""

    user_id: str
    is_active: bool
    salt: bytes = attrs.field(repr=False)
    hash: bytes = attrs.field(repr=False)


class Users:
    """The users of one store and their keys: one key each. Safe for use by several threads."""

    def __init__(self, store: Store) -> None:
        """Use *store*; the table of keys is made where it is missing."""
        self._store = store
        self._secret = secrets.token_bytes(32)
        self._known: dict[tuple[str, bytes], User | None] = {}
        self._generation = 0
        self._lock = threading.Lock()
        with store.transaction() as connection:
            _KEYS.create(connection, checkfirst=True)
        store.after_commit.append(self._notice)

    def authenticate(self, username: str, key: str) -> User:
        """Return the user of that name.

        Raises:
            Fault: there is no such user, it is not active, or *key* is not its key. The fault does not say which.
        """
        proof = (username, hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=self._secret).digest())
        known = self._known
        user = known[proof] if proof in known else self._verified(proof, key)
        if user is None:
            raise invalid_credentials()
        return user

    def _verified(self, proof: tuple[str, bytes], key: str) -> User | None:
        """Return the user whose key that is, or None, and remember it unless a user or key changed meanwhile."""
        generation = self._generation
        user = self._verify(proof[0], key)
        with self._lock:
            if generation == self._generation:
                if len(self._known) >= _REMEMBERED:
                    self._known = {}
                self._known[proof] = user
        return user

    def find(self, username: str) -> str | None:
        """Return the id of the user of exactly that name, active or not."""
        login = self._login(username)
        return None if login is None else login.user_id

    def with_key(self) -> frozenset[str]:
        """Return the ids of the users that have a key."""
        with self._store.database.transaction(writing=False) as connection:
            return frozenset(row[0] for row in connection.execute(sql.select(_KEYS.c.user_id)))

    def set_key(self, user_id: str, key: str) -> None:
        """Make *key* the only key of a user."""
        with self._store.transaction() as connection:
            write_key(connection, user_id, key)
        self.forget()

    def forget(self) -> None:
        """Verify every key anew: to be called after users or keys were written, and that was committed."""
        with self._lock:
            self._generation += 1
            self._known = {}

    def _notice(self, changes: Sequence[Change], _caller: Caller) -> None:
        if any(change.entity_type == "User" for change in changes):
            self.forget()

    def _verify(self, username: str, key: str) -> User | None:
        login = self._login(username)
        # A name that does not exist takes as long as a wrong key.
        salt, expected = (b"", b"") if login is None else (login.salt, login.hash)
        matches = hmac.compare_digest(_scrypt(key, salt), expected)
        return User(login.user_id, username) if matches and login is not None and login.is_active else None

    def _login(self, username: str) -> _Login | None:
        """Return what is known of the user of exactly that name: the column ignores case."""
        storage = self._store.storage
        if any(character in username for character in self._store.database.dialect.unstorable):
            return None
        entity = storage.entity("User")
        table = storage.tables[entity.table]
        name, user_id = table.c[entity.column("username")], table.c.id
        # A workspace of few types may have users that cannot be switched off.
        is_active = table.c[entity.column("is_active")] if "is_active" in entity.attributes else sql.true()
        joined = table.outerjoin(_KEYS, _KEYS.c.user_id == user_id)
        statement = sql.select(name, user_id, is_active, _KEYS.c.salt, _KEYS.c.hash).select_from(joined)
        with self._store.database.transaction(writing=False) as connection:
            for found, found_id, active, salt, digest in connection.execute(statement.where(name == username)):
                if found == username:
                    return _Login(found_id, active is True, salt or b"", digest or b"")
        return None


def write_key(connection: sql.Connection, user_id: str, key: str) -> None:
    """Make *key* the only key of a user, within a transaction; `Users.forget` is due once that is committed."""
    salt = secrets.token_bytes(16)
    connection.execute(sql.delete(_KEYS).where(_KEYS.c.user_id == user_id))
    connection.execute(sql.insert(_KEYS).values(user_id=user_id, salt=salt, hash=_scrypt(key, salt)))


def random_key() -> str:
    """Return a new key: 256 random bits as text."""
    return secrets.token_urlsafe(32)


def invalid_credentials() -> Fault:
    """Return the fault that answers a call without a valid user name and key."""
    return Fault(
        exception="InvalidCredentialsError",
        content="No active user has this name and API key: check the headers ftrack-user and ftrack-api-key.",
        error_code="api_credentials_invalid",
        status=401,
    )


def _scrypt(key: str, salt: bytes) -> bytes:
    return hashlib.scrypt(key.encode("utf-8", "surrogatepass"), salt=salt, n=_SCRYPT_COST, r=8, p=1)
