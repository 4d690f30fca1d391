"""What is said after an alarm is heard in its light."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, DialogueState, HandoffReason, Offer
from tests.actions.reading.builders import at, read, said, told


def after(alarm: Alarm, **more: object) -> DialogueState:
    return told(alarm, open_alarm=alarm, **more)


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM, Alarm.BEREAVED])
def test_what_follows_is_a_part_of_the_talk(alarm: Alarm) -> None:
    chosen = read(said("好害怕", "out_of_scope", after_alarm={"feels": 0.8}), after(alarm)).chosen
    assert (chosen.act, chosen.arguments) == (Act.ALARM, {"alarm": alarm, "follow_up": "feels"})


def test_whoever_has_lost_it_by_now_needs_rescue() -> None:
    message = said("完了，念给他了", "out_of_scope", alarms={"crisis": 0.6}, after_alarm={"lost": 0.9})
    assert read(message, after(Alarm.FRAUD)).chosen.arguments == {"alarm": Alarm.VICTIM, "lost": "lost"}


def test_despair_after_a_fraud_is_heard() -> None:
    message = said("不想活了", "out_of_scope", alarms={"crisis": 0.9}, after_alarm={"feels": 0.9})
    assert read(message, after(Alarm.FRAUD)).chosen.arguments["alarm"] is Alarm.CRISIS


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM])
def test_it_may_be_nothing_after_all(alarm: Alarm) -> None:
    chosen = read(said("电影里的", "out_of_scope", after_alarm={"stands_down": 0.8}), after(alarm)).chosen
    assert chosen.act is Act.ALARM_DENIED


def test_nobody_beside_them_is_no_denial() -> None:
    message = said("没有", "deny", confidence=1.0, after_alarm={"stands_down": 0.8})
    chosen = read(message, after(Alarm.CRISIS)).chosen
    assert (chosen.act, chosen.arguments["follow_up"]) == (Act.ALARM, "alone")


def test_a_report_is_no_consent_to_a_human() -> None:
    state = after(Alarm.FRAUD, offer=Offer.HUMAN, offer_reason=HandoffReason.FRAUD)
    message = said("我没转", "out_of_scope", acts={"consent_human": 0.5}, after_alarm={"nothing_lost": 0.9})
    assert read(message, state).chosen.act is Act.ALARM


def test_another_matter_is_another_matter() -> None:
    message = said("付款失败怎么办", "payment_failure", "named:payment_failure", after_alarm={"elsewhere": 0.9})
    assert read(message, after(Alarm.VICTIM)).chosen.act is Act.OPEN_TOPIC


def test_a_report_takes_nothing_back() -> None:
    message = said("钱还没少", "deny", after_alarm={"nothing_lost": 0.9})
    chosen = read(message, after(Alarm.FRAUD)).chosen
    assert (chosen.act, chosen.arguments["follow_up"]) == (Act.ALARM, "nothing_lost")


def test_a_relative_that_was_deceived_is_no_denial() -> None:
    message = said("是我妈被骗的", "out_of_scope", after_alarm={"stands_down": 0.5, "tells": 0.3})
    assert read(message, after(Alarm.VICTIM)).chosen.act is Act.ALARM


def test_a_human_asked_for_plainly_is_not_refused() -> None:
    message = said("转人工", "human_handoff", acts={"consent_human": 1.0}, after_alarm={"refuses_human": 0.9})
    assert read(message, after(Alarm.VICTIM)).chosen.act is Act.HUMAN


def test_what_happens_meanwhile_is_heard_in_a_walkthrough() -> None:
    state = at("forgot_password", 2, alarms=told(Alarm.VICTIM).alarms, open_alarm=None)
    heard = said("又扣了一笔", "out_of_scope", after_alarm={"lost": 0.9})
    step = said("填了密码", "out_of_scope", acts={"done": 0.9}, after_alarm={"told_secret": 0.9})
    assert read(heard, state).chosen.arguments == {"alarm": Alarm.VICTIM, "follow_up": "lost"}
    assert read(step, state).chosen.act is not Act.ALARM


def test_nothing_is_heard_of_what_was_taken_back() -> None:
    state = told(Alarm.VICTIM, denied_alarms=(Alarm.VICTIM,))
    message = said("那人又把钱退我了", "out_of_scope", after_alarm={"money_returned": 0.9})
    assert read(message, state).chosen.act is not Act.ALARM


def test_means_at_hand_after_a_fraud_are_a_crisis() -> None:
    message = said("我在楼顶上", "out_of_scope", alarms={"crisis": 0.4}, after_alarm={"acute": 0.9})
    assert read(message, after(Alarm.VICTIM)).chosen.arguments == {"alarm": Alarm.CRISIS}


def test_shame_after_a_fraud_is_no_cry_for_help() -> None:
    scores = {"crisis": 0.55, "fraud_underway": 0.2}
    message = said("不想让家里知道", "out_of_scope", alarms=scores, after_alarm={"tells": 0.5})
    assert read(message, after(Alarm.FRAUD)).chosen.arguments["alarm"] is Alarm.FRAUD


def test_having_heard_is_no_consent_to_a_human() -> None:
    state = after(Alarm.VICTIM, offer=Offer.HUMAN, offer_reason=HandoffReason.ACCOUNT_COMPROMISED)
    message = said("好啦我知道了", "affirm", confidence=1.0, after_alarm={"acknowledges": 0.9})
    assert read(message, state).chosen.act is Act.ALARM


def test_what_confirms_a_denial_raises_nothing() -> None:
    state = DialogueState(denied_alarms=(Alarm.VICTIM,))
    message = said("那人又把钱退我了", "out_of_scope", after_alarm={"money_returned": 0.9})
    assert read(message, state).chosen.act is Act.ALARM_DENIED


@pytest.mark.parametrize("text", ["我爬到楼顶了 好累", "手里握着刀 没人管我"])
def test_where_they_stand_goes_before_how_they_feel(text: str) -> None:
    message = said(text, "out_of_scope", alarms={"crisis": 0.9}, after_alarm={"feels": 0.9})
    assert read(message, after(Alarm.CRISIS)).chosen.arguments["follow_up"] == "acute"


def test_what_names_the_thief_stays_with_the_danger() -> None:
    message = said("骗子知道我余额了", "payment_failure", "named:payment_failure", after_alarm={"elsewhere": 0.7})
    assert read(message, after(Alarm.FRAUD)).chosen.act is Act.ALARM


def test_in_a_crisis_a_question_for_the_human_keeps_the_talk() -> None:
    message = said("同事到了吗", "out_of_scope", after_alarm={"feels": 0.4})
    assert read(message, after(Alarm.CRISIS, handed_over=True)).chosen.arguments["follow_up"] == "asks_you"


def test_a_human_that_is_not_wanted_is_not_sent_for() -> None:
    message = said(
        "先别扯人工 一样一样教我", "human_handoff", acts={"consent_human": 0.95}, after_alarm={"asks_first": 0.5}
    )
    assert read(message, after(Alarm.VICTIM, offer=Offer.HUMAN)).chosen.act is Act.ALARM


def test_what_tells_of_a_fraud_does_not_deny_that_it_is_one() -> None:
    message = said("我不会退出来", "deny", said={"cannot_cut": 0.8}, is_listened=True)
    state = DialogueState(open_alarm=Alarm.FRAUD)
    assert read(message, state).chosen.arguments == {"alarm": Alarm.FRAUD}


def test_who_is_in_no_danger_goes_on_with_their_matter() -> None:
    message = said("我来问登录密码的", "forgot_password", confidence=0.95, after_alarm={"tells": 0.5}, is_listened=True)
    state = after(Alarm.CRISIS, danger_facts=("only_a_phrase",))
    assert read(message, state).chosen.act is not Act.ALARM
    assert read(message, after(Alarm.CRISIS)).chosen.act is Act.ALARM


def test_where_no_life_is_in_danger_nothing_is_to_be_laid_down() -> None:
    message = said("外头在下雨", "out_of_scope", after_alarm={"acute": 0.8}, said={"worn_out": 0.4}, is_listened=True)
    assert read(message, after(Alarm.CRISIS)).chosen.arguments["follow_up"] != "acute"


def test_who_only_wants_to_talk_wants_no_human() -> None:
    message = said("就想找个人聊一聊", "human_handoff", confidence=0.95, is_listened=True)
    assert read(message, after(Alarm.CRISIS)).chosen.act is Act.ALARM


def test_after_an_alarm_the_menu_is_a_way_out() -> None:
    state = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD)
    assert read(said("主菜单", "out_of_scope"), state).chosen.act is Act.MENU


def test_after_an_alarm_what_was_left_is_gone_on_with() -> None:
    walk = at("account_security", 2).walk
    assert walk is not None
    state = told(Alarm.VICTIM, open_alarm=Alarm.VICTIM, suspended=(walk,))
    assert read(said("好的继续刚才的", "affirm"), state).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("likeness", [1.0, 0.0])
def test_after_an_alarm_an_ordinary_question_is_answered(likeness: float) -> None:
    asked = {"account_security/topic/platform": likeness}
    message = said("电脑能弄吗", "nlu_fallback", acts={"question": 0.9}, asked_answers=asked, is_listened=True)
    state = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD, last_topic="account_security")
    assert (read(message, state).chosen.act is Act.ALARM) is (likeness == 0.0)
