"""Owns the hash by which a client and a server tell whether they know the same schemas."""

from __future__ import annotations

import hashlib
import json


def schema_hash(raw: object) -> str:
    """Return the hash that a server gives as ``schema_hash`` for the schemas *raw*, as 32 hexadecimal digits.

    It is the MD5 of the schemas as JSON text with sorted keys, the separators ``", "`` and ``": "`` and everything
    beyond ASCII escaped: the order of keys does not count, that of lists does.

    Raises:
        TypeError: *raw* is not made of JSON values.
    """
    text = json.dumps(raw, sort_keys=True)
    return hashlib.md5(text.encode("ascii"), usedforsecurity=False).hexdigest()
