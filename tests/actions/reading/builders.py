"""Messages and states for the tests of the reading, without a model."""

from __future__ import annotations

from typing import Any

from actions.dialogue.acts import act_of
from actions.dialogue.messages import Operator, UserMessage, folded
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Alarm, DialogueState, ListedOption, Told, Walk
from actions.dialogue.turn import Context
from actions.incoming import syllables_of
from actions.knowledge import load_knowledge
from actions.reading.reader import interpret
from actions.reading.reading import Interpretation
from language.text_normalization import normalize
from tests.conftest import PLACEHOLDERS

KNOWLEDGE = load_knowledge()
CONTEXT = Context(KNOWLEDGE, ReplyBuilder(KNOWLEDGE, PLACEHOLDERS))
CLOSURE = tuple(
    ListedOption(button.title, button.payload)
    for button in CONTEXT.replies.warning(KNOWLEDGE.topics["account_closure"]).buttons
)
MENU = tuple(ListedOption(button.title, button.payload) for button in CONTEXT.replies.menu())


def said(text: str, intent: str = "", *operators: str, confidence: float = 0.9, **more: Any) -> UserMessage:
    """Returns what was typed; operators are written as `negated:fraud`."""
    return UserMessage(
        intent,
        text,
        folded(normalize(text)),
        confidence=confidence,
        syllables=syllables_of(text),
        operators=tuple(Operator(*operator.split(":")) for operator in operators),
        **more,
    )


def at(topic: str, step: int = 1, **more: Any) -> DialogueState:
    """Returns the state at a step of a walkthrough."""
    walk = {
        name: more.pop(name)
        for name in ("awaiting", "requested_detail", "problem_steps", "interrupted")
        if name in more
    }
    return DialogueState(walk=Walk(topic, step, **walk), last_topic=topic, **more)


def told(*alarms: Alarm, **more: Any) -> DialogueState:
    """Returns the state after something was given away."""
    return DialogueState(alarms=tuple(Told(alarm, "…") for alarm in alarms), **more)


def read(message: UserMessage, state: DialogueState | None = None) -> Interpretation:
    """Returns what the message means in the state."""
    return interpret(CONTEXT, state or DialogueState(), act_of(message.intent, KNOWLEDGE), message)
