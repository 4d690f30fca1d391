"""Counts rows into figures; knows nothing about the database."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from uwallet_gateway.protocol.insight import AnswerFigures, Figures, Rating, Seconds

# What the bot notes of walkthroughs and is counted in conversations; `left` is the statistics' own.
OUTCOMES = ("solved", "not_solved", "abandoned", "left")
OPENED = "topic_opened"
# The scale of both ratings.
RATINGS = range(1, 6)


@dataclass(frozen=True, slots=True)
class Talk:
    """Something happened in a conversation on a day: the user wrote (no topic, no kind), or an event of the bot."""

    day: date
    conversation_id: str
    topic: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class BotRating:
    """So many ratings of the bot with the same value."""

    day: date
    topic: str | None
    value: int
    count: int


@dataclass(frozen=True, slots=True)
class GivenFeedback:
    """A user's 赞 or 踩 of an answer."""

    day: date
    topic: str | None
    helpful: bool
    text: str
    reasons: Sequence[str]
    comment: str | None


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What the statistics need of a ticket."""

    day: date
    topic: str | None
    reason: str
    queued_at: datetime | None = None
    claimed_at: datetime | None = None
    first_reply_at: datetime | None = None
    rating: int | None = None
    conversation_id: str | None = None

    @property
    def waited(self) -> float | None:
        """Seconds from queueing to the first claim."""
        return _between(self.queued_at, self.claimed_at)

    @property
    def first_reply(self) -> float | None:
        """Seconds from the first claim to the agent's first message."""
        return _between(self.claimed_at, self.first_reply_at)


@dataclass
class _Tally:
    """Counters of one cell. Conversations are sets, because each counts once."""

    conversations: set[str] = field(default_factory=set)
    handed_off: set[str] = field(default_factory=set)
    outcomes: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    reasons: Counter[str] = field(default_factory=Counter)
    bot_ratings: Counter[int] = field(default_factory=Counter)
    agent_ratings: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    first_replies: list[float] = field(default_factory=list)
    feedback: Counter[bool] = field(default_factory=Counter)

    def add(self, ticket: TicketFacts) -> None:
        self.reasons[ticket.reason] += 1
        if ticket.conversation_id is not None:
            self.handed_off.add(ticket.conversation_id)
        if ticket.rating is not None:
            self.agent_ratings[ticket.rating] += 1
        if ticket.waited is not None:
            self.waits.append(ticket.waited)
        if ticket.first_reply is not None:
            self.first_replies.append(ticket.first_reply)

    def figures(self) -> Figures:
        return Figures(
            conversations=len(self.conversations),
            **{kind: len(self.outcomes[kind]) for kind in OUTCOMES},
            handed_off=self.reasons.total(),
            reasons=dict(self.reasons.most_common()),
            bot_rating=rating(self.bot_ratings),
            agent_rating=rating(self.agent_ratings),
            waiting=seconds(self.waits),
            first_reply=seconds(self.first_replies),
            helpful=self.feedback[True],
            unhelpful=self.feedback[False],
            conversations_handed_off=len(self.conversations & self.handed_off),
        )


@dataclass(frozen=True)
class Overview:
    """All figures of some days.

    Attributes:
        total: Of everything.
        days: Of each day, in order, also of those on which nothing happened.
        topics: Of each topic, those with the most conversations first; None for tickets without one.
        rows: Of each topic of each day, by day and then as `topics`.
    """

    total: Figures
    days: list[tuple[date, Figures]]
    topics: list[tuple[str | None, Figures]]
    rows: list[tuple[date, str | None, Figures]]


