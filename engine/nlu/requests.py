"""Decides which parts of a message are requests of their own, and which is served first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.nlu.contrast import Span
from engine.nlu.parts import Boundary


@dataclass(frozen=True)
class Request:
    """A part of a message and what it asks for.

    Attributes:
        span: Where it stands in the text.
        intent: Its likeliest intent.
        confidence: How sure that is, from 0 to 1.
    """

    span: Span
    intent: str
    confidence: float


@dataclass(frozen=True)
class RequestRules:
    """When a part counts as a request of its own.

    Attributes:
        sure: Both neighbours need this confidence to be two requests.
        sure_after_connector: The same where the second begins with a connector (「另外」).
        torn: Without a connector, a message of which the classifier as a whole is surer than this stays one request;
            a story mentions many things.
        urgent: Intents served first wherever they stand, in this order.
        last: Intents served after all others.
        always: Intents that count even in a message that is clear as a whole.
        never: Intents that are no request beside another (thanks, greetings).
        only_after_connector: Intents that count only next to a connector; chit-chat and answers such as 「好的」 are
            mostly the background of a request.
        sure_after_background: Where a message as a whole is one of `last`, and so is its beginning, its end is the
            request from this confidence on (「刚下班，客服电话多少」). More than 1 switches this off.
    """

    sure: float
    sure_after_connector: float
    torn: float
    urgent: tuple[str, ...]
    last: frozenset[str]
    always: frozenset[str]
    never: frozenset[str]
    only_after_connector: frozenset[str]
    sure_after_background: float = 2.0

    def find(self, whole: Request, parts: Mapping[Span, Request], boundaries: Sequence[Boundary]) -> list[Request]:
        """Returns the requests of a message in the order in which they are to be served, at least one.

        Args:
            whole: The message as a whole.
            parts: Its parts (see `engine.nlu.message_parts.part_spans`).
            boundaries: Where it may be cut.
        """
        found: dict[str, Request] = {}
        for request in self._split(whole, parts, boundaries, cuts=2):
            found.setdefault(request.intent, request)
        if set(found) <= self.last:
            request = self._after_background(whole, parts, boundaries)
            found = {request.intent: request}
        return sorted(found.values(), key=self._rank)

    def _rank(self, request: Request) -> int:
        if request.intent in self.urgent:
            return self.urgent.index(request.intent)
        # Sorting keeps the order of the text otherwise.
        return len(self.urgent) + (request.intent in self.last)

    def _split(
        self, whole: Request, parts: Mapping[Span, Request], boundaries: Sequence[Boundary], cuts: int
    ) -> list[Request]:
        start, end = whole.span
        best: tuple[bool, float, Request, Request] | None = None
        for boundary in boundaries:
            if not start < boundary.end <= boundary.start < end:
                continue
            left, right = parts[start, boundary.end], parts[boundary.start, end]
            if not self._are_two(whole, left, right, boundary):
                continue
            candidate = (boundary.is_explicit, min(left.confidence, right.confidence), left, right)
            if best is None or candidate[:2] > best[:2]:
                best = candidate
        if best is None or not cuts:
            return [whole]
        _, _, left, right = best
        return [
            *self._split(left, parts, boundaries, cuts - 1),
            *self._split(right, parts, boundaries, cuts - 1),
        ]

    def _after_background(
        self, whole: Request, parts: Mapping[Span, Request], boundaries: Sequence[Boundary]
    ) -> Request:
        start, end = whole.span
        for boundary in boundaries:
            background, request = parts.get((start, boundary.end)), parts.get((boundary.start, end))
            if not background or not request or background.intent not in self.last:
                continue
            is_topic = request.intent not in self.last | self.never | self.only_after_connector
            if is_topic and request.confidence >= self.sure_after_background:
                return request
        return whole

    def _are_two(self, whole: Request, left: Request, right: Request, boundary: Boundary) -> bool:
        intents = {left.intent, right.intent}
        if len(intents) == 1 or intents & self.never:
            return False
        confidence = min(left.confidence, right.confidence)
        if boundary.is_explicit:
            # 「好了，另外…」 is an answer and a request; 「…，而且好的」 is nothing but a way to end a sentence.
            is_answer = right.intent in self.only_after_connector and right.intent not in self.last
            return confidence >= self.sure_after_connector and not is_answer
        if confidence < self.sure or intents & self.only_after_connector:
            return False
        return whole.confidence <= self.torn or bool(intents & self.always)
