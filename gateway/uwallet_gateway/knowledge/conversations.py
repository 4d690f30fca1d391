"""Stored conversations, played before a publication to see what would be answered otherwise."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.yaml_files import load_yaml

_BUTTON = re.compile(r"\[按钮[:：](.+)\]")
_LONGEST_SHOWN = 120
# What the engine plays of one conversation, the greeting included.
_MOST_TURNS = 59


class ConversationsError(Exception):
    """A set of conversations cannot be read."""


class _Turn(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    user: str
    must_any: list[str] = []
    must_not: list[str] = []
    handoff: bool | None = None
    step: str | None = None


class StoredConversation(BaseModel):
    """A conversation of a set, as tests/conversations/evaluation/README.md describes it; or one of a user."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    turns: list[_Turn]
    # Of one that a user has had.
    conversation_id: str | None = None

    def messages(self) -> list[dict[str, str]]:
        """What the user does, from the greeting on that opens the window."""
        return [
            {"kind": "payload", "message": "/session_start"},
            *(_message(turn.user) for turn in self.turns[:_MOST_TURNS]),
        ]


@dataclass(frozen=True, slots=True)
class Divergence:
    """A turn that is answered otherwise.

    Attributes:
        turn: Its number, from 1.
        user: What was said.
        before: The beginning of the answer that was given.
        after: That of the one that is given now; empty: none.
        is_worse: Whether the answer fails the criteria of the set that the one before met.
        expected: Which of them, if it does.
    """

    turn: int
    user: str
    before: str
    after: str
    is_worse: bool
    expected: str = ""


def read_conversations(folder: Path) -> tuple[list[StoredConversation], str]:
    """All conversations of a folder, and a hash of its files; none without the folder.

    Raises:
        ConversationsError: A file is no set of conversations.
    """
    found: list[StoredConversation] = []
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.read_bytes())
        conversations, _ = load_yaml(path, TypeAdapter(list[StoredConversation]), ConversationsError)
        # Sets may use the same names.
        found += [it.model_copy(update={"id": f"{path.stem}/{it.id}"}) for it in conversations]
    return found, digest.hexdigest()


def divergences(
    conversation: StoredConversation, before: Sequence[PlayedTurn], after: Sequence[PlayedTurn]
) -> Iterator[Divergence]:
    """What is answered worse in a conversation, else what is answered otherwise.

    The first such turn only: what follows follows from it. Another wording of the same answer is none, unless it fails
    what is asked of it: that is what the owner has edited.
    """
    otherwise: Divergence | None = None
    for number, expected in enumerate(conversation.turns, start=1):
        # The greeting is the first that is played.
        if number >= len(before) or number >= len(after):
            break
        old, new = before[number], after[number]
        faults = _faults(expected, new) - _faults(expected, old)
        if faults:
            told = "；".join(_described(expected, fault) for fault in sorted(faults))
            yield Divergence(number, expected.user, shown(old), shown(new), is_worse=True, expected=told)
            return
        if otherwise is None and signature(old) != signature(new):
            otherwise = Divergence(number, expected.user, shown(old), shown(new), is_worse=False)
    if otherwise is not None:
        yield otherwise


def signature(turn: PlayedTurn) -> tuple[object, ...]:
    """What an answer is, whatever its words: what was opened or reached, and by which responses it was said."""
    return (
        tuple((event.get("kind"), event.get("topic"), event.get("step")) for event in turn.events),
        tuple(reply.metadata.get("response") for reply in turn.messages),
        tuple((reply.custom or {}).get("type") for reply in turn.messages),
    )


def shown(turn: PlayedTurn) -> str:
    """The beginning of an answer."""
    return " ".join(reply.text for reply in turn.messages if reply.text)[:_LONGEST_SHOWN].replace("\n", " ")


def _message(user: str) -> dict[str, str]:
    button = _BUTTON.fullmatch(user)
    return {"kind": "button", "message": button[1]} if button else {"kind": "text", "message": user}


def _faults(expected: _Turn, turn: PlayedTurn) -> set[str]:
    text = "\n".join(reply.text for reply in turn.messages)
    titles = [str(button.get("title", "")) for reply in turn.messages for button in reply.buttons]
    everything = "\n".join([text, *titles])
    faults = {f"not {words}" for words in expected.must_not if words in text}
    if expected.must_any and not any(words in everything for words in expected.must_any):
        faults.add("must_any")
    handed_over = any((reply.custom or {}).get("type") == "handoff" for reply in turn.messages)
    if expected.handoff is not None and handed_over != expected.handoff:
        faults.add("handoff")
    if expected.step and _step(turn) != expected.step:
        faults.add("step")
    return faults


def _step(turn: PlayedTurn) -> str | None:
    progress: list[Mapping[str, Any]] = [it.metadata["progress"] for it in turn.messages if it.metadata.get("progress")]
    return f"{progress[-1].get('topic')}:{progress[-1].get('number')}" if progress else None


def _described(expected: _Turn, fault: str) -> str:
    """What a set asks of an answer, in its own words."""
    texts = finding_texts()
    if fault == "must_any":
        return texts.must_any.format(words="”“".join(expected.must_any))
    if fault == "handoff":
        return texts.must_hand_over if expected.handoff else texts.must_not_hand_over
    if fault == "step":
        return texts.must_show.format(step=expected.step)
    return texts.must_not.format(words=fault.removeprefix("not "))
