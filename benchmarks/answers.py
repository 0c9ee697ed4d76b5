"""Owns what the stub server answers: each operation's result as bytes, a query's worked out once and then kept."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs

from .production import Production, Reference

_QUERY: Final = re.compile(
    r"(?:select\s+(?P<select>.+?)\s+from\s+)?(?P<type>\w+)(?:\s+where\s+(?P<where>.+?))?", re.DOTALL
)
_WINDOW: Final = re.compile(r"\s+(?P<word>limit|offset)\s+(?P<count>\d+)")
_KEYS: Final = re.compile(r"\(?\s*id\s+(?:is|in|=)\s*\(?(?P<keys>[-\w\s\"',]+)\)?\s*\)?")


class UnanswerableError(Exception):
    """What the stub does not know how to answer; the client is told as a real server would tell it."""


@attrs.frozen
class Query:
    """A query as far as the stub understands it: however a text is spelt, equal questions are equal."""

    entity_type: str
    select: tuple[str, ...]
    keys: tuple[str, ...] | None = None
    offset: int = 0
    limit: int | None = None

    @classmethod
    def parsed(cls, text: str, default: Mapping[str, Sequence[str]]) -> Query:
        """Return what *text* asks for; *default* has what each entity type is asked for without a ``select``."""
        window = {match["word"]: int(match["count"]) for match in _WINDOW.finditer(text)}
        match = _QUERY.fullmatch(_WINDOW.sub("", text).strip())
        if match is None or match["type"] not in default:
            raise UnanswerableError(f"the stub cannot read the query {text!r}")
        names = match["select"].split(",") if match["select"] else default[match["type"]]
        select = tuple(sorted({name.strip() for name in names}))
        return cls(match["type"], select, _keys(match["where"]), window.get("offset", 0), window.get("limit"))


def _keys(where: str | None) -> tuple[str, ...] | None:
    if where is None:
        return None
    match = _KEYS.fullmatch(where.strip())
    if match is None:
        raise UnanswerableError(f"the stub finds rows by id alone, not by {where!r}")
    return tuple(key.strip(" \"'") for key in match["keys"].split(","))


def dumped(value: object) -> bytes:
    """Return *value* as JSON without needless spaces."""
    return json.dumps(value, separators=(",", ":")).encode()


class Answers:
    """The answers of a server with one production. Nothing that a client sends is kept."""

    def __init__(self, schemas: list[Mapping[str, Any]], tasks: int) -> None:
        """Answer for the production of *tasks* tasks that *schemas* describe."""
        self._schemas = {str(schema["id"]): schema for schema in schemas}
        self._select = {name: schema["default_projections"] for name, schema in self._schemas.items()}
        self._unasked = {name: _unasked(schema) for name, schema in self._schemas.items()}
        self._production = Production(self._schemas, tasks)
        self._pages: dict[Query, bytes] = {}
        digest = hashlib.md5(json.dumps(schemas, sort_keys=True).encode()).hexdigest()
        information = {"version": "4.13.8", "schema_hash": digest, "is_timezone_support_enabled": True}
        self._canned = {"query_server_information": dumped(information), "query_schemas": dumped(schemas)}

    def to(self, operations: Sequence[Mapping[str, Any]]) -> bytes:
        """Return the answer to a batch."""
        return b"[" + b",".join(self._result(operation) for operation in operations) + b"]"

    def _result(self, operation: Mapping[str, Any]) -> bytes:
        action = operation["action"]
        if action in self._canned:
            return self._canned[action]
        if action == "query":
            query = Query.parsed(operation["expression"], self._select)
            return self._pages.get(query) or self._page(query)
        if action in ("create", "update"):
            return dumped({"action": action, "data": self._saved(operation)})
        raise UnanswerableError(f"Invalid action u'{action}'")

    def _page(self, query: Query) -> bytes:
        if query.keys is not None:
            rows = self._production.find(query.keys)
        else:
            rows = [
                Reference(query.entity_type, index) for index in range(self._production.sizes.get(query.entity_type, 0))
            ]
        end = len(rows) if query.limit is None else min(len(rows), query.offset + query.limit)
        page = _Page(self._production, self._schemas, self._unasked)
        data = [page.written(row, _tree(query.select)) for row in rows[query.offset : end]]
        following = {"offset": end} if end < len(rows) else {"offset": None}
        answer = self._pages[query] = dumped({"action": "query", "data": data, "metadata": {"next": following}})
        return answer

    def _saved(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Return the entity as a server reports it after it was written: what was sent, its key, what comes unasked."""
        entity_type = operation["entity_type"]
        key = dict(zip(self._schemas[entity_type]["primary_key"], operation.get("entity_key") or (), strict=False))
        row = Reference(entity_type, 0)
        unasked = {name: self._production.value(row, name) for name in self._unasked[entity_type]}
        return {**unasked, **operation["entity_data"], **key, "__entity_type__": entity_type}

    def change_description(self, index: int, text: str | None) -> None:
        """Give task number *index* another description, or its own again, and write the pages anew that show it."""
        self._production.descriptions[index] = text
        stale = [query for query in self._pages if query.entity_type == "Task" and _may_show(query, index)]
        for query in stale:
            self._page(query)


def _may_show(query: Query, index: int) -> bool:
    inside = query.offset <= index and (query.limit is None or index < query.offset + query.limit)
    return query.keys is not None or inside


def _unasked(schema: Mapping[str, Any]) -> list[str]:
    """Return the attributes that a server adds to every row (protocol section 3.2): its system projections."""
    properties: Mapping[str, Mapping[str, Any]] = schema["properties"]
    alias = schema.get("alias_for")
    raw = [*schema.get("system_projections", ()), *(alias.get("classifiers", ()) if isinstance(alias, dict) else ())]
    return [name for name, each in properties.items() if name in raw or each.get("alias_for") in raw]


def _tree(select: Sequence[str]) -> dict[str, Any]:
    """Return the paths of a ``select`` as nested mappings."""
    tree: dict[str, Any] = {}
    for path in select:
        branch = tree
        for name in path.split("."):
            branch = branch.setdefault(name, {})
    return tree


class _Page:
    """Writes the rows of one answer: what was said of an entity is not said again (protocol section 3.2)."""

    def __init__(
        self, production: Production, schemas: Mapping[str, Mapping[str, Any]], unasked: Mapping[str, Sequence[str]]
    ) -> None:
        self._production = production
        self._schemas = schemas
        self._unasked = unasked
        self._told: dict[Reference, set[str]] = {}

    def written(self, row: Reference, tree: Mapping[str, Any]) -> dict[str, Any]:
        """Return *row* with the attributes of *tree*."""
        schema = self._schemas[row.entity_type]
        told = self._told.setdefault(row, set())
        data: dict[str, Any] = {"__entity_type__": row.entity_type}
        data.update((name, self._production.value(row, name)) for name in schema["primary_key"])
        for name in (*tree, *self._unasked[row.entity_type]):
            if name in told or name in data or name not in schema["properties"]:
                continue
            told.add(name)
            data[name] = self._value(self._production.value(row, name), tree.get(name, {}))
        return data

    def _value(self, value: Any, tree: Mapping[str, Any]) -> Any:
        if isinstance(value, Reference):
            return self.written(value, tree)
        if isinstance(value, list):
            return [self.written(each, tree) for each in value]
        return value
