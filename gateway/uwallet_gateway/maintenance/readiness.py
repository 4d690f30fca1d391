"""Whether messages can be taken at this moment: the database and the disk are written to, not only read."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from pathlib import Path

import structlog
from sqlalchemy import text

from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.migrate import is_current

# Seconds after which a database that does not answer is not ready.
_PATIENCE = 3.0
# Seconds for which an answer counts: everybody may ask, and each look writes.
_FRESH = 2.0
# A full disk still takes a byte.
_PROBE = bytes(64 * 1024)
_log = structlog.get_logger()


class Readiness:
    """Looks by writing. Simultaneous callers share one look."""

    def __init__(self, database: Database, data_dir: Path) -> None:
        """Looks at nothing yet."""
        self._database = database
        self._data_dir = data_dir
        self._looking = asyncio.Lock()
        self._looked_at = float("-inf")
        self._state: dict[str, str] = {}
        # A look that has not come to its end.
        self._writing: asyncio.Task[str] | None = None

    async def state(self) -> dict[str, str]:
        """`database`: ok, not migrated or unavailable; `disk`: ok or unavailable."""
        async with self._looking:
            if time.monotonic() - self._looked_at > _FRESH:
                self._state = {"database": await self._look_at_database(), "disk": await self._look_at_disk()}
                self._looked_at = time.monotonic()
            return self._state

    async def _look_at_database(self) -> str:
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_row())
        # Not cancelled: that would wait for the driver, which has more patience with a lock.
        await asyncio.wait({self._writing}, timeout=_PATIENCE)
        if not self._writing.done():
            _log.error("ready.database_failed", reason="no answer")
            return "unavailable"
        written, self._writing = self._writing, None
        return written.result()

    async def _write_row(self) -> str:
        try:
            if not await is_current(self._database):
                return "not migrated"
            async with self._database.write() as transaction:
                # Nothing changes, and yet a page is written.
                await transaction.execute(text("UPDATE alembic_version SET version_num = version_num"))
        except Exception:
            _log.exception("ready.database_failed")
            return "unavailable"
        return "ok"

    async def _look_at_disk(self) -> str:
        try:
            await asyncio.to_thread(self._write_file)
        except OSError:
            _log.exception("ready.disk_failed", folder=str(self._data_dir))
            return "unavailable"
        return "ok"

    def _write_file(self) -> None:
        self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._data_dir) as file:
            file.write(_PROBE)
            file.flush()
            os.fsync(file.fileno())
