"""Canned replies. The initial ones come from canned_replies.yml; then supervisors edit them."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.yaml_files import load_yaml

FIRST_ONES = Path(__file__).with_name("canned_replies.yml")
MOST_OF_TITLE, MOST_OF_TEXT, MOST_OF_SHORTCUT = 100, 1000, 32
MOST = 500


class CannedRepliesError(Exception):
    """The first replies are not what they should be; the text names file, entry and reason."""


class _First(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_min_length=1)

    title: str = Field(max_length=MOST_OF_TITLE)
    text: str = Field(max_length=MOST_OF_TEXT)
    shortcut: str = Field(max_length=MOST_OF_SHORTCUT)


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text to send; `shortcut` is typed after 「/」, or None."""

    id: int
    title: str
    text: str
    shortcut: str | None


class CannedReplies:
    """All of them."""

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def all(self) -> list[CannedReply]:
        """By title."""
        async with self._database.read() as transaction:
            rows = await transaction.scalars(
                select(tables.CannedReply).order_by(tables.CannedReply.title, tables.CannedReply.id)
            )
            return [_reply(row) for row in rows]

    async def add(self, title: str, text: str, shortcut: str | None) -> CannedReply:
        """Stores a new one.

        Raises:
            InputError: shortcut_taken; conflict, if there are too many.
        """
        async with self._database.write() as transaction:
            ids = set(await transaction.scalars(select(tables.CannedReply.id)))
            if len(ids) >= MOST:
                raise InputError(ErrorCode.CONFLICT)
            await _check_free(transaction, shortcut, None)
            row = tables.CannedReply(title=title, text=text, shortcut=shortcut, updated_at=now())
            transaction.add(row)
            await transaction.flush()
            record(transaction, Action.CANNED_REPLY_ADDED, str(row.id), title=title)
            return _reply(row)

    async def change(self, reply_id: int, title: str, text: str, shortcut: str | None) -> CannedReply:
        """Replaces one.

        Raises:
            InputError: not_found, shortcut_taken.
        """
        async with self._database.write() as transaction:
            row = await transaction.get(tables.CannedReply, reply_id, with_for_update=True)
            if row is None:
                raise InputError(ErrorCode.NOT_FOUND)
            await _check_free(transaction, shortcut, reply_id)
            row.title, row.text, row.shortcut, row.updated_at = title, text, shortcut, now()
            record(transaction, Action.CANNED_REPLY_CHANGED, str(reply_id), title=title)
            return _reply(row)

    async def remove(self, reply_id: int) -> None:
        """Removes one. No-op if it is gone."""
        async with self._database.write() as transaction:
            await transaction.execute(delete(tables.CannedReply).where(tables.CannedReply.id == reply_id))
            record(transaction, Action.CANNED_REPLY_REMOVED, str(reply_id))

    async def add_first_ones(self) -> None:
        """Stores those of canned_replies.yml if there was never any agent: to be called before the first one is made.

        Raises:
            CannedRepliesError: The file is not what it should be.
        """
        first = read_first_ones()
        async with self._database.write() as transaction:
            if await transaction.scalar(select(tables.Agent.id).limit(1)) is not None:
                return
            for reply in first:
                row = tables.CannedReply(**reply.model_dump(), updated_at=now())
                await insert_unless_there(transaction, row)


def read_first_ones(path: Path = FIRST_ONES) -> list[_First]:
    """Reads the replies that a new desk begins with.

    Raises:
        CannedRepliesError: The file is not what it should be.
    """
    replies, _ = load_yaml(path, TypeAdapter(list[_First]), CannedRepliesError)
    shortcuts = [reply.shortcut for reply in replies]
    twice = {shortcut for shortcut in shortcuts if shortcuts.count(shortcut) > 1}
    if twice:
        raise CannedRepliesError(f"{path}: the shortcut {min(twice)!r} stands twice")
    return replies


async def _check_free(transaction: AsyncSession, shortcut: str | None, reply_id: int | None) -> None:
    if shortcut is None:
        return
    owner = await transaction.scalar(select(tables.CannedReply.id).where(tables.CannedReply.shortcut == shortcut))
    if owner is not None and owner != reply_id:
        raise InputError(ErrorCode.SHORTCUT_TAKEN)


def _reply(row: tables.CannedReply) -> CannedReply:
    return CannedReply(row.id, row.title, row.text, row.shortcut)
