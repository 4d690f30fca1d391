"""Sends queued user messages to the engine: in order per conversation, exactly once, surviving restarts.

The queue is the transcript itself (messages in the state `received`), so nothing is lost when the process dies. While
the engine is away, messages wait for it; after `notice_after` the user is told so and offered a human.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import asdict
from typing import Any

import structlog

from common.tracing import NEW, span, trace_id, traceparent
from uwallet_gateway.engine.client import EngineClient, EngineReply, EngineUnavailable, FailureReason
from uwallet_gateway.engine.engines import Engines
from uwallet_gateway.hooks.stream import StreamRecorder
from uwallet_gateway.input_text import without_quotation
from uwallet_gateway.insight.recording import record_turn
from uwallet_gateway.knowledge.pilots import KnowledgePilots, PilotTurn, note_turn
from uwallet_gateway.observability.metrics import Metrics
from uwallet_gateway.support.configuration import Configuration
from uwallet_gateway.support.presence import Availability
from uwallet_gateway.support.queries import TicketQueries
from uwallet_gateway.support.user_requests import UserRequests
from uwallet_gateway.transcript.event_bus import EventBus
from uwallet_gateway.transcript.events import Settled, Typing
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD, Message
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript
from uwallet_gateway.turns.locks import Locks
from uwallet_gateway.turns.outage import OutageNotices
from uwallet_gateway.turns.replies import greeted, replies

# Seconds between two attempts while the engine is away; the circuit breaker lets few of them through.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
# Seconds until a conversation is retried after the database failed, more or less.
_AFTER_ERROR = 1.0
# So many conversations that wait are looked at each time; while more wait, it is as many times more seldom.
_WAITING_PER_LOOK = 1000
# Seconds for which the last failure tells the state of the engine.
_FAILURE_COUNTS_FOR = 2 * _LONGEST_PAUSE
# No answer came, or that the engine cannot keep a turn now: the same one may be asked for again.
_REPEATABLE = frozenset({FailureReason.DISCONNECTED, FailureReason.TIMEOUT, FailureReason.UNREADY})
_log = structlog.get_logger()


class Dispatcher:
    """Runs one worker for each conversation with queued messages."""

    def __init__(
        self,
        transcript: Transcript,
        engine: EngineClient | Engines,
        event_bus: EventBus,
        outage: OutageNotices,
        requests: UserRequests,
        tickets: TicketQueries,
        metrics: Metrics,
        locks: Locks,
        configuration: Configuration,
        stream: StreamRecorder,
        pilots: KnowledgePilots,
        *,
        concurrency: int,
        patience: float,
        notice_after: float,
    ) -> None:
        """Keeps what the workers need.

        Args:
            transcript: Source of the messages, and destination of the replies.
            engine: Client of the engine.
            event_bus: Publishes what is stored.
            outage: Tells users of delays.
            requests: Takes the bot's requests for a human.
            tickets: Knows whether somebody is there.
            metrics: Counts turns and failures.
            locks: Keep workers of other processes out of a conversation.
            configuration: What admins have changed: the greeting, and opening hours that the bot is told.
            stream: Is told of each answer.
            pilots: Know which conversations are answered by another version of the knowledge.
            concurrency: Turns that run in the engine at the same time.
            patience: Seconds for which a message waits for an engine that is away.
            notice_after: Seconds after which the user is told.
        """
        self._transcript = transcript
        self._engine = engine
        self._event_bus = event_bus
        self._outage = outage
        self._requests = requests
        self._tickets = tickets
        self._metrics = metrics
        self._locks = locks
        self._configuration = configuration
        self._stream = stream
        self._pilots = pilots
        self._slots = asyncio.Semaphore(concurrency)
        self._patience = patience
        self._notice_after = notice_after
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._timers: dict[str, set[asyncio.TimerHandle]] = {}
        # Spans of messages that this process has taken, by conversation and id.
        self._traces: dict[str, dict[int, str]] = {}
        self._notices: set[asyncio.Task[None]] = set()
        self._away_since: float | None = None
        self._failed_at = float("-inf")
        self._stopping = False
        self._stop = asyncio.Event()

    def wake(self, conversation_id: str, message: Message | None = None) -> None:
        """Starts answering a conversation. `message` is the one that was just stored, if any."""
        if self._stopping:
            return
        if message is not None:
            if (parent := traceparent()) is not None:
                self._traces.setdefault(conversation_id, {})[message.id] = parent
            self._set_timer(conversation_id, 0.0 if self._is_long_away() else self._notice_after)
        if conversation_id in self._workers:
            self._again.add(conversation_id)
            return
        self._workers[conversation_id] = asyncio.create_task(self._work(conversation_id))

    def settled(self, conversation_id: str, message_id: int) -> None:
        """Publishes that a message will get no more replies."""
        self._event_bus.publish(Settled(conversation_id, message_id))

    async def recover(self) -> None:
        """Resumes messages that were acknowledged but not answered before the last process ended."""
        waiting = await self._transcript.waiting_conversations()
        if waiting:
            _log.info("dispatcher.recovered", conversations=len(waiting))
        for conversation_id in waiting:
            self._set_timer(conversation_id, self._notice_after)
            self.wake(conversation_id)

    async def take_over(self) -> int:
        """Answers what another process has taken and not answered before it died.

        Returns:
            How many conversations wait, whoever answers them.
        """
        waiting = await self._transcript.waiting_conversations()
        for conversation_id in await self._locks.abandoned(waiting):
            if conversation_id in self._workers:
                continue
            _log.info("dispatcher.took_over", conversation_id=conversation_id)
            self.wake(conversation_id)
        return len(waiting)

    async def take_over_for_ever(self) -> None:
        """Looks a few times within the life of a lock. A failure is logged; the next look tries again."""
        if self._locks.look_every is None:
            return
        waiting = 0
        while True:
            # Jitter, so that processes do not look in lockstep.
            pause = self._locks.look_every * max(1.0, waiting / _WAITING_PER_LOOK)
            await asyncio.sleep(pause * random.uniform(0.75, 1.0))
            try:
                waiting = await self.take_over()
            except Exception:
                _log.exception("dispatcher.not_taken_over")

    async def drain(self, seconds: float) -> None:
        """Finishes running turns. Messages that wait for an engine that is away stay for the next start."""
        self._stopping = True
        self._stop.set()
        for timers in self._timers.values():
            for timer in timers:
                timer.cancel()
        running = {*self._workers.values(), *self._notices}
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, conversation_id: str) -> None:
        try:
            while True:
                self._again.discard(conversation_id)
                async with self._locks.hold(conversation_id) as lease:
                    answered = 0
                    while not self._stopping and (message := await self._transcript.next_waiting(conversation_id)):
                        if answered and not await lease.is_kept():
                            # Another process answers now. What it leaves is taken up when it is free again.
                            self._again.add(conversation_id)
                            break
                        await self._answer(message)
                        answered += 1
                if conversation_id not in self._again:
                    break
        except ConversationGoneError:
            pass
        except Exception:
            _log.exception("dispatcher.failed", conversation_id=conversation_id)
            pause = _AFTER_ERROR * random.uniform(0.75, 1.25)
            asyncio.get_running_loop().call_later(pause, self.wake, conversation_id)
        finally:
            self._workers.pop(conversation_id, None)
            self._traces.pop(conversation_id, None)
            for timer in self._timers.pop(conversation_id, ()):
                timer.cancel()

    async def _answer(self, message: Message) -> None:
        # Below the span of the message, which has ended; one that another process has taken begins a trace.
        parent = self._traces.get(message.conversation_id, {}).pop(message.id, NEW)
        with span("turn", parent=parent, conversation_id=message.conversation_id, message_id=message.id):
            await self._answer_traced(message)

    async def _answer_traced(self, message: Message) -> None:
        conversation_id = message.conversation_id
        self._event_bus.publish(Typing(conversation_id, typing=True))
        started = time.perf_counter()
        try:
            availability = await self._tickets.availability(conversation_id)
            pilot = await self._pilots.turn_of(conversation_id)
            reply = await self._ask(message, availability, pilot)
            if reply is None:
                return
            with span("store"):
                dropped = await self._store(message, reply, availability, pilot)
            if dropped:
                self._metrics.count_reply_dropped(dropped)
                _log.warning(
                    "dispatcher.reply_dropped", conversation_id=conversation_id, message_id=message.id, reason=dropped
                )
            self._metrics.observe_turn(time.perf_counter() - started, reply.seconds, trace_id())
        except EngineUnavailable as error:
            _log.warning("dispatcher.gave_up", conversation_id=conversation_id, reason=str(error))
            await self._outage.give_up(message)
        finally:
            self._event_bus.publish(Typing(conversation_id, typing=False))
        self.settled(conversation_id, message.id)

    async def _ask(self, message: Message, availability: Availability, pilot: PilotTurn | None) -> EngineReply | None:
        """The engine's reply, or None if the message was settled or the gateway stops meanwhile."""
        give_up_at = time.monotonic() + self._patience
        pause = _FIRST_PAUSE
        # What the bot cannot see: whether somebody is there, and whether the user is queued.
        metadata: dict[str, Any] = {"support": asdict(availability)}
        if self._configuration.told_hours is not None:
            # Changed at the desk: the bot's file has others.
            metadata["hours"] = self._configuration.told_hours
        standing = await self._transcript.standing(message)
        if standing.follows_agent:
            # The bot did not see the agent's part, so it drops its state.
            metadata["after_agent"] = True
        # Some answers are for some places only.
        metadata |= {name: value for name, value in asdict(standing.origin).items() if value is not None}
        if pilot is not None and pilot.is_pilot:
            metadata["knowledge"] = pilot.sha256
        while not self._stopping:
            try:
                async with self._slots:
                    reply = await self._engine.send(
                        sender=message.conversation_id,
                        message=message.payload or without_quotation(message.text),
                        kind="payload" if message.payload else "text",
                        message_id=_turn_id(message),
                        metadata=metadata,
                    )
            except EngineUnavailable as error:
                self._metrics.count_engine_trouble(error.reason)
                self._failed_at = time.monotonic()
                self._away_since = self._away_since or self._failed_at
                # A turn that died with the engine was not executed. The engine knows a finished one by its id, and
                # waits for one that still runs.
                repeatable = error.not_executed or error.reason in _REPEATABLE
                if not repeatable or time.monotonic() >= give_up_at:
                    raise
                if self._is_long_away():
                    await self._outage.tell(message.conversation_id)
                waiting = await self._transcript.next_waiting(message.conversation_id)
                if waiting is None or waiting.id != message.id:
                    return None
                # Jitter, so that waiting conversations do not retry in lockstep.
                await self._wait_for_engine(pause * random.uniform(0.75, 1.25))
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                self._away_since = None
                return reply
        return None

    async def _wait_for_engine(self, seconds: float) -> None:
        """Waits so long at most: an engine that is back is asked soon, and who stops does not wait."""
        waits = [
            asyncio.create_task(self._engine.wait_for_return(seconds)),
            asyncio.create_task(self._stop.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()

    async def _store(
        self, message: Message, reply: EngineReply, availability: Availability, pilot: PilotTurn | None
    ) -> str | None:
        """Stores the bot's reply. Returns why it was dropped instead, or None."""
        items = replies(reply.messages, message.id, reply.reading)
        if message.payload == GREETING_PAYLOAD and self._configuration.welcome is not None:
            items = greeted(items, self._configuration.welcome)
        async with self._transcript.writing(message.conversation_id) as transaction:
            # Check this before the state, so that the log names a takeover, which settles waiting messages.
            if not transaction.may_be_answered_by_bot(message.id):
                await transaction.set_state(message.id, "answered")
                return "owner"
            if not await transaction.set_state(message.id, "answered"):
                return "settled"
            await record_turn(transaction.session, message, reply)
            if pilot is not None:
                told = "knowledge" in reply.model_fields_set
                is_as_asked = not told or (reply.knowledge == pilot.sha256) == pilot.is_pilot
                await note_turn(
                    transaction.session, pilot, message.conversation_id, message.created_at, is_as_asked=is_as_asked
                )
            await self._stream.turn(transaction.session, message, reply)
            if reply.script is not None:
                await transaction.set_script(reply.script)
            for item in items:
                if item.request is not None:
                    await self._requests.answer_request(transaction, item.request, message)
                    continue
                await transaction.append(item.draft)
                if item.handoff is not None:
                    reason = str(item.handoff.get("reason", ""))
                    await self._requests.hand_off(
                        transaction,
                        item.handoff,
                        reason=reason,
                        in_reply_to=message.id,
                        told_available=availability.available,
                    )
                    self._metrics.count_handoff(reason)
            if not items:
                # The bot always says something; silence is a fault of the engine.
                await self._outage.say(transaction, message)
        if not items:
            self._metrics.count_engine_trouble("silent")
        if reply.understood:
            self._metrics.count_understood(reply.understood)
        self._event_bus.publish_committed(transaction)
        return None

    def _is_long_away(self) -> bool:
        moment = time.monotonic()
        return (
            self._away_since is not None
            and moment - self._away_since >= self._notice_after
            and moment - self._failed_at < _FAILURE_COUNTS_FOR
        )

    def _set_timer(self, conversation_id: str, seconds: float) -> None:
        timer = asyncio.get_running_loop().call_later(seconds, self._tell, conversation_id)
        self._timers.setdefault(conversation_id, set()).add(timer)

    def _tell(self, conversation_id: str) -> None:
        task = asyncio.create_task(self._outage.tell(conversation_id))
        self._notices.add(task)
        task.add_done_callback(self._notices.discard)


def _turn_id(message: Message) -> str:
    # Rows from before migration 0005 have none.
    return message.turn_id or f"{message.conversation_id}-{message.id}"
