"""A short message that names a part of what was shown last is about that part."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.state import Awaiting, DialogueState
from tests.actions.reading.builders import KNOWLEDGE, at, read, said
from tests.conftest import PLACEHOLDERS

AFTER_CLOSURE = DialogueState(last_topic="closure_consequences")
AFTER_CONTACT = DialogueState(last_topic="contact_support")


@pytest.mark.parametrize(
    ("text", "value"), [("那余额呢", "closing_balance"), ("记录呢", "closing_history"), ("还能恢复吗", "closing_undo")]
)
def test_words_of_one_label_name_the_part(text: str, value: str) -> None:
    chosen = read(said(text, "payment_failure", confidence=0.6), AFTER_CLOSURE).chosen
    assert (chosen.message.intent, chosen.message.entities) == ("closure_consequences", {"detail": (value,)})


def test_an_entity_names_the_part() -> None:
    message = said("那电话呢", "out_of_scope", entities={"contact_channel": ("hotline",)})
    assert read(message, AFTER_CONTACT).chosen.message.entities == {"contact_channel": ("hotline",)}


@pytest.mark.parametrize("text", ["客服", "那", "呢"])
def test_what_names_several_parts_or_none_is_no_reference(text: str) -> None:
    assert read(said(text, "out_of_scope"), AFTER_CONTACT).chosen.evidence[:5] != "names"


def test_a_long_message_speaks_for_itself() -> None:
    message = said("我想问一下那个热线电话到底是多少", "contact_support", entities={"contact_channel": ("hotline",)})
    assert read(message, AFTER_CONTACT).chosen.evidence.startswith("intent")


def test_an_answer_to_a_question_is_no_reference() -> None:
    state = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="counterparty")
    message = said("官网", "contact_support", entities={"contact_channel": ("website",)}, confidence=0.5)
    assert not read(message, state).chosen.evidence.startswith("names")


@pytest.mark.parametrize("word", KNOWLEDGE.wording.menu_words)
@pytest.mark.parametrize("state", [DialogueState(), at("forgot_password", 2), AFTER_CONTACT])
def test_a_word_for_the_menu_shows_it(word: str, state: DialogueState) -> None:
    assert read(said(word, "out_of_scope"), state).chosen.act is Act.MENU


def test_another_topic_named_surely_is_no_reference() -> None:
    after_privacy = DialogueState(last_topic="chat_privacy")
    secrets = {"chat_privacy_point": ("secrets",)}
    named = said("密码忘了", "forgot_password", "named:forgot_password", entities=secrets, confidence=0.99)
    assert read(named, after_privacy).chosen.evidence.startswith("intent")
    unsure = said("那密码呢", "forgot_password", entities=secrets, confidence=0.5)
    assert read(unsure, after_privacy).chosen.message.entities == secrets


def test_the_other_topics_leave_out_what_is_named() -> None:
    message = said("除了注销你还能办啥", "capabilities", "named:account_closure")
    turn = Dialogue(KNOWLEDGE, PLACEHOLDERS).respond(DialogueState(), Act.CAPABILITIES, message)
    payloads = [button.payload for reply in turn.replies for button in reply.buttons]
    assert "/forgot_password" in payloads
    assert "/account_closure" not in payloads


def test_what_has_an_answer_of_its_own_is_no_part() -> None:
    part = {"contact_channel": ("hotline",)}
    cost = {"contact_support/topic/cost": 0.95}
    asked = said("打热线要钱吗", "out_of_scope", entities=part, acts={"question": 0.9}, asked_answers=cost)
    assert read(asked, AFTER_CONTACT).chosen.act is Act.ASK_STEP
    assert read(said("那电话呢", "out_of_scope", entities=part), AFTER_CONTACT).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("text", ["好的 开始吧", "行，那就开始弄", "咱们现在开始"])
def test_who_has_asked_about_a_procedure_begins_it(text: str) -> None:
    asked = DialogueState(last_topic="account_closure", asked_about="account_closure/topic/how_long")
    chosen = read(said(text, "next_step", acts={"consent_human": 0.6}), asked).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "account_closure")
    assert read(said(text, "next_step"), AFTER_CONTACT).chosen.act is Act.NEXT
