"""Draws the state machine by walking through it. Usage: python -m tests.actions.dialogue.diagram, which writes the doc.

A state is drawn as its phase: the question that is open. Drawn is what the answers to it do; what is possible from
everywhere (a topic, a human, small talk) would hide the rest and is told in the text.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from actions.dialogue.acts import CONTROL, Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Choice, DialogueState, Offer, Request, Walk
from actions.knowledge import Knowledge, load_knowledge

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "conversation.md"
BEGIN, END = "<!-- drawn by tests/actions/dialogue/diagram.py: begin -->\n", "<!-- end -->\n"
IDLE = "idle"
# A procedure, one with a warning, a diagnosis, one that notes details down.
WALKTHROUGHS = ("forgot_password", "account_closure", "payment_failure", "transaction_dispute")
ANSWER = "support_hours"


@dataclass(frozen=True)
class Move:
    """What the user says, and how it is written on the arrow."""

    label: str
    act: Act
    message: UserMessage = field(default_factory=UserMessage)


def phase(state: DialogueState) -> str:
    """Returns the question that is open, or where the walkthrough stands."""
    if state.offer:
        return f"{state.offer.value}_offered" if state.offer not in (Offer.CHOICE, Offer.RATING) else state.offer.value
    if state.walk is None:
        return IDLE
    if state.walk.awaiting:
        return state.walk.awaiting.value
    return "step" if state.walk.step else "start"


def _states(knowledge: Knowledge) -> Iterator[DialogueState]:
    """Yields a state of every phase, with and without something waiting behind it."""
    walks: list[Walk | None] = [None]
    for topic in WALKTHROUGHS:
        starts_with_step = topic not in ("account_closure", "payment_failure")
        walks += [Walk(topic, step) for step in (starts_with_step, 2, len(knowledge.topics[topic].steps))]
    for walk in walks:
        for requests in ((), (Request(ANSWER),)):
            for suspended in ((), (Walk("account_security", 2, interrupted=True),)):
                yield DialogueState(walk=walk, requests=requests, suspended=suspended, rating_asked=bool(requests))
    yield DialogueState(offer=Offer.CHOICE, choice=Choice("那个", "那个", ("forgot_password", ANSWER)))


def _moves() -> Iterator[Move]:
    for act in sorted(CONTROL):
        yield Move(act.value, act, UserMessage(act.value, "嗯嗯", "嗯嗯"))
    yield Move("value", Act.NOT_UNDERSTOOD, UserMessage("x", "昨天", "昨天", {"transaction_time": ("昨天",)}))
    yield Move("first", Act.NOT_UNDERSTOOD, UserMessage("x", "第一个", "第一个"))
    yield Move("5", Act.NOT_UNDERSTOOD, UserMessage("x", "5", "5"))


def transitions(knowledge: Knowledge) -> dict[tuple[str, str], set[str]]:
    """Returns the labels of the arrows by the phases that they connect."""
    dialogue = Dialogue(knowledge, {"brand_name": "u钱包"})
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    waiting, seen = list(_states(knowledge)), set()
    while waiting:
        # How often something failed is no part of the drawing; the third failure is told in the text.
        state = replace(waiting.pop(), failures_in_row=0)
        alike = (phase(state), state.topic, state.step, len(state.requests), len(state.suspended), state.offer_reason)
        if alike in seen:
            continue
        seen.add(alike)
        for move in _moves():
            if move.label == "value" and phase(state) not in ("detail", "correction_offered"):
                continue
            if move.label == "first" and phase(state) != "choice":
                continue
            if move.label == "5" and phase(state) != "rating":
                continue
            turn = dialogue.respond(state, move.act, move.message)
            handed_off = any(reply.is_handoff for reply in turn.replies)
            after = "handed_off" if handed_off else phase(turn.state)
            if after != phase(state):
                found[phase(state), after].add(move.label)
            waiting.append(turn.state)
    return found


def drawn(knowledge: Knowledge) -> str:
    """Returns the mermaid diagram."""
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {IDLE}"]
    for (before, after), labels in sorted(transitions(knowledge).items()):
        lines.append(f"    {before} --> {after}: {', '.join(sorted(labels))}")
    return "\n".join([*lines, "    handed_off --> [*]", "```", ""])


def updated(document: str, diagram: str) -> str:
    """Returns the document with the diagram between its marks.

    Raises:
        ValueError: It has no marks.
    """
    before, _, rest = document.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"no {BEGIN.strip()!r} … {END.strip()!r} in the document")
    return f"{before}{BEGIN}{diagram}{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(updated(DOCUMENT.read_text(encoding="utf-8"), drawn(load_knowledge())), encoding="utf-8")
    sys.exit(0)
