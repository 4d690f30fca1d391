"""Plays the draft against what is published: labelled messages and stored conversations, in a process of the engine.

What was played on a version is kept by the engine, so that of two drafts only the second is played. Both are played as
of one moment: neither opening hours nor what is valid tells them apart.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from uwallet_gateway.clock import now
from uwallet_gateway.database.connection import Database
from uwallet_gateway.engine.knowledge import EngineKnowledge, PlayedTurn
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.conversations import ConversationsError, StoredConversation, read_conversations
from uwallet_gateway.knowledge.entries import Entry, Key
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.labelled_sets import LabelledMessage, LabelledSetsError, read_sets
from uwallet_gateway.knowledge.rated_conversations import rated_conversations
from uwallet_gateway.knowledge.regressions import (
    Regression,
    compare_conversations,
    compare_messages,
    reworded,
    tells_any,
    wordings_of,
)

_log = structlog.get_logger()

# Of the day on which the check is made; in opening hours of most.
_HOUR = time(10, 30)
_LOOK = 1.0
# Asked again this often while the engine does not answer, or does not know of the plays.
_PATIENCE = 20
# Plays of which nothing more is heard are begun again, this often in all.
_MOST_BEGUN = 3
Plays = list[list[PlayedTurn]]
Said = Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Versions:
    """What is compared.

    Attributes:
        before: The hash by which the engine knows what is published.
        after: That of the draft.
        entries_before: The entries of what is published.
        entries: Those of the draft.
        titles: What answers and intents are called.
    """

    before: str
    after: str
    entries_before: Mapping[Key, Entry]
    entries: Mapping[Key, Entry]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of it.

    Attributes:
        regressions: What is answered otherwise, the worst first.
        scope: What was compared, and what was not.
        conversations: How many were played on the draft.
        asked: What came of the messages that were only asked of the draft.
    """

    regressions: list[Regression]
    scope: list[str]
    conversations: int
    asked: Plays


