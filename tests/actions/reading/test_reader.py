"""Of the readings of a message the one of the highest precedence is acted on, and the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Awaiting, DialogueState, Offer, Request
from actions.reading.reading import Source
from tests.actions.reading.builders import MENU, at, read, said

# A message that is everything at once: the more that is left out, the lower the reading that is taken.
STATE = at("payment_failure", 1, shown=MENU, lists=(MENU,), list_is_fresh=True)


def everything(**without: object) -> object:
    message = said(
        "第二个",
        "human_handoff",
        "negated:human_handoff",
        alarms={"crisis": 0.9, "complaint": 0.9},
        acts={"trouble": 0.9},
        entities={},
    )
    return replace(message, **without)  # type: ignore[arg-type] # names of UserMessage's fields


def test_danger_comes_before_all() -> None:
    chosen = read(everything(), STATE).chosen  # type: ignore[arg-type] # see above
    assert (chosen.source, chosen.act) == (Source.DANGER, Act.ALARM)


def test_what_is_offered_comes_before_operators_and_complaints() -> None:
    chosen = read(everything(alarms={"complaint": 0.9}), STATE).chosen  # type: ignore[arg-type] # see above
    assert chosen.source is Source.OFFERED


def test_an_operator_comes_before_complaints_and_the_screen() -> None:
    message = everything(alarms={"complaint": 0.9}, text="不用转人工", key="不用转人工")
    chosen = read(message, STATE).chosen  # type: ignore[arg-type] # see above
    assert (chosen.source, chosen.act) == (Source.OPERATOR, Act.DENY_HUMAN)


def test_a_complaint_comes_before_the_screen() -> None:
    message = everything(alarms={"complaint": 0.9}, text="什么破玩意儿", key="什么破玩意儿", operators=())
    assert read(message, STATE).chosen.source is Source.COMPLAINT  # type: ignore[arg-type] # see above


def test_the_screen_comes_before_the_sentence() -> None:
    message = said("还是不行啊这个", "out_of_scope", acts={"trouble": 0.9})
    interpretation = read(message, at("forgot_password", 2))
    assert interpretation.chosen.source is Source.ON_SCREEN
    assert interpretation.others[-1].source is Source.SENTENCE


def test_what_nothing_else_claims_is_what_the_sentence_says() -> None:
    interpretation = read(said("忘记密码了怎么办", "forgot_password"))
    assert (interpretation.chosen.source, interpretation.chosen.act) == (Source.SENTENCE, Act.OPEN_TOPIC)
    assert interpretation.others == ()


def test_every_reading_says_why() -> None:
    interpretation = read(everything(), STATE)  # type: ignore[arg-type] # see above
    readings = (interpretation.chosen, *interpretation.others)
    assert len(readings) > 2
    assert all(reading.evidence and 0 <= reading.certainty <= 1 for reading in readings)


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_said_is_read_as_nothing(text: str) -> None:
    message = said(text, "nlu_fallback", alarms={"crisis": 1.0})
    assert read(message).chosen.act is Act.NOT_UNDERSTOOD


@pytest.mark.parametrize("alarm", ["crisis", "fraud_underway", "victim", "complaint"])
def test_a_button_is_what_it_says(alarm: str) -> None:
    message = replace(said("/next_step", "next_step", alarms={alarm: 1.0}), is_payload=True)
    chosen = read(message, at("forgot_password", 2)).chosen
    assert (chosen.act, chosen.evidence, chosen.certainty) == (Act.NEXT, "button", 1.0)


# What cannot be undone: a handoff, leaving the queue, a closure's consent, the end of a walkthrough.
IRREVERSIBLE = {Act.HUMAN, Act.LEAVE_QUEUE, Act.CANCEL, Act.SOLVED}
STATES = [
    DialogueState(),
    DialogueState(handed_over=True),
    DialogueState(offer=Offer.HUMAN),
    at("forgot_password", 2),
    at("account_closure", 0, awaiting=Awaiting.WARNING),
    at("payment_failure", 2),
]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "act", ["done", "leave_wait", "consent_human", "tried_everything", "trouble", "waiting_complaint"]
)
def test_a_doubtful_reading_does_nothing_that_cannot_be_undone(state: DialogueState, act: str) -> None:
    message = said(
        "这个那个的我再看看情况再说吧", "out_of_scope", confidence=0.4, band=AnswerBand.CHOICE, acts={act: 0.35}
    )
    assert read(message, state).chosen.act not in IRREVERSIBLE


@pytest.mark.parametrize("text", ["第二个", "下一步", "不行，没反应"])
def test_a_human_asked_for_in_the_same_breath_comes_first(text: str) -> None:
    human = (Request("human_handoff", "转人工"),)
    message = said(text, "step_problem", acts={"trouble": 0.9, "question": 0.9}, further_requests=human)
    assert read(message, STATE).chosen.source is Source.SENTENCE
    in_danger = replace(message, alarms={"crisis": 0.9})
    assert read(in_danger, STATE).chosen.source is Source.DANGER


def test_consent_that_names_the_human_needs_no_offer() -> None:
    message = said("行 那你转", "affirm", confidence=0.4, acts={"consent_human": 0.97})
    assert read(message, at("forgot_password", 2)).chosen.act is Act.HUMAN
    assert read(message, at("forgot_password", 2, handed_over=True)).chosen.act is not Act.HUMAN
