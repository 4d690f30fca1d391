"""Plays conversations on the draft."""

from __future__ import annotations

from uwallet_gateway.engine.knowledge import BrokenBundleError, EngineKnowledge, PlayedTurn, UntrainedError
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.served import stage
from uwallet_gateway.knowledge.store import KnowledgeStore
from uwallet_gateway.protocol.knowledge import TrainingView, TrialButton, TrialReply, TrialRequest, TrialTurn, TrialView


class KnowledgeTrial:
    """Nothing of a trial is kept anywhere: the whole conversation is sent and played each time."""

    def __init__(self, store: KnowledgeStore, engine: EngineKnowledge) -> None:
        """Keeps what it works with."""
        self._store = store
        self._engine = engine

    async def training(self, *, start: bool) -> TrainingView:
        """How far the engine is with learning what the draft has.

        Args:
            start: Whether to begin, also once more with what has failed.

        Raises:
            InputError: not_found, without a draft; knowledge_broken; unavailable.
        """
        draft = await self._store.draft()
        if draft is None:
            raise InputError(ErrorCode.NOT_FOUND)
        try:
            await stage(self._engine, await self._store.files(draft))
        except BrokenBundleError as error:
            raise InputError(ErrorCode.KNOWLEDGE_BROKEN, details={"problems": error.problems}) from error
        except UntrainedError as error:
            found = await self._engine.train(error.sha256, start=start, again=start)
            problems = [finding_texts().reason(problem) for problem in found.problems]
            return TrainingView(state=found.state, progress=found.progress, problems=problems, seconds=found.seconds)
        return TrainingView(state="done", progress=1.0, problems=[], seconds=0.0)

    async def play(self, request: TrialRequest) -> TrialView:
        """Plays it on the draft, or on what editors would begin with.

        Raises:
            InputError: knowledge_broken; training_needed; unavailable.
        """
        version = await self._store.draft() or await self._store.base()
        if version is None:
            raise InputError(ErrorCode.NOT_FOUND)
        revision = await self._store.revision(version.number) if version.state == "draft" else 0
        try:
            sha256 = await stage(self._engine, await self._store.files(version))
        except BrokenBundleError as error:
            raise InputError(ErrorCode.KNOWLEDGE_BROKEN, details={"problems": error.problems}) from error
        except UntrainedError as error:
            raise InputError(ErrorCode.TRAINING_NEEDED, details={"files": []}) from error
        messages = [{"kind": message.kind, "message": message.text} for message in request.messages]
        metadata = {"channel": request.channel} | ({"site": request.site} if request.site else {})
        turns = await self._engine.play(sha256, messages, metadata)
        return TrialView(revision=revision, turns=[_turn(turn) for turn in turns])


def _turn(turn: PlayedTurn) -> TrialTurn:
    understood = turn.understood or {}
    return TrialTurn(
        replies=[
            TrialReply(
                text=reply.text,
                buttons=[
                    TrialButton(title=str(button.get("title", "")), payload=str(button.get("payload", "")))
                    for button in reply.buttons
                ],
                metadata=reply.metadata,
                custom=reply.custom,
            )
            for reply in turn.messages
        ],
        intent=understood.get("intent"),
        confidence=understood.get("confidence"),
        reading=turn.reading,
    )
