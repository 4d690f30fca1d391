"""Every answer of a bundle by the names under which the engine tells that it was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uwallet_gateway.knowledge.bundles import Files
from uwallet_gateway.knowledge.entries import Entry, entries_of
from uwallet_gateway.protocol.answer_figures import AnswerKind
from uwallet_gateway.protocol.knowledge import EntryKind

# Topic, and the place in it; None: the whole.
Address = tuple[str, str | None]
_FAQ = "faq/"
# As the engine names the answers of a whole topic, and the text of a part.
_TOPIC, _TEXT = "topic", "text"
_KINDS: Mapping[str, AnswerKind] = {"procedure": "procedure", "diagnosis": "diagnosis"}
_LONGEST_TITLE = 40


@dataclass(frozen=True, slots=True)
class KnownAnswer:
    """An answer that is published.

    Attributes:
        kind: What it is.
        title: A name for people.
        text: What it says, with placeholders.
        entry_kind: Of the entry that it is edited in.
        entry_id: Of the same.
        topic_title: Of the topic that it is a part of.
        category: Of a question.
    """

    kind: AnswerKind
    title: str
    text: str
    entry_kind: EntryKind
    entry_id: str
    topic_title: str | None = None
    category: str | None = None


def known_answers(files: Files) -> dict[Address, KnownAnswer]:
    """All answers of a bundle; what cannot be read is left out."""
    entries = entries_of(files)
    found: dict[Address, KnownAnswer] = {}
    for (kind, name), entry in entries.items():
        if kind == "faq":
            text = str(entry.value.get("answer") or "")
            found[_FAQ + name, None] = KnownAnswer("faq", entry.title, text, kind, name, None, entry.category)
        elif kind == "topic":
            questions = entries.get(("questions", name))
            found |= dict(_of_topic(entry, questions.value if questions else {}))
    return found


def _of_topic(entry: Entry, questions: Mapping[str, Any]) -> Iterator[tuple[Address, KnownAnswer]]:
    topic, value = entry.id, entry.value

    def known(kind: AnswerKind, title: object, text: object, *, of: str | None = entry.title) -> KnownAnswer:
        return KnownAnswer(kind, str(title or ""), str(text or ""), entry.kind, topic, of)

    def answers(place: str, holder: Mapping[str, Any]) -> Iterator[tuple[Address, KnownAnswer]]:
        for answer in _items(holder, "answers"):
            name, text = str(answer.get("id")), str(answer.get("text") or "")
            asked = questions.get(place)
            examples = asked.get(name) if isinstance(asked, dict) else None
            title = examples[0] if isinstance(examples, list) and examples else text[:_LONGEST_TITLE]
            yield (topic, f"{place}/{name}"), known("follow_up", title, text)

    kind = _KINDS.get(str(value.get("kind")), "answer")
    yield (topic, None), known(kind, entry.title, value.get("text") or value.get("intro"), of=None)
    yield from answers(_TOPIC, value)
    for step in _items(value, "steps"):
        place = str(step.get("id"))
        is_cause = kind == "diagnosis"
        text = step.get("treatment") if is_cause else None
        yield (topic, place), known("cause" if is_cause else "step", step.get("title"), text or step.get("text"))
        yield from answers(place, step)
    for asked in _items(value, "collected_details"):
        yield from answers(str(asked.get("id")), asked)
    for part in _items(value, "items"):
        yield (topic, f"{part.get('value')}/{_TEXT}"), known("part", part.get("label"), part.get("text"))
    for detail in _items(value, "details"):
        text = str(detail.get("text") or "")
        yield (topic, f"{detail.get('value')}/{_TEXT}"), known("part", text[:_LONGEST_TITLE], text)


def _items(value: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    items = value.get(field)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
