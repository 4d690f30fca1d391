"""Sign-ins that have been sent to the identity provider and are not back yet."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database


class ProviderStates:
    """What belongs to each `state`: nonce and code verifier. As authlib has a cache; each entry is read once."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def set(self, key: str, value: str, expires_in: float) -> None:
        """Stores an entry for so many seconds, and forgets those that are too old."""
        moment = now()
        row = tables.ProviderState
        async with self._database.write() as transaction:
            await transaction.execute(delete(row).where(row.expires_at <= moment))
            transaction.add(row(key=key, value=value, expires_at=moment + timedelta(seconds=expires_in)))

    async def get(self, key: str) -> str | None:
        """Takes an entry out, so that an answer of the provider that is sent again finds none."""
        row = tables.ProviderState
        async with self._database.write() as transaction:
            taken = delete(row).where(row.key == key).returning(row.value, row.expires_at)
            found = (await transaction.execute(taken)).one_or_none()
        return found.value if found and found.expires_at > now() else None

    async def delete(self, key: str) -> None:
        """Removes an entry. No-op if it is gone."""
        row = tables.ProviderState
        async with self._database.write() as transaction:
            await transaction.execute(delete(row).where(row.key == key))
