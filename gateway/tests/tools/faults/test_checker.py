"""The checker finds each broken promise, and nothing where none is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.faults.checker import figures, violations
from tools.faults.history import History, Record, Stored

HERE = "c1"


def whole() -> History:
    """Three questions: two the bot's, one an agent's, with a gateway that is killed before it answers the first."""
    stored = [
        Stored(HERE, 1, "user", "一", 10.0, client_id="u1", state="answered"),
        Stored(HERE, 2, "bot", "回1：一", 12.0, in_reply_to=1),
        Stored(HERE, 3, "user", "二", 13.0, client_id="u2", state="answered"),
        Stored(HERE, 4, "system", "小林来了", 14.0, support="claimed", agent="小林"),
        Stored(HERE, 5, "agent", "您好", 15.0, client_id="a1", agent="小林"),
        Stored(HERE, 6, "system", "小林走了", 16.0, support="returned_to_bot", agent="小林"),
        Stored(HERE, 7, "user", "三", 17.0, client_id="u3", state="answered"),
        Stored(HERE, 8, "bot", "回3：三", 18.0, in_reply_to=7),
    ]
    records = [
        Record(9.8, "u", "sent", HERE, "u0", text="never taken", via="g1"),
        Record(9.9, "u", "sent", HERE, "u1", text="一", via="g1"),
        Record(10.1, "u", "acknowledged", HERE, "u1", 1, "一", "g1"),
        Record(10.5, "g1", "fault", text="kill"),
        Record(12.6, "u", "sent", HERE, "u2", text="二", via="g2"),
        Record(13.1, "u", "acknowledged", HERE, "u2", 3, "二", "g2"),
        Record(14.0, "小林", "claimed", HERE),
        Record(15.0, "小林", "said", HERE, "a1", 5, "您好"),
        Record(15.5, "g1", "restored", text="kill"),
        Record(16.9, "u", "sent", HERE, "u3", text="三", via="g2"),
        Record(17.1, "u", "acknowledged", HERE, "u3", 7, "三", "g2"),
        *(Record(one.at + 0.5, "u", "seen", HERE, message_id=one.id, text=one.text) for one in stored),
    ]
    return History(records, stored)


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    assert violations(whole()) == []


def test_figures_are_those_of_the_clients() -> None:
    found = figures(whole())
    assert (found.messages, found.faults) == (3, 1)
    assert [gap.seconds for gap in found.gaps] == pytest.approx([1.6, 2.6])
    # Owed by the killed one, answered by another 1.5 s later.
    assert found.takeovers == pytest.approx([1.5])
    assert "takeover after 1 kills" in found.lines()[-1]


def test_what_there_is_only_one_of_is_told_apart() -> None:
    history = whole()
    # Gone for two seconds, and ready again a moment after it was started.
    faults = [
        Record(10.2, "db", "fault", text="kill"),
        Record(12.2, "db", "restored", text="kill"),
        Record(12.3, "db", "ready"),
    ]
    history.records = [*history.records[:3], *faults, *history.records[4:]]
    first = figures(history).gaps[-1]
    assert first.fault == "db kill"
    assert (first.seconds, first.nobody) == pytest.approx((2.6, 2.1))
    assert figures(history).own(1) == pytest.approx(1.6)
    # Of gateways there are two: the other one answers.
    assert {(gap.fault, gap.nobody) for gap in figures(whole()).gaps} == {("g kill", 0), ("none", 0)}
    assert "  db kill: 1 messages, p50 2.60 s, most 2.60 s, without that time 0.50 s" in figures(history).lines()


def test_of_what_there_are_several_is_known_although_only_one_fails() -> None:
    history = whole()
    ready = [Record(1.0, name, "ready") for name in ("engine1", "engine2")]
    fault = [Record(10.2, "engine1", "fault", text="stop"), Record(12.2, "engine1", "restored", text="stop")]
    history.records = [*ready, *history.records[:3], *fault, *history.records[4:]]
    assert figures(history).gaps[-1].nobody == 0
    history.records.remove(ready[1])
    assert figures(history).gaps[-1].nobody == pytest.approx(2.0)


def changed(position: int, **fields: object) -> Callable[[History], None]:
    """Changes what is stored."""

    def change(history: History) -> None:
        history.stored[position] = dataclasses.replace(history.stored[position], **fields)  # type: ignore[arg-type]  # of Stored

    return change


def without(*ids: int) -> Callable[[History], None]:
    """Leaves messages out of what is stored."""

    def change(history: History) -> None:
        history.stored = [message for message in history.stored if message.id not in ids]

    return change


def added(message: Stored) -> Callable[[History], None]:
    """Adds a message, which the user sees."""

    def change(history: History) -> None:
        history.stored.append(message)
        history.add("u", "seen", conversation=HERE, message_id=message.id, text=message.text)

    return change


def unseen(history: History) -> None:
    """The user never sees the last answer."""
    history.records = [record for record in history.records if (record.what, record.message_id) != ("seen", 8)]


def claimed_by_two(history: History) -> None:
    """A second agent is told the same."""
    history.add("小王", "claimed", conversation=HERE)


def out_of_order(history: History) -> None:
    """What was sent first is stored last."""
    changed(0, client_id="u2")(history)
    changed(2, client_id="u1")(history)


@pytest.mark.parametrize(
    ("promise", "break_it"),
    [
        ("none lost", without(7)),
        ("none lost", without(8)),
        ("none lost", changed(0, text="另一条")),
        ("none lost", unseen),
        ("none doubled", added(Stored(HERE, 9, "user", "一", 19.0, client_id="u1", state="answered"))),
        ("order", out_of_order),
        ("order", added(Stored(HERE, 9, "bot", "回4：再说", 19.0, in_reply_to=1))),
        ("answered once", added(Stored(HERE, 9, "bot", "回3：三", 19.0, in_reply_to=7))),
        ("answered once", added(Stored(HERE, 9, "user", "四", 19.0, client_id="u4", state="failed"))),
        ("executed once", added(Stored(HERE, 9, "bot", "回3：四", 19.0, in_reply_to=7))),
        ("executed once", added(Stored(HERE, 9, "bot", "回5：五", 19.0, in_reply_to=7))),
        ("one voice", changed(4, author="bot", in_reply_to=3, agent=None)),
        ("one voice", changed(4, agent="小王")),
        ("one owner", changed(5, support="claimed", agent="小王")),
        ("one owner", claimed_by_two),
    ],
)
def test_each_broken_promise_is_found(promise: str, break_it: Callable[[History], None]) -> None:
    history = whole()
    break_it(history)
    assert promise in {violation.promise for violation in violations(history)}


def test_history_is_the_same_when_it_is_read(tmp_path: Path) -> None:
    history = whole()
    history.write(tmp_path / "history.jsonl")
    assert History.read(tmp_path / "history.jsonl") == history
