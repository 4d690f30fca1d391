"""Checks of what windows offer before anybody asks: the menu, and the questions that are pinned."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from pydantic import ValidationError

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.entries import Entry, Key, change_of
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.protocol.knowledge import HotQuestionsValue, PinValue, Severity

HOT_QUESTIONS: Key = ("hot_questions", "hot_questions")
# What a window shows, what its greeting does, and how many buttons of a menu are still read.
_MOST_PINS, _MOST_AT_WELCOME, _MOST_IN_MENU = 8, 3, 8
_WINDOW = "widget"

Play = Callable[[Sequence[dict[str, str]]], Awaitable[list[PlayedTurn]]]


class Findings(Protocol):
    """Takes what is found."""

    def add(
        self, check: str, severity: Severity, message: str, *, entry: Entry | None = None, field: str | None = None
    ) -> None:
        """Adds a finding."""


def look_at_menu(before: Mapping[Key, Entry], entries: Mapping[Key, Entry], findings: Findings) -> None:
    """A menu that was changed, and nobody reads to its end, is empty, or says the same twice."""
    if _menu(before) == _menu(entries):
        return
    texts = finding_texts()
    labels: dict[str, Entry] = {}
    for (kind, _), entry in entries.items():
        menu = entry.value.get("menu") if kind == "topic" else None
        if not isinstance(menu, dict):
            continue
        label = str(menu.get("label", ""))
        if label in labels:
            message = texts.menu_twice.format(label=label, other=labels[label].title)
            findings.add("menu", "warning", message, entry=entry, field="menu")
        labels.setdefault(label, entry)
    if not labels:
        findings.add("menu", "warning", texts.menu_empty)
    elif len(labels) > _MOST_IN_MENU:
        findings.add("menu", "warning", texts.menu_long.format(count=len(labels), most=_MOST_IN_MENU))


def look_at_pins(before: Mapping[Key, Entry], entries: Mapping[Key, Entry], today: date, findings: Findings) -> None:
    """Pins that are not shown: they are over, too many, hidden, or of a question that is not answered then or there.

    They stop only a draft that has changed them: nobody must tidy up before something else goes out.
    """
    entry, value = _read(entries)
    if entry is None or value is None:
        return
    texts = finding_texts()
    severity = _severity(before, entry)
    for number, pin in enumerate(value.pinned):
        place, title = f"pinned[{number}]", _title(pin, entries)
        if pin.valid_until and pin.valid_until < today:
            message = texts.pin_over.format(title=title, until=pin.valid_until)
            findings.add("pin", severity, message, entry=entry, field=f"{place}.valid_until")
        elif pin.answer in value.hidden:
            findings.add("pin", severity, texts.pin_hidden.format(title=title), entry=entry, field=place)
        elif _is_never_answered(pin, entries, today):
            findings.add("pin", severity, texts.pin_unanswered.format(title=title), entry=entry, field=place)
    shown = [pin for pin in value.pinned if not (pin.valid_until and pin.valid_until < today)]
    for site in sorted({"", *(name for pin in shown for name in pin.sites)}):
        pins = [pin for pin in shown if not pin.sites or site in pin.sites]
        most = _most_at_once(pins, today)
        most_at_welcome = _most_at_once([pin for pin in pins if pin.at_welcome], today)
        if most > _MOST_PINS:
            message = texts.pins_many.format(count=most, most=_MOST_PINS)
            findings.add("pin", severity, message, entry=entry, field="pinned")
        elif most_at_welcome > _MOST_AT_WELCOME + 1:
            # One more than a small screen has room for is an everyday matter.
            message = texts.pins_many_at_welcome.format(count=most_at_welcome, most=_MOST_AT_WELCOME)
            findings.add("pin", "note", message, entry=entry, field="pinned")


async def ask_pins(
    before: Mapping[Key, Entry],
    entries: Mapping[Key, Entry],
    today: date,
    play: Play,
    play_before: Play,
    findings: Findings,
) -> None:
    """Asks each pinned question that can be asked now, as whoever presses it does.

    What the published version does not answer either stops only a draft that has changed the pins.
    """
    entry, value = _read(entries)
    if entry is None or value is None:
        return
    texts = finding_texts()
    for number, pin in enumerate(value.pinned):
        text = _text(pin, entries)
        if not text or (pin.valid_until and pin.valid_until < today) or _is_limited(pin, entries):
            continue
        messages = [{"kind": "text", "message": text}]
        turn = (await play(messages))[-1]
        if _answers(turn, pin.answer):
            continue
        severity = _severity(before, entry)
        if severity == "note" and _answers((await play_before(messages))[-1], pin.answer):
            severity = "warning"
        answered = _opened(turn)
        message = (
            texts.pin_taken.format(text=text, other=_title_of(answered, entries))
            if answered
            else texts.pin_nobody.format(text=text)
        )
        findings.add("pin", severity, message, entry=entry, field=f"pinned[{number}]")


def _menu(entries: Mapping[Key, Entry]) -> dict[str, Any]:
    return {
        name: entry.value["menu"]
        for (kind, name), entry in entries.items()
        if kind == "topic" and entry.value.get("menu")
    }


def _severity(before: Mapping[Key, Entry], entry: Entry) -> Severity:
    return "note" if change_of(before.get(HOT_QUESTIONS), entry) is None else "warning"


def _opened(turn: PlayedTurn) -> str | None:
    return next((str(event["topic"]) for event in turn.events if event.get("topic")), None)


def _answers(turn: PlayedTurn, answer: str) -> bool:
    """Whether a turn gives an answer, or offers it."""
    name = answer.removeprefix("faq/")
    offered = {str(button.get("payload")) for reply in turn.messages for button in reply.buttons}
    return _opened(turn) == answer or any(f'"{name}"' in it or it == f"/{name}" for it in offered)


def _read(entries: Mapping[Key, Entry]) -> tuple[Entry | None, HotQuestionsValue | None]:
    entry = entries.get(HOT_QUESTIONS)
    if entry is None:
        return None, None
    try:
        return entry, HotQuestionsValue.model_validate(entry.value)
    except ValidationError:
        # The engine says what is wrong with the file.
        return entry, None


def _answer(answer: str, entries: Mapping[Key, Entry]) -> Entry | None:
    is_faq = answer.startswith("faq/")
    return entries.get(("faq", answer.removeprefix("faq/")) if is_faq else ("topic", answer))


def _text(pin: PinValue, entries: Mapping[Key, Entry]) -> str | None:
    entry = _answer(pin.answer, entries)
    if pin.question or entry is None:
        return pin.question
    questions: Any = [entry.value.get("question")] if entry.kind == "faq" else entry.value.get("questions")
    return str(questions[0]) if questions and questions[0] else None


def _title(pin: PinValue, entries: Mapping[Key, Entry]) -> str:
    return _text(pin, entries) or _title_of(pin.answer, entries)


def _title_of(answer: str, entries: Mapping[Key, Entry]) -> str:
    entry = _answer(answer, entries)
    return entry.title if entry else answer


def _days(value: Mapping[str, Any]) -> tuple[date, date]:
    begins, ends = value.get("valid_from"), value.get("valid_until")
    return (
        date.fromisoformat(str(begins)[:10]) if begins else date.min,
        date.fromisoformat(str(ends)[:10]) if ends else date.max,
    )


def _is_never_answered(pin: PinValue, entries: Mapping[Key, Entry], today: date) -> bool:
    """Whether the question is answered on none of the days, or at none of the sites, where it is pinned."""
    entry = _answer(pin.answer, entries)
    if entry is None or entry.kind != "faq":
        return False
    begins, ends = _days(entry.value)
    from_day, until_day = max(pin.valid_from or today, today), pin.valid_until or date.max
    sites, channels = entry.value.get("sites") or [], entry.value.get("channels") or []
    is_elsewhere = bool(sites and pin.sites) and not set(sites) & set(pin.sites)
    return ends < from_day or begins > until_day or is_elsewhere or bool(channels and _WINDOW not in channels)


def _is_limited(pin: PinValue, entries: Mapping[Key, Entry]) -> bool:
    """Whether its answer is given at a time or a place only, so that asking now and nowhere says nothing."""
    entry = _answer(pin.answer, entries)
    return entry is not None and any(
        entry.value.get(name) for name in ("valid_from", "valid_until", "sites", "channels")
    )


def _most_at_once(pins: Sequence[PinValue], today: date) -> int:
    """The most pins that hold on one day from today on: their number only grows on a day when one begins."""
    return max((sum(_holds(pin, day) for pin in pins) for day in _beginnings(pins, today)), default=0)


def _beginnings(pins: Sequence[PinValue], today: date) -> Iterator[date]:
    yield today
    yield from (pin.valid_from for pin in pins if pin.valid_from and pin.valid_from > today)


def _holds(pin: PinValue, day: date) -> bool:
    return (pin.valid_from is None or pin.valid_from <= day) and (pin.valid_until is None or day <= pin.valid_until)
