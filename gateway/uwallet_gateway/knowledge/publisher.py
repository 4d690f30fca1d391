"""Publishes versions, and keeps the engines at what is published."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.engine.knowledge import BrokenBundleError, EngineKnowledge, EngineStatus, UntrainedError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.bundles import read_folder
from uwallet_gateway.knowledge.checks import KnowledgeChecks
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.pilots import KnowledgePilots, Scope
from uwallet_gateway.knowledge.plans import KnowledgePlans
from uwallet_gateway.knowledge.served import fixed_files_changed, served_digest, stage
from uwallet_gateway.knowledge.store import KnowledgeStore
from uwallet_gateway.knowledge.views import version_view
from uwallet_gateway.protocol.knowledge import EngineView, PlanView, PublicationView

_EVERY = 2.0
# What is otherwise in a minute.
_PASSING = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.TRAINING_NEEDED})
_log = structlog.get_logger()


class KnowledgePublisher:
    """Several gateways do this at once: to say again what is published changes nothing.

    Attributes:
        problem: Why the engines do not serve what is published; None: they do.
    """

    def __init__(
        self,
        store: KnowledgeStore,
        engine: EngineKnowledge,
        checks: KnowledgeChecks,
        plans: KnowledgePlans,
        pilots: KnowledgePilots,
        folder: Path,
        on_published: Callable[[dict[str, str]], None],
    ) -> None:
        """Takes the folder of the deployment's own files, and who is told the files of each published version."""
        self.problem: str | None = None
        self._store = store
        self._engine = engine
        self._checks = checks
        self._plans = plans
        self._pilots = pilots
        self._folder = folder
        self._on_published = on_published
        self._told: tuple[int, str] | None = None
        self._status: EngineStatus | None = None
        # Who looks what is published, and then finds the engines ahead of that, must not take them back.
        self._serving = asyncio.Lock()

    async def publish(self, revision: int, agent: str, note: str, at: datetime | None = None) -> PublicationView:
        """Publishes the draft, now or at a time.

        Raises:
            InputError: malformed, if the time is over; not_found, without a draft; entry_changed; checks_needed;
                pilot_running; operator_needed; training_needed; knowledge_broken; unavailable.
        """
        await self._pilots.require_none()
        draft = await self._checked_draft(revision)
        if at is None:
            return await self._publish(draft, revision, agent, note)
        await self._plans.set(draft.number, revision, at, agent, note)
        return PublicationView(version=version_view(draft), seconds=0.0, plan=await self.plan())

    async def plan(self) -> PlanView | None:
        """When the draft is to be published; None if nothing is planned."""
        draft = await self._store.draft()
        plan = await self._plans.read(draft.number) if draft else None
        if draft is None or plan is None:
            return None
        is_current = await self._store.revision(draft.number) == plan.revision
        return PlanView(at=plan.at, agent=plan.agent, note=plan.note, is_current=is_current, refused=plan.refused)

    async def cancel_plan(self) -> None:
        """Lets the draft stay a draft. No-op if nothing is planned."""
        draft = await self._store.draft()
        if draft is not None:
            await self._plans.cancel(draft.number)

    async def carry_out(self) -> None:
        """Publishes what is planned for now; what is refused is told at the desk, an engine that is away waited for."""
        plan = await self._plans.due()
        if plan is None:
            return
        draft = await self._store.draft()
        if draft is None or draft.number != plan.version:
            # It was published, by a gateway that could not say so any more.
            await self._plans.end(plan.version, None)
            return
        try:
            await self.publish(plan.revision, plan.agent, plan.note)
        except InputError as error:
            # Not found: another gateway was faster, and ends it.
            if error.code in _PASSING or error.code is ErrorCode.NOT_FOUND:
                return
            await self._plans.end(plan.version, error.code.value)
            _log.warning("knowledge.plan.refused", version=plan.version, code=error.code.value)
            return
        await self._plans.end(plan.version, None)

    async def roll_back(self, number: int, agent: str, note: str) -> PublicationView:
        """Publishes an earlier version.

        Raises:
            InputError: not_found; conflict, if it is published; pilot_running; operator_needed; training_needed, which
                then begins; knowledge_broken; unavailable.
        """
        await self._pilots.require_none()
        version = await self._store.version(number)
        if version.state in {"draft", "withdrawn"}:
            raise InputError(ErrorCode.NOT_FOUND)
        if version.state == "published":
            raise InputError(ErrorCode.CONFLICT)
        return await self._publish(version, None, agent, note)

    async def start_pilot(self, revision: int, scope: Scope, agent: str, note: str) -> PublicationView:
        """Lets some conversations be answered by the draft; all others by what is published, as before.

        Raises:
            InputError: As `publish`, without `at`; site_unknown; publication_set; engine_full.
        """
        started = time.monotonic()
        await self._pilots.require_none()
        draft = await self._checked_draft(revision)
        await self._stage(draft)
        async with self._serving:
            published = await self._store.published()
            if published is None:
                raise InputError(ErrorCode.NOT_FOUND)
            # First, so that nobody is sent to what the engine does not have yet. If the rest fails, `run_for_ever`
            # takes it back.
            await self._engine.serve(_wanted(published), published.number, served_digest(draft.files))
            await self._pilots.start(draft.number, revision, scope, agent, note)
        version = await self._store.version(draft.number)
        return PublicationView(version=version_view(version), seconds=round(time.monotonic() - started, 3))

    async def publish_pilot(self, agent: str, note: str) -> PublicationView:
        """Publishes what is tried out to all.

        Raises:
            InputError: not_found, if nothing is; knowledge_broken; training_needed; unavailable.
        """
        started = time.monotonic()
        pilot = await self._store.pilot()
        if pilot is None:
            raise InputError(ErrorCode.NOT_FOUND)
        await self._stage(pilot)
        async with self._serving:
            row = await self._pilots.publish(agent, note)
            await self._engine.serve(_wanted(row), row.number)
            await self._tell(row)
        return PublicationView(version=version_view(row), seconds=round(time.monotonic() - started, 3))

    async def withdraw_pilot(self, agent: str) -> PublicationView:
        """Takes back what is tried out; it holds at once, also while the engine does not answer.

        Raises:
            InputError: not_found, if nothing is.
        """
        started = time.monotonic()
        async with self._serving:
            row = await self._pilots.withdraw(agent)
            published = await self._store.published()
            if published is not None:
                # No turn asks for it any more; what the engine holds is dropped now, or by `run_for_ever`.
                with contextlib.suppress(InputError):
                    await self._engine.serve(_wanted(published), published.number)
        return PublicationView(version=version_view(row), seconds=round(time.monotonic() - started, 3))

    async def engines(self) -> list[EngineView]:
        """The processes of the engine, as they were seen last; none if nobody answers."""
        status, published = self._status, await self._store.published()
        if status is None or published is None:
            return []
        wanted = _wanted(published)
        return [
            EngineView(
                id=process.id,
                sha256=process.sha256,
                is_current=process.sha256 == wanted,
                seen_at=datetime.fromtimestamp(process.seen_at, UTC),
            )
            for process in status.engines
        ]

    async def run_for_ever(self) -> None:
        """Keeps the engines, and what the gateway itself reads, at the published version."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.carry_out()
                await self.follow()
            except (InputError, DatabaseUnavailableError):
                self._status = None
            except Exception:
                # A bug here must not end the loop: engines that start later would keep their own files.
                _log.exception("knowledge.follow.failed")

    async def read_in(self) -> None:
        """Makes the deployment's files a version where nothing was published at the desk."""
        files = await asyncio.to_thread(read_folder, self._folder)
        if await self._store.read_in(files):
            _log.info("knowledge.read_in")

    async def follow(self) -> None:
        """Looks once what the engines serve, and tells them if it is not what is published.

        Raises:
            InputError: unavailable.
        """
        async with self._serving:
            await self._follow()

    async def _follow(self) -> None:
        published = await self._store.published()
        if published is None:
            return
        await self._tell(published)
        pilot = await self._store.pilot()
        self._status = await self._engine.status()
        beside = served_digest(pilot.files) if pilot else None
        if (self._status.served, self._status.pilot) == (_wanted(published), beside):
            self.problem = None
            return
        try:
            await self._serve(published, pilot)
        except BrokenBundleError as error:
            # After an update of the engine: it goes on with what it has.
            if self.problem is None:
                _log.error("knowledge.refused", version=published.number, problems=error.problems[:5])
            self.problem = error.problems[0]
        except InputError as error:
            if error.code is not ErrorCode.ENGINE_FULL:
                raise
            self.problem = finding_texts().pilot_full
        except UntrainedError as error:
            # As above; the engine trains by itself what it is to serve.
            training = await self._engine.train(error.sha256)
            texts = finding_texts()
            self.problem = texts.retraining if training.state != "failed" else texts.training_failed.format(reason="")

    async def _publish(
        self, version: tables.KnowledgeVersion, revision: int | None, agent: str, note: str
    ) -> PublicationView:
        started = time.monotonic()
        await self._stage(version)
        async with self._serving:
            row = await self._store.publish(version.number, revision, agent, note)
            # What fails from here on is done by `run_for_ever`, of this gateway or another.
            await self._engine.serve(_wanted(row), row.number)
            await self._tell(row)
        return PublicationView(version=version_view(row), seconds=round(time.monotonic() - started, 3))

    async def _checked_draft(self, revision: int) -> tables.KnowledgeVersion:
        draft = await self._store.draft()
        if draft is None:
            raise InputError(ErrorCode.NOT_FOUND)
        if await self._store.revision(draft.number) != revision:
            raise InputError(ErrorCode.ENTRY_CHANGED)
        await self._checks.require_passed(draft, revision)
        return draft

    async def _stage(self, version: tables.KnowledgeVersion) -> None:
        """Gives a version to the engine, which checks it; nobody is served by it yet."""
        await self._check_fixed(version)
        try:
            await stage(self._engine, await self._store.files(version))
        except BrokenBundleError as error:
            raise InputError(ErrorCode.KNOWLEDGE_BROKEN, details={"problems": error.problems}) from error
        except UntrainedError as error:
            # Of an earlier version the model is not kept for ever; whoever asks again in a minute gets it.
            await self._engine.train(error.sha256, again=True)
            raise InputError(ErrorCode.TRAINING_NEEDED, details={"files": []}) from error

    async def _check_fixed(self, version: tables.KnowledgeVersion) -> None:
        published = await self._store.published()
        changed = fixed_files_changed(published.files if published else {}, version.files)
        if changed:
            raise InputError(ErrorCode.OPERATOR_NEEDED, details={"files": changed})

    async def _serve(self, version: tables.KnowledgeVersion, pilot: tables.KnowledgeVersion | None) -> None:
        wanted = _wanted(version)
        if wanted is not None:
            await stage(self._engine, await self._store.files(version))
        if pilot is None:
            await self._engine.serve(wanted, version.number)
            return
        try:
            beside = await stage(self._engine, await self._store.files(pilot))
            await self._engine.serve(wanted, version.number, beside)
        except (BrokenBundleError, UntrainedError, InputError):
            # What all others get does not wait for it.
            if self._status is None or self._status.served != wanted:
                await self._engine.serve(wanted, version.number)
            raise

    async def _tell(self, version: tables.KnowledgeVersion) -> None:
        key = (version.number, version.sha256)
        if key == self._told:
            return
        files = await self._store.files(version)
        await asyncio.to_thread(self._on_published, files)
        self._told = key


def _wanted(version: tables.KnowledgeVersion) -> str | None:
    """What the engine shall serve: its own files while nobody has published anything at the desk."""
    if version.published_by is None:
        return None
    return served_digest(version.files)
