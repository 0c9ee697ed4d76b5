"""Owns the action ``delayed_job``: work that a server does by itself and keeps as a Job (protocol section 2.7)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Final

from ..errors import close_matches, did_you_mean
from . import faults, writes
from .batch import Batch

_REASONS: Final[Mapping[str, str]] = {
    "SYNC_USERS_LDAP": "Synchronisation of users failed: this server has no LDAP directory.",
    "ICONIK_SYNC_STRUCTURE": "Synchronisation with iconik failed: this server has no connection to iconik.",
}
"""Kinds of work that official clients and integrations ask for, and why each fails here."""


def delayed_job(batch: Batch, operation: Mapping[str, object]) -> dict[str, object]:
    """Make the Job of ``job_type`` and answer with it.

    The sandbox has no directory and no other service to synchronise with, so the job has failed already, and its
    ``data`` says why.

    Raises:
        Fault: there is no work of that name.
    """
    job_type = operation.get("job_type")
    if not isinstance(job_type, str) or job_type not in _REASONS:
        hint = did_you_mean(close_matches(job_type, _REASONS)) if isinstance(job_type, str) else ""
        raise faults.validation(
            f"delayed_job: job_type must be one of {', '.join(_REASONS)}, not {faults.shown(job_type)}{hint}"
        )
    data = json.dumps({"description": _REASONS[job_type], "job_type": job_type})
    values = {"id": str(uuid.uuid4()), "user_id": batch.caller.user_id or None, "status": "failed", "data": data}
    made = writes.create(batch, {"entity_type": "Job", "entity_data": values})
    return {"action": "delayed_job", "data": made["data"]}
