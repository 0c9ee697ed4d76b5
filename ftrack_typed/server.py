"""Owns what a server says of itself: its information, its schema, and whether this client fits it."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from .answers import checked_schemas
from .errors import SchemaDriftWarning, ServerCompatibilityError, UnexpectedResponseError
from .transport import HttpTransport, public_url

if TYPE_CHECKING:
    from .schema import Schema
    from .settings import Settings

_LOGGER: Final = logging.getLogger(__name__)

MINIMUM_VERSION: Final = (3, 3, 11)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class Server:
    """One server. Its schema is read when first needed, from a cache if it can be."""

    def __init__(self, call: Callable[[Sequence[Mapping[str, Any]]], list[Any]], settings: Settings) -> None:
        """Ask the server for its information by *call*; wrong credentials show here."""
        self._call = call
        self._settings = settings
        self._lock = threading.Lock()
        self._raw: list[dict[str, Any]] | None = None
        self._schemas: dict[str, Schema] | None = None
        (information,) = call([{"action": "query_server_information"}])
        if not isinstance(information, dict):
            where = public_url(settings.server_url)
            raise UnexpectedResponseError(
                f"the server information is no object but {type(information).__name__}", where
            )
        self.information: Mapping[str, Any] = cast("dict[str, Any]", information)

    def check_compatibility(self) -> None:
        """Raise ServerCompatibilityError where the server names no version, or one that is too old (section 2.1)."""
        version = self.information.get("version")
        if not version:
            raise ServerCompatibilityError("the server does not say which version it is")
        found = _VERSION.match(str(version))
        if found and tuple(map(int, found.groups())) < MINIMUM_VERSION:
            needed = ".".join(map(str, MINIMUM_VERSION))
            raise ServerCompatibilityError(f"the server is version {version}; this client needs {needed} or newer")

    def warn_of_drift(self, package: str, schema_hash: str) -> None:
        """Warn where the schema is not the one of *schema_hash*, which *package* was generated from.

        The warning is that of the line that opens the session, which Python shows once.
        """
        if self.has_drifted(schema_hash):
            warnings.warn(
                f"{package} was generated from another schema than {self.address} has now: "
                f"run {self.generation(package)}",
                SchemaDriftWarning,
                stacklevel=3,
            )

    def has_drifted(self, schema_hash: str) -> bool:
        """Say whether the server's schema is not the one of *schema_hash*, as far as the server says."""
        return bool(self.schema_hash) and self.schema_hash != schema_hash

    @property
    def address(self) -> str:
        """Address of the server, without what is secret in it."""
        return public_url(self._settings.server_url)

    def generation(self, package: str) -> str:
        """Return the command that generates *package*, or one in place of ours, from the schema of the server."""
        output = "PACKAGE" if package.partition(".")[0] == "ftrack_typed" else package.replace(".", "/")
        return f"ftrack-gen --server {self.address} --output {output}"

    @property
    def schema_hash(self) -> str | None:
        """The hash of the server's schema, as the server says it."""
        return self.information.get("schema_hash")

    @property
    def raw_schemas(self) -> list[dict[str, Any]]:
        """The schemas as the server sent them."""
        with self._lock:
            if self._raw is None:
                self._raw = self._read_schemas()
            return self._raw

    def _read_schemas(self) -> list[dict[str, Any]]:
        from .schema import SchemaCache, default_cache_folder

        if self._settings.schema_cache is False:
            return self._query_schemas()
        cache = SchemaCache(self._settings.schema_cache or default_cache_folder())
        url = self._settings.server_url
        cached = cache.entry(url)
        if cached is not None and cached.schema_hash == self.schema_hash:
            return cached.schemas
        schemas = self._query_schemas()
        try:
            cache.write(url, schemas)
        except (OSError, TypeError) as error:
            # A session works without a cache; the next one asks the server again.
            _LOGGER.warning("The schemas of %s cannot be cached: %s", public_url(url), error)
        return schemas

    def _query_schemas(self) -> list[dict[str, Any]]:
        (schemas,) = self._call([{"action": "query_schemas"}])
        return checked_schemas(schemas, self._settings.server_url)

    @property
    def schemas(self) -> dict[str, Schema]:
        """The schemas by entity type."""
        if self._schemas is None:
            from .schema import structure_schemas

            self._schemas = {schema.id: schema for schema in structure_schemas(self.raw_schemas)}
        return self._schemas


def http_transport(settings: Settings) -> HttpTransport:
    """Return what carries the traffic of a session with *settings*."""
    from . import __version__

    return HttpTransport(
        settings.server_url,
        settings.api_user,
        settings.api_key,
        timeout=settings.timeout,
        headers={"user-agent": f"ftrack-typed/{__version__}", **settings.headers},
        cookies=settings.cookies,
        retries=settings.retries,
    )
