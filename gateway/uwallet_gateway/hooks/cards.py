"""Cards for group robots: a title and a few lines per event, from cards.yml."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.hooks.events import ALL_OF_TICKETS, TEST_EVENT, HookEvent
from uwallet_gateway.words import Words, load_words
from uwallet_gateway.yaml_files import load_yaml

PATH = Path(__file__).with_name("cards.yml")
_MESSAGE_TITLE = f"{HookEvent.CREATED.value}_message"
_TITLES = {*(event.value for event in ALL_OF_TICKETS), _MESSAGE_TITLE, TEST_EVENT}
_LINES = ("test", "target", "number", "site", "topic", "reason", "priority", "waited", "disposition", "rating")
# Characters of one value. The platforms take some 4 KB for everything.
_LONGEST_VALUE = 100
# What the platforms' Markdown would make something of: a mention of everybody, links, marks.
_HARMLESS = str.maketrans("<>[]()*`#|~\\", "＜＞［］（）＊｀＃｜～＼")


class CardsError(Exception):
    """cards.yml is wrong; the text has one line for each mistake."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_min_length=1)


class _Durations(_Section):
    seconds: str
    minutes: str
    hours: str


class Cards(_Section):
    """All texts; what cards.yml holds, and nothing else."""

    titles: dict[str, str]
    lines: dict[str, str]
    open_desk: str
    durations: _Durations
    words: Words = Field(default_factory=load_words)


@dataclass(frozen=True)
class Card:
    """What is shown.

    Attributes:
        title: One line.
        lines: Under it; nothing in them is markup.
        urgency: 0 urgent, 1 high, 2 normal, None when the ticket is closed.
        link: Title and address of where to go, if there is one.
    """

    title: str
    lines: tuple[str, ...]
    urgency: int | None
    link: tuple[str, str] | None


@lru_cache
def load_cards(path: Path = PATH) -> Cards:
    """Reads the texts.

    Raises:
        CardsError: The file cannot be read, a text is missing, unknown or empty, or names a {field} that nobody fills.
    """
    cards, _ = load_yaml(path, Cards, CardsError)
    wrong = [f"titles.{name}: missing or unknown" for name in sorted(_TITLES.symmetric_difference(cards.titles))]
    wrong += [f"lines.{name}: missing or unknown" for name in sorted(set(_LINES).symmetric_difference(cards.lines))]
    for name, text in cards.lines.items():
        fields = {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}
        wrong += [f"lines.{name}: nobody fills in {{{field}}}" for field in sorted(fields - {name})]
    if wrong:
        raise CardsError("\n".join(f"{path}: {problem}" for problem in wrong))
    return cards


def card(cards: Cards, event: Mapping[str, Any]) -> Card:
    """The card of an event.

    Args:
        cards: The texts.
        event: As `events.described` makes it.
    """
    name = str(event["event"])
    ticket: Mapping[str, Any] = event.get("ticket") or {}
    topic = ticket.get("topic") or {}
    priority: int | None = ticket.get("priority")
    closed = name == HookEvent.CLOSED
    values = {
        "test": "" if name == TEST_EVENT else None,
        "target": cards.words.target_kinds.get(str(event.get("target"))),
        "number": ticket.get("number"),
        "site": ticket.get("site"),
        "topic": topic.get("title"),
        "reason": cards.words.reasons.get(str(ticket.get("reason"))),
        "priority": None if closed or priority is None else cards.words.priorities[priority],
        "waited": _duration(cards, ticket.get("waited_seconds"), name),
        "disposition": cards.words.dispositions.get(str(ticket.get("disposition"))) if closed else None,
        "rating": ticket.get("rating") if closed else None,
    }
    lines = tuple(
        cards.lines[line].format(**{line: _harmless(value)}) for line in _LINES if (value := values[line]) is not None
    )
    left = name == HookEvent.CREATED and ticket.get("status") == "message"
    url = event.get("desk_url")
    return Card(
        title=cards.titles[_MESSAGE_TITLE if left else name],
        lines=lines,
        urgency=None if closed else priority,
        link=(cards.open_desk, str(url)) if url else None,
    )


def _duration(cards: Cards, seconds: object, event: str) -> str | None:
    # Of a ticket that has only just been made there is nothing to tell.
    if not isinstance(seconds, int) or event == HookEvent.CREATED or seconds < 1:
        return None
    if seconds < 60:
        return cards.durations.seconds.format(count=seconds)
    minutes = seconds // 60
    if minutes < 60:
        return cards.durations.minutes.format(count=minutes)
    return cards.durations.hours.format(hours=minutes // 60, minutes=minutes % 60)


def _harmless(value: object) -> str:
    text = " ".join(str(value).split())
    return text.translate(_HARMLESS)[:_LONGEST_VALUE]
