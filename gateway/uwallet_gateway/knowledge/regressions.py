"""What gets worse when the draft takes the place of what is published. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.conversations import StoredConversation, divergences, shown
from uwallet_gateway.knowledge.entries import Entry, Key, change_of
from uwallet_gateway.knowledge.finding_texts import FindingTexts
from uwallet_gateway.knowledge.labelled_sets import (
    NOBODY,
    OUTSIDE,
    LabelledMessage,
    is_offered,
    is_right,
    outcome_of,
)
from uwallet_gateway.protocol.knowledge import Severity, WorseView

# Fields of a question that are said, or shown beside what is said, and that nothing is found by.
_ONLY_SAID = frozenset({"answer", "picture", "link", "buttons", "related", "source", "category_title"})
Plays = Sequence[Sequence[PlayedTurn]]


@dataclass(frozen=True, slots=True)
class Regression:
    """Something that is answered otherwise.

    Attributes:
        severity: A warning if it is worse.
        message: For the content owner.
        worse: What, one by one.
    """

    severity: Severity
    message: str
    worse: tuple[WorseView, ...] = ()


def reworded(before: Mapping[Key, Entry], after: Mapping[Key, Entry]) -> frozenset[str] | None:
    """The questions whose answers alone have changed, as `faq/<id>`; None if anything else has changed.

    Then nothing is understood otherwise, and only who is told one of them hears something else.
    """
    names = set()
    for key in before.keys() | after.keys():
        old, new = before.get(key), after.get(key)
        if change_of(old, new) is None:
            continue
        if key[0] != "faq" or old is None or new is None:
            return None
        if any(old.value.get(name) != new.value.get(name) for name in {*old.value, *new.value} - _ONLY_SAID):
            return None
        names.add(f"faq/{key[1]}")
    return frozenset(names)


def tells_any(turns: Iterable[PlayedTurn], names: frozenset[str]) -> bool:
    """Whether any of some answers is told, or offered, in a conversation."""
    return any(
        any(event.get("topic") in names for event in turn.events) or any(is_offered(name, turn) for name in names)
        for turn in turns
    )


def wordings_of(entries: Mapping[Key, Entry], told: Iterable[str]) -> list[LabelledMessage]:
    """The wordings of questions, which are asked like the messages of sets.

    Args:
        entries: Those of a version.
        told: Ids of the questions that hold now.
    """
    return [
        LabelledMessage("faq", text, (f"faq/{name}",))
        for name in told
        for text in (entries["faq", name].value.get("question", ""), *entries["faq", name].value.get("similar", ()))
        if text
    ]


def compare_conversations(
    conversations: Sequence[StoredConversation], before: Plays, after: Plays, texts: FindingTexts
) -> list[Regression]:
    """What is answered otherwise in stored conversations."""
    worse: dict[bool, list[WorseView]] = {True: [], False: []}
    for conversation, old, new in zip(conversations, before, after, strict=True):
        for found in divergences(conversation, old, new):
            worse[found.is_worse].append(
                WorseView(
                    source=conversation.id,
                    conversation_id=conversation.conversation_id,
                    turn=found.turn,
                    # What a user has said stays where it is erased with them.
                    text="" if conversation.conversation_id else found.user,
                    expected=found.expected,
                    before=_answered(old[found.turn]) if conversation.conversation_id else found.before,
                    after=_answered(new[found.turn]) if conversation.conversation_id else found.after,
                )
            )
    found_all: list[Regression] = []
    if worse[True]:
        message = texts.regression_worse.format(count=len(worse[True]))
        found_all.append(Regression("warning", message, tuple(worse[True])))
    if worse[False]:
        real = any(it.conversation_id for it in worse[False])
        sentence = texts.regression_rated if real else texts.regression_changed
        # Users were content with how it was.
        severity: Severity = "warning" if real else "note"
        found_all.append(Regression(severity, sentence.format(count=len(worse[False])), tuple(worse[False])))
    return found_all


def compare_messages(
    messages: Sequence[LabelledMessage],
    before: Plays,
    after: Plays,
    entries: Mapping[Key, Entry],
    titles: Mapping[str, str],
    texts: FindingTexts,
) -> list[Regression]:
    """Which messages are answered worse, together by what they ask and what is answered now.

    Args:
        messages: What was asked.
        before: What was said by what is published.
        after: What was said by the draft.
        entries: Those of the draft.
        titles: What answers and intents are called.
        texts: Sentences.
    """
    groups: defaultdict[tuple[str, str], list[WorseView]] = defaultdict(list)
    blind: Counter[str] = Counter()
    for message, old_turns, new_turns in zip(messages, before, after, strict=True):
        old, new = old_turns[-1], new_turns[-1]
        was = _lost(message, old, new, entries)
        if was is None:
            continue
        if message.blind:
            blind[message.set] += 1
            continue
        now_answered = outcome_of(new)
        groups[was, now_answered].append(
            WorseView(
                source=message.set,
                conversation_id=None,
                turn=None,
                text=message.text,
                expected=titles.get(was, was),
                before=f"{titles.get(outcome_of(old), outcome_of(old))}：{shown(old)}",
                after=f"{titles.get(now_answered, now_answered)}：{shown(new)}",
            )
        )
    found: list[Regression] = []
    for (was, now_answered), worse in sorted(groups.items(), key=lambda it: -len(it[1])):
        is_silent = now_answered in {OUTSIDE, NOBODY}
        sentence = texts.regression_silent if is_silent else texts.regression_taken
        message_text = sentence.format(
            count=len(worse), expected=titles.get(was, was), after=titles.get(now_answered, now_answered)
        )
        found.append(Regression("warning", message_text, tuple(worse)))
    if blind:
        sets = "、".join(f"{name} {count}" for name, count in sorted(blind.items()))
        found.append(Regression("warning", texts.regression_blind.format(count=blind.total(), sets=sets)))
    return found


def titles_of(entries: Mapping[Key, Entry], wording: Mapping[str, Any], texts: FindingTexts) -> dict[str, str]:
    """What answers and intents are called.

    Args:
        entries: Those of the draft.
        wording: What wording.yml holds.
        texts: With names for what has none there.
    """
    found: dict[str, str] = {}
    for part in (wording.get("intent_titles"), (wording.get("choices") or {}).get("labels"), texts.titles):
        if isinstance(part, Mapping):
            found |= {str(name): str(title) for name, title in part.items()}
    found |= {entry.id: entry.title for (kind, _), entry in entries.items() if kind == "topic"}
    return found | {f"faq/{entry.id}": entry.title for (kind, _), entry in entries.items() if kind == "faq"}


def _lost(message: LabelledMessage, old: PlayedTurn, new: PlayedTurn, entries: Mapping[Key, Entry]) -> str | None:
    """What a message was answered with rightly, and is not any more; None if it is answered as well as before."""
    was = outcome_of(old)
    if is_right(message, old):
        right = was if was in message.expected or not message.expected else message.expected[0]
        if is_right(message, new) or any(is_offered(name, new) for name in message.expected if name.startswith("faq/")):
            return None
        return right if _is_there(right, entries) and _still_asks(message, entries) else None
    # Answered by a question where the label names a topic: that was as good, as long as the question is there.
    if was.startswith("faq/") and outcome_of(new) != was and not is_right(message, new) and _is_there(was, entries):
        return None if is_offered(was, new) else was
    return None


def _is_there(name: str, entries: Mapping[Key, Entry]) -> bool:
    return not name.startswith("faq/") or ("faq", name.removeprefix("faq/")) in entries


def _still_asks(message: LabelledMessage, entries: Mapping[Key, Entry]) -> bool:
    """Whether a wording of a question is one of it in the draft, too."""
    if message.set != "faq":
        return True
    entry = entries.get(("faq", message.expected[0].removeprefix("faq/")))
    return entry is not None and message.text in {entry.value.get("question"), *entry.value.get("similar", ())}


def _answered(turn: PlayedTurn) -> str:
    names = [f"{event['topic']}" for event in turn.events if event.get("topic")]
    responses = [str(reply.metadata.get("response")) for reply in turn.messages if reply.metadata.get("response")]
    return "、".join(dict.fromkeys(names or responses))