def overview(
    days: Sequence[date],
    talks: Iterable[Talk],
    ratings: Iterable[BotRating],
    tickets: Iterable[TicketFacts],
    feedback: Iterable[GivenFeedback] = (),
) -> Overview:
    """Counts everything by day and topic.

    Args:
        days: All days that are asked for.
        talks: What happened in conversations; the same more than once counts once.
        ratings: Of the bot.
        tickets: Each once.
        feedback: Of single answers.
    """
    total = _Tally()
    by_day = {day: _Tally() for day in days}
    by_topic: defaultdict[str | None, _Tally] = defaultdict(_Tally)
    by_both: defaultdict[tuple[date, str | None], _Tally] = defaultdict(_Tally)

    def cells(day: date, topic: str | None) -> tuple[_Tally, ...]:
        return total, by_day[day], by_topic[topic], by_both[day, topic]

    for talk in talks:
        if talk.kind is None:
            total.conversations.add(talk.conversation_id)
            by_day[talk.day].conversations.add(talk.conversation_id)
        elif talk.kind == OPENED:
            # Of the day and in total it counts by the user's message.
            for tally in (by_topic[talk.topic], by_both[talk.day, talk.topic]):
                tally.conversations.add(talk.conversation_id)
        elif talk.kind in OUTCOMES:
            for tally in cells(talk.day, talk.topic):
                tally.outcomes[talk.kind].add(talk.conversation_id)
    for rating_of_bot in ratings:
        for tally in cells(rating_of_bot.day, rating_of_bot.topic):
            tally.bot_ratings[rating_of_bot.value] += rating_of_bot.count
    for ticket in tickets:
        for tally in cells(ticket.day, ticket.topic):
            tally.add(ticket)
    for given in feedback:
        for tally in cells(given.day, given.topic):
            tally.feedback[given.helpful] += 1
    topics = [(topic, tally.figures()) for topic, tally in by_topic.items()]
    topics.sort(key=lambda item: (item[0] is None, -item[1].conversations, -item[1].handed_off, item[0] or ""))
    rank = {topic: number for number, (topic, _) in enumerate(topics)}
    return Overview(
        total=total.figures(),
        days=[(day, tally.figures()) for day, tally in by_day.items()],
        topics=topics,
        rows=[
            (day, topic, by_both[day, topic].figures())
            for day, topic in sorted(by_both, key=lambda cell: (cell[0], rank[cell[1]]))
        ],
    )


def answers(feedback: Iterable[GivenFeedback], most: int, most_comments: int) -> list[AnswerFigures]:
    """The answers with the most 踩, the worst first; those without any are left out.

    Args:
        feedback: The newest first.
        most: Answers.
        most_comments: Of each answer, the newest.
    """
    by_answer: defaultdict[tuple[str | None, str], list[GivenFeedback]] = defaultdict(list)
    for given in feedback:
        by_answer[given.topic, given.text].append(given)
    found = [
        AnswerFigures(
            topic,
            text,
            helpful=sum(given.helpful for given in group),
            unhelpful=sum(not given.helpful for given in group),
            reasons=dict(Counter(reason for given in group for reason in given.reasons).most_common()),
            comments=[given.comment for given in group if given.comment][:most_comments],
        )
        for (topic, text), group in by_answer.items()
    ]
    found.sort(key=lambda answer: (-answer.unhelpful, answer.helpful, answer.text))
    return [answer for answer in found if answer.unhelpful][:most]


def rating(counts: Counter[int]) -> Rating:
    """Sums up ratings; what is not on the scale does not count."""
    distribution = [counts[value] for value in RATINGS]
    count = sum(distribution)
    points = sum(value * counts[value] for value in RATINGS)
    return Rating(count, round(points / count, 2) if count else None, distribution)


def seconds(values: Sequence[float]) -> Seconds:
    """Sums up durations, to tenths of a second."""
    if not values:
        return Seconds(0, None, None)
    ordered = sorted(values)
    nearest = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return Seconds(len(ordered), round(statistics.median(ordered), 1), round(nearest, 1))


def _between(start: datetime | None, end: datetime | None) -> float | None:
    if start is None or end is None or end < start:
        return None
    return (end - start).total_seconds()
