"""Which of several matters comes first."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Awaiting, DialogueState, Request
from tests.actions.reading.builders import at, read, said


def in_form(**more: object) -> DialogueState:
    requests = (Request("account_closure", "我还想把号注销了"),)
    return at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="amount", requests=requests, **more)


@pytest.mark.parametrize(
    "text", ["先弄钱的事,注销回头再说", "先说扣钱的", "注销不急", "那先管钱吧", "注销那个先等等再说"]
)
def test_what_is_under_way_stays_when_it_is_wanted_first(text: str) -> None:
    chosen = read(said(text, "cancel", confidence=0.8), in_form()).chosen
    assert (chosen.act, chosen.arguments.get("response")) == (Act.LET_BE, "utter_this_first")


@pytest.mark.parametrize("text", ["先说注销吧", "钱的事不急", "还是先注销吧,钱晚点再说"])
def test_what_was_only_named_is_opened_when_it_is_wanted_first(text: str) -> None:
    chosen = read(said(text, "out_of_scope"), in_form()).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "account_closure")


@pytest.mark.parametrize("text", ["先等一下", "先说钱能退吗", "先别急", "先不弄了"])
def test_other_words_with_first_are_no_order(text: str) -> None:
    chosen = read(said(text, "out_of_scope"), in_form()).chosen
    assert chosen.arguments.get("response") != "utter_this_first"
    assert chosen.act is not Act.OPEN_TOPIC


def test_with_one_matter_there_is_no_order() -> None:
    chosen = read(said("先说密码", "forgot_password"), at("forgot_password")).chosen
    assert chosen.arguments.get("response") != "utter_this_first"


def test_what_waits_is_turned_to_when_it_is_named() -> None:
    chosen = read(said("好,那注销呢", "out_of_scope"), in_form()).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "account_closure")
    assert read(said("那金额呢", "out_of_scope"), in_form()).chosen.act is not Act.OPEN_TOPIC
