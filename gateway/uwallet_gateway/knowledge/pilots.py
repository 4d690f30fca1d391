"""A version that one site, or a share of the conversations, is answered by before all are (docs/adr/0020)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.served import served_digest
from uwallet_gateway.knowledge.store import in_state, revision_of

_WHOLE = 100
# Each turn asks it; making a statement takes longer than asking it.
_pilot, _conversation = tables.KnowledgePilot.__table__.c, tables.Conversation.__table__
_UNDER_WAY = (
    select(_pilot.id, _pilot.version, _pilot.served_sha256, _pilot.site, _pilot.share, _conversation.c.site_key)
    .join(_conversation, _conversation.c.id == bindparam("conversation"))
    .where(_pilot.ended_at.is_(None))
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who is answered by the pilot: a site, or so many of a hundred conversations; the other one is None."""

    site: str | None
    share: int | None


@dataclass(frozen=True, slots=True)
class PilotTurn:
    """A turn while there is a pilot.

    Attributes:
        pilot_id: Which one.
        sha256: What the engine knows it by.
        is_pilot: Whether it answers this turn; otherwise what is published does.
    """

    pilot_id: int
    sha256: str
    is_pilot: bool


class KnowledgePilots:
    """At most one at a time. Which version a conversation gets is told by its id and site: always the same one."""

    def __init__(self, database: Database) -> None:
        """Keeps what it works with."""
        self._database = database

    async def running(self) -> tables.KnowledgePilot | None:
        """The pilot that has not ended; None without one."""
        async with self._database.read() as transaction:
            return await _running(transaction)

    async def require_none(self) -> None:
        """Refuses while there is a pilot.

        Raises:
            InputError: pilot_running.
        """
        async with self._database.read() as transaction:
            if await in_state(transaction, "pilot") is not None:
                raise InputError(ErrorCode.PILOT_RUNNING)

    async def start(self, number: int, revision: int, scope: Scope, agent: str, note: str) -> tables.KnowledgePilot:
        """Makes the draft the pilot.

        Args:
            number: Of the draft.
            revision: Of the draft, which must still be the one that was checked.
            scope: Who gets it; a site must be known.
            agent: Who does it.
            note: What for.

        Raises:
            InputError: not_found; site_unknown; entry_changed; pilot_running; publication_set.
        """
        async with self._database.write() as transaction:
            published = await in_state(transaction, "published", lock=True)
            row = await transaction.get(tables.KnowledgeVersion, number, with_for_update=True)
            if await in_state(transaction, "pilot") is not None:
                raise InputError(ErrorCode.PILOT_RUNNING)
            if published is None or row is None or row.state != "draft":
                raise InputError(ErrorCode.NOT_FOUND)
            if await transaction.get(tables.KnowledgePlan, number) is not None:
                raise InputError(ErrorCode.PUBLICATION_SET)
            if scope.site is not None and await transaction.get(tables.Site, scope.site) is None:
                raise InputError(ErrorCode.SITE_UNKNOWN)
            if await revision_of(transaction, number) != revision:
                raise InputError(ErrorCode.ENTRY_CHANGED)
            row.state, row.note = "pilot", note or row.note
            pilot = tables.KnowledgePilot(
                version=number,
                against=published.number,
                served_sha256=served_digest(row.files),
                site=scope.site,
                share=scope.share,
                agent=agent,
                note=note,
                started_at=now(),
            )
            transaction.add(pilot)
            record(
                transaction,
                Action.PILOT_STARTED,
                str(number),
                against=published.number,
                site=scope.site,
                share=scope.share,
                sha256=row.sha256,
                note=note or None,
            )
            await transaction.flush()
            return pilot

    async def publish(self, agent: str, note: str) -> tables.KnowledgeVersion:
        """Makes the pilot the published version.

        Raises:
            InputError: not_found, without one.
        """
        async with self._database.write() as transaction:
            published, row, pilot = await _locked(transaction)
            moment = now()
            if published is not None:
                published.state = "retired"
            row.state, row.published_at, row.published_by = "published", moment, agent
            row.note = note or row.note
            pilot.ended_at, pilot.outcome, pilot.ended_by = moment, "published", agent
            record(
                transaction,
                Action.KNOWLEDGE_PUBLISHED,
                str(row.number),
                before=published.number if published else None,
                sha256=row.sha256,
                note=note or None,
                pilot=pilot.id,
            )
            return row

    async def withdraw(self, agent: str) -> tables.KnowledgeVersion:
        """Ends the pilot: it is the draft again, unless editors have gone on with another, which has all of it.

        Raises:
            InputError: not_found, without one.
        """
        async with self._database.write() as transaction:
            published, row, pilot = await _locked(transaction)
            draft = await in_state(transaction, "draft", lock=True)
            row.state = "draft" if draft is None else "withdrawn"
            if draft is not None and published is not None and draft.based_on == row.number:
                draft.based_on = published.number
            pilot.ended_at, pilot.outcome, pilot.ended_by = now(), "withdrawn", agent
            record(transaction, Action.PILOT_WITHDRAWN, str(row.number), pilot=pilot.id)
            return row

    async def turn_of(self, conversation_id: str) -> PilotTurn | None:
        """By what a conversation is answered now; None while there is no pilot.

        Asked for each turn, so that several gateways begin and end it at the same moment.
        """
        row = await self._database.look_up(_UNDER_WAY, {"conversation": conversation_id})
        if row is None:
            return None
        chosen = is_chosen(row.id, conversation_id, row.site_key, Scope(row.site, row.share))
        return PilotTurn(row.id, row.served_sha256, chosen)


async def note_turn(
    transaction: AsyncSession, turn: PilotTurn, conversation_id: str, asked_at: datetime, *, is_as_asked: bool
) -> None:
    """Keeps by which version a conversation was answered, in the transaction that stores its answer.

    Args:
        transaction: That of the answer.
        turn: What it was to be answered by.
        conversation_id: Which one.
        asked_at: When the user has written.
        is_as_asked: Whether the engine has done so.
    """
    row = await transaction.get(tables.PilotTalk, (turn.pilot_id, conversation_id))
    if row is None:
        transaction.add(
            tables.PilotTalk(
                pilot_id=turn.pilot_id,
                conversation_id=conversation_id,
                is_pilot=turn.is_pilot,
                is_mixed=not is_as_asked,
                started_at=asked_at,
            )
        )
    elif not row.is_mixed and not (is_as_asked and row.is_pilot == turn.is_pilot):
        row.is_mixed = True


def is_chosen(pilot_id: int, conversation_id: str, site: str | None, scope: Scope) -> bool:
    """Whether a conversation is answered by a pilot; with another pilot others are."""
    if scope.site is not None:
        return site == scope.site
    drawn = hashlib.sha256(f"{pilot_id}\0{conversation_id}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") % _WHOLE < (scope.share or 0)


async def _running(transaction: AsyncSession) -> tables.KnowledgePilot | None:
    row = tables.KnowledgePilot
    return cast("tables.KnowledgePilot | None", await transaction.scalar(select(row).where(row.ended_at.is_(None))))


async def _locked(
    transaction: AsyncSession,
) -> tuple[tables.KnowledgeVersion | None, tables.KnowledgeVersion, tables.KnowledgePilot]:
    # Whoever publishes or opens a draft holds the published version first, too.
    published = await in_state(transaction, "published", lock=True)
    row = await in_state(transaction, "pilot", lock=True)
    pilot = await _running(transaction)
    if row is None or pilot is None:
        raise InputError(ErrorCode.NOT_FOUND)
    return published, row, pilot
