"""Puts the files of one server together: storage, signed addresses, the actions and what follows a commit."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import attrs
import sqlalchemy as sql

from ..batch import Batch, Change
from ..caller import Caller
from ..page_values import Links
from ..roles import check_file
from ..signatures import Signer
from ..store import Handler, Store
from ..walks import chunks
from .encoding import Encodings, encode_media
from .folders import chosen_folder, claim, server_secret
from .multipart import MultipartUploads
from .receiving import Received
from .routes import GET_PATH, THUMBNAIL_PATH, not_found
from .storage import FileStorage
from .uploads import LIFETIME, Uploads
from .worker import Encoder

_COMPLETE: Final = "complete_multipart_upload"


class Files:
    """The files of one server."""

    def __init__(self, store: Store, folder: Path, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        """Keep the files of the components of *store* in *folder*."""
        self._store = store
        self.signer = Signer(secret, clock)
        self.storage = FileStorage(folder)
        self.multipart = MultipartUploads(self.storage, self.signer)
        self.uploads = Uploads(self.storage, self.signer, self.multipart)
        self.encoder = Encoder(store, self.storage, Encodings(store))
        self.actions: Mapping[str, Handler] = {
            "get_upload_metadata": self.uploads.answer,
            _COMPLETE: self._complete,
            "encode_media": encode_media,
        }
        """Handlers for `Store.actions`."""
        self._forget_orphans()

    @property
    def reading(self) -> frozenset[str]:
        """Those of `actions` that change no row."""
        return frozenset({"get_upload_metadata", _COMPLETE})

    def prepare(self, operations: Sequence[Mapping[str, object]]) -> None:
        """Do what takes long for a batch before it begins, because others wait for it then; raise Fault."""
        for operation in operations:
            if operation.get("action") == _COMPLETE:
                self.multipart.prepare(operation)

    def notice(self, changes: Sequence[Change], caller: Caller) -> None:
        """Remove the files of components whose rows a batch removed, and encode what it asked to be encoded.

        A hook for `Store.after_commit`.
        """
        self.encoder.notice(changes, caller)
        component = self._store.storage.model.entities.get("Component")
        table = None if component is None else component.table
        for change in changes:
            if change.action == "remove" and self._store.storage.entity(change.entity_type).table == table:
                self.storage.remove(str(change.key[0]))

    def take(self, content: Mapping[str, object], received: Received) -> None:
        """Keep a body that was received whole at an address with a token of that *content*; raise Fault."""
        upload_id = content.get("upload")
        if isinstance(upload_id, str):
            self.multipart.add(upload_id, int(str(content["part"])), received)
        else:
            self.storage.keep(received.path, str(content["id"]))

    def remove(self, component_id: str, caller: Caller) -> None:
        """Remove the file of a component.

        Raises:
            Fault: there is none, or *caller* may not.
        """
        with self._store.database.transaction(writing=False) as connection:
            check_file(self._store._batch(connection, caller), component_id)
        if not self.storage.remove(component_id):
            raise not_found(component_id)

    def download(self, component_id: str) -> tuple[Path, str]:
        """Return the file of a component and the name to save it under.

        Raises:
            Fault: there is none.
        """
        path = self.storage.find(component_id)
        if path is None:
            raise not_found(component_id)
        with self._store.database.transaction(writing=False) as connection:
            entity = self._store.storage.entity("Component")
            table = self._store.storage.tables[entity.table]
            columns = [table.c[entity.column(name)].label(name) for name in ("name", "file_type")]
            row = connection.execute(sql.select(*columns).where(table.c.id == component_id)).mappings().first()
        name = component_id if row is None else f"{row['name'] or component_id}{row['file_type'] or ''}"
        return path, "".join("_" if each in '/\\"' or not each.isprintable() else each for each in name)

    def links(self, caller: Caller) -> Links:
        """Return the addresses that *caller* can fetch files at."""
        return SignedLinks(self, caller.server_url)

    def _complete(self, batch: Batch, operation: Mapping[str, object]) -> object:
        check_file(batch, str(operation.get("component_id")))
        component_id = self.multipart.complete(operation)
        url = self.links(batch.caller).component(component_id)
        return {"action": _COMPLETE, "component_id": component_id, "url": url}

    def _forget_orphans(self) -> None:
        """Remove the files of components that were never created, or removed while the server was killed."""
        if "Component" not in self._store.storage.model.entities:
            return
        horizon = self.signer.clock() - LIFETIME
        old = [component_id for component_id, stored_at in self.storage.stored() if stored_at < horizon]
        name = sql.func.lower(self._store.storage.tables[self._store.storage.entity("Component").table].c.id)
        for chunk in chunks(old):
            with self._store.database.transaction(writing=False) as connection:
                known = set(connection.execute(sql.select(name).where(name.in_(chunk))).scalars())
            for component_id in chunk:
                if component_id not in known:
                    self.storage.remove(component_id)


@attrs.frozen
class SignedLinks:
    """Addresses of files that need no key: they are signed, and expire."""

    _files: Files
    _server_url: str

    def component(self, component_id: str) -> str | None:
        """Return the address of a component's file, or None where this server has none."""
        return self._signed(GET_PATH, "get", component_id)

    def thumbnail(self, component_id: str) -> str | None:
        """Return the address of a component's preview, or None where this server has no file of it."""
        return self._signed(THUMBNAIL_PATH, "thumbnail", component_id)

    def _signed(self, path: str, purpose: str, component_id: str) -> str | None:
        if self._files.storage.find(component_id) is None:
            return None
        token = self._files.signer.sign(purpose, {"id": component_id}, LIFETIME)
        return f"{self._server_url}{path}?{urlencode({'id': component_id, 'token': token})}"


@contextlib.contextmanager
def opened_files(store: Store, folder: Path | None) -> Generator[Files]:
    """Open the files of a store: in *folder*, or where files of its database lie by default.

    Raises:
        ForeignFolderError: the folder belongs to another database.
        OSError: the folder cannot be used.
    """
    secret = server_secret(store)
    with chosen_folder(folder, store, secret) as chosen:
        claim(chosen, secret)
        files = Files(store, chosen, secret)
        try:
            yield files
        finally:
            files.encoder.stop()
