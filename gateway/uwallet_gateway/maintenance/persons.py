"""One person's data: told and erased on request (docs/privacy.md)."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.attachments import AttachmentStore
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import AuditLog, record
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_unless_there
from uwallet_gateway.engine.assistant import EngineAssistant
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.maintenance.retention import DataClass, Retention
from uwallet_gateway.search.index import forget_deleted

# Unfinished uploads that are older than this belong to nobody who still uploads.
_UNFINISHED = timedelta(minutes=5)
# Conversations in one request to the engine.
_AT_ONCE = 100
# Shorter texts (「好的」) stand in files of examples by chance.
_SHORTEST_QUOTE = 6
_log = structlog.get_logger()

# What hangs on a conversation, and goes with it by the database's own cascade.
_BY_CONVERSATION: tuple[type[tables.Table], ...] = (
    tables.Session,
    tables.NoticeAnswer,
    tables.Message,
    tables.Offer,
    tables.Attachment,
    tables.Ticket,
    tables.Understanding,
    tables.GroupedMessage,
    tables.SettledAnswer,
    tables.BotEvent,
    tables.AnswerFeedback,
    tables.CustomerNote,
    tables.BlockedUser,
    tables.MergedVisitor,
    tables.PilotTalk,
)
# Never shown, not even to the person: the first two open something, and nobody can read the last.
_SECRET = {"contact", "csrf", "vector"}


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about: a user of a site by the site's id, or a visitor by their conversation.

    Attributes:
        site: Key of the site.
        user_id: What the site calls them.
        conversation_id: Of a visitor, who has no name; agents see it in the address of a ticket.
    """

    site: str | None = None
    user_id: str | None = None
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """Proof of an erasure; it names nobody.

    Attributes:
        person: A keyed digest of whom it was about: who asks for the same person gets the same one.
        at: When.
        rows: Deleted rows by table.
        files: Deleted pictures.
        digest: SHA-256 over the sorted list of tables and primary keys of all deleted rows.
        engine_events: Deleted in the engine's store; None if the engine did not answer: the gateway tries again.
        log_emptied: Whether SQLite's write-ahead log was emptied, too; always true on PostgreSQL.
        exports: Files of exported labels that still quote this person.
        backups_until: When backups from before have expired; None if UWALLET_BACKUP_DAYS is not set.
    """

    person: str
    at: str
    rows: dict[str, int]
    files: int
    digest: str
    engine_events: int | None
    log_emptied: bool
    exports: list[str]
    backups_until: str | None


