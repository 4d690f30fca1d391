"""What is looked at before a publication; the list of findings is for the content owner."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import update

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.engine.knowledge import BrokenBundleError, EngineKnowledge, PlayedTurn, UntrainedError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.bundles import Files
from uwallet_gateway.knowledge.conversations import Divergence, divergences, nearest_first, read_conversations
from uwallet_gateway.knowledge.entries import Entry, Key, change_of, entries_of, place_of
from uwallet_gateway.knowledge.examples import examples_of
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.served import fixed_files_changed, stage
from uwallet_gateway.knowledge.store import KnowledgeStore
from uwallet_gateway.knowledge.window_checks import ask_pins, look_at_menu, look_at_pins
from uwallet_gateway.protocol.knowledge import CheckState, ChecksView, EntryKind, FindingView, Severity

_LINE = re.compile(r"(?P<file>[^:]+\.(?:yml|txt))(?::(?P<line>\d+))?: (?:(?P<field>[\w.\[\]]+): )?(?P<reason>.*)", re.S)
# Fields of organisation.yml that the gateway reads at its start.
_OF_THE_GATEWAY = ("brand_name", "time_zone", "opening_hours", "holidays", "privacy_notice")
# A run whose process is gone is over after this time.
_SILENT_AFTER = timedelta(seconds=60)
# Wordings of changed questions that are asked one by one.
_MOST_ASKED = 400
_STORED_EVERY = 1.0
_ATTEMPTS, _PAUSE = 4, 0.5
# Seconds between two looks at a training.
_TRAINING_LOOK = 1.0
_MOST_REASONS = 5
_WITH_SOURCE = frozenset({"faq", "topic", "notice"})
_MOST_NAMED = 20
# As many examples as `make check-knowledge` asks of a topic.
_ENOUGH_EXAMPLES = 30
_log = structlog.get_logger()


class KnowledgeChecks:
    """Runs in the background of the gateway that was asked; what it has found so far is in the database.

    Attributes:
        conversations: The folder of those that are played.
    """

    def __init__(
        self,
        database: Database,
        store: KnowledgeStore,
        engine: EngineKnowledge,
        conversations: Path,
        zone: ZoneInfo,
    ) -> None:
        """Takes the folder of stored conversations, and the zone in which days begin."""
        self._database = database
        self._store = store
        self._engine = engine
        self.conversations = conversations
        self._zone = zone
        self._running: set[asyncio.Task[None]] = set()
        # What the published version says to each conversation, by hashes of both: it is played once.
        self._played: dict[tuple[str, str], dict[str, list[PlayedTurn]]] = {}

    async def read(self) -> ChecksView:
        """The last run on the draft.

        Raises:
            InputError: not_found, without a draft.
        """
        draft = await self._draft()
        async with self._database.read() as transaction:
            row = await transaction.get(tables.KnowledgeCheck, draft.number)
        if row is None:
            return _view(None, is_current=False, ignored={})
        is_current = row.revision == await self._store.revision(draft.number)
        return _view(row, is_current=is_current, ignored=await self._store.ignored(draft.number))

    async def start(self) -> ChecksView:
        """Begins a run, unless one is under way.

        Raises:
            InputError: not_found, without a draft.
        """
        draft = await self._draft()
        revision = await self._store.revision(draft.number)
        moment = now()
        async with self._database.write() as transaction:
            # Two who start at once find one draft to lock.
            await transaction.get(tables.KnowledgeVersion, draft.number, with_for_update=True)
            row = await transaction.get(tables.KnowledgeCheck, draft.number)
            if row is None or not _goes_on(row) or row.revision != revision:
                if row is None:
                    row = tables.KnowledgeCheck(version=draft.number)
                    transaction.add(row)
                row.revision, row.state, row.progress, row.conversations = revision, "running", 0.0, 0
                row.findings, row.started_at, row.updated_at, row.ended_at = [], moment, moment, None
                record(transaction, Action.KNOWLEDGE_CHECKED, str(draft.number), revision=revision)
                task = asyncio.create_task(self._run(draft, revision))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
        return await self.read()

    async def require_passed(self, draft: tables.KnowledgeVersion, revision: int) -> None:
        """Refuses a draft that was not checked, or whose findings are neither mended nor ignored.

        Raises:
            InputError: checks_needed; `details` has the keys of the findings.
        """
        view = await self.read()
        open_findings = [
            finding.key
            for finding in view.findings
            if finding.severity == "error" or (finding.severity == "warning" and finding.reason is None)
        ]
        if view.state != "done" or view.revision != revision or open_findings:
            raise InputError(ErrorCode.CHECKS_NEEDED, details={"state": view.state, "findings": open_findings[:100]})

    async def stop(self) -> None:
        """Ends what runs here."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _draft(self) -> tables.KnowledgeVersion:
        draft = await self._store.draft()
        if draft is None:
            raise InputError(ErrorCode.NOT_FOUND)
        return draft

    async def _run(self, draft: tables.KnowledgeVersion, revision: int) -> None:
        run = _Run(self._database, draft.number, revision)
        try:
            await self._look(draft, run)
            await run.end("done")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not isinstance(error, InputError):
                # A bug: the owner is told that it failed, the log why.
                _log.exception("knowledge.checks.failed")
            run.add("schema", "error", finding_texts().failed)
            await run.end("failed")

    async def _look(self, draft: tables.KnowledgeVersion, run: _Run) -> None:
        published = await self._store.published()
        if published is None:
            return
        files, files_before = await self._store.files(draft), await self._store.files(published)
        texts = finding_texts()
        for path in fixed_files_changed(published.files, draft.files):
            run.add("training", "error", texts.training.format(file=path), file=path, key=place_of(files, path, None))
        entries, entries_before = entries_of(files), entries_of(files_before)
        self._look_at_days(entries, run)
        _look_at_steps(entries, run)
        _look_at_sources(entries_before, entries, run)
        _look_at_organisation(entries_before, entries, run)
        today = now().astimezone(self._zone).date()
        look_at_menu(entries_before, entries, run)
        look_at_pins(entries_before, entries, today, run)
        try:
            sha256 = await self._staged(files, run)
        except BrokenBundleError as error:
            _tell_problems(error.problems, files, run)
            return
        if sha256 is None:
            return
        sha256_before = await stage(self._engine, files_before)
        await run.store(0.1)
        changed = [
            entry
            for key, entry in entries.items()
            if key[0] == "faq" and change_of(entries_before.get(key), entry) is not None
        ]
        await self._look_at_likeness(sha256, changed, entries, run)
        asked = [
            (entry, text)
            for entry in changed
            if _is_told(entry, now().astimezone(self._zone).date())
            for text in (entry.value.get("question", ""), *entry.value.get("similar", ()))
        ]
        asked += _new_examples(entries, files, files_before, run)
        await self._ask_each(sha256, asked, entries, run)
        await ask_pins(
            entries_before,
            entries,
            today,
            lambda messages: self._play(sha256, messages),
            lambda messages: self._play(sha256_before, messages),
            run,
        )
        names = {
            f"faq/{key[1]}" if key[0] == "faq" else key[1]
            for key in entries_before.keys() | entries.keys()
            if change_of(entries_before.get(key), entries.get(key)) is not None
        }
        await self._replay(sha256_before, sha256, names, run)

    async def _staged(self, files: Files, run: _Run) -> str | None:
        """Gives the draft to the engine, which learns its examples first; None if it cannot."""
        is_first = True
        while True:
            try:
                return await stage(self._engine, files)
            except UntrainedError as error:
                training = await self._engine.train(error.sha256, again=is_first)
                is_first = False
            if training.state == "failed":
                texts = finding_texts()
                reason = "；".join(texts.reason(problem) for problem in training.problems[:_MOST_REASONS])
                run.add("training", "error", texts.training_failed.format(reason=reason))
                return None
            await run.store(0.1 * training.progress)
            await asyncio.sleep(_TRAINING_LOOK)

    def _look_at_days(self, entries: dict[Key, Entry], run: _Run) -> None:
        today, texts = now().astimezone(self._zone).date(), finding_texts()
        for (kind, _), entry in entries.items():
            until = entry.value.get("valid_until")
            if kind not in {"faq", "notice"} or not until or _day(str(until)) >= today:
                continue
            if kind == "notice":
                run.add("expired", "note", texts.expired_notice.format(until=until), entry=entry, field="valid_until")
            elif not entry.value.get("outdated"):
                run.add("expired", "warning", texts.expired_faq.format(until=until), entry=entry, field="valid_until")

    async def _look_at_likeness(
        self, sha256: str, changed: Sequence[Entry], entries: dict[Key, Entry], run: _Run
    ) -> None:
        if not changed:
            return
        for found in await self._engine.alike(sha256, [f"faq/{entry.id}" for entry in changed]):
            entry = entries.get(("faq", found.entry.removeprefix("faq/")))
            message = finding_texts().near.format(
                text=found.text, other=_title(found.other_entry, entries), other_text=found.other_text
            )
            run.add("near", "warning", message, entry=entry, field="similar")
        await run.store(0.2)

    async def _ask_each(
        self, sha256: str, wordings: Sequence[tuple[Entry, str]], entries: dict[Key, Entry], run: _Run
    ) -> None:
        """Asks each wording of the changed questions and topics at the beginning of a conversation."""
        texts = finding_texts()
        asked = [(entry, text) for entry, text in wordings if text][:_MOST_ASKED]
        for number, (entry, text) in enumerate(asked):
            turn = (await self._play(sha256, [{"kind": "text", "message": text}]))[-1]
            answered = next((str(event["topic"]) for event in turn.events if event.get("topic")), None)
            offered = {str(button.get("payload")) for reply in turn.messages for button in reply.buttons}
            own = f"faq/{entry.id}" if entry.kind == "faq" else entry.id
            is_offered = any(f'"{entry.id}"' in payload or payload == f"/{entry.id}" for payload in offered)
            if answered != own and not is_offered:
                message = (
                    texts.taken_other.format(text=text, other=_title(answered, entries))
                    if answered
                    else texts.taken_nobody.format(text=text)
                )
                field = "similar" if entry.kind == "faq" else "examples"
                run.add("taken", "warning", message, entry=entry, field=field)
            await run.store(0.2 + 0.2 * (number + 1) / len(asked))

    async def _play(self, sha256: str, messages: Sequence[dict[str, str]]) -> list[PlayedTurn]:
        """Plays a conversation; an engine that is busy with users is asked again."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._engine.play(sha256, messages, {})
            except InputError:
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(_PAUSE * attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _replay(self, before: str, after: str, changed: set[str], run: _Run) -> None:
        conversations, digest = await asyncio.to_thread(read_conversations, self.conversations)
        kept = self._played.get((before, digest), {})
        # At once: a run that breaks off has played something, too.
        self._played = {(before, digest): kept}
        texts = finding_texts()
        for number, conversation in enumerate(nearest_first(conversations, changed, kept)):
            messages = conversation.messages()
            if conversation.id not in kept:
                kept[conversation.id] = await self._play(before, messages)
            for found in divergences(conversation, kept[conversation.id], await self._play(after, messages)):
                run.add(
                    "regression",
                    "warning" if found.is_worse else "note",
                    _told(found, conversation.id, texts.nothing),
                )
            run.conversations = number + 1
            await run.store(0.4 + 0.6 * (number + 1) / len(conversations))


class _Run:
    """Collects findings and stores them now and then."""

    def __init__(self, database: Database, version: int, revision: int) -> None:
        self.conversations = 0
        self._database = database
        self._version, self._revision = version, revision
        self._findings: dict[str, dict[str, Any]] = {}
        self._progress = 0.0
        self._stored_at = now()

    def add(
        self,
        check: str,
        severity: Severity,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        entry: Entry | None = None,
        key: Key | None = None,
        field: str | None = None,
    ) -> None:
        """Adds a finding; the same one again is one."""
        kind, entry_id = (entry.kind, entry.id) if entry else key or (None, None)
        told = "|".join([check, kind or file or "", entry_id or "", field or "", message])
        name = hashlib.sha256(told.encode()).hexdigest()[:16]
        self._findings[name] = {
            "key": name,
            "check": check,
            "severity": severity,
            "file": entry.file if entry else file,
            "line": line,
            "kind": kind,
            "id": entry_id,
            "field": field,
            "message": message,
        }

    async def store(self, progress: float) -> None:
        """Stores how far it is, once a second at most."""
        self._progress = progress
        if now() - self._stored_at >= timedelta(seconds=_STORED_EVERY):
            await self._store("running")

    async def end(self, state: CheckState) -> None:
        """Stores everything."""
        self._progress = 1.0
        await self._store(state)

    async def _store(self, state: CheckState) -> None:
        self._stored_at = moment = now()
        row = tables.KnowledgeCheck
        async with self._database.write() as transaction:
            # A later run on the same draft has the row now.
            await transaction.execute(
                update(row)
                .where(row.version == self._version, row.revision == self._revision, row.state == "running")
                .values(
                    state=state,
                    progress=self._progress,
                    conversations=self.conversations,
                    findings=list(self._findings.values()),
                    updated_at=moment,
                    ended_at=None if state == "running" else moment,
                )
            )


def _look_at_sources(before: dict[Key, Entry], after: dict[Key, Entry], run: _Run) -> None:
    """What is told and names no source: a warning for what is changed, a note for all that was there."""
    texts, others = finding_texts(), list[str]()
    for key, entry in after.items():
        if key[0] not in _WITH_SOURCE or _has_source(entry):
            continue
        if change_of(before.get(key), entry) is None:
            others.append(entry.title)
        else:
            run.add("source", "warning", texts.no_source.format(title=entry.title), entry=entry, field="source")
    if others:
        titles = "、".join(others[:_MOST_NAMED]) + ("…" if len(others) > _MOST_NAMED else "")
        run.add("source", "note", texts.no_sources.format(count=len(others), titles=titles))


def _has_source(entry: Entry) -> bool:
    steps = entry.value.get("steps")
    are_named = (
        isinstance(steps, list) and bool(steps) and all(isinstance(it, dict) and it.get("source") for it in steps)
    )
    return bool(entry.value.get("source")) or are_named


def _new_examples(entries: dict[Key, Entry], files: Files, files_before: Files, run: _Run) -> list[tuple[Entry, str]]:
    """The wordings that topics have gained; a topic with few is told."""
    found: list[tuple[Entry, str]] = []
    for (kind, entry_id), entry in entries.items():
        if kind != "topic":
            continue
        examples, before = examples_of(files, entry_id), set(examples_of(files_before, entry_id))
        found += [(entry, text) for text in examples if text not in before]
        if examples and set(examples) != before and len(examples) < _ENOUGH_EXAMPLES:
            message = finding_texts().few_examples.format(
                topic=entry.title, count=len(examples), enough=_ENOUGH_EXAMPLES
            )
            run.add("few", "note", message, entry=entry, field="examples")
    return found


def _look_at_steps(entries: dict[Key, Entry], run: _Run) -> None:
    """A step that is only for trouble with the one before is reached from there alone."""
    for (kind, _), entry in entries.items():
        steps = entry.value.get("steps") if kind == "topic" else None
        first = steps[0] if isinstance(steps, list) and steps else None
        if isinstance(first, dict) and first.get("is_fallback"):
            message = finding_texts().unreachable_step.format(step=first.get("title") or first.get("id"))
            run.add("unreachable", "warning", message, entry=entry, field="steps[0].is_fallback")


def _look_at_organisation(before: dict[Key, Entry], after: dict[Key, Entry], run: _Run) -> None:
    """What the gateway reads of the deployment's own file is not changed by a publication."""
    key: Key = ("organisation", "organisation")
    old, new = before.get(key), after.get(key)
    if old is None or new is None:
        return
    changed = [name for name in _OF_THE_GATEWAY if old.value.get(name) != new.value.get(name)]
    if changed:
        message = finding_texts().organisation.format(fields="、".join(changed))
        run.add("organisation", "note", message, entry=new, field=changed[0])


