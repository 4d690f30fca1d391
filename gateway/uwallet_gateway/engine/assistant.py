"""Asks the engine for help for agents, outside of any conversation: suggested answers, intents for labels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import httpx
import structlog
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.certificates import usual_authorities
from uwallet_gateway.engine.answers import read_answer
from uwallet_gateway.errors import ErrorCode, InputError

_SUGGESTIONS = "/webhooks/gateway/suggestions"
_INTENTS = "/webhooks/gateway/intents"
_FORGET = "/webhooks/gateway/forget"
_EVENTS = "/webhooks/gateway/events"
_ANSWERS = "/webhooks/gateway/answers"
_GROUPS = "/webhooks/gateway/groups"
_NEAREST = "/webhooks/gateway/nearest"
# Seconds: an agent types the answer meanwhile. Users come first, so few questions at once.
_TIMEOUT = 5.0
_AT_ONCE = 2
_LARGEST_ANSWER = 1024 * 1024
_LARGEST_HISTORY = 64 * 1024 * 1024
_LONGEST_TEXT = 20_000
# What the engine takes in one request for groups.
MOST_TEXTS, MOST_GROUPED = 64, 2000
_log = structlog.get_logger()


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class Suggestion(_Part):
    """An answer of the knowledge files."""

    topic: str = Field(max_length=200)
    title: str = Field(max_length=1000)
    text: str = Field(max_length=_LONGEST_TEXT)


class Intent(_Part):
    """What a message can mean; `title` is Chinese."""

    name: str = Field(max_length=200)
    title: str = Field(max_length=1000)


class Answer(_Part):
    """An answer of the bot: a topic, or `faq/<id>`; `title` is Chinese."""

    id: str = Field(max_length=200)
    title: str = Field(max_length=1000)


class NearAnswer(Answer):
    """An answer that may be what a message asks for."""

    likeness: float = Field(ge=-1, le=1)


class Grouping(_Part):
    """Groups of messages.

    Attributes:
        vectors: Of the texts, as the engine wants them back.
        groups: Number of the group of each text and vector; from the count of known groups on it is a new one.
    """

    vectors: list[str] = Field(max_length=MOST_TEXTS)
    groups: list[int] = Field(max_length=MOST_TEXTS + MOST_GROUPED)


class _SuggestionsAnswer(_Part):
    suggestions: list[Suggestion] = Field(max_length=5)


class _IntentsAnswer(_Part):
    intents: list[Intent] = Field(max_length=1000)


class _AnswersAnswer(_Part):
    answers: list[Answer] = Field(max_length=10_000)


class _NearestAnswer(_Part):
    answers: list[NearAnswer] = Field(max_length=10)


class _ForgetAnswer(_Part):
    erased: int = Field(ge=0)


class _EventsAnswer(_Part):
    events: list[dict[str, Any]]


_Answer = TypeVar("_Answer", bound=_Part)


class EngineAssistant:
    """Separate from turns: a failure here does not count for the circuit breaker."""

    def __init__(self, url: str, secret: str | None, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Opens no connection yet; another `transport` is for tests."""
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=_TIMEOUT,
            transport=transport,
            # As in engine_client.py: the engine is private and sends nobody elsewhere.
            trust_env=False,
            verify=usual_authorities(),
            follow_redirects=False,
        )

    async def suggestions(self, text: str) -> list[Suggestion]:
        """What the knowledge files say to a text, best first, at most five.

        Raises:
            InputError: unavailable.
        """
        return (await self._ask(_SuggestionsAnswer, "POST", _SUGGESTIONS, {"text": text})).suggestions

    async def intents(self) -> list[Intent]:
        """What a message can be labelled with.

        Raises:
            InputError: unavailable.
        """
        return (await self._ask(_IntentsAnswer, "GET", _INTENTS)).intents

    async def answers(self) -> list[Answer]:
        """All answers that the bot has.

        Raises:
            InputError: unavailable.
        """
        return (await self._ask(_AnswersAnswer, "GET", _ANSWERS)).answers

    async def nearest(self, text: str) -> list[NearAnswer]:
        """The answers that a text is nearest to, best first.

        Raises:
            InputError: unavailable.
        """
        return (await self._ask(_NearestAnswer, "POST", _NEAREST, {"text": text})).answers

    async def groups(self, texts: Sequence[str], vectors: Sequence[str], known: Sequence[tuple[str, int]]) -> Grouping:
        """Puts messages into groups by meaning.

        Args:
            texts: Redacted messages that the engine has not read, at most `MOST_TEXTS`.
            vectors: Of messages that it has, at most `MOST_GROUPED`.
            known: Groups that there are: the mean of their vectors, and how many they are.

        Raises:
            InputError: unavailable.
        """
        body = {
            "texts": list(texts),
            "vectors": list(vectors),
            "known": [{"mean": mean, "count": count} for mean, count in known],
        }
        grouping = await self._ask(Grouping, "POST", _GROUPS, body)
        if len(grouping.vectors) != len(texts) or len(grouping.groups) != len(texts) + len(vectors):
            _log.warning("engine_assistant.failed", path=_GROUPS, error="Grouping")
            raise InputError(ErrorCode.UNAVAILABLE)
        return grouping

    async def forget(
        self,
        conversation_ids: Sequence[str],
        before: datetime | None = None,
        keep: Sequence[str] = (),
        of: Sequence[str] = (),
    ) -> int:
        """Erases conversations in the engine's store, and events from before a moment; returns how many events.

        Args:
            conversation_ids: To be erased whole.
            before: Older events of all others are erased, too.
            keep: Conversations whose old events stay.
            of: Conversations whose old events are erased; none: of all.

        Raises:
            InputError: unavailable, also when the engine's store cannot erase.
        """
        body = {"senders": list(conversation_ids), "before": before.timestamp() if before else None, "keep": list(keep)}
        if of:
            body["of"] = list(of)
        return (await self._ask(_ForgetAnswer, "POST", _FORGET, body)).erased

    async def events(self, conversation_id: str) -> list[dict[str, Any]]:
        """All that the engine's store has of a conversation.

        Raises:
            InputError: unavailable.
        """
        return (
            await self._ask(_EventsAnswer, "POST", _EVENTS, {"sender": conversation_id}, most=_LARGEST_HISTORY)
        ).events

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _ask(
        self,
        kind: type[_Answer],
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        most: int = _LARGEST_ANSWER,
    ) -> _Answer:
        try:
            async with asyncio.timeout(_TIMEOUT), self._slots:
                response = await self._client.request(method, path, json=body)
            response.raise_for_status()
            return read_answer(kind, response, most)
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            _log.warning("engine_assistant.failed", path=path, error=type(error).__name__)
            raise InputError(ErrorCode.UNAVAILABLE) from error
