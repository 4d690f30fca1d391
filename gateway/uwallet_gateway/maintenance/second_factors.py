"""Encrypts the secrets of agents' second factors anew that are encrypted under a former key."""

from __future__ import annotations

import structlog
from sqlalchemy import select, update

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.sealing import Seal, SecretUnreadableError

_log = structlog.get_logger()


async def renew_second_factors(database: Database, seal: Seal) -> int:
    """Encrypts all secrets under the current key; returns how many were not yet.

    Raises:
        DatabaseUnavailableError: The database does not answer.
    """
    row = tables.SecondFactor
    changed = 0
    async with database.read() as transaction:
        rows = (await transaction.execute(select(row.agent_id, row.secret).where(row.secret.is_not(None)))).all()
    for agent_id, stored in rows:
        if seal.is_current(stored):
            continue
        try:
            renewed = seal.renew(stored)
        except SecretUnreadableError:
            _log.warning("second_factors.unreadable", agent_id=agent_id)
            continue
        async with database.write() as transaction:
            # Unless it was replaced meanwhile.
            same = update(row).where(row.agent_id == agent_id, row.secret == stored)
            await transaction.execute(same.values(secret=renewed))
        changed += 1
    return changed
