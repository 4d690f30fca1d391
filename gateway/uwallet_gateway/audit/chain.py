"""Each entry is sealed with a keyed digest over its fields and the digest of the one before.

A plain hash could be computed anew by whoever may write to the database. The key is derived from UWALLET_SECRET_KEY,
which is not stored there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from datetime import UTC

from uwallet_gateway.database import tables

# What the first entry is chained to.
BEGINNING = "0" * 64


def digest_of(entry: tables.AuditEntry, key: bytes) -> str:
    """The digest of an entry under a key, in hexadecimal; its own column `digest` is not part of it."""
    fields = [
        entry.id,
        entry.created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.address,
        entry.action,
        entry.target,
        entry.details,
        entry.previous,
    ]
    text = json.dumps(fields, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def problems(entries: Sequence[tables.AuditEntry], previous: tuple[int, str], keys: Sequence[bytes]) -> Iterator[str]:
    """What is wrong with entries in order.

    Args:
        entries: Ordered by id.
        previous: Id and digest of the entry before the first one; 0 and `BEGINNING` at the start.
        keys: The current key and former ones.
    """
    number, digest = previous
    for entry in entries:
        if entry.id != number + 1:
            yield f"entry {number + 1} is missing"
        if entry.previous != digest:
            yield f"entry {entry.id} is not chained to the one before"
        if not any(hmac.compare_digest(digest_of(entry, key), entry.digest) for key in keys):
            yield f"entry {entry.id} was changed, or sealed under a key that is not set any more"
        number, digest = entry.id, entry.digest
