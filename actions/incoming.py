"""Reads the user's message as Rasa's NLU has understood it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions.dialogue.messages import AnswerBand, Clause, Operator, UserMessage, folded
from actions.dialogue.state import Request
from actions.knowledge.faqs import named_intent
from language.pinyin import to_syllables
from language.text_normalization import normalize

# In the metadata of a message: docs/support.md.
_AFTER_AGENT = "after_agent"
_SUPPORT = "support"


def message_from_parse(
    parse: Mapping[str, Any],
    rejections: Sequence[str],
    *,
    pause: float = 0,
    is_new_session: bool = False,
    said_at: datetime.datetime | None = None,
) -> UserMessage:
    """Returns the message; entities keep the order of the text, each value once.

    Args:
        parse: What the NLU makes of the message: `latest_message` of the tracker. Without `answer_band`, as for a
            button, the intent is answered.
        rejections: Words right before a value that say that it is wrong.
        pause: Seconds since the message before.
        is_new_session: Whether the session of the message before has ended since.
        said_at: When it was said, in the users' time zone.
    """
    text = parse.get("text") or ""
    intent = parse.get("intent") or {}
    name = intent.get("name") or ""
    entities = parse.get("entities") or ()
    plain = normalize(text)
    metadata = parse.get("metadata") or {}
    support = metadata.get(_SUPPORT)
    support = support if isinstance(support, Mapping) else {}
    available = support.get("available")
    is_payload = bool(re.match(rf"/{re.escape(name)}\b", text))
    if is_payload:
        name = named_intent(name, _by_name(entities))
    rejected = [entity for entity in entities if _is_rejected(plain, entity, rejections)]
    return UserMessage(
        intent=name,
        text=text,
        key=folded(plain),
        entities=_by_name(entities),
        rejected=_by_name(rejected),
        is_payload=is_payload,
        confidence=float(intent.get("confidence") or 0),
        band=AnswerBand(parse.get("answer_band") or AnswerBand.ANSWER),
        choices=tuple((choice["name"], float(choice["confidence"])) for choice in parse.get("choices") or ()),
        further_requests=tuple(
            Request(request["name"], request.get("text") or "", _by_name(request.get("entities") or ()))
            for request in parse.get("further_requests") or ()
        ),
        pause=pause,
        after_agent=metadata.get(_AFTER_AGENT) is True,
        human_available=available if isinstance(available, bool) else None,
        is_queued=support.get("queued") is True,
        is_new_session=is_new_session,
        said_at=said_at,
        syllables=syllables_of(text),
        acts=_confidences(parse.get("situated_acts")),
        alarms=_confidences(parse.get("alarms")),
        asked_answers=parse.get("asked_answers") or {},
        after_alarm=_confidences(parse.get("after_alarm")),
        said=_confidences(parse.get("said")),
        is_listened=parse.get("said") is not None,
        steps=_confidences(parse.get("steps")),
        faqs=_confidences(parse.get("faqs")),
        site=_told(metadata, "site"),
        channel=_told(metadata, "channel"),
        clauses=tuple(
            Clause(
                clause["text"],
                _confidences(clause.get("situated_acts")),
                _confidences(clause.get("steps")),
                clause.get("asked_answers") or {},
                _confidences(clause.get("said")),
            )
            for clause in parse.get("clauses") or ()
        ),
        operators=tuple(Operator(operator["name"], operator["matter"]) for operator in parse.get("operators") or ()),
    )


def _told(metadata: Mapping[str, Any], name: str) -> str | None:
    value = metadata.get(name)
    return value if isinstance(value, str) else None


def syllables_of(text: str) -> tuple[str, ...]:
    """Returns the Mandarin syllables of a text, without punctuation."""
    return tuple(to_syllables(folded(normalize(text)), {}))


def _confidences(found: Iterable[Mapping[str, Any]] | None) -> dict[str, float]:
    return {one["name"]: float(one["confidence"]) for one in found or ()}


def _by_name(entities: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for entity in entities:
        found.setdefault(entity["entity"], {})[str(entity["value"])] = None
    return {name: tuple(values) for name, values in found.items()}


def _is_rejected(text: str, entity: Mapping[str, Any], rejections: Sequence[str]) -> bool:
    before = text[: entity.get("start") or 0].rstrip()
    return before.endswith(tuple(rejections))
