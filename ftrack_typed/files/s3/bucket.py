"""Owns the requests to one bucket: one client for all threads, made when it is first needed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Generator, Mapping
from typing import Any, Final, TypeVar, cast

from ...errors import AccessorOperationFailedError, AccessorResourceNotFoundError
from .boto3_protocols import Answer, GivenClient, GivenSession, S3Client
from .client import check_boto3, new_client
from .failures import expected_errors, failure

T = TypeVar("T")

_CREATING: Final = ("PutObject", "CompleteMultipartUpload")
"""Operations in which an object appears."""


class Bucket:
    """Asks for what is under keys of one bucket. All methods raise an AccessorError that names bucket and key."""

    def __init__(
        self,
        name: str,
        client: GivenClient | None,
        session: GivenSession | None,
        region: str | None,
        endpoint_url: str | None,
    ) -> None:
        """Ask with *client*, or with one that is made of the others."""
        self.name = name
        self._client = cast("S3Client | None", client)
        self._session = session
        self._region = region
        self._endpoint = endpoint_url
        self._is_ready = False
        self._lock = threading.Lock()
        self._exclusive: list[str] = []  # several threads may create one key: each of them counts

    def address(self, key: str) -> str:
        """Return how people write where *key* is."""
        return f"s3://{self.name}/{key}"

    def ask(self, operation: str, identifier: str, key: str, call: Callable[[S3Client], T]) -> T:
        """Return what *call* returns; *operation* and *identifier* are for the error where it fails."""
        check_boto3()
        try:
            return call(self._ready_client())
        except expected_errors() as error:
            found = self.failure(error, operation, identifier, key)
        raise found

    def failure(self, error: Exception, operation: str, identifier: str, key: str) -> Exception:
        """Return what an error of boto3 means."""
        client = self._client
        endpoint = self._endpoint or (client.meta.endpoint_url if client is not None else "")
        return failure(error, operation, identifier, self.address(key), endpoint)

    def _ready_client(self) -> S3Client:
        with self._lock:
            if self._client is None:
                self._client = new_client(self._session, self._region, self._endpoint)
            if not self._is_ready:
                for each in _CREATING:
                    self._client.meta.events.register(f"before-parameter-build.s3.{each}", self._forbid_replacing)
                self._is_ready = True
            return self._client

    def _forbid_replacing(self, params: dict[str, Any], **_: object) -> None:
        """Say that an object must not replace another: the transfer manager passes no such argument on."""
        if params.get("Bucket") == self.name and params.get("Key") in self._exclusive:
            params["IfNoneMatch"] = "*"

    @contextlib.contextmanager
    def creating(self, key: str, exclusive: bool) -> Generator[None, None, None]:
        """Make what appears under *key* in a block of code replace nothing, where *exclusive* says so."""
        if exclusive:
            self._exclusive.append(key)
        try:
            yield
        finally:
            if exclusive:
                self._exclusive.remove(key)

    def head(self, operation: str, identifier: str, key: str) -> Answer | None:
        """Return what is known of the object under *key*, or None where there is none."""
        if not key:
            return None
        try:
            return self.ask(operation, identifier, key, lambda client: client.head_object(Bucket=self.name, Key=key))
        except AccessorResourceNotFoundError:
            return None

    def get(self, operation: str, identifier: str, key: str, parameters: Mapping[str, object]) -> Answer:
        """Return the answer whose body is the data of an object."""
        wanted = {"Bucket": self.name, "Key": key, "ChecksumMode": "ENABLED", **parameters}
        return self.ask(operation, identifier, key, lambda client: client.get_object(**wanted))

    def put_nothing(self, operation: str, identifier: str, key: str) -> None:
        """Make an object without data."""
        self.ask(operation, identifier, key, lambda client: client.put_object(Bucket=self.name, Key=key, Body=b""))

    def delete(self, operation: str, identifier: str, key: str) -> None:
        """Delete the object under *key*, if there is one."""
        self.ask(operation, identifier, key, lambda client: client.delete_object(Bucket=self.name, Key=key))

    def first_keys(self, operation: str, identifier: str, prefix: str, count: int) -> list[str]:
        """Return at most *count* keys that start with *prefix*."""

        def call(client: S3Client) -> list[str]:
            answer = client.list_objects_v2(Bucket=self.name, Prefix=prefix, MaxKeys=count)
            return [str(each["Key"]) for each in answer.get("Contents", ())]

        return self.ask(operation, identifier, prefix, call)

    def names(self, operation: str, identifier: str, prefix: str) -> tuple[bool, list[str]]:
        """Return whether any key starts with *prefix*, and the names behind it, up to the next slash."""

        def call(client: S3Client) -> tuple[bool, list[str]]:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
            keys = [
                str(key)
                for page in pages
                for key in (
                    *(each["Key"] for each in page.get("Contents", ())),
                    *(each["Prefix"] for each in page.get("CommonPrefixes", ())),
                )
            ]
            return bool(keys), [name for key in keys if (name := key[len(prefix) :].rstrip("/"))]

        return self.ask(operation, identifier, prefix, call)

    def signed_url(self, identifier: str, key: str, seconds: int) -> str:
        """Return an address to fetch an object at; no request is made."""
        wanted = {"Bucket": self.name, "Key": key}
        return self.ask(
            "get_url", identifier, key, lambda client: client.generate_presigned_url("get_object", wanted, seconds)
        )

    def discard(self, identifier: str, key: str) -> None:
        """Delete an object that must not be there, as well as that goes."""
        with contextlib.suppress(AccessorOperationFailedError):
            self.delete("remove", identifier, key)
