"""What is said of a menu and of pins before they are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.entries import Entry, Key
from uwallet_gateway.knowledge.window_checks import ask_pins, look_at_menu, look_at_pins
from uwallet_gateway.protocol.knowledge import EntryKind, Severity

TODAY = date(2026, 3, 10)


class Found:
    """Keeps what is found."""

    def __init__(self) -> None:
        self.findings: list[tuple[str, str, str | None]] = []
        self.messages: list[str] = []

    def add(
        self, check: str, severity: Severity, message: str, *, entry: Entry | None = None, field: str | None = None
    ) -> None:
        self.findings.append((check, severity, field))
        self.messages.append(message)


def entry(kind: EntryKind, name: str, value: dict[str, Any]) -> tuple[Key, Entry]:
    return (kind, name), Entry(kind, name, str(value.get("title", name)), f"{name}.yml", value)


def entries(pins: Sequence[dict[str, Any]], **more: Any) -> dict[Key, Entry]:
    return dict(
        [
            entry("topic", "closure", {"title": "注销账户", "questions": ["怎么注销账户"]}),
            entry("topic", "payment", {"title": "付款", "questions": ["付款失败怎么办"]}),
            entry("faq", "spring", {"question": "春节几点上班", "valid_until": "2026-03-31", "sites": ["shop"]}),
            entry("faq", "api", {"question": "接口怎么接", "channels": ["api"]}),
            entry("hot_questions", "hot_questions", {"days": 30, "pinned": list(pins), **more}),
        ]
    )


def menu(*labels: str) -> dict[Key, Entry]:
    return dict(
        entry("topic", f"topic_{number}", {"title": label, "menu": {"position": number, "label": label}})
        for number, label in enumerate(labels)
    )


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["甲", "乙"], []),
        (["甲", "甲"], ["主菜单里有两个“甲”"]),
        ([], ["主菜单是空的"]),
        ([str(number) for number in range(9)], ["主菜单里有9项"]),
        (["甲"], []),
    ],
)
def test_a_changed_menu_is_looked_at(labels: list[str], expected: list[str]) -> None:
    found = Found()
    look_at_menu(menu("甲"), menu(*labels), found)
    assert [message[: len(start)] for message, start in zip(found.messages, expected, strict=True)] == expected


def test_a_menu_that_is_as_it_was_says_nothing() -> None:
    found = Found()
    look_at_menu(menu("甲", "甲"), menu("甲", "甲"), found)
    assert found.findings == []


@pytest.mark.parametrize(
    ("pins", "more", "expected"),
    [
        ([{"answer": "closure"}], {}, []),
        ([{"answer": "closure", "valid_until": "2026-03-09"}], {}, [("pin", "warning", "pinned[0].valid_until")]),
        ([{"answer": "closure", "valid_until": "2026-03-10"}], {}, []),
        ([{"answer": "closure"}], {"hidden": ["closure"]}, [("pin", "warning", "pinned[0]")]),
        ([{"answer": "faq/spring"}], {}, []),
        ([{"answer": "faq/spring", "sites": ["demo"]}], {}, [("pin", "warning", "pinned[0]")]),
        ([{"answer": "faq/spring", "valid_from": "2026-04-01"}], {}, [("pin", "warning", "pinned[0]")]),
        ([{"answer": "faq/api"}], {}, [("pin", "warning", "pinned[0]")]),
        ([{"answer": "closure", "at_welcome": False}] * 9, {}, [("pin", "warning", "pinned")]),
        ([{"answer": "closure"}] * 5, {}, [("pin", "note", "pinned")]),
        ([{"answer": "closure", "sites": ["a"]}] * 6 + [{"answer": "closure", "sites": ["b"]}] * 6, {"days": 7},
         [("pin", "note", "pinned")]),
        ([{"answer": "closure", "valid_until": "2026-03-12"}] * 6
         + [{"answer": "closure", "valid_from": "2026-03-13"}] * 6, {}, [("pin", "note", "pinned")]),
        ([{"answer": "closure", "valid_from": "2026-03-13"}] * 9, {}, [("pin", "warning", "pinned")]),
    ],
)  # fmt: skip
def test_pins_that_are_not_shown_are_told(
    pins: list[dict[str, Any]], more: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    found = Found()
    look_at_pins({}, entries(pins, **more), TODAY, found)
    assert sorted(set(found.findings)) == expected


def test_what_was_published_so_stops_nobody() -> None:
    found, same = Found(), entries([{"answer": "closure", "valid_until": "2026-03-09"}])
    look_at_pins(same, same, TODAY, found)
    assert [severity for _, severity, _ in found.findings] == ["note"]


def test_a_file_that_cannot_be_read_is_left_to_the_engine() -> None:
    found = Found()
    look_at_pins({}, dict([entry("hot_questions", "hot_questions", {"pinned": 3})]), TODAY, found)
    look_at_pins({}, {}, TODAY, found)
    assert found.findings == []


def played(topic: str | None, offer: str | None = None) -> list[PlayedTurn]:
    messages = [{"text": "答", "buttons": [{"title": "按", "payload": offer}] if offer else []}]
    events = [{"topic": topic}] if topic else []
    return [PlayedTurn.model_validate({"messages": messages, "understood": None, "reading": None, "events": events})]


@pytest.mark.parametrize(
    ("topic", "offer", "before", "same", "expected"),
    [
        ("closure", None, None, False, []),
        (None, "/closure", None, False, []),
        ("payment", None, None, False, ["warning"]),
        (None, None, None, False, ["warning"]),
        # Nothing about the pins is new: it is told as what this draft breaks, or as what was so.
        (None, None, "closure", True, ["warning"]),
        (None, None, None, True, ["note"]),
    ],
)
async def test_pins_are_asked(
    topic: str | None, offer: str | None, before: str | None, same: bool, expected: list[str]
) -> None:
    found, asked = Found(), list[str]()
    after = entries([{"answer": "closure", "question": "想注销"}, {"answer": "faq/spring"}])

    async def play(messages: Sequence[dict[str, str]]) -> list[PlayedTurn]:
        asked.append(messages[0]["message"])
        return played(topic, offer)

    async def play_before(messages: Sequence[dict[str, str]]) -> list[PlayedTurn]:
        return played(before)

    await ask_pins(after if same else {}, after, TODAY, play, play_before, found)
    assert asked == ["想注销"]
    assert [severity for _, severity, _ in found.findings] == expected


async def test_pins_that_are_over_or_without_a_question_are_not_asked() -> None:
    async def never(_messages: Sequence[dict[str, str]]) -> list[PlayedTurn]:
        raise AssertionError("nothing is to be asked")

    found = Found()
    pins = [{"answer": "closure", "valid_until": "2026-03-09"}, {"answer": "nowhere"}]
    await ask_pins({}, entries(pins), TODAY, never, never, found)
    await ask_pins({}, {}, TODAY, never, never, found)
    assert found.findings == []
