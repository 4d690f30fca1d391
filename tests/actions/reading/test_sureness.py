"""What is not heard for sure gets no answer of its own: its subject, or the user's own words."""

from __future__ import annotations

import pytest

from actions.dialogue.messages import Clause
from actions.reading.hearing import hear
from actions.reading.sureness import quote, subject_of
from tests.actions.reading.builders import KNOWLEDGE, said

DANGER = KNOWLEDGE.danger


def test_what_is_sure_is_asked() -> None:
    heard = hear(DANGER, said("那笔能要回来不", said={"asks_money_back": 0.8}, is_listened=True))
    assert heard.questions == ("asks_money_back",)


def test_what_is_not_sure_is_its_subject() -> None:
    doubted = {"asks_unbind": 0.3, "asks_bank_say": 0.35, "asks_card": 0.2}
    heard = hear(DANGER, said("柜台那边要我咋弄呢", said=doubted, is_listened=True))
    assert heard.questions == ("about_bank",)
    assert heard.question is None


def test_nothing_is_guessed_where_nothing_is_likely() -> None:
    heard = hear(DANGER, said("他那辆车停哪儿了呢", said={"asks_locate": 0.2}, is_listened=True))
    assert heard.questions == ()
    assert heard.words == "他那辆车停哪儿了呢"


def test_what_is_said_not_to_be_asked_is_not() -> None:
    heard = hear(DANGER, said("跟征信没关系", said={"asks_credit": 0.95}, is_listened=True))
    assert heard.questions == ()


def test_an_act_asked_about_is_not_what_the_model_surely_hears_otherwise() -> None:
    text = "能不能把收钱那个号给封了"
    assert "asks_obey" in hear(DANGER, said(text)).questions
    heard = hear(DANGER, said(text, said={"asks_freeze_theirs": 0.9}, is_listened=True))
    assert heard.questions == ("asks_freeze_theirs",)


def test_what_is_only_named_is_not_done_unless_that_is_sure() -> None:
    assert "frozen" not in hear(DANGER, said("不交的话账户冻结", said={"frozen": 0.6}, is_listened=True)).facts


def test_the_clause_that_asks_tells_the_subject() -> None:
    clauses = (
        Clause("派出所来过了", said={"police_called": 0.4, "others_say": 0.3}),
        Clause("她的卡我能不能挂失呀", said={}),
    )
    heard = hear(DANGER, said("派出所来过了 她的卡我能不能挂失呀", clauses=clauses, is_listened=True))
    assert heard.subject == "about_bank"


def test_all_that_belongs_to_a_subject_counts() -> None:
    assert subject_of(DANGER, {"asks_sim": 0.25, "asks_shop": 0.25}) == "about_sim"
    assert subject_of(DANGER, {"asks_sim": 0.25}) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("那我问的是，谁来接我呀？", "谁来接我呀"),
        ("就是码 482913 能不能给", ""),
        ("{police}行不行", ""),
        ("他说了好长好长的一段话我根本记不住怎么办", ""),
        ("哦", ""),
    ],
)
def test_short_and_harmless_words_are_quoted(text: str, words: str) -> None:
    assert quote(text) == words


def test_a_can_is_no_but() -> None:
    assert quote("可以用老密码吗") == "可以用老密码吗"
    assert quote("可是银行没拦") == "银行没拦"
