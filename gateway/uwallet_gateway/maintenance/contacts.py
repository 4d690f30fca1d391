"""Encrypts contacts that an earlier version has stored as they are, and those under a former key anew."""

from __future__ import annotations

import structlog
from sqlalchemy import select, update

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.sealing import SecretUnreadableError
from uwallet_gateway.support.contacts import contact_hint

# What every ciphertext of Fernet begins with: its version and the first bytes of a time before 2106.
_ENCRYPTED = "gAAAA"
_log = structlog.get_logger()


async def seal_contacts(database: Database, keys: Keys) -> int:
    """Encrypts all contacts under the current key; returns how many were not yet.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    changed = 0
    for table in (tables.Conversation, tables.Ticket):
        async with database.read() as transaction:
            rows = (await transaction.execute(select(table.id, table.contact).where(table.contact.is_not(None)))).all()
        for row_id, stored in rows:
            values = _sealed(keys, str(stored), has_hint=table is tables.Ticket)
            if values:
                async with database.write() as transaction:
                    # Unless it was replaced meanwhile.
                    same = update(table).where(table.id == row_id, table.contact == stored)
                    await transaction.execute(same.values(**values))
                changed += 1
    return changed


def _sealed(keys: Keys, stored: str, *, has_hint: bool) -> dict[str, str]:
    if not stored.startswith(_ENCRYPTED):
        hint = {"contact_hint": contact_hint(stored)} if has_hint else {}
        return {"contact": keys.contacts.seal(stored)} | hint
    if keys.contacts.is_current(stored):
        return {}
    try:
        return {"contact": keys.contacts.renew(stored)}
    except SecretUnreadableError:
        _log.warning("contacts.unreadable")
        return {}
