"""Owns the part of boto3 that is used, as far as checkers need to know it; boto3 itself has no types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

Answer = Mapping[str, Any]
"""What a call returns, as boto3 documents it."""


class Body(Protocol):
    """What an object's data is read from."""

    def read(self, amt: int | None = None) -> bytes: ...
    def close(self) -> None: ...


class Readable(Protocol):
    """What an upload reads; it need have no places."""

    def read(self, size: int = -1) -> bytes: ...


class Paginator(Protocol):
    """What asks for page after page."""

    def paginate(self, *, Bucket: str, Prefix: str, Delimiter: str) -> Iterable[Answer]: ...


class EventEmitter(Protocol):
    """What calls functions while a client works."""

    def register(self, event_name: str, handler: Callable[..., object]) -> object: ...


class ClientMeta(Protocol):
    """What a client says of itself."""

    @property
    def events(self) -> EventEmitter: ...
    @property
    def endpoint_url(self) -> str: ...


class S3Client(Protocol):
    """The part of boto3's S3 client that is used; boto3 itself is not typed."""

    @property
    def meta(self) -> ClientMeta: ...

    def head_object(self, *, Bucket: str, Key: str) -> Answer: ...
    def get_object(self, **parameters: Any) -> Answer: ...
    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> Answer: ...
    def delete_object(self, *, Bucket: str, Key: str) -> Answer: ...
    def list_objects_v2(self, *, Bucket: str, Prefix: str, MaxKeys: int) -> Answer: ...
    def get_paginator(self, operation_name: str) -> Paginator: ...
    def generate_presigned_url(
        self,
        ClientMethod: str,
        Params: Mapping[str, object],
        ExpiresIn: int,
    ) -> str: ...


class TransferFuture(Protocol):
    """What tells of one upload."""

    def result(self) -> object: ...
    def cancel(self) -> None: ...
    def done(self) -> bool: ...


class TransferManager(Protocol):
    """What uploads, in parts where that is better."""

    def __enter__(self) -> TransferManager: ...
    def __exit__(self, *error: object) -> object: ...
    def upload(
        self,
        fileobj: str | Readable,
        bucket: str,
        key: str,
        extra_args: Mapping[str, object],
        subscribers: Sequence[object],
    ) -> TransferFuture: ...


class GivenClient(Protocol):
    """An S3 client that a user has; packages of stubs give it types that no narrower protocol fits."""

    @property
    def meta(self) -> Any: ...
    @property
    def head_object(self) -> Any: ...
    @property
    def get_object(self) -> Any: ...


class GivenSession(Protocol):
    """A session of boto3 that a user has."""

    @property
    def client(self) -> Any: ...
