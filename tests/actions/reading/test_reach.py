"""What is told of number and mail address decides where the code can go."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import DialogueState
from actions.reading.reach import (
    MAIL_BOUND,
    MAIL_GONE,
    MAIL_NONE,
    NEW_PHONE,
    NUMBER_GONE,
    NUMBER_KEPT,
    facts_in,
    with_facts,
)
from tests.actions.reading.builders import at, read, said
from tests.conftest import Conversation


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("旧号码去年就停了", (NUMBER_GONE,)),
        ("我换了个新手机号", (NUMBER_GONE,)),
        ("当时绑的是老号", (NUMBER_GONE,)),
        ("以前那張卡早就扔了", (NUMBER_GONE,)),
        ("号没变，只是手机换了", (NUMBER_KEPT, NEW_PHONE)),
        ("那个号还在用", (NUMBER_KEPT,)),
        ("刚换了部新手机", (NEW_PHONE,)),
        ("我没绑过邮箱", (MAIL_NONE,)),
        ("邮箱?我哪来的邮箱", (MAIL_NONE,)),
        ("邮箱早登不上了", (MAIL_GONE,)),
        ("公司邮箱，离职以后登不了", (MAIL_GONE,)),
        ("好像绑过qq邮箱", (MAIL_BOUND,)),
        ("佢有綁郵箱㗎", (MAIL_BOUND,)),
        ("旧号停了，也没有邮箱", (NUMBER_GONE, MAIL_NONE)),
        ("账号停用了", ()),
        ("要是号码停了呢", ()),
        ("手机号填好了", ()),
        ("我去邮箱里看看", ()),
    ],
)
def test_facts_are_heard(text: str, facts: tuple[str, ...]) -> None:
    assert facts_in(text) == facts


def test_a_fact_ends_what_it_excludes() -> None:
    assert with_facts((NUMBER_GONE, MAIL_BOUND), (NUMBER_KEPT,)) == (MAIL_BOUND, NUMBER_KEPT)


@pytest.mark.parametrize(
    ("text", "known", "response"),
    [
        ("那个号早不用了", (), "utter_reach_mail_asked"),
        ("那个号早不用了", (MAIL_NONE,), "utter_reach_neither"),
        ("邮箱没绑", (NUMBER_GONE,), "utter_reach_neither"),
        ("邮箱没绑", (), "utter_reach_use_number"),
        ("有绑邮箱的", (NUMBER_GONE,), "utter_reach_use_mail"),
        ("手机号没换", (), "utter_reach_number_kept"),
    ],
)
def test_what_is_left_follows_from_all_that_is_known(text: str, known: tuple[str, ...], response: str) -> None:
    message = said(text, "out_of_scope", acts={"trouble": 0.5})
    chosen = read(message, at("forgot_password", 2, reach=known)).chosen
    assert (chosen.act, chosen.arguments.get("response")) == (Act.LET_BE, response)


def test_a_number_of_a_payment_is_no_way_to_the_account() -> None:
    message = said("那个号早不用了", "out_of_scope")
    assert "response" not in read(message, at("transaction_dispute", 2)).chosen.arguments
    assert "response" not in read(message).chosen.arguments


def test_after_an_answer_about_the_code_it_counts_too() -> None:
    message = said("绑的是老号", "out_of_scope", acts={"trouble": 0.5})
    chosen = read(message, DialogueState(last_topic="verification_code_issue")).chosen
    assert chosen.arguments["response"] == "utter_reach_mail_asked"


def test_whoever_has_tried_everything_hears_of_the_address_first() -> None:
    message = said("都试过了,还有别的办法吗", "next_step", confidence=0.4, band=AnswerBand.CHOICE)
    state = at("forgot_password", 3, problem_steps=("enter_verification_code",))
    assert read(message, state).chosen.arguments["response"] == "utter_reach_other_way"


def test_what_was_told_is_kept_for_later(conversation: Conversation) -> None:
    conversation.opens("forgot_password", "密码忘了 旧号也停了")
    assert conversation.state.reach == (NUMBER_GONE,)
    assert conversation.does(Act.OUT_OF_SCOPE, "邮箱没绑过", intent="out_of_scope") == ["utter_reach_neither"]
