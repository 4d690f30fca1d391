"""Complaints are heard; nobody loses their place in the queue by one."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Alarm, Awaiting, DialogueState, HandoffReason, Offer
from tests.actions.reading.builders import at, read, said, told

WAITING = DialogueState(handed_over=True)


@pytest.mark.parametrize("state", [DialogueState(), at("forgot_password", 2), WAITING])
def test_a_complaint_is_one_in_every_state(state: DialogueState) -> None:
    chosen = read(said("我要投诉你们", "out_of_scope", alarms={"complaint": 0.8}), state).chosen
    assert (chosen.act, chosen.arguments) == (Act.ALARM, {"alarm": Alarm.COMPLAINT})


def test_less_is_no_complaint() -> None:
    assert read(said("这也太慢了点吧你们", "out_of_scope", alarms={"complaint": 0.5})).chosen.act is not Act.ALARM


def test_complaining_about_the_wait_keeps_the_place() -> None:
    message = said("等了二十分钟了", "leave_queue", acts={"waiting_complaint": 0.7, "leave_wait": 0.2})
    assert read(message, WAITING).chosen.act is Act.WAIT_COMPLAINT


@pytest.mark.parametrize("leaving", [0.1, 0.5, 0.59])
def test_nobody_leaves_the_queue_on_a_doubtful_reading(leaving: float) -> None:
    message = said("还要等多久啊", "leave_queue", acts={"waiting_complaint": 0.6, "leave_wait": leaving})
    assert read(message, WAITING).chosen.act is Act.WAIT_COMPLAINT


def test_who_wants_to_leave_leaves() -> None:
    message = said("我不等了", "leave_queue", acts={"leave_wait": 0.9})
    assert read(message, WAITING).chosen.act is Act.LEAVE_QUEUE


def test_urging_while_a_human_is_offered_accepts_one() -> None:
    state = DialogueState(offer=Offer.HUMAN, offer_reason=HandoffReason.STEP_PROBLEM)
    assert read(said("快点行不", "out_of_scope", acts={"waiting_complaint": 0.9}), state).chosen.act is Act.HUMAN
    assert read(said("快点行不", "out_of_scope", acts={"waiting_complaint": 0.7}), state).chosen.act is not Act.HUMAN


def test_without_a_queue_there_is_no_wait_to_complain_about() -> None:
    message = said("等了二十分钟了", "out_of_scope", acts={"waiting_complaint": 0.9})
    assert read(message).chosen.act not in (Act.WAIT_COMPLAINT, Act.LEAVE_QUEUE)


def test_who_goes_on_waiting_stays_and_complains_of_nothing() -> None:
    waiting = DialogueState(handed_over=True)
    message = said("好吧我等", "affirm", acts={"waiting_complaint": 0.65})
    assert read(message, waiting).chosen.act is Act.LET_BE
    form = at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="counterparty", handed_over=True)
    assert read(said("算了 我等人吧", "cancel"), form).chosen.act is Act.CANCEL
    assert read(said("要等多久啊", "ask_ticket_status", acts={"question": 0.9}), form).chosen.act is Act.TICKET_STATUS


def test_whether_the_human_was_told_asks_of_the_request_and_replays_no_check() -> None:
    waiting = DialogueState(handed_over=True)
    message = said("你把风险拦截那个也告诉他没", "payment_failure", acts={"cause_confirmed": 0.9})
    assert read(message, waiting).chosen.act is Act.TICKET_STATUS


def test_who_waits_may_ask_when_somebody_comes_and_send_word() -> None:
    checking = at("payment_failure", 4, handed_over=True)
    for text in ("他们啥时候来", "回来了 有人没", "能给个回复时间吗"):
        assert read(said(text, "nlu_fallback", acts={"question": 0.8}), checking).chosen.act is Act.TICKET_STATUS
    assert read(said("你把这些都告诉他哈", "chat_privacy"), checking).chosen.act is Act.HUMAN


@pytest.mark.parametrize("text", ["我要举报骗子该去哪里", "骗子账号怎么举报 我没上当"])
def test_who_reports_a_fraudster_does_not_complain_of_us(text: str) -> None:
    message = said(text, "out_of_scope", "negated:fraud", alarms={"complaint": 0.6})
    assert read(message).chosen.arguments["alarm"] is Alarm.VICTIM


def test_a_complaint_is_heard_however_short() -> None:
    assert read(said("我就是要投诉听不懂么", "nlu_fallback")).chosen.arguments["alarm"] is Alarm.COMPLAINT


def test_who_still_waits_for_a_code_sends_for_nobody() -> None:
    after = DialogueState(
        offer=Offer.HUMAN, offer_reason=HandoffReason.NOT_SOLVED, last_topic="verification_code_issue"
    )
    assert read(said("都等了十分钟了", acts={"waiting_complaint": 0.95}), after).chosen.act is Act.TRIED_ALL
    assert read(said("快点转啊", acts={"waiting_complaint": 0.95}), after).chosen.act is Act.HUMAN


def test_whether_it_was_noted_is_asked_of_the_request() -> None:
    assert read(said("你都记下了吧", acts={"read_back": 0.9}), WAITING).chosen.act is Act.TICKET_STATUS


@pytest.mark.parametrize("text", ["到底转没转", "快点转啊", "怎么还没接"])
def test_who_asks_whether_it_was_sent_hears_how_it_stands(text: str) -> None:
    message = said(text, "nlu_fallback", confidence=0.4, band=AnswerBand.NOT_UNDERSTOOD)
    assert read(message, told(handed_over=True)).chosen.act is Act.TICKET_STATUS
