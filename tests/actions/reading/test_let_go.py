"""What lets an alarm about money go, and what doesn't."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import folded
from actions.dialogue.state import Alarm, DialogueState, HandoffReason, Offer
from actions.reading.let_go import blames_merchant, explains_payment, is_long_over, names_merchant, only_asks
from language.text_normalization import normalize
from tests.actions.reading.builders import at, read, said, told


def clauses(text: str) -> list[str]:
    return [folded(clause) for clause in normalize(text).split()]


@pytest.mark.parametrize(
    "text",
    [
        "去年被人骗过两千",
        "前年手机被偷过 后来找回来了",
        "上个月被盗刷过 已经赔了",
        "以前那个骗子早抓了 钱也追回了",
        "三年前被骗 报过警",
    ],
)
def test_a_danger_may_be_long_over(text: str) -> None:
    assert is_long_over(folded(text))


@pytest.mark.parametrize(
    "text",
    [
        "昨天被骗了 已经报警",
        "去年被骗过 现在又打来了",
        "之前被骗的钱能追回来吗",
        "上个月被骗了三千",
        "以前被盗过 钱还没追回",
        "去年开的户 刚刚被骗",
    ],
)
def test_a_danger_that_goes_on_is_not_over(text: str) -> None:
    assert not is_long_over(folded(text))


@pytest.mark.parametrize(
    "text", ["听说邻居被骗了 客服会要验证码吗", "如果有人要密码是不是骗子", "新闻里说扫码会被盗 真的吗"]
)
def test_a_danger_may_only_be_asked_about(text: str) -> None:
    assert only_asks(folded(text))


@pytest.mark.parametrize(
    "text", ["听说是客服 让我报验证码", "我妈听说能退款 就转了", "如果我转了怎么办 他催我", "看新闻我才知道我被骗了"]
)
def test_what_happens_to_the_user_is_not_only_asked_about(text: str) -> None:
    assert not only_asks(folded(text))


@pytest.mark.parametrize(
    "text", ["不是 是我给孩子充的", "我自己转给房东的", "应该不是 我在新手机上登的", "是我老婆取的", "那是我充话费的"]
)
def test_a_payment_is_explained_by_whoever_made_it(text: str) -> None:
    assert explains_payment(clauses(text))


@pytest.mark.parametrize(
    "text", ["不是我转的", "会不会是我自己付的", "一笔是我付的 另一笔不是我付的", "我没给他转", "是我被骗转的"]
)
def test_what_is_not_said_to_be_ones_own_explains_nothing(text: str) -> None:
    assert not explains_payment(clauses(text))


def test_a_merchant_who_charged_wrongly_is_no_thief() -> None:
    assert blames_merchant(folded("没让人偷 楼下饭馆多收我的"))
    assert blames_merchant(folded("没让人偷 是门口面馆多收了我一份"))
    assert blames_merchant(folded("卖家寄来个坏的"))
    assert not blames_merchant(folded("卖家把我拉黑了"))
    assert names_merchant(clauses("就是店老板 后面排着队"))
    assert not names_merchant(clauses("他说他是老板"))


@pytest.mark.parametrize("alarm", [Alarm.FRAUD, Alarm.VICTIM])
def test_an_ordinary_matter_is_served_instead(alarm: Alarm) -> None:
    state = told(alarm, open_alarm=alarm)
    chosen = read(said("没有，是便利店重复扣的", "transaction_dispute"), state).chosen
    assert (chosen.act, chosen.arguments["matter"]) == (Act.ALARM_DENIED, "transaction_dispute")


def test_what_was_given_away_is_not_explained_away() -> None:
    state = told(Alarm.VICTIM, open_alarm=Alarm.VICTIM, danger_facts=("code_told",))
    assert read(said("是我自己转给房东的", "out_of_scope"), state).chosen.act is not Act.ALARM_DENIED


def test_what_a_culprit_wants_to_be_said_is_not_believed() -> None:
    state = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD)
    assert read(said("没骗我，公安让我自己转的", "out_of_scope"), state).chosen.act is not Act.ALARM_DENIED


def test_a_danger_that_is_over_raises_nothing() -> None:
    message = said("去年被骗过两千，早处理完了", "account_compromised", alarms={"victim": 0.9})
    assert read(message).chosen.act is Act.ALARM_DENIED
    now = said("刚刚被骗了两千", "account_compromised", alarms={"victim": 0.9})
    assert read(now).chosen.act is Act.ALARM


def test_a_danger_of_others_is_answered_and_not_recorded() -> None:
    message = said("听说有人被骗，真客服会要验证码吗", "account_security", alarms={"fraud_underway": 0.5})
    chosen = read(message).chosen
    assert (chosen.act, chosen.arguments["is_only_asked"]) == (Act.ALARM, True)


def test_an_ordinary_answer_does_not_confirm_a_doubt() -> None:
    state = at("transaction_dispute", open_alarm=Alarm.CRISIS)
    message = said("昨晚八点来钟", "out_of_scope", after_alarm={"tells": 0.6}, is_listened=True, said={"details": 0.9})
    assert read(message, state).chosen.act is not Act.ALARM


def test_a_hurried_word_takes_the_human_that_is_offered() -> None:
    state = told(
        Alarm.VICTIM, open_alarm=Alarm.VICTIM, offer=Offer.HUMAN, offer_reason=HandoffReason.ACCOUNT_COMPROMISED
    )
    assert read(said("那快啊", "out_of_scope", after_alarm={"feels": 0.7}), state).chosen.act is Act.HUMAN


def test_what_the_money_is_for_is_no_sign_of_a_fraud() -> None:
    message = said(
        "那是孩子的学费啊", "out_of_scope", alarms={"fraud_underway": 0.3}, said={"needed": 0.6}, is_listened=True
    )
    assert read(message, DialogueState()).chosen.act is not Act.ALARM


def test_a_password_changed_ends_the_way_to_it() -> None:
    state = at("forgot_password", 2, alarms=told(Alarm.VICTIM).alarms)
    chosen = read(said("用忘记密码改完了", "forgot_password", acts={"done": 0.9}), state).chosen
    assert (chosen.act, chosen.arguments["ends_walk"]) == (Act.ALARM, True)
