"""Messages whose meaning is known, asked before a publication to see which of them are answered otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.yaml_files import load_yaml

# What a label says beside the name of an intent.
OUTSIDE, DANGER, NOBODY = "out_of_scope", "alarm", "nlu_fallback"
_NO_DANGER = "none"
_FAQ = "faq/"
# An answer to one question of a topic, and one of several that are asked about.
_NOT_UNDERSTOOD = "not_understood"
_UNKNOWN = ("out_of_scope", "not_understood")
# Headings of the second column that say what a label is.
_REQUESTS, _ALARMS = "requests", "label"


class LabelledSetsError(Exception):
    """The sets cannot be read; the text says which and why."""


class _SetEntry(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    path: str
    blind: bool = False


class _Sets(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    sets: list[_SetEntry] = []
    several_requests: list[_SetEntry] = []
    alarms: list[_SetEntry] = []


@dataclass(frozen=True, slots=True)
class LabelledMessage:
    """A message and what it asks for.

    Attributes:
        set: Name of the set that it is from.
        text: What is said.
        expected: Intents, `faq/<id>`, `alarm`; any of them is right. Empty: anything but danger.
        blind: Whether it is only counted, never shown: nobody is to mend single messages of the set.
    """

    set: str
    text: str
    expected: tuple[str, ...]
    blind: bool = False


def read_sets(file: Path) -> list[LabelledMessage]:
    """The messages of the sets that a file names (evaluation/sets.yml); none without the file.

    Raises:
        LabelledSetsError: It, or a set, cannot be read.
    """
    if not file.is_file():
        return []
    sets, _ = load_yaml(file, _Sets, LabelledSetsError)
    return [
        message for entry in (*sets.sets, *sets.several_requests, *sets.alarms) for message in _read_set(file, entry)
    ]


def outcome_of(turn: PlayedTurn) -> str:
    """What a message was answered as: `faq/<id>`, `alarm`, or an intent."""
    topics = [str(event["topic"]) for event in turn.events if event.get("topic") and event["kind"] not in _UNKNOWN]
    faq = next((topic for topic in topics if topic.startswith(_FAQ)), None)
    if faq:
        return faq
    if turn.reading and turn.reading.get("act") == "alarm":
        return DANGER
    if any((message.custom or {}).get("type") == "handoff" for message in turn.messages):
        return "human_handoff"
    if any(event["kind"] in _UNKNOWN for event in turn.events):
        return OUTSIDE
    return topics[0] if topics else _intent(turn)


def is_right(message: LabelledMessage, turn: PlayedTurn) -> bool:
    """Whether a message was answered as what it is."""
    outcome = outcome_of(turn)
    if not message.expected:
        return outcome != DANGER
    if outcome in message.expected:
        return True
    # The intent is right, and its answer a part of the topic, or the end of a danger that is the same.
    return not outcome.startswith(_FAQ) and outcome != OUTSIDE and _intent(turn) in message.expected


def is_offered(name: str, turn: PlayedTurn) -> bool:
    """Whether an answer is one of the buttons."""
    name = name.removeprefix(_FAQ)
    payloads = [str(button.get("payload")) for reply in turn.messages for button in reply.buttons]
    return any(f'"{name}"' in payload or payload == f"/{name}" for payload in payloads)


def _intent(turn: PlayedTurn) -> str:
    understood = turn.understood or {}
    if understood.get("answer_band") == _NOT_UNDERSTOOD:
        return NOBODY
    return str(understood.get("intent") or NOBODY)


def _read_set(file: Path, entry: _SetEntry) -> Iterator[LabelledMessage]:
    # Of the repository, or beside the file.
    path = next((it for it in (file.parent / entry.path, file.parent.parent / entry.path) if it.is_file()), None)
    if path is None:
        msg = f"{file}: {entry.path} is missing"
        raise LabelledSetsError(msg)
    try:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: {error}"
        raise LabelledSetsError(msg) from error
    heading = rows[0][1].strip() if rows and len(rows[0]) > 1 else ""
    if heading in {"intent", _REQUESTS, _ALARMS}:
        rows = rows[1:]
    for row in rows:
        if len(row) < 2 or not row[0].strip() or not row[1].strip():
            msg = f"{path}: expected a message, a tab and a label; found {row!r}"
            raise LabelledSetsError(msg)
        yield LabelledMessage(entry.name, row[0].strip(), tuple(_expected(heading, row[1].strip())), entry.blind)


def _expected(heading: str, label: str) -> Sequence[str]:
    if heading == _REQUESTS:
        return [name.strip() for name in label.split(",")]
    if heading == _ALARMS:
        return [] if label == _NO_DANGER else [DANGER]
    return [label]
