"""Owns the pages of widgets: their signed addresses, which need no other credentials and expire, and what they show."""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping
from typing import Final

from . import faults
from .batch import Batch
from .faults import Fault
from .signatures import Signer

WIDGET_PATH: Final = "/widget/v1/view"
LIFETIME: Final = 6 * 60
"""Seconds that an address can be used for (protocol section 2.7)."""

NAMES: Final = ("info", "tasks", "tasks_browser")
THEMES: Final = ("light", "dark")


class Widgets:
    """The widgets of one server. Their addresses are signed with a secret of this process and end with it."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Tell the time by *clock*, in seconds since 1970."""
        self._signer = Signer(clock=clock)

    def answer(self, batch: Batch, operation: Mapping[str, object]) -> object:
        """Answer ``get_widget_url``; raise Fault for an unknown widget, theme or entity."""
        name, theme = operation.get("name"), operation.get("theme")
        if name not in NAMES:
            raise faults.validation(f"get_widget_url: name must be one of {', '.join(NAMES)}, not {faults.shown(name)}")
        if theme not in (None, *THEMES):
            raise faults.validation(f"get_widget_url: theme must be light or dark, not {faults.shown(theme)}")
        entity_type, key = operation.get("entity_type"), operation.get("entity_key")
        if entity_type is not None:
            key = _known_key(batch, entity_type, key)
        shown = {"name": name, "theme": theme or "light", "entity_type": entity_type, "entity_key": key}
        token = self._signer.sign("widget", shown, LIFETIME)
        return {"widget_url": f"{batch.caller.server_url}{WIDGET_PATH}?token={token}"}

    def page(self, token: str) -> str | None:
        """Return the page that *token* is for, as HTML, or None where the token is not ours or too old."""
        try:
            shown = self._signer.verify("widget", token)
        except Fault:
            return None
        about = ""
        if shown["entity_type"] is not None:
            about = f" of {shown['entity_type']} {', '.join(map(str, shown['entity_key']))}"
        colours = "#222;color:#eee" if shown["theme"] == "dark" else "#fff;color:#222"
        return _PAGE.format(title=html.escape(f"{shown['name']}{about}"), colours=colours)


def _known_key(batch: Batch, entity_type: object, key: object) -> list[str]:
    """Return *key* where it is the whole key of an entity that is there; raise Fault where it is not."""
    if not isinstance(entity_type, str) or not batch.has(entity_type):
        raise faults.unknown_type(entity_type, batch.storage.model.entities)
    entity = batch.entity(entity_type)
    if not isinstance(key, list) or len(key) != len(entity.key_columns):
        raise faults.validation(f"get_widget_url: entity_key must be an array of {len(entity.key_columns)} values")
    parts = [str(part) for part in key]
    if batch.row(entity, tuple(parts)) is None:
        raise faults.no_entity(entity_type, parts)
    return parts


REFUSAL: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>ftrack-typed sandbox</title>
<p>This address has expired, or was never one of this server. Ask for a new one with <code>get_widget_url</code>.</p>
</html>
"""

_PAGE: Final = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<body style="background:{colours}">
<h1>{title}</h1>
<p>A widget of the ftrack-typed sandbox.</p>
</html>
"""