class RegressionCheck:
    """Compares two versions with what the deployment keeps for it."""

    def __init__(
        self, database: Database, engine: EngineKnowledge, conversations: Path, sets: Path, zone: ZoneInfo
    ) -> None:
        """Keeps what it works with.

        Args:
            database: Has the conversations of users.
            engine: Plays.
            conversations: The folder of stored conversations.
            sets: The file that names labelled sets.
            zone: In which days begin.
        """
        self._database = database
        self._engine = engine
        self._conversations = conversations
        self._sets = sets
        self._zone = zone

    async def compare(
        self,
        versions: Versions,
        asked: Sequence[str],
        told: Callable[[Entry], bool],
        tell: Callable[[float], Awaitable[None]],
    ) -> Compared:
        """Plays and compares.

        Args:
            versions: What is compared.
            asked: Messages that the draft alone is asked, such as new wordings.
            told: Whether a question holds now.
            tell: Called with how much is done, from 0 to 1.

        Raises:
            InputError: unavailable: the engine is away, or cannot play.
        """
        texts, scope = finding_texts(), list[str]()
        conversations = await self._read_conversations(scope)
        changed = reworded(versions.entries_before, versions.entries)
        messages = await self._read_messages(versions, told, scope) if changed is None else []
        sets: list[list[Said]] = [
            [it.messages() for it in conversations],
            [_typed(it.text) for it in messages],
            [_typed(it) for it in asked],
        ]
        # What was said to a user is not kept beyond the check.
        is_real = any(it.conversation_id for it in conversations)
        moment = datetime.combine(now().astimezone(self._zone).date(), _HOUR, self._zone).timestamp()

        async def play(plays: Sequence[tuple[str, Sequence[Said]]], first: float, last: float) -> list[Plays]:
            async def tell_part(share: float) -> None:
                await tell(first + (last - first) * share)

            return await self._play(plays, moment, tell_part, forget=is_real)

        if changed is None:
            before, before_messages, after, after_messages, told_now = await play(
                [
                    (versions.before, sets[0]),
                    (versions.before, sets[1]),
                    (versions.after, sets[0]),
                    (versions.after, sets[1]),
                    (versions.after, sets[2]),
                ],
                0.0,
                1.0,
            )
        else:
            (before,) = await play([(versions.before, sets[0])], 0.0, 0.5)
            chosen = [number for number, turns in enumerate(before) if tells_any(turns, changed)]
            conversations, before = [conversations[it] for it in chosen], [before[it] for it in chosen]
            after, told_now = await play(
                [(versions.after, [sets[0][it] for it in chosen]), (versions.after, sets[2])], 0.5, 1.0
            )
            before_messages = after_messages = []
        found = compare_messages(
            messages, before_messages, after_messages, versions.entries, versions.titles, texts
        ) + compare_conversations(conversations, before, after, texts)
        done = texts.scope if changed is None else texts.scope_reworded
        scope.insert(0, done.format(messages=len(messages), conversations=len(conversations), count=len(conversations)))
        return Compared(found, scope, len(conversations), told_now)

    async def _read_conversations(self, scope: list[str]) -> list[StoredConversation]:
        texts = finding_texts()
        try:
            conversations, _ = await asyncio.to_thread(read_conversations, self._conversations)
        except ConversationsError as error:
            conversations = []
            scope.append(texts.scope_unreadable.format(reason=error))
        if conversations:
            return conversations
        conversations = await rated_conversations(self._database)
        scope.append(
            texts.scope_rated.format(count=len(conversations)) if conversations else texts.scope_no_conversations
        )
        return conversations

    async def _read_messages(
        self, versions: Versions, told: Callable[[Entry], bool], scope: list[str]
    ) -> list[LabelledMessage]:
        texts = finding_texts()
        try:
            labelled = await asyncio.to_thread(read_sets, self._sets)
        except LabelledSetsError as error:
            labelled = []
            scope.append(texts.scope_unreadable.format(reason=error))
        if not labelled:
            scope.append(texts.scope_no_sets)
        holding = [entry.id for (kind, _), entry in versions.entries_before.items() if kind == "faq" and told(entry)]
        return labelled + wordings_of(versions.entries_before, holding)

    async def _play(
        self,
        plays: Sequence[tuple[str, Sequence[Said]]],
        moment: float,
        tell: Callable[[float], Awaitable[None]],
        *,
        forget: bool,
    ) -> list[Plays]:
        """What is said in each conversation of each play."""
        wanted = [(sha256, said) for sha256, said in plays if said]
        if not wanted:
            return [[] for _ in plays]
        keys = await self._engine.replay(wanted, moment)
        misses, begun, progress = 0, 1, 0.0
        try:
            while True:
                try:
                    replay = await self._engine.replay_state(keys)
                except InputError:
                    replay = None
                if replay is not None and replay.state == "done":
                    break
                # The engine starts anew, or its machine stood still: one that goes on is heard of again.
                misses = 0 if replay is not None and replay.state == "running" else misses + 1
                if (replay is not None and replay.state == "failed") or (misses > _PATIENCE and begun == _MOST_BEGUN):
                    _log.warning("knowledge.checks.not_played", state=replay and replay.state)
                    raise InputError(ErrorCode.UNAVAILABLE)
                if misses > _PATIENCE:
                    # Whoever played is gone. What was through is kept, and only the rest played anew.
                    misses, begun = 0, begun + 1
                    with contextlib.suppress(InputError):
                        keys = await self._engine.replay(wanted, moment)
                progress = max(progress, replay.progress if replay is not None else 0.0)
                await tell(progress)
                await asyncio.sleep(_LOOK)
        except BaseException:
            # Nobody waits for it any more.
            with contextlib.suppress(InputError):
                await asyncio.shield(self._engine.stop_replay(keys, forget=forget))
            raise
        found = [await self._engine.replayed(key) for key in keys]
        if forget:
            await self._engine.stop_replay(keys, forget=True)
        parts = iter(found)
        return [next(parts) if said else [] for _, said in plays]


def _typed(text: str) -> Said:
    return [{"kind": "text", "message": text}]


def holds_on(day: date) -> Callable[[Entry], bool]:
    """Whether a question is told everywhere on a day."""

    def holds(entry: Entry) -> bool:
        value = entry.value
        begins, ends = value.get("valid_from"), value.get("valid_until")
        is_valid = (not begins or date.fromisoformat(str(begins)[:10]) <= day) and (
            not ends or day <= date.fromisoformat(str(ends)[:10])
        )
        return is_valid and not value.get("sites") and not value.get("channels")

    return holds
