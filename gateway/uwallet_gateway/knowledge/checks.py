"""What is looked at before a publication; the list of findings is for the content owner."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import CursorResult, update

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.engine.knowledge import BrokenBundleError, EngineKnowledge, PlayedTurn, UntrainedError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.bundles import Files
from uwallet_gateway.knowledge.entries import Entry, Key, change_of, entries_of, place_of
from uwallet_gateway.knowledge.examples import examples_of
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.labelled_sets import is_offered
from uwallet_gateway.knowledge.regression_check import RegressionCheck, Versions, holds_on
from uwallet_gateway.knowledge.regressions import Regression, titles_of
from uwallet_gateway.knowledge.served import fixed_files_changed, stage
from uwallet_gateway.knowledge.store import KnowledgeStore
from uwallet_gateway.knowledge.window_checks import ask_pins, look_at_menu, look_at_pins
from uwallet_gateway.knowledge.yaml_edits import UneditableError, read
from uwallet_gateway.protocol.knowledge import CheckState, ChecksView, EntryKind, FindingView, Severity, WorseView

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
# Of one finding, that are listed.
_MOST_WORSE = 100
# As many examples as `make check-knowledge` asks of a topic.
_ENOUGH_EXAMPLES = 30
_log = structlog.get_logger()


class _CancelledError(Exception):
    """Somebody has ended the run, or another one has its place."""


class KnowledgeChecks:
    """Runs in the background of the gateway that was asked; what it has found so far is in the database."""

    def __init__(
        self,
        database: Database,
        store: KnowledgeStore,
        engine: EngineKnowledge,
        regression: RegressionCheck,
        zone: ZoneInfo,
    ) -> None:
        """Takes what compares versions, and the zone in which days begin."""
        self._database = database
        self._store = store
        self._engine = engine
        self._regression = regression
        self._zone = zone
        self._running: set[asyncio.Task[None]] = set()

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
        moment, begins = now(), False
        async with self._database.write() as transaction:
            # Two who start at once find one draft to lock; or none any more, if somebody discards it.
            there = await transaction.get(tables.KnowledgeVersion, draft.number, with_for_update=True)
            if there is None:
                raise InputError(ErrorCode.NOT_FOUND)
            row = await transaction.get(tables.KnowledgeCheck, draft.number)
            if row is None or not _goes_on(row) or row.revision != revision:
                if row is None:
                    row = tables.KnowledgeCheck(version=draft.number)
                    transaction.add(row)
                row.revision, row.state, row.progress, row.conversations = revision, "running", 0.0, 0
                row.findings, row.started_at, row.updated_at, row.ended_at = [], moment, moment, None
                record(transaction, Action.KNOWLEDGE_CHECKED, str(draft.number), revision=revision)
                begins = True
        if begins:
            # Once it is stored: a run that finds no row of its own takes itself for one that nobody wants any more.
            task = asyncio.create_task(self._run(draft, revision, moment))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return await self.read()

    async def cancel(self) -> ChecksView:
        """Ends a run, in whatever gateway it is. No-op if none is under way.

        Raises:
            InputError: not_found, without a draft.
        """
        draft = await self._draft()
        async with self._database.write() as transaction:
            row = await transaction.get(tables.KnowledgeCheck, draft.number, with_for_update=True)
            if row is not None and row.state == "running":
                row.state, row.ended_at = "cancelled", now()
                record(transaction, Action.KNOWLEDGE_CHECK_CANCELLED, str(draft.number), revision=row.revision)
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

    async def _run(self, draft: tables.KnowledgeVersion, revision: int, started_at: datetime) -> None:
        run = _Run(self._database, draft.number, revision, started_at)
        try:
            await self._look(draft, run)
            await run.end("done")
        except _CancelledError:
            pass
        except asyncio.CancelledError:
            # This gateway stops.
            await run.end("cancelled")
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
        holds = holds_on(today)
        asked = [
            (entry, text)
            for entry in changed
            if holds(entry)
            for text in (entry.value.get("question", ""), *entry.value.get("similar", ()))
            if text
        ]
        asked = [*asked, *_new_examples(entries, files, files_before, run)][:_MOST_ASKED]
        wording = entries.get(("wording", "wording"))
        titles = titles_of(entries, _wording(wording), texts)
        compared = await self._regression.compare(
            Versions(sha256_before, sha256, entries_before, entries, titles),
            [text for _, text in asked],
            holds,
            lambda share: run.store(0.2 + 0.8 * share),
        )
        for (entry, text), turns in zip(asked, compared.asked, strict=True):
            _look_at_asked(entry, text, turns[-1], entries, run)
        for regression in compared.regressions:
            run.add_regression(regression)
        for sentence in compared.scope:
            run.add("scope", "note", sentence)
        run.conversations = compared.conversations
        await ask_pins(
            entries_before,
            entries,
            today,
            lambda messages: self._play(sha256, messages),
            lambda messages: self._play(sha256_before, messages),
            run,
        )

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


class _Run:
    """Collects findings and stores them now and then."""

    def __init__(self, database: Database, version: int, revision: int, started_at: datetime) -> None:
        self.conversations = 0
        self._database = database
        self._version, self._revision, self._started_at = version, revision, started_at
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
        worse: Sequence[WorseView] = (),
    ) -> None:
        """Adds a finding; the same one again is one, and one that lists something else is another."""
        kind, entry_id = (entry.kind, entry.id) if entry else key or (None, None)
        listed = [f"{it.source}/{it.turn}/{it.text}/{it.after}" for it in worse]
        told = "|".join([check, kind or file or "", entry_id or "", field or "", message, *listed])
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
            "worse": [it.model_dump() for it in worse[:_MOST_WORSE]],
        }

    def add_regression(self, regression: Regression) -> None:
        """Adds what is answered otherwise."""
        self.add("regression", regression.severity, regression.message, worse=regression.worse)

    async def store(self, progress: float) -> None:
        """Stores how far it is, once a second at most.

        Raises:
            _CancelledError: Nobody wants it any more.
        """
        self._progress = max(progress, self._progress)
        if now() - self._stored_at >= timedelta(seconds=_STORED_EVERY) and not await self._store("running"):
            raise _CancelledError

    async def end(self, state: CheckState) -> None:
        """Stores everything."""
        self._progress = 1.0
        await self._store(state)

    async def _store(self, state: CheckState) -> bool:
        """Stores where it is; returns False if the run is not wanted any more."""
        self._stored_at = moment = now()
        row = tables.KnowledgeCheck
        async with self._database.write() as transaction:
            # A later run on the same draft may have the row now, or somebody has cancelled it.
            stored = await transaction.execute(
                update(row)
                .where(
                    row.version == self._version,
                    row.revision == self._revision,
                    row.started_at == self._started_at,
                    row.state == "running",
                )
                .values(
                    state=state,
                    progress=self._progress,
                    conversations=self.conversations,
                    findings=list(self._findings.values()),
                    updated_at=moment,
                    ended_at=None if state == "running" else moment,
                )
            )
        return bool(cast("CursorResult[Any]", stored).rowcount)


def _look_at_asked(entry: Entry, text: str, turn: PlayedTurn, entries: dict[Key, Entry], run: _Run) -> None:
    """A wording of a changed question or topic that something else answers at the beginning of a conversation."""
    texts = finding_texts()
    answered = next((str(event["topic"]) for event in turn.events if event.get("topic")), None)
    own = f"faq/{entry.id}" if entry.kind == "faq" else entry.id
    if answered == own or is_offered(own, turn):
        return
    message = (
        texts.taken_other.format(text=text, other=_title(answered, entries))
        if answered
        else texts.taken_nobody.format(text=text)
    )
    run.add("taken", "warning", message, entry=entry, field="similar" if entry.kind == "faq" else "examples")


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


def _wording(entry: Entry | None) -> dict[str, Any]:
    try:
        return read(entry.value["text"]) if entry else {}
    except (KeyError, UneditableError):
        return {}


def _title(name: str | None, entries: dict[Key, Entry]) -> str:
    if name is None:
        return ""
    key: Key = ("faq", name.removeprefix("faq/")) if name.startswith("faq/") else ("topic", name)
    entry = entries.get(key)
    return entry.title if entry else name


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
