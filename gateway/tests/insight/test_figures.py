"""Counting."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.insight.figures import BotRating, Talk, TicketFacts, overview, rating, seconds
from uwallet_gateway.protocol.insight import Figures, Rating, Seconds

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_a_conversation_counts_once_per_day_and_in_all() -> None:
    found = overview([MONDAY, TUESDAY], [Talk(MONDAY, "a"), Talk(TUESDAY, "a"), Talk(TUESDAY, "b")], [], [])
    assert [(day, figures.conversations) for day, figures in found.days] == [(MONDAY, 1), (TUESDAY, 2)]
    assert found.total.conversations == 2
    assert found.topics == []
    assert found.rows == []


def test_topics_and_their_outcomes() -> None:
    talks = [
        Talk(MONDAY, "a"),
        Talk(MONDAY, "a", "password", "topic_opened"),
        Talk(MONDAY, "a", "password", "solved"),
        Talk(MONDAY, "a", "payment", "topic_opened"),
        Talk(MONDAY, "a", "payment", "left"),
        Talk(TUESDAY, "a", "password", "topic_opened"),
        Talk(TUESDAY, "b", "password", "topic_opened"),
        Talk(TUESDAY, "b", "password", "abandoned"),
        Talk(TUESDAY, "b", "password", "of a later bot"),
    ]
    found = overview([MONDAY, TUESDAY], talks, [], [])
    assert [(topic, it.conversations, it.solved, it.abandoned, it.left) for topic, it in found.topics] == [
        ("password", 2, 1, 1, 0),
        ("payment", 1, 0, 0, 1),
    ]
    assert [(day, topic, it.conversations) for day, topic, it in found.rows] == [
        (MONDAY, "password", 1),
        (MONDAY, "payment", 1),
        (TUESDAY, "password", 2),
    ]
    assert (found.total.solved, found.total.left, found.total.conversations) == (1, 1, 1)


def test_tickets_are_counted_with_reason_waits_and_ratings() -> None:
    def ticket(topic: str | None, reason: str, wait: int | None, reply: int | None, stars: int | None) -> TicketFacts:
        claimed = NOON + timedelta(seconds=wait) if wait is not None else None
        replied = claimed + timedelta(seconds=reply) if claimed and reply is not None else None
        return TicketFacts(MONDAY, topic, reason, NOON, claimed, replied, stars)

    tickets = [
        ticket("password", "user_request", 10, 5, 5),
        ticket("password", "not_solved", 30, None, None),
        ticket(None, "user_request", None, None, 2),
    ]
    found = overview([MONDAY], [], [BotRating(MONDAY, "password", 4, 3)], tickets)
    assert found.total.handed_off == 3
    assert found.total.reasons == {"user_request": 2, "not_solved": 1}
    assert found.total.waiting == Seconds(2, 20.0, 30.0)
    assert found.total.first_reply == Seconds(1, 5.0, 5.0)
    assert found.total.agent_rating == Rating(2, 3.5, [0, 1, 0, 0, 1])
    assert found.total.bot_rating == Rating(3, 4.0, [0, 0, 0, 3, 0])
    # Tickets without a topic stand last.
    assert [topic for topic, _ in found.topics] == ["password", None]
    assert found.days[0][1] == found.total


def test_a_conversation_with_two_tickets_is_handed_off_once() -> None:
    talks = [Talk(MONDAY, "a"), Talk(TUESDAY, "a"), Talk(MONDAY, "b")]
    tickets = [TicketFacts(MONDAY, None, "user_request", conversation_id=it) for it in ("a", "a", "silent")]
    found = overview([MONDAY, TUESDAY], talks, [], tickets).total
    assert (found.conversations, found.handed_off, found.conversations_handed_off) == (2, 3, 1)


def test_times_that_run_backwards_are_no_waits() -> None:
    assert TicketFacts(MONDAY, None, "x", NOON, NOON - timedelta(seconds=1)).waited is None
    assert TicketFacts(MONDAY, None, "x", None, NOON).waited is None


def test_nothing_is_null_and_not_zero_over_zero() -> None:
    figures = overview([MONDAY], [], [], []).total
    assert figures == Figures(
        0,
        0,
        0,
        0,
        0,
        0,
        {},
        Rating(0, None, [0] * 5),
        Rating(0, None, [0] * 5),
        Seconds(0, None, None),
        Seconds(0, None, None),
    )


def test_ratings_off_the_scale_do_not_count() -> None:
    assert rating(Counter({0: 1, 5: 1, 9: 7})) == Rating(1, 5.0, [0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    ("values", "median", "p95"), [([1], 1, 1), ([1, 2], 1.5, 2), (range(1, 101), 50.5, 95), (range(1, 21), 10.5, 19)]
)
def test_percentiles(values: list[float], median: float, p95: float) -> None:
    assert seconds(values) == Seconds(len(values), median, p95)


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_are_within_and_ordered(values: list[float]) -> None:
    found = seconds(values)
    assert found.median is not None
    assert found.p95 is not None
    assert min(values) - 0.1 <= found.median <= max(values) + 0.1
    # With two or three values the median may be the mean of two.
    assert found.p95 >= round(sorted(values)[(len(values) - 1) // 2], 1)