class Persons:
    """Exports and erases what is kept of one person, and of a whole site."""

    def __init__(
        self,
        database: Database,
        attachments: AttachmentStore,
        engine: EngineAssistant,
        audit: AuditLog,
        keys: Keys,
        *,
        exports: Path,
        backup_days: int,
    ) -> None:
        """Keeps the stores; `exports` is the folder of labels, `backup_days` 0 is not known."""
        self._database = database
        self._attachments = attachments
        self._engine = engine
        self._audit = audit
        self._keys = keys
        self._exports = exports
        self._backup_days = backup_days

    async def export(self, person: Person) -> bytes:
        """A ZIP file: `data.json` with all rows and the engine's events, and the pictures.

        Raises:
            InputError: not_found; unavailable, when the engine does not answer.
        """
        async with self._database.read() as transaction:
            conversations = await _conversations(transaction, person)
            ids = [conversation.id for conversation in conversations]
            data: dict[str, Any] = {"conversations": [_told(row) for row in conversations]}
            for table in _BY_CONVERSATION:
                rows = await transaction.scalars(select(table).where(_conversation_of(table).in_(ids)))
                data[table.__tablename__] = [self._told_with_contact(row) for row in rows]
            tickets = [ticket["id"] for ticket in data["tickets"]]
            events = await transaction.scalars(
                select(tables.TicketEvent).where(tables.TicketEvent.ticket_id.in_(tickets))
            )
            data["ticket_events"] = [_told(row) for row in events]
            labels = await transaction.scalars(
                select(tables.TicketLabel).where(tables.TicketLabel.ticket_id.in_(tickets))
            )
            data["ticket_labels"] = [_told(row) for row in labels]
        data["engine_events"] = {conversation_id: await self._engine.events(conversation_id) for conversation_id in ids}
        await self._audit.write(Action.USER_EXPORTED, self.pseudonym(person))
        return await asyncio.to_thread(self._zipped, data)

    async def erase(self, person: Person) -> Erased:
        """Erases everything that is kept of a person, and returns the proof.

        Raises:
            InputError: not_found; conflict, when a legal hold forbids it.
        """
        async with self._database.write() as transaction:
            ids = [conversation.id for conversation in await _conversations(transaction, person)]
            quotes = set(
                await transaction.scalars(
                    select(tables.Message.text).where(
                        tables.Message.conversation_id.in_(ids), tables.Message.author == "user"
                    )
                )
            )
            held = await transaction.scalar(
                select(tables.LegalHold.conversation_id).where(tables.LegalHold.conversation_id.in_(ids)).limit(1)
            )
            if held is not None:
                raise InputError(ErrorCode.CONFLICT)
            removed = await _delete_conversations(transaction, ids)
            proof = _digest(removed.keys)
            pseudonym = self.pseudonym(person)
            record(transaction, Action.USER_ERASED, pseudonym, rows=removed.rows, digest=proof)
        return await self._finish(pseudonym, removed, proof, quotes)

    async def erase_site(self, key: str) -> Erased:
        """Erases a site with all of its users.

        Raises:
            InputError: not_found; conflict, when a legal hold forbids it.
        """
        async with self._database.write() as transaction:
            site = await transaction.get(tables.Site, key)
            if site is None:
                raise InputError(ErrorCode.NOT_FOUND)
            ids = list(
                await transaction.scalars(select(tables.Conversation.id).where(tables.Conversation.site_key == key))
            )
            held = await transaction.scalar(
                select(tables.LegalHold.conversation_id)
                .join(tables.Conversation, tables.Conversation.id == tables.LegalHold.conversation_id)
                .where(tables.Conversation.site_key == key)
                .limit(1)
            )
            if held is not None:
                raise InputError(ErrorCode.CONFLICT)
            removed = _Removed({}, [], [])
            for start in range(0, len(ids), _AT_ONCE):
                removed.add(await _delete_conversations(transaction, ids[start : start + _AT_ONCE]))
            await transaction.delete(site)
            proof = _digest(removed.keys)
            record(transaction, Action.SITE_REMOVED, key, rows=removed.rows, digest=proof)
        return await self._finish(key, removed, proof, set())

    async def forget_old_in_engine(self, kept: Retention) -> int | None:
        """Erases old events in the engine's store; None if the engine does not answer.

        While no site has a period of its own, that is one request. Otherwise the conversations are named, as the
        engine does not know whose they are; what no conversation here has goes after the longest period.
        """
        conversation = tables.Conversation
        groups = [
            (conversation.site_key == key, kept.before(DataClass.ENGINE, periods))
            for key, periods in kept.sites.items()
        ]
        if groups:
            groups.append((conversation.site_key.not_in(kept.sites), kept.before(DataClass.ENGINE)))
        moments = [before for _, before in groups] or [kept.before(DataClass.ENGINE)]
        erased = 0
        async with self._database.read() as transaction:
            held = set(await transaction.scalars(select(tables.LegalHold.conversation_id)))
        try:
            for condition, before in groups:
                if before is None:
                    continue
                async with self._database.read() as transaction:
                    # A younger one has no older event.
                    ids = await transaction.scalars(
                        select(conversation.id).where(condition, conversation.created_at < before)
                    )
                    named = sorted(set(ids) - held)
                for start in range(0, len(named), _AT_ONCE):
                    erased += await self._engine.forget([], before, of=named[start : start + _AT_ONCE])
            known = [before for before in moments if before is not None]
            if len(known) == len(moments):
                erased += await self._engine.forget([], min(known), keep=sorted(held))
        except InputError:
            return None
        return erased

    async def erase_in_engine(self) -> int | None:
        """Erases in the engine's store what the gateway has deleted; None if the engine does not answer.

        Run again until it does: what is to be erased stands in a table.
        """
        erased = 0
        while True:
            async with self._database.read() as transaction:
                ids = list(await transaction.scalars(select(tables.EngineErasure.conversation_id).limit(_AT_ONCE)))
            if not ids:
                return erased
            try:
                erased += await self._engine.forget(ids)
            except InputError:
                return None
            async with self._database.write() as transaction:
                await transaction.execute(
                    delete(tables.EngineErasure).where(tables.EngineErasure.conversation_id.in_(ids))
                )

    async def hold(self, person: Person, reason: str) -> int:
        """Protects a person's conversations from erasure and retention; returns how many were not protected before.

        Raises:
            InputError: not_found.
        """
        placed = 0
        async with self._database.write() as transaction:
            for conversation in await _conversations(transaction, person):
                if await transaction.get(tables.LegalHold, conversation.id) is None:
                    hold = tables.LegalHold(conversation_id=conversation.id, reason=reason, created_at=now())
                    await insert_unless_there(transaction, hold)
                    placed += 1
            record(transaction, Action.HOLD_PLACED, self.pseudonym(person), reason=reason, conversations=placed)
        return placed

    async def release(self, person: Person) -> int:
        """Ends the protection; returns how many conversations were protected.

        Raises:
            InputError: not_found.
        """
        async with self._database.write() as transaction:
            ids = [conversation.id for conversation in await _conversations(transaction, person)]
            held = list(
                await transaction.scalars(select(tables.LegalHold).where(tables.LegalHold.conversation_id.in_(ids)))
            )
            for row in held:
                await transaction.delete(row)
            record(transaction, Action.HOLD_RELEASED, self.pseudonym(person), conversations=len(held))
        return len(held)

    async def _finish(self, person: str, removed: _Removed, proof: str, quotes: set[str]) -> Erased:
        await drop_pictures(self._attachments, removed.pictures)
        await asyncio.to_thread(self._attachments.remove_leftovers, datetime.now(UTC) - _UNFINISHED)
        engine_events = await self.erase_in_engine()
        await forget_deleted(self._database)
        emptied = await self._database.empty_log()
        expiry = now() + timedelta(days=self._backup_days) if self._backup_days else None
        _log.info("person.erased", rows=sum(removed.rows.values()), files=len(removed.pictures), engine=engine_events)
        return Erased(
            person=person,
            at=to_text(now()),
            rows=removed.rows,
            files=len(removed.pictures),
            digest=proof,
            engine_events=engine_events,
            log_emptied=emptied,
            exports=await asyncio.to_thread(_quoting, self._exports, quotes),
            backups_until=to_text(expiry) if expiry else None,
        )

    def pseudonym(self, person: Person) -> str:
        """What the audit log calls a person."""
        return self._audit.pseudonym(json.dumps(asdict(person), sort_keys=True))

    def _told_with_contact(self, row: tables.Table) -> dict[str, Any]:
        contact = row.contact if isinstance(row, tables.Ticket) else None
        return _told(row) | ({"contact": self._keys.contacts.open(contact)} if contact else {})

    def _zipped(self, data: dict[str, Any]) -> bytes:
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2, default=_text))
            for attachment in data["attachments"]:
                pieces = self._attachments.read(attachment["id"])
                suffix = attachment["content_type"].removeprefix("image/")
                if pieces is not None:
                    archive.writestr(f"pictures/{attachment['id']}.{suffix}", b"".join(pieces))
        return output.getvalue()


