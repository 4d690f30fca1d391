"""What is said after an alarm is heard in its light."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, DialogueState, HandoffReason, Offer
from tests.actions.reading.builders import read, said, told


def after(alarm: Alarm, **more: object) -> DialogueState:
    return told(alarm, open_alarm=alarm, **more)


@pytest.mark.parametrize("alarm", [Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM, Alarm.BEREAVED])
def test_what_follows_is_a_part_of_the_talk(alarm: Alarm) -> None:
    chosen = read(said("好害怕", "out_of_scope", after_alarm={"feels": 0.8}), after(alarm)).chosen
    assert (chosen.act, chosen.arguments) == (Act.ALARM, {"alarm": alarm, "follow_up": "feels"})


def test_whoever_has_lost_it_by_now_needs_rescue() -> None:
    message = said("完了，念给他了", "out_of_scope", alarms={"crisis": 0.6}, after_alarm={"lost": 0.9})
    assert read(message, after(Alarm.FRAUD)).chosen.arguments["alarm"] is Alarm.VICTIM


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
