"""Versions of the knowledge and the draft, in the gateway's database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.database.statements import insert_or_update, insert_unless_there
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.bundles import Files, digest, whole_digest
from uwallet_gateway.knowledge.entries import Entry, EntryError, Key, change_of, checked, entries_of, with_entry
from uwallet_gateway.knowledge.examples import (
    MovedExample,
    examples_of,
    given_back,
    with_examples,
    without_examples,
)
from uwallet_gateway.protocol.knowledge import EntryChange, EntryKind, EntryPast, EntryProblem, VersionState

FROM_FILES, FROM_DESK = "files", "desk"
_SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """What an editor sends of one entry.

    Attributes:
        key: Kind and id.
        revision: The one that they have read; None: it must be new.
        value: Its content; None: it is taken out.
        examples: Of a topic, how users ask for it; None: as they are.
    """

    key: Key
    revision: int | None
    value: Mapping[str, Any] | None
    examples: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class LastChange:
    """The last change of an entry in the draft."""

    revision: int
    author: str
    at: Any


class KnowledgeStore:
    """One draft for all editors: few people own the content, and what they check, try and publish is one bundle.

    They do not hinder each other, as each entry is locked by itself: who sends an entry says which revision they have
    read.
    """

    def __init__(self, database: Database) -> None:
        """Reads nothing yet."""
        self._database = database

    async def read_in(self, files: Files) -> bool:
        """Makes the files of the deployment a version; returns whether there is a new one.

        They are published if nothing is, or what is was read from such files itself: then the files were changed.
        """
        if not files:
            return False
        digests = {name: digest(content) for name, content in files.items()}
        sha256 = whole_digest(digests)
        async with self._database.write() as transaction:
            current = await _published(transaction, lock=True)
            if current is not None and (current.published_by is not None or current.sha256 == sha256):
                return False
            moment = now()
            if current is not None:
                current.state = "retired"
            row = tables.KnowledgeVersion(
                number=await _next_number(transaction),
                sha256=sha256,
                state="published",
                origin=FROM_FILES,
                author=_SYSTEM,
                created_at=moment,
                updated_at=moment,
                note="",
                based_on=None,
                published_at=moment,
                published_by=None,
                files=digests,
            )
            await insert_unless_there(transaction, row)
            await _keep(transaction, files)
            record(transaction, Action.KNOWLEDGE_READ_IN, str(row.number), sha256=sha256)
        return True

    async def versions(self) -> list[tables.KnowledgeVersion]:
        """All versions, newest first."""
        row = tables.KnowledgeVersion
        async with self._database.read() as transaction:
            return list(await transaction.scalars(select(row).order_by(row.number.desc())))

    async def version(self, number: int) -> tables.KnowledgeVersion:
        """One version.

        Raises:
            InputError: not_found.
        """
        async with self._database.read() as transaction:
            row = await transaction.get(tables.KnowledgeVersion, number)
        if row is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return row

    async def published(self) -> tables.KnowledgeVersion | None:
        """The published version; None before the first one was read in."""
        async with self._database.read() as transaction:
            return await _published(transaction)

    async def pilot(self) -> tables.KnowledgeVersion | None:
        """The version that some conversations are answered by first; None without one."""
        async with self._database.read() as transaction:
            return await in_state(transaction, "pilot")

    async def base(self) -> tables.KnowledgeVersion | None:
        """What a draft begins with and is compared with: the pilot, or what is published."""
        async with self._database.read() as transaction:
            return await _base(transaction)

    async def draft(self) -> tables.KnowledgeVersion | None:
        """The draft; None while nobody has changed anything."""
        async with self._database.read() as transaction:
            return await _draft(transaction)

    async def files(self, version: tables.KnowledgeVersion) -> dict[str, str]:
        """The files of a version by path."""
        async with self._database.read() as transaction:
            return await _files(transaction, version)

    async def revisions(self, number: int) -> dict[Key, LastChange]:
        """The last change of each entry in a version."""
        row = tables.KnowledgeChange
        async with self._database.read() as transaction:
            rows = await transaction.scalars(select(row).where(row.version == number).order_by(row.id))
            return {
                (cast("EntryKind", it.kind), it.entry_id): LastChange(it.id, it.author, it.created_at) for it in rows
            }

    async def revision(self, number: int) -> int:
        """The revision of a draft as a whole: its last change."""
        async with self._database.read() as transaction:
            return await revision_of(transaction, number)

    async def history(self, key: Key) -> list[EntryPast]:
        """All changes of an entry, newest first."""
        change, version = tables.KnowledgeChange, tables.KnowledgeVersion
        async with self._database.read() as transaction:
            rows = await transaction.execute(
                select(change, version.state)
                .join(version, version.number == change.version)
                .where(change.kind == key[0], change.entry_id == key[1])
                .order_by(change.id.desc())
                .limit(200)
            )
            return [
                EntryPast(
                    version=it.version,
                    state=cast("VersionState", state),
                    change=cast("EntryChange", it.change),
                    author=it.author,
                    at=it.created_at,
                    value=it.value,
                )
                for it, state in rows
            ]

    async def edit(self, edits: Sequence[EntryEdit], author: str) -> list[MovedExample]:
        """Changes entries of the draft, which is opened if there is none: all of them or none.

        Returns:
            The examples that were taken from other intents.

        Raises:
            InputError: entry_changed, if somebody was faster; name_taken of a new one; not_found; entry_invalid.
        """
        async with self._database.write() as transaction:
            draft = await _opened_draft(transaction, author)
            files = await _files(transaction, draft)
            live = await _base(transaction)
            published = await _files(transaction, live) if live else {}
            last = await _last_changes(transaction, draft.number)
            known = entries_of(files)
            problems: list[EntryProblem] = []
            moved: list[MovedExample] = []
            for edit in edits:
                present = known.get(edit.key)
                _check_revision(edit, present, last.get(edit.key))
                try:
                    value = None if edit.value is None else checked(*edit.key, edit.value)
                    files = with_entry(files, edit.key, value)
                except EntryError as error:
                    problems += error.problems
                    continue
                if problems:
                    continue
                change: EntryChange = "removed" if value is None else "changed" if present else "added"
                await _note(transaction, draft, edit.key, change, value, author)
                files_before = files
                if edit.key[0] == "topic" and value is None:
                    files = without_examples(given_back(files, published, edit.key[1]), edit.key[1])
                elif edit.key[0] == "topic" and edit.examples is not None:
                    # What was taken before and is not wanted any more goes back.
                    files, taken = with_examples(given_back(files, published, edit.key[1]), edit.key[1], edit.examples)
                    moved += taken
                await _note_others(transaction, draft, files_before, files, author)
            if problems:
                details = {"problems": [problem.model_dump() for problem in problems]}
                raise InputError(ErrorCode.ENTRY_INVALID, details=details)
            await _set_files(transaction, draft, files)
        return moved

    async def reset(self, key: Key, revision: int, author: str) -> None:
        """Makes an entry of the draft what it is in the published version again.

        Raises:
            InputError: not_found; entry_changed.
        """
        async with self._database.write() as transaction:
            draft = await _draft(transaction, lock=True)
            published = await _base(transaction)
            if draft is None or published is None:
                raise InputError(ErrorCode.NOT_FOUND)
            files, files_before = await _files(transaction, draft), await _files(transaction, published)
            present, wanted = entries_of(files).get(key), entries_of(files_before).get(key)
            if present is None and wanted is None:
                raise InputError(ErrorCode.NOT_FOUND)
            last = (await _last_changes(transaction, draft.number)).get(key)
            _check_unchanged(revision, last)
            try:
                changed = with_entry(files, key, wanted.value if wanted else None)
            except EntryError as error:
                raise InputError(ErrorCode.ENTRY_INVALID, details={"problems": [str(error)]}) from error
            if key[0] == "topic":
                changed = given_back(changed, files_before, key[1])
                changed, _ = with_examples(changed, key[1], examples_of(files_before, key[1]))
            await _note_others(transaction, draft, files, changed, author)
            await _set_files(transaction, draft, changed)

    async def discard(self) -> None:
        """Drops the draft. No-op without one."""
        async with self._database.write() as transaction:
            draft = await _draft(transaction, lock=True)
            if draft is None:
                return
            record(transaction, Action.KNOWLEDGE_DISCARDED, str(draft.number), sha256=draft.sha256)
            await transaction.delete(draft)
            await transaction.flush()
            await _drop_unused_files(transaction)

    async def publish(self, number: int, revision: int | None, agent: str, note: str) -> tables.KnowledgeVersion:
        """Makes a version the published one: the draft, or an earlier one.

        Args:
            number: Which.
            revision: Of the draft, which must still be the one that was checked; None for an earlier version.
            agent: Who does it.
            note: What for.

        Raises:
            InputError: not_found; entry_changed, if the draft has changed; conflict, if it is published already;
                pilot_running.
        """
        async with self._database.write() as transaction:
            current = await _published(transaction, lock=True)
            row = await transaction.get(tables.KnowledgeVersion, number, with_for_update=True)
            if row is None or (row.state == "draft") != (revision is not None):
                raise InputError(ErrorCode.NOT_FOUND)
            if row.state == "published":
                raise InputError(ErrorCode.CONFLICT)
            if await in_state(transaction, "pilot") is not None:
                raise InputError(ErrorCode.PILOT_RUNNING)
            if revision is not None and await revision_of(transaction, number) != revision:
                raise InputError(ErrorCode.ENTRY_CHANGED)
            moment = now()
            action = Action.KNOWLEDGE_PUBLISHED if revision is not None else Action.KNOWLEDGE_ROLLED_BACK
            before = current.number if current else None
            if current is not None:
                current.state = "retired"
            row.state, row.published_at, row.published_by = "published", moment, agent
            row.note = note or row.note
            record(transaction, action, str(number), before=before, sha256=row.sha256, note=note or None)
            return row

    async def ignored(self, number: int) -> dict[str, tables.IgnoredFinding]:
        """The findings on a draft that do not matter, by key."""
        row = tables.IgnoredFinding
        async with self._database.read() as transaction:
            return {it.key: it for it in await transaction.scalars(select(row).where(row.version == number))}

    async def ignore(self, key: str, reason: str | None, author: str) -> None:
        """Says why a finding on the draft does not matter; None: it matters again.

        Raises:
            InputError: not_found, without a draft.
        """
        row = tables.IgnoredFinding
        async with self._database.write() as transaction:
            draft = await _draft(transaction, lock=True)
            if draft is None:
                raise InputError(ErrorCode.NOT_FOUND)
            await transaction.execute(delete(row).where(row.version == draft.number, row.key == key))
            if reason is not None:
                transaction.add(row(version=draft.number, key=key, reason=reason, author=author, created_at=now()))
            record(transaction, Action.FINDING_IGNORED, key, version=draft.number, reason=reason)


async def _published(transaction: AsyncSession, *, lock: bool = False) -> tables.KnowledgeVersion | None:
    return await in_state(transaction, "published", lock=lock)


async def _draft(transaction: AsyncSession, *, lock: bool = False) -> tables.KnowledgeVersion | None:
    return await in_state(transaction, "draft", lock=lock)


async def _base(transaction: AsyncSession) -> tables.KnowledgeVersion | None:
    return await in_state(transaction, "pilot") or await _published(transaction)


async def in_state(transaction: AsyncSession, state: str, *, lock: bool = False) -> tables.KnowledgeVersion | None:
    """The newest version in a state; None without one."""
    row = tables.KnowledgeVersion
    statement = select(row).where(row.state == state).order_by(row.number.desc()).limit(1)
    found: tables.KnowledgeVersion | None = await transaction.scalar(statement.with_for_update() if lock else statement)
    return found


async def _opened_draft(transaction: AsyncSession, author: str) -> tables.KnowledgeVersion:
    # Who holds the published version opens drafts: two at once make one.
    published = await _published(transaction, lock=True)
    draft = await _draft(transaction, lock=True)
    if draft is not None:
        return draft
    if published is None:
        raise InputError(ErrorCode.NOT_FOUND)
    # Edited on while a version is tried out, so that what it brings is in the next one, too.
    base = await _base(transaction) or published
    moment = now()
    draft = tables.KnowledgeVersion(
        number=await _next_number(transaction),
        sha256=base.sha256,
        state="draft",
        origin=FROM_DESK,
        author=author,
        created_at=moment,
        updated_at=moment,
        note="",
        based_on=base.number,
        published_at=None,
        published_by=None,
        files=dict(base.files),
    )
    transaction.add(draft)
    await transaction.flush()
    return draft


async def _next_number(transaction: AsyncSession) -> int:
    newest = await transaction.scalar(select(func.max(tables.KnowledgeVersion.number)))
    # A draft that was dropped leaves its number free, which its changes have in the audit log.
    return (newest or 0) + 1


async def _files(transaction: AsyncSession, version: tables.KnowledgeVersion) -> dict[str, str]:
    row = tables.KnowledgeFile
    rows = await transaction.execute(select(row.sha256, row.content).where(row.sha256.in_(set(version.files.values()))))
    contents: dict[str, str] = dict(rows.tuples().all())
    return {path: contents[sha256] for path, sha256 in sorted(version.files.items())}


async def _keep(transaction: AsyncSession, files: Files) -> None:
    rows = {digest(content): content for content in files.values()}
    if rows:
        wanted = [tables.KnowledgeFile(sha256=sha256, content=content) for sha256, content in rows.items()]
        # What is there already is the same.
        await insert_or_update(transaction, wanted, {"content"})


async def _set_files(transaction: AsyncSession, version: tables.KnowledgeVersion, files: Files) -> None:
    digests = {path: digest(content) for path, content in files.items()}
    await _keep(transaction, {path: files[path] for path in files if version.files.get(path) != digests[path]})
    version.files, version.sha256, version.updated_at = digests, whole_digest(digests), now()


async def _drop_unused_files(transaction: AsyncSession) -> None:
    used: set[str] = set()
    for files in await transaction.scalars(select(tables.KnowledgeVersion.files)):
        used.update(files.values())
    known = set(await transaction.scalars(select(tables.KnowledgeFile.sha256)))
    await _delete(transaction, known - used)


async def _delete(transaction: AsyncSession, digests: Iterable[str]) -> None:
    for sha256 in sorted(digests):
        await transaction.execute(delete(tables.KnowledgeFile).where(tables.KnowledgeFile.sha256 == sha256))


async def revision_of(transaction: AsyncSession, number: int) -> int:
    """The last change of a draft."""
    row = tables.KnowledgeChange
    return await transaction.scalar(select(func.max(row.id)).where(row.version == number)) or 0


async def _last_changes(transaction: AsyncSession, number: int) -> dict[Key, LastChange]:
    row = tables.KnowledgeChange
    rows = await transaction.execute(
        select(row.kind, row.entry_id, row.id, row.author, row.created_at).where(row.version == number).order_by(row.id)
    )
    return {(kind, entry_id): LastChange(change, author, at) for kind, entry_id, change, author, at in rows}


async def _note(
    transaction: AsyncSession,
    draft: tables.KnowledgeVersion,
    key: Key,
    change: EntryChange,
    value: dict[str, Any] | None,
    author: str,
) -> None:
    transaction.add(
        tables.KnowledgeChange(
            version=draft.number,
            kind=key[0],
            entry_id=key[1],
            change=change,
            author=author,
            created_at=now(),
            value=value,
        )
    )
    record(transaction, Action.KNOWLEDGE_CHANGED, f"{key[0]}/{key[1]}", version=draft.number, change=change)


async def _note_others(
    transaction: AsyncSession, draft: tables.KnowledgeVersion, before: Files, after: Files, author: str
) -> None:
    """Notes the entries that a change has brought along."""
    known, fresh = entries_of(before), entries_of(after)
    for key in dict.fromkeys([*known, *fresh]):
        if (change := change_of(known.get(key), fresh.get(key))) is not None:
            await _note(transaction, draft, key, change, fresh[key].value if key in fresh else None, author)


def _check_revision(edit: EntryEdit, present: Entry | None, last: LastChange | None) -> None:
    if edit.revision is None:
        if present is not None:
            raise InputError(ErrorCode.NAME_TAKEN, details={"kind": edit.key[0], "id": edit.key[1]})
        return
    _check_unchanged(edit.revision, last)
    if present is None:
        raise InputError(ErrorCode.NOT_FOUND)


def _check_unchanged(revision: int, last: LastChange | None) -> None:
    if revision != (last.revision if last else 0):
        details = {"revision": last.revision, "author": last.author} if last else {"revision": 0}
        raise InputError(ErrorCode.ENTRY_CHANGED, details=details)
