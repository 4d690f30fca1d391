"""Prometheus metrics. Labels take few values, because each value is a stored time series."""

from __future__ import annotations

import re

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.exposition import choose_encoder, generate_latest

from uwallet_gateway.engine.client import Understood

_PREFIX = "uwallet_gateway"
OTHER = "other"
_LABEL = re.compile(r"[a-z][a-z0-9_]{0,59}")
# Values of one label. The bot knows some 40 intents and a dozen reasons of anything else.
_MOST_VALUES = 100
# Seconds. A turn of the engine takes some 6 ms, the gateway's own share less; users are told something after 7 s.
_TURN_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 15, 30)
_WAIT_BUCKETS = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600)
_OWN_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class _Labels:
    """Keeps the values of a label few: what looks odd, and what comes after the first hundred, is `other`."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def bounded(self, value: object) -> str:
        text = str(value)
        if text in self._seen:
            return text
        if not _LABEL.fullmatch(text) or len(self._seen) >= _MOST_VALUES:
            return OTHER
        self._seen.add(text)
        return text


class Metrics:
    """What is counted and measured; a registry of its own, so that several may live in one process.

    Attributes:
        connections: Open Socket.IO connections; `inc` and `dec`.
    """

    def __init__(self) -> None:
        """Starts at zero."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._labels: dict[str, _Labels] = {}
        self.connections = Gauge(f"{_PREFIX}_connections", "Open Socket.IO connections", registry=self._registry)
        self._messages = self._counter("messages", "Messages taken (in) and delivered (out)", "direction", "transport")
        self._turns = self._histogram(
            "turn_seconds", "From taking up a message until its answer is stored", _TURN_BUCKETS
        )
        self._engine = self._histogram("engine_seconds", "The engine's share of a turn", _TURN_BUCKETS)
        self._own = self._histogram("own_seconds", "The gateway's own share of a turn", _OWN_BUCKETS)
        self._intents = self._counter("intents", "Messages by the intent that the bot understood", "intent")
        self._bands = self._counter(
            "answer_bands", "Messages by how sure the bot was: answer, choice, not_understood", "band"
        )
        self._handoffs = self._counter("handoffs", "Conversations handed over to a human", "reason")
        self._rate_limited = self._counter("rate_limited", "Requests refused by a rate limit", "kind", "scope")
        self._trouble = self._counter("engine_trouble", "Turns that the engine did not answer", "reason")
        self._hooks = self._counter("hooks", "Attempts to tell an endpoint of a ticket", "endpoint", "outcome")
        self._tickets = self._counter("tickets", "Tickets opened", "reason")
        self._tickets_closed = self._counter("tickets_closed", "Tickets closed", "disposition")
        self._dropped = self._counter("replies_dropped", "Replies of the bot that came too late to be said", "reason")
        self._support_ratings = self._counter("support_ratings", "Ratings of tickets, 1 to 5", "rating")
        self._waits = self._histogram("queue_seconds", "From queueing a ticket until an agent had it", _WAIT_BUCKETS)
        self._queue = self._gauge("queue", "Tickets that wait for an agent")
        self._chats = self._gauge("chats", "Tickets that an agent has")
        self._agents_online = self._gauge("agents_online", "Agents who are there and take chats")
        self._events = self._counter("events", "Events sent to the stream for a warehouse", "type")
        self._events_age = self._gauge("events_oldest_seconds", "Age of the oldest event that waits for the stream")
        self._redactions = self._counter("redactions", "Messages in which something was masked", "kind")

    def count_message(self, *, direction: str, transport: str) -> None:
        """Counts a message: `direction` is `in` or `out`."""
        self._add(self._messages, direction=direction, transport=transport)

    def observe_turn(self, seconds: float, engine_seconds: float | None = None, trace_id: str | None = None) -> None:
        """Measures a turn.

        Args:
            seconds: All of it.
            engine_seconds: The engine's share, if the engine answered (`EngineReply.seconds`).
            trace_id: Of the turn's trace, if it is kept: an example of how long this one took.
        """
        exemplar = {"trace_id": trace_id} if trace_id else None
        self._turns.observe(seconds, exemplar)
        if engine_seconds is not None:
            self._engine.observe(engine_seconds, exemplar)
            self._own.observe(max(0.0, seconds - engine_seconds), exemplar)

    def count_understood(self, understood: Understood) -> None:
        """Counts how the bot understood a message; payloads of buttons have no band."""
        if understood.intent is not None:
            self._add(self._intents, intent=understood.intent)
        if understood.answer_band is not None:
            self._add(self._bands, band=understood.answer_band)

    def count_handoff(self, reason: str) -> None:
        """Counts a conversation that is handed over."""
        self._add(self._handoffs, reason=reason)

    def count_rate_limited(self, kind: str, scope: str) -> None:
        """Counts a refusal: of what, and whether because of the `user` or the `address`."""
        self._add(self._rate_limited, kind=kind, scope=scope)

    def count_engine_trouble(self, reason: str) -> None:
        """Counts a turn without an answer."""
        self._add(self._trouble, reason=reason)

    def count_hook(self, endpoint: str, outcome: str) -> None:
        """Counts an attempt: `outcome` is `delivered`, `failed` (tried again later) or `given_up`."""
        self._add(self._hooks, endpoint=endpoint, outcome=outcome)

    def count_event(self, kind: str) -> None:
        """Counts an event that the stream has."""
        self._add(self._events, type=kind)

    def set_events_age(self, seconds: float) -> None:
        """How long the oldest event waits for the stream; 0 if none does."""
        self._events_age.set(seconds)

    def count_redaction(self, kind: str) -> None:
        """Counts a message in which something of this kind was masked."""
        self._add(self._redactions, kind=kind)

    def count_ticket(self, reason: str) -> None:
        """Counts a new ticket."""
        self._add(self._tickets, reason=reason)

    def count_ticket_closed(self, disposition: str) -> None:
        """Counts a closed ticket."""
        self._add(self._tickets_closed, disposition=disposition)

    def count_support_rating(self, rating: int) -> None:
        """Counts a rating, 1 to 5."""
        self._support_ratings.labels(rating=str(rating)).inc()

    def count_reply_dropped(self, reason: str) -> None:
        """Counts a reply of the bot that was not said: `settled` before, or an agent is the `owner`."""
        self._add(self._dropped, reason=reason)

    def observe_wait(self, seconds: float) -> None:
        """Measures how long a ticket waited for its first agent."""
        self._waits.observe(seconds)

    def set_support(self, *, waiting: int, chats: int, agents_online: int) -> None:
        """What there is now, in all processes together."""
        self._queue.set(waiting)
        self._chats.set(chats)
        self._agents_online.set(agents_online)

    def render(self) -> bytes:
        """All metrics in the text format of Prometheus, version 0.0.4."""
        return generate_latest(self._registry)

    def render_for(self, accept: str) -> tuple[bytes, str]:
        """All metrics and their media type.

        Args:
            accept: What the reader takes. OpenMetrics has the examples with the ids of traces, the text format not.
        """
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"{_PREFIX}_{name}", meaning, labels, registry=self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"{_PREFIX}_{name}", meaning, registry=self._registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"{_PREFIX}_{name}", meaning, buckets=buckets, registry=self._registry)

    def _add(self, counter: Counter, **labels: str) -> None:
        bounded = {name: self._labels.setdefault(name, _Labels()).bounded(value) for name, value in labels.items()}
        counter.labels(**bounded).inc()