@dataclass(slots=True)
class _Removed:
    rows: dict[str, int]
    pictures: list[str]
    keys: list[str]

    def add(self, other: _Removed) -> None:
        for name, count in other.rows.items():
            self.rows[name] = self.rows.get(name, 0) + count
        self.pictures += other.pictures
        self.keys += other.keys


async def drop_pictures(store: AttachmentStore, attachment_ids: Iterable[str]) -> None:
    """Deletes pictures whose rows are gone. One that cannot be deleted now is left to the next purge."""
    for attachment_id in attachment_ids:
        try:
            await asyncio.to_thread(store.delete, attachment_id)
        except OSError as error:
            _log.error("attachment.not_deleted", attachment_id=attachment_id, reason=str(error))


async def forget_in_engine_later(transaction: AsyncSession, conversation_ids: Iterable[str]) -> None:
    """Notes that the engine's store must lose these conversations, as part of the transaction that deletes them."""
    for conversation_id in conversation_ids:
        await insert_unless_there(transaction, tables.EngineErasure(conversation_id=conversation_id, created_at=now()))


async def _conversations(transaction: AsyncSession, person: Person) -> Sequence[tables.Conversation]:
    row = tables.Conversation
    if person.conversation_id is not None:
        found = await transaction.scalars(select(row).where(row.id == person.conversation_id))
    else:
        found = await transaction.scalars(
            select(row).where(row.site_key == person.site, row.external_id == person.user_id)
        )
    conversations = found.all()
    if not conversations:
        raise InputError(ErrorCode.NOT_FOUND)
    return conversations


