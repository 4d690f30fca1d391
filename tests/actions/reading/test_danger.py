"""Danger is heard wherever it stands, and only danger."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Alarm, Awaiting, DialogueState, HandoffReason, Offer
from tests.actions.reading.builders import CLOSURE, at, read, said, told

SURE = {"crisis": 0.5, "fraud_underway": 0.5, "victim": 0.5, "bereaved": 0.5}


@pytest.mark.parametrize("alarm", SURE)
@pytest.mark.parametrize(
    "state",
    [
        DialogueState(),
        at("forgot_password", 3),
        at("account_closure", 0, awaiting=Awaiting.WARNING, shown=CLOSURE),
        DialogueState(offer=Offer.RATING),
        DialogueState(handed_over=True),
    ],
)
def test_an_alarm_is_heard_in_every_state(alarm: str, state: DialogueState) -> None:
    chosen = read(said("是的，我撑不下去了", "affirm", alarms={alarm: SURE[alarm]}), state).chosen
    assert (chosen.act, chosen.arguments) == (Act.ALARM, {"alarm": Alarm(alarm)})


ASKED = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="description")


@pytest.mark.parametrize(
    ("alarm", "certainty", "is_heard"),
    [("crisis", 0.5, True), ("fraud_underway", 0.8, False), ("victim", 0.8, False), ("fraud_underway", 0.95, True)],
)
def test_while_a_story_is_asked_for_money_lost_is_part_of_it(alarm: str, certainty: float, is_heard: bool) -> None:
    chosen = read(said("对方骗我付了两百块", "transaction_dispute", alarms={alarm: certainty}), ASKED).chosen
    assert (chosen.act is Act.ALARM) == is_heard


def test_a_doubtful_cry_for_help_is_asked_about_whatever_was_asked() -> None:
    chosen = read(said("真的撑不下去", "out_of_scope", alarms={"crisis": 0.28}), ASKED).chosen
    assert chosen.arguments == {"alarm": Alarm.CRISIS, "is_doubtful": True}


@pytest.mark.parametrize("alarm", SURE)
def test_less_is_no_alarm(alarm: str) -> None:
    chosen = read(said("钱不够了", "payment_failure", alarms={alarm: 0.19})).chosen
    assert chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize(
    ("alarms", "alarm"),
    [({"victim": 0.4, "crisis": 0.5}, Alarm.CRISIS), ({"victim": 0.31, "crisis": 0.25}, Alarm.VICTIM)],
)
def test_several_kinds_together_are_one_alarm_of_the_likeliest(alarms: dict[str, float], alarm: Alarm) -> None:
    message = said("钱被骗光了，不想活了", "out_of_scope", alarms=alarms)
    assert read(message).chosen.arguments == {"alarm": alarm}


OPEN = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD, offer=Offer.HUMAN, offer_reason=HandoffReason.FRAUD)


def test_a_no_to_the_human_is_no_denial_of_the_danger() -> None:
    assert read(said("先不用", "deny", confidence=1.0), OPEN).chosen.act is Act.DENY
    denied = said("我没有被骗", "account_compromised", "negated:fraud")
    assert read(denied, OPEN).chosen.act is Act.ALARM_DENIED


def test_a_cry_for_help_cannot_be_denied_away() -> None:
    crisis = told(Alarm.CRISIS, open_alarm=Alarm.CRISIS)
    assert read(said("没有", "deny", confidence=1.0), crisis).chosen.act is not Act.ALARM_DENIED


def test_right_after_an_alarm_little_is_needed_to_hear_the_next() -> None:
    message = said("他说不转就来不及", "out_of_scope", alarms={"fraud_underway": 0.2})
    assert read(message, OPEN).chosen.act is Act.ALARM
    assert read(said("行", "affirm", acts={"consent_human": 0.5}), OPEN).chosen.act is Act.HUMAN


@pytest.mark.parametrize("alarm", ["crisis", "fraud_underway"])
def test_a_doubtful_danger_is_asked_about_once(alarm: str) -> None:
    message = said("真的撑不下去", "out_of_scope", alarms={alarm: 0.28})
    assert read(message).chosen.arguments == {"alarm": Alarm(alarm), "is_doubtful": True}
    again = read(message, told(Alarm(alarm))).chosen
    assert "is_doubtful" not in again.arguments


@pytest.mark.parametrize("matter", ["fraud", "account_compromised"])
@pytest.mark.parametrize("alarm", ["fraud_underway", "victim"])
def test_what_is_denied_is_no_alarm(matter: str, alarm: str) -> None:
    message = said("我没被盗", "account_compromised", f"negated:{matter}", alarms={alarm: 0.95})
    assert read(message).chosen.act is not Act.ALARM


def test_who_denies_a_fraud_may_still_be_in_danger() -> None:
    message = said("没被骗，就是不想活了", "out_of_scope", "negated:fraud", alarms={"crisis": 0.8})
    assert read(message).chosen.arguments["alarm"] is Alarm.CRISIS


@pytest.mark.parametrize(
    "text", ["对方叫我转到安全账户", "他让我共享屏幕", "您的账户异常请点 http://wallet-check.top/a 解冻"]
)
def test_some_words_leave_no_doubt(text: str) -> None:
    assert read(said(text, "out_of_scope")).chosen.arguments["alarm"] is Alarm.FRAUD


def test_the_intent_of_a_theft_with_a_word_of_one_is_an_alarm() -> None:
    message = said("账号被盗了", "account_compromised", "named:account_compromised")
    assert read(message).chosen.arguments == {"alarm": Alarm.VICTIM}


def test_the_intent_of_a_theft_without_a_word_of_one_is_asked_about() -> None:
    message = said("我没设过啊", "account_compromised", band=AnswerBand.ANSWER)
    assert read(message).chosen.arguments.get("is_doubtful")


def test_the_intent_of_a_theft_in_a_step_is_left_to_the_step() -> None:
    message = said("手机号填了", "account_compromised", acts={"done": 0.8})
    assert read(message, at("forgot_password", 2)).chosen.act is Act.DONE


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD])
def test_no_closure_is_begun_after_an_alarm(alarm: Alarm) -> None:
    chosen = read(said("那帮我注销吧", "account_closure", confidence=1.0), told(alarm)).chosen
    assert (chosen.act, chosen.arguments["alarm"]) == (Act.ALARM, alarm)


def test_a_short_question_after_a_fraud_is_about_it() -> None:
    assert read(said("是真的吗", "out_of_scope"), told(Alarm.FRAUD)).chosen.act is Act.ALARM


def test_other_matters_after_an_alarm_are_other_matters() -> None:
    assert read(said("客服几点上班", "support_hours"), told(Alarm.FRAUD)).chosen.act is Act.OPEN_TOPIC


def test_a_theft_denied_opens_no_advice_for_one() -> None:
    message = said("没被骗 就是手滑", "account_compromised", "negated:fraud", confidence=0.6)
    assert read(message).chosen.act is Act.ALARM_DENIED


@pytest.mark.parametrize(("certainty", "act"), [(0.3, Act.OUT_OF_SCOPE), (0.7, Act.ALARM), (0.9, Act.ALARM)])
def test_tears_alone_are_no_crisis(certainty: float, act: Act) -> None:
    chosen = read(said("娃哭得我心烦", "out_of_scope", alarms={"crisis": certainty})).chosen
    assert (chosen.act, bool(chosen.arguments.get("is_doubtful"))) == (act, certainty == 0.7)


def test_an_answer_without_a_sign_of_fraud_is_an_answer() -> None:
    chosen = read(said("店家说我订过餐 我没订", "deny", alarms={"fraud_underway": 0.97}), ASKED).chosen
    assert chosen.act is not Act.ALARM


@pytest.mark.parametrize(
    ("text", "is_denied"),
    [
        ("没有人想死 我问的是报警", True),
        ("我没说不想活", True),
        ("不是想死 是活不下去", False),
        ("没有自杀的勇气", False),
    ],
)
def test_a_crisis_is_denied_in_so_many_words(text: str, is_denied: bool) -> None:
    state = told(Alarm.CRISIS, open_alarm=Alarm.CRISIS)
    chosen = read(said(text, "out_of_scope", alarms={"crisis": 0.95}), state).chosen
    assert (chosen.act is Act.ALARM_DENIED) == is_denied


@pytest.mark.parametrize("text", ["接通了没", "转好了吗", "人工还要多久来", "客服啥时候接"])
def test_who_was_handed_over_asks_about_it(text: str) -> None:
    state = told(Alarm.VICTIM, open_alarm=Alarm.VICTIM, handed_over=True)
    message = said(text, "out_of_scope", after_alarm={"lost": 0.9})
    assert read(message, state).chosen.act is Act.TICKET_STATUS


@pytest.mark.parametrize(
    ("text", "acts", "is_heard"),
    [
        ("老板说网速挺快的", {"ruled_out": 0.9}, False),
        ("翻着了 一天最多五千", {"cause_confirmed": 0.5, "done": 0.2}, False),
        ("翻着了 钱被转走了", {"done": 0.6}, True),
        ("有人打电话催我转钱", {"other": 0.6, "ruled_out": 0.2}, True),
    ],
)
def test_a_report_of_a_check_without_a_word_of_danger_is_one(text: str, acts: dict[str, float], is_heard: bool) -> None:
    message = said(text, "account_compromised", acts=acts, alarms={"victim": 0.6, "fraud_underway": 0.25})
    assert (read(message, at("payment_failure", 2)).chosen.act is Act.ALARM) == is_heard


@pytest.mark.parametrize("text", ["我儿子电话打不通 我怕他出事", "室友门锁着 敲门不应 她前几天分手了"])
def test_fear_for_somebody_who_does_not_answer_is_a_cry_for_help(text: str) -> None:
    chosen = read(said(text, "out_of_scope")).chosen
    assert (chosen.act, chosen.arguments["alarm"]) == (Act.ALARM, Alarm.CRISIS)


def test_somebody_on_a_bridge_is_a_cry_for_help() -> None:
    chosen = read(said("我对象玩虚拟币亏光了 现在坐在桥上给我打视频", "out_of_scope")).chosen
    assert (chosen.act, chosen.arguments["alarm"]) == (Act.ALARM, Alarm.CRISIS)


def test_a_farewell_of_somebody_else_is_a_crisis_without_a_word_of_dying() -> None:
    heard = {"says_goodbye": 0.9, "of_other": 0.95}
    message = said("他把东西都留给我 电话也不接", "out_of_scope", alarms={"victim": 0.7}, is_listened=True, said=heard)
    assert read(message).chosen.arguments == {"alarm": Alarm.CRISIS}
    grief = said("他走之前都跟我道别了", "out_of_scope", alarms={"bereaved": 0.9}, is_listened=True, said=heard)
    assert read(grief).chosen.arguments == {"alarm": Alarm.BEREAVED}
    own = said("那我先走了", "goodbye", is_listened=True, said=heard | {"of_other": 0.2})
    assert read(own).chosen.act is not Act.ALARM


@pytest.mark.parametrize(("confidence", "is_asked"), [(0.9, False), (0.6, True)])
def test_a_matter_that_is_surely_meant_is_not_asked_about_whether_it_is_a_theft(
    confidence: float, is_asked: bool
) -> None:
    message = said(
        "我爸的登不上了 我帮他弄",
        "forgot_password",
        alarms={"victim": 0.22},
        confidence=confidence,
        band=AnswerBand.ANSWER,
    )
    assert bool(read(message).chosen.arguments.get("is_doubtful")) is is_asked


def test_a_lost_phone_is_not_asked_about() -> None:
    message = said("手机掉大巴上了 里面有钱", "account_compromised", is_listened=True, said={"phone_lost": 0.95})
    assert read(message).chosen.arguments == {"alarm": Alarm.VICTIM}


@pytest.mark.parametrize("text", ["绑定手机已更换 不是我换的", "登录密码被改了不是我改的", "邮箱给换了，不是本人操作"])
def test_what_was_changed_by_somebody_else_is_a_theft(text: str) -> None:
    assert read(said(text, "account_compromised")).chosen.arguments == {"alarm": Alarm.VICTIM}


def test_what_was_not_changed_at_all_is_none() -> None:
    assert read(said("手机号没换，就是忘了密码，不是我不想改", "forgot_password")).chosen.act is Act.OPEN_TOPIC


def test_who_remembers_that_they_paid_raises_no_alarm() -> None:
    message = said("扣了299 想起来是续费的会员", "out_of_scope", alarms={"victim": 0.5, "fraud_underway": 0.4})
    assert read(message, DialogueState()).chosen.act is not Act.ALARM


def test_who_is_blackmailed_is_not_asked_whether_they_want_to_die() -> None:
    text = "前任说不复合就把照片发到我公司群"
    alarms = {"crisis": 0.5, "fraud_underway": 0.3}
    message = said(text, "out_of_scope", alarms=alarms, said={"exposure": 0.8}, is_listened=True)
    assert read(message, DialogueState()).chosen.arguments["alarm"] is Alarm.FRAUD
