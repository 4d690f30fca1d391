"""Sends users' messages to the engine and checks what comes back (docs/protocol.md, between gateway and engine)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

import httpx
import structlog
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from common.tracing import TRACEPARENT, span, traceparent
from uwallet_gateway.certificates import usual_authorities
from uwallet_gateway.engine.circuit_breaker import CircuitBreaker, CircuitState
from uwallet_gateway.engine.return_watch import ReturnWatch

PATH = "/webhooks/gateway/webhook"
_ALIVE = "/webhooks/gateway/"
# Bytes. The longest answers of the bot, all steps of a procedure at once, have some 10 KB.
_LARGEST_ANSWER = 1024 * 1024
_LONGEST_TEXT = 20_000
_MOST_MESSAGES = 50
_MOST_BUTTONS = 50
_MOST_EVENTS = 200
# What a column of the database takes.
_LARGEST_NUMBER = 2**31 - 1
# Seconds to connect: the engine is near. Until a refused connection is tried again: an engine that restarts.
_CONNECT_TIMEOUT = 2.0
_REFUSED_PAUSE = 0.2
# Seconds in which an engine that is there says so, though it is busy.
_LOOK = 1.0
# Shorter than the engine keeps idle connections (Sanic: 5 s), so that none dies while a message is put into it.
_KEEP_ALIVE = 2.0
_log = structlog.get_logger()


class FailureReason(StrEnum):
    """Why there is no answer of the engine; also a label of the metrics."""

    REFUSED = "refused"
    TIMEOUT = "timeout"
    DISCONNECTED = "disconnected"
    STATUS = "status"
    UNREADY = "unready"
    REJECTED = "rejected"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    CIRCUIT_OPEN = "circuit_open"


# It may not be there at all; all else says something about the turn.
_AWAY = frozenset({FailureReason.REFUSED, FailureReason.TIMEOUT, FailureReason.DISCONNECTED})


class EngineUnavailable(Exception):  # noqa: N818  # a state of the engine rather than an error
    """The engine gave no answer that can be used.

    Attributes:
        reason: Why.
        not_executed: The message certainly did not reach the bot, so it may be sent again. Otherwise it may have been
            executed: it is to be asked for by the same `message_id` only.
    """

    def __init__(self, reason: FailureReason, detail: str = "", *, not_executed: bool = False) -> None:
        """Keeps the reason; `detail` is for logs and holds nothing that a user wrote."""
        super().__init__(f"{reason}: {detail}" if detail else reason.value)
        self.reason = reason
        self.not_executed = not_executed


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, allow_inf_nan=False)


class EngineButton(_Part):
    """A quick reply that the bot offers."""

    title: str = Field(min_length=1, max_length=_LONGEST_TEXT)
    payload: str = Field(min_length=1, max_length=_LONGEST_TEXT)
    role: Literal["primary", "normal", "danger"] = "normal"


class EngineMessage(_Part):
    """One message of the bot.

    Attributes:
        text: What it says; may be empty.
        buttons: Quick replies.
        image: Address of a picture.
        metadata: `response`, `progress`, `ask`.
        custom: The payload of a message that is for the gateway, such as the handoff; the rest is empty then.
    """

    text: str = Field(default="", max_length=_LONGEST_TEXT)
    buttons: tuple[EngineButton, ...] = Field(default=(), max_length=_MOST_BUTTONS)
    image: str | None = Field(default=None, max_length=_LONGEST_TEXT)
    metadata: dict[str, Any] = Field(default_factory=dict)
    custom: dict[str, Any] | None = None


class Understood(_Part):
    """How the bot understood the message.

    Attributes:
        intent: What the user wants, or None.
        confidence: 0 to 1, or None.
        answer_band: `answer`, `choice` or `not_understood`; None for payloads.
    """

    intent: str | None = Field(default=None, max_length=200)
    confidence: float | None = Field(default=None, ge=0, le=1)
    answer_band: str | None = Field(default=None, max_length=50)


def _text_of_number(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


class EngineEvent(_Part):
    """Something that happened in a turn, for the statistics (docs/support/protocol.md).

    Attributes:
        kind: Such as `step_shown`; one that is not known is kept and not counted.
        topic: Which one, or None.
        step: Id of the step, or None. An engine from before sends its number.
        step_number: The number of the step that the user saw, or None.
        value: Of a rating, or None.
    """

    kind: str = Field(min_length=1, max_length=200)
    topic: str | None = Field(default=None, max_length=200)
    step: Annotated[str | None, BeforeValidator(_text_of_number)] = Field(default=None, max_length=200)
    step_number: int | None = Field(default=None, ge=0, le=_LARGEST_NUMBER)
    value: int | None = Field(default=None, ge=0, le=_LARGEST_NUMBER)


class EngineReply(_Part):
    """The bot's answer to one message.

    Attributes:
        messages: What it says, in order; may be empty.
        understood: How it understood, or None.
        events: What happened in the turn; None of an engine that does not tell.
        script: The characters that the user writes; None of an engine that does not tell.
        reading: Why the bot says this: how it has read the message, and what else it could have meant. For agents.
        knowledge: The bundle that it was answered by, None: the engine's own files. Of a turn that is told once more,
            and by an engine that does not tell, it is not set.
        seconds: How long the engine took.
    """

    messages: tuple[EngineMessage, ...] = Field(max_length=_MOST_MESSAGES)
    understood: Understood | None = None
    events: tuple[EngineEvent, ...] | None = Field(default=None, max_length=_MOST_EVENTS)
    script: Literal["simplified", "traditional"] | None = None
    reading: dict[str, Any] | None = None
    knowledge: str | None = Field(default=None, max_length=64)
    seconds: float = 0.0


class EngineClient:
    """Talks to one engine."""

    def __init__(
        self,
        url: str,
        secret: str | None = None,
        *,
        timeout: float = 20.0,
        breaker: CircuitBreaker | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Opens no connection yet.

        Args:
            url: The engine's private address.
            secret: Sent to it, if it has one.
            timeout: Seconds for a whole turn.
            breaker: Decides when to stop calling the engine.
            transport: Another way to it, for tests.
        """
        self._timeout = timeout
        self._breaker = breaker or CircuitBreaker()
        self._watch = ReturnWatch(lambda: self.is_there(_LOOK), self._breaker.try_now)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECT_TIMEOUT)),
            limits=httpx.Limits(max_connections=None, keepalive_expiry=_KEEP_ALIVE),
            transport=transport,
            # The engine is private: no proxy of the environment stands between, and it sends nobody elsewhere.
            trust_env=False,
            verify=usual_authorities(),
            follow_redirects=False,
        )

    @property
    def state(self) -> CircuitState:
        """Whether messages are let through to the engine at this moment."""
        return self._breaker.state

    async def send(
        self,
        sender: str,
        message: str,
        kind: Literal["text", "payload"],
        message_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> EngineReply:
        """Sends a message and returns the bot's reply.

        A refused connection is tried once more. Nothing else is: the outcome of the turn is not known then.

        Args:
            sender: The conversation.
            message: What the user typed, redacted, or the payload of a button.
            kind: Which of these it is; typed text is never a command.
            message_id: Names the message; the engine does not execute the conversation's last one again.
            metadata: For the bot.

        Raises:
            EngineUnavailable: There is no answer, or none that the protocol allows.
        """
        body = {"sender": sender, "message": message, "kind": kind, "metadata": dict(metadata or {})}
        if message_id is not None:
            body["message_id"] = message_id
        ticket = self._breaker.enter()
        if ticket is None:
            raise EngineUnavailable(FailureReason.CIRCUIT_OPEN, not_executed=True)
        before = self._breaker.state
        try:
            reply = await self._turn(body)
        except EngineUnavailable as error:
            # An engine that says what is wrong with the request is well itself.
            if error.reason is FailureReason.REJECTED:
                self._breaker.succeed(ticket)
            else:
                self._breaker.fail(ticket)
            if error.reason in _AWAY:
                self._watch.begin(was_away=error.reason is FailureReason.REFUSED)
            self._note_change(before, error.reason)
            raise
        except BaseException:
            self._breaker.abandon(ticket)
            raise
        self._breaker.succeed(ticket)
        self._watch.let_all_go()
        self._note_change(before)
        return reply

    async def is_there(self, seconds: float) -> bool:
        """Whether it answers anything at all in this time: it may be busy with turns, but does not stand still."""
        try:
            async with asyncio.timeout(seconds):
                await self._client.get(_ALIVE)
        except (httpx.HTTPError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Closes the connections."""
        await self._watch.close()
        await self._client.aclose()

    async def wait_for_return(self, seconds: float) -> None:
        """Waits so long before a turn is tried again, or until the engine, which was away, is there again."""
        await self._watch.wait(seconds)

    async def _turn(self, body: Mapping[str, Any]) -> EngineReply:
        started = time.perf_counter()
        try:
            with span("engine", kind="client"):
                answer = await self._answer(body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise EngineUnavailable(FailureReason.REFUSED, type(error).__name__, not_executed=True) from error
        except (httpx.TimeoutException, TimeoutError) as error:
            raise EngineUnavailable(FailureReason.TIMEOUT, f"after {self._timeout:g} s") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise EngineUnavailable(FailureReason.DISCONNECTED, type(error).__name__) from error
        return _checked(answer).model_copy(update={"seconds": time.perf_counter() - started})

    async def _answer(self, body: Mapping[str, Any]) -> bytes:
        async with asyncio.timeout(self._timeout):
            try:
                return await self._post(body)
            except httpx.ConnectError:
                await asyncio.sleep(_REFUSED_PAUSE)
                return await self._post(body)

    async def _post(self, body: Mapping[str, Any]) -> bytes:
        answer = bytearray()
        parent = traceparent()
        headers = {TRACEPARENT: parent} if parent else None
        async with self._client.stream("POST", PATH, json=body, headers=headers) as response:
            status = response.status_code
            if status != httpx.codes.OK:
                raise EngineUnavailable(_reason_of(status), str(status))
            async for chunk in response.aiter_bytes():
                answer += chunk
                if len(answer) > _LARGEST_ANSWER:
                    raise EngineUnavailable(FailureReason.TOO_LARGE, f"more than {_LARGEST_ANSWER} bytes")
        return bytes(answer)

    def _note_change(self, before: CircuitState, reason: FailureReason | None = None) -> None:
        after = self._breaker.state
        if after is CircuitState.OPEN and before is CircuitState.CLOSED:
            _log.error("engine.left_alone", reason=reason)
        elif after is CircuitState.CLOSED and before is CircuitState.HALF_OPEN:
            _log.info("engine.back")


def _reason_of(status: int) -> FailureReason:
    if status == httpx.codes.SERVICE_UNAVAILABLE:
        # Its store is away: it has kept nothing of the turn.
        return FailureReason.UNREADY
    return FailureReason.REJECTED if 400 <= status < 500 else FailureReason.STATUS


def _checked(answer: bytes) -> EngineReply:
    try:
        return EngineReply.model_validate_json(answer)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, problem["loc"]))
        raise EngineUnavailable(FailureReason.INVALID, f"{place}: {problem['msg']}".removeprefix(": ")) from error
