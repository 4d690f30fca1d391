"""Canned replies: those that everybody has, and each agent's own. The initial ones come from canned_replies.yml."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass
from sqlalchemy import ColumnElement, delete, func, or_, select
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
MOST_OF_TITLE, MOST_OF_TEXT, MOST_OF_SHORTCUT, MOST_OF_FOLDER = 100, 1000, 32, 32
# Of those that everybody has, and of each agent's own.
MOST = 500
MOST_HOURS = 24 * 90
# Days in which uses are counted.
USES_DAYS = 30
# What is filled in when a reply is put into a chat.
_VARIABLE = re.compile(r"\{([^{}\n]{1,16})\}")

Ending = Literal["close", "follow_up"]


class CannedRepliesError(Exception):
    """The first replies are not what they should be; the text names file, entry and reason."""


class _First(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_min_length=1)

    title: str = Field(max_length=MOST_OF_TITLE)
    text: str = Field(max_length=MOST_OF_TEXT)
    shortcut: str = Field(max_length=MOST_OF_SHORTCUT)


@dataclass(frozen=True, slots=True)
class ReplyContent:
    """What a reply says and does.

    Attributes:
        title: What it is called.
        text: To send.
        shortcut: Typed after 「/」, or None.
        folder: Where it is filed, or None.
        labels: Put on the ticket when it is sent.
        ending: What becomes of the chat then; None: it goes on.
        follow_up_hours: After how many hours somebody comes back to it, with `follow_up`.
    """

    title: str
    text: str
    shortcut: str | None = None
    folder: str | None = None
    labels: tuple[str, ...] = ()
    ending: Ending | None = None
    follow_up_hours: int | None = None


@dataclass(frozen=True, slots=True)
class CannedReply:
    """A text to send, with what is done beside: one with labels or an ending is a macro."""

    id: int
    title: str
    text: str
    shortcut: Annotated[str | None, Field(description="Typed after `/`")]
    folder: str | None
    is_personal: Annotated[bool, Field(description="The agent's own, which nobody else sees")]
    labels: Annotated[list[str], Field(description="Put on the ticket when it is sent")]
    ending: Annotated[Ending | None, Field(description="What becomes of the chat then")]
    follow_up_hours: Annotated[int | None, Field(description="Hours until the follow-up, with `follow_up`")]
    uses: Annotated[int, Field(description=f"How often it was sent in the last {USES_DAYS} days")]


class CannedReplies:
    """All of them."""

    def __init__(self, database: Database, variables: Collection[str]) -> None:
        """Reads nothing yet.

        Args:
            database: Where they are.
            variables: Names that a text may have in braces.
        """
        self._database = database
        self._variables = frozenset(variables)

    async def all(self, agent_id: int) -> list[CannedReply]:
        """Those that everybody has and the agent's own, by title."""
        row = tables.CannedReply
        statement = select(row).where(_visible_to(agent_id)).order_by(row.title, row.id)
        async with self._database.read() as transaction:
            rows = (await transaction.scalars(statement)).all()
            return await _replies(transaction, rows)

    async def find(self, reply_id: int, agent_id: int) -> CannedReply:
        """One that the agent has.

        Raises:
            InputError: not_found, also of somebody else's.
        """
        async with self._database.read() as transaction:
            row = await transaction.scalar(
                select(tables.CannedReply).where(tables.CannedReply.id == reply_id, _visible_to(agent_id))
            )
            if row is None:
                raise InputError(ErrorCode.NOT_FOUND)
            return (await _replies(transaction, [row]))[0]

    async def add(self, content: ReplyContent, owner_id: int | None = None) -> CannedReply:
        """Stores a new one; `owner_id` is whose it is, None: everybody's.

        Raises:
            InputError: shortcut_taken, unknown_variable; conflict, if there are too many.
        """
        self.check(content)
        async with self._database.write_unless_taken(ErrorCode.SHORTCUT_TAKEN) as transaction:
            row = await _add(transaction, content, owner_id)
            return (await _replies(transaction, [row]))[0]

    async def change(
        self, reply_id: int, content: ReplyContent, agent_id: int, *, may_share: bool, owner_id: int | None
    ) -> CannedReply:
        """Replaces one.

        Args:
            reply_id: Which.
            content: What it says from now on.
            agent_id: Who changes it.
            may_share: Whether they may change what everybody has.
            owner_id: Whose it is from now on; None: everybody's.

        Raises:
            InputError: not_found, forbidden, shortcut_taken, unknown_variable.
        """
        self.check(content)
        async with self._database.write_unless_taken(ErrorCode.SHORTCUT_TAKEN) as transaction:
            row = await transaction.get(tables.CannedReply, reply_id, with_for_update=True)
            _check_writable(row, agent_id, may_share=may_share)
            if row is None or (owner_id is None and not may_share):
                raise InputError(ErrorCode.FORBIDDEN)
            await _check_free(transaction, content.shortcut, owner_id, reply_id)
            _write(row, content, owner_id)
            record(transaction, Action.CANNED_REPLY_CHANGED, str(reply_id), title=content.title)
            return (await _replies(transaction, [row]))[0]

    async def remove(self, reply_id: int, agent_id: int, *, may_share: bool) -> None:
        """Removes one. No-op if it is gone.

        Raises:
            InputError: not_found of somebody else's, forbidden.
        """
        async with self._database.write() as transaction:
            row = await transaction.get(tables.CannedReply, reply_id)
            if row is None:
                return
            _check_writable(row, agent_id, may_share=may_share)
            await transaction.execute(delete(tables.CannedReply).where(tables.CannedReply.id == reply_id))
            record(transaction, Action.CANNED_REPLY_REMOVED, str(reply_id))

    async def take_over(self, contents: Sequence[ReplyContent], owner_id: int | None) -> tuple[int, int]:
        """Stores all of them or none. One with the title and folder of an existing one replaces it.

        Returns:
            How many are new, and how many were replaced.

        Raises:
            InputError: shortcut_taken, unknown_variable, conflict; `details` has the `row` from 0.
        """
        added = 0
        async with self._database.write_unless_taken(ErrorCode.SHORTCUT_TAKEN) as transaction:
            for number, content in enumerate(contents):
                try:
                    self.check(content)
                    added += await _take_over(transaction, content, owner_id)
                except InputError as error:
                    raise InputError(error.code, details={**(error.details or {}), "row": number}) from error
            if contents:
                record(transaction, Action.CANNED_REPLIES_IMPORTED, count=len(contents), personal=owner_id is not None)
        return added, len(contents) - added

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

    def check(self, content: ReplyContent) -> None:
        """Refuses a text with a variable that nobody fills in: the user would read it in braces.

        Raises:
            InputError: unknown_variable.
        """
        unknown = [name for name in _VARIABLE.findall(content.text) if name not in self._variables]
        if unknown:
            raise InputError(ErrorCode.UNKNOWN_VARIABLE, details={"variable": unknown[0]})


