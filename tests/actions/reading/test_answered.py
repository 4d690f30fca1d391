"""What would be met with no answer is a question if people ask for a known answer in such words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.state import DialogueState, Walk
from actions.knowledge import Knowledge
from language.text_normalization import normalize
from tests.conftest import PLACEHOLDERS

AT_BANK = DialogueState(walk=Walk("payment_failure", 3), last_topic="payment_failure")
PHONE = "payment_failure/bank/phone"


@pytest.fixture
def dialogue(knowledge: Knowledge) -> Dialogue:
    return Dialogue(knowledge, PLACEHOLDERS)


def said(likeness: float, text: str = "随便说一点不相干的话") -> UserMessage:
    return UserMessage(
        intent="out_of_scope",
        text=text,
        key=folded(normalize(text)),
        band=AnswerBand.ANSWER,
        acts={"question": 0.35, "other": 0.3},
        asked_answers={PHONE: likeness},
    )


def responses(dialogue: Dialogue, message: UserMessage, state: DialogueState = AT_BANK) -> list[str | None]:
    return [reply.response for reply in dialogue.respond(state, Act.OUT_OF_SCOPE, message).replies]


def test_it_is_answered_when_it_is_likely(dialogue: Dialogue) -> None:
    assert "utter_step_answer" in responses(dialogue, said(3.8))
    assert "utter_step_answer" not in responses(dialogue, said(0.5))


def test_a_matter_that_the_bot_cannot_help_with_stays_one(dialogue: Dialogue) -> None:
    message = replace(said(2.0), entities={"unsupported_topic": ("loan",)})
    assert "utter_step_answer" not in responses(dialogue, message, DialogueState())


def test_a_button_is_what_it_is(dialogue: Dialogue) -> None:
    assert "utter_step_answer" not in responses(dialogue, replace(said(3.8), is_payload=True))