async def _delete_conversations(transaction: AsyncSession, ids: Sequence[str]) -> _Removed:
    removed = _Removed({}, [], [])
    for table in _BY_CONVERSATION:
        await _note(transaction, removed, table, _conversation_of(table).in_(ids))
    await _note(transaction, removed, tables.Conversation, tables.Conversation.id.in_(ids))
    tickets = list(await transaction.scalars(select(tables.Ticket.id).where(tables.Ticket.conversation_id.in_(ids))))
    removed.pictures = list(
        await transaction.scalars(select(tables.Attachment.id).where(tables.Attachment.conversation_id.in_(ids)))
    )
    await _note(transaction, removed, tables.TicketEvent, tables.TicketEvent.ticket_id.in_(tickets))
    await _note(transaction, removed, tables.TicketLabel, tables.TicketLabel.ticket_id.in_(tickets))
    # Rows from before migration 0014 name the ticket only.
    theirs = tables.HookDelivery.conversation_id.in_(ids) | tables.HookDelivery.body["ticket"]["id"].as_integer().in_(
        tickets
    )
    await _note(transaction, removed, tables.HookDelivery, theirs)
    await transaction.execute(delete(tables.HookDelivery).where(theirs).execution_options(synchronize_session=False))
    await transaction.execute(
        delete(tables.Conversation).where(tables.Conversation.id.in_(ids)).execution_options(synchronize_session=False)
    )
    await forget_in_engine_later(transaction, ids)
    return removed


async def _note(transaction: AsyncSession, removed: _Removed, table: type[tables.Table], condition: Any) -> None:
    columns = inspect(table).primary_key
    keys = (await transaction.execute(select(*columns).where(condition))).all()
    if keys:
        removed.rows[table.__tablename__] = removed.rows.get(table.__tablename__, 0) + len(keys)
    removed.keys += [f"{table.__tablename__}:{':'.join(map(str, key))}" for key in keys]


def _conversation_of(table: type[tables.Table]) -> Any:
    return inspect(table).columns["conversation_id"]


def _digest(keys: list[str]) -> str:
    return hashlib.sha256("\n".join(sorted(keys)).encode()).hexdigest()


def _told(row: tables.Table) -> dict[str, Any]:
    names = [column.key for column in inspect(type(row)).column_attrs]
    return {name: getattr(row, name) for name in names if name not in _SECRET}


def _text(value: object) -> str:
    return to_text(value) if isinstance(value, datetime) else str(value)


def _quoting(folder: Path, quotes: set[str]) -> list[str]:
    """Files below a folder that quote one of the texts."""
    long = [quote for quote in quotes if len(quote) >= _SHORTEST_QUOTE]
    if not long or not folder.is_dir():
        return []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        str(path.relative_to(folder))
        for path in files
        if any(quote in path.read_text(encoding="utf-8", errors="replace") for quote in long)
    ]