async def count_use(transaction: AsyncSession, reply_id: int, agent_id: int) -> None:
    """Counts that an agent has sent a reply. No-op if it is gone or somebody else's."""
    row, moment = tables.CannedReplyUse, now()
    known = select(tables.CannedReply.id).where(tables.CannedReply.id == reply_id, _visible_to(agent_id))
    if await transaction.scalar(known) is None:
        return
    today = moment.date()
    # First, so that two who send at one moment are both counted.
    await insert_unless_there(transaction, row(reply_id=reply_id, day=today, count=0))
    use = await transaction.get(row, (reply_id, today), with_for_update=True, populate_existing=True)
    if use is not None:
        use.count += 1
    await transaction.execute(delete(row).where(row.reply_id == reply_id, row.day <= today - timedelta(USES_DAYS)))


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


def _check_writable(row: tables.CannedReply | None, agent_id: int, *, may_share: bool) -> None:
    if row is None or row.owner_id not in {None, agent_id}:
        raise InputError(ErrorCode.NOT_FOUND)
    if row.owner_id is None and not may_share:
        raise InputError(ErrorCode.FORBIDDEN)


def _visible_to(agent_id: int) -> ColumnElement[bool]:
    owner = tables.CannedReply.owner_id
    return or_(owner.is_(None), owner == agent_id)


async def _add(transaction: AsyncSession, content: ReplyContent, owner_id: int | None) -> tables.CannedReply:
    ids = set(await transaction.scalars(select(tables.CannedReply.id).where(_of(owner_id))))
    if len(ids) >= MOST:
        raise InputError(ErrorCode.CONFLICT)
    await _check_free(transaction, content.shortcut, owner_id, None)
    row = tables.CannedReply()
    _write(row, content, owner_id)
    transaction.add(row)
    await transaction.flush()
    record(transaction, Action.CANNED_REPLY_ADDED, str(row.id), title=content.title)
    return row


async def _take_over(transaction: AsyncSession, content: ReplyContent, owner_id: int | None) -> bool:
    row = await transaction.scalar(
        select(tables.CannedReply)
        .where(
            _of(owner_id),
            tables.CannedReply.title == content.title,
            tables.CannedReply.folder.is_not_distinct_from(content.folder),
        )
        .order_by(tables.CannedReply.id)
        .limit(1)
    )
    if row is None:
        await _add(transaction, content, owner_id)
        return True
    await _check_free(transaction, content.shortcut, owner_id, row.id)
    _write(row, content, owner_id)
    await transaction.flush()
    return False


def _of(owner_id: int | None) -> ColumnElement[bool]:
    return tables.CannedReply.owner_id.is_not_distinct_from(owner_id)


async def _check_free(
    transaction: AsyncSession, shortcut: str | None, owner_id: int | None, reply_id: int | None
) -> None:
    if shortcut is None:
        return
    holder = await transaction.scalar(
        select(tables.CannedReply.id).where(tables.CannedReply.shortcut == shortcut, _of(owner_id))
    )
    if holder is not None and holder != reply_id:
        raise InputError(ErrorCode.SHORTCUT_TAKEN)


def _write(row: tables.CannedReply, content: ReplyContent, owner_id: int | None) -> None:
    row.owner_id, row.folder = owner_id, content.folder
    row.title, row.text, row.shortcut = content.title, content.text, content.shortcut
    row.labels, row.ending, row.follow_up_hours = list(content.labels), content.ending, content.follow_up_hours
    row.updated_at = now()


async def _replies(transaction: AsyncSession, rows: Sequence[tables.CannedReply]) -> list[CannedReply]:
    use = tables.CannedReplyUse
    counted = await transaction.execute(
        select(use.reply_id, func.sum(use.count))
        .where(use.day > now().date() - timedelta(USES_DAYS))
        .group_by(use.reply_id)
    )
    uses: dict[int, int] = dict(counted.tuples().all())
    return [
        CannedReply(
            id=row.id,
            title=row.title,
            text=row.text,
            shortcut=row.shortcut,
            folder=row.folder,
            is_personal=row.owner_id is not None,
            labels=row.labels,
            ending=cast("Ending | None", row.ending),
            follow_up_hours=row.follow_up_hours,
            uses=uses.get(row.id, 0),
        )
        for row in rows
    ]
