"""Owns the rules of custom attributes: their definitions, plain values and links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..custom_values import check_sparse
from ..drafts import Draft, Rules


def _new_configuration(draft: Draft) -> None:
    draft.default("config", "{}")
    draft.default("label", draft.get("key"))


def _ends(draft: Draft) -> None:
    """Tell the types of both ends of a link from the entities themselves."""
    for end in ("from", "to"):
        entity_id = draft.get(f"{end}_id")
        if draft.get(f"{end}_entity_type") is None and entity_id is not None:
            draft.set(f"{end}_entity_type", _type_of(draft, str(entity_id)))


def _type_of(draft: Draft, entity_id: str) -> str | None:
    batch = draft.batch
    for name in ("Context", "Resource", "AssetVersion", "Asset", "List", "Component"):
        row = batch.row(batch.entity(name), (entity_id,)) if batch.has(name) else None
        if row is not None:
            return batch.concrete(batch.entity(name), row).name
    return None


RULES: Final[Mapping[str, Rules]] = {
    "CustomConfigurationBase": Rules(before_insert=(_new_configuration,)),
    "CustomAttributeValue": Rules(before_insert=(check_sparse,), before_update=(check_sparse,)),
    "CustomAttributeLink": Rules(before_insert=(_ends,)),
    "CustomAttributeLinkFrom": Rules(before_insert=(_ends,)),
}