def _tell_problems(problems: Sequence[str], files: Files, run: _Run) -> None:
    texts = finding_texts()
    for problem in problems:
        match = _LINE.fullmatch(problem)
        file = match["file"] if match else None
        line = int(match["line"]) if match and match["line"] else None
        key = place_of(files, file, line) if file and file in files else None
        reason = texts.reason(match["reason"] if match else problem)
        run.add(
            "schema",
            "error",
            texts.schema_.format(reason=reason),
            file=file,
            line=line,
            key=key,
            field=match["field"] if match else None,
        )


def _told(found: Divergence, conversation: str, nothing: str) -> str:
    texts = finding_texts()
    sentence = texts.regression_worse if found.is_worse else texts.regression_changed
    return sentence.format(
        conversation=conversation,
        turn=found.turn,
        text=found.user,
        before=found.before or nothing,
        after=found.after or nothing,
    )


def _title(name: str | None, entries: dict[Key, Entry]) -> str:
    if name is None:
        return ""
    key: Key = ("faq", name.removeprefix("faq/")) if name.startswith("faq/") else ("topic", name)
    entry = entries.get(key)
    return entry.title if entry else name


def _is_told(entry: Entry, today: date) -> bool:
    value = entry.value
    begins, ends = value.get("valid_from"), value.get("valid_until")
    holds = (not begins or _day(str(begins)) <= today) and (not ends or today <= _day(str(ends)))
    return holds and not value.get("sites") and not value.get("channels")


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def _goes_on(row: tables.KnowledgeCheck) -> bool:
    return row.state == "running" and now() - row.updated_at < _SILENT_AFTER


def _view(
    row: tables.KnowledgeCheck | None, *, is_current: bool, ignored: dict[str, tables.IgnoredFinding]
) -> ChecksView:
    if row is None:
        return ChecksView(
            state="none",
            progress=0,
            revision=None,
            is_current=False,
            findings=[],
            conversations=0,
            started_at=None,
            ended_at=None,
        )
    state = cast("CheckState", "failed" if row.state == "running" and not _goes_on(row) else row.state)
    findings = []
    for found in row.findings:
        mark = ignored.get(found["key"]) if found["severity"] != "error" else None
        kind = cast("EntryKind | None", found["kind"])
        findings.append(
            FindingView(
                **(found | {"kind": kind}),
                ignored_by=mark.author if mark else None,
                reason=mark.reason if mark else None,
            )
        )
    rank = {"error": 0, "warning": 1, "note": 2}
    return ChecksView(
        state=state,
        progress=row.progress,
        revision=row.revision,
        is_current=is_current,
        findings=sorted(findings, key=lambda finding: rank[finding.severity]),
        conversations=row.conversations,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
