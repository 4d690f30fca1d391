"""What belongs to the talk, or says two things at once: thanks, calls, small talk, a report with a question."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.answers import asked_in
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import AnswerBand, Clause, UserMessage
from actions.dialogue.state import Awaiting, DialogueState, HandoffReason, Offer, Request
from actions.reading.complaint import is_complaint_of_us
from actions.reading.names import name_in, name_in_story
from actions.reading.reading import Reading
from actions.reading.times import changed_time, with_hour
from tests.actions.reading.builders import KNOWLEDGE, at, read, said
from tests.conftest import PLACEHOLDERS

NOON = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
DIALOGUE = Dialogue(KNOWLEDGE, PLACEHOLDERS)


def form(wanted: str, **collected: str) -> DialogueState:
    """Returns the state in which a detail of a dispute is asked for."""
    return at(
        "transaction_dispute", awaiting=Awaiting.DETAIL, requested_detail=wanted, collected_details=dict(collected)
    )


def clauses(*pairs: tuple[str, str]) -> tuple[Clause, ...]:
    """Returns clauses with what each does."""
    return tuple(Clause(text, {label: 0.9}) for text, label in pairs)


def done_and_asks(report: str, question: str, answer: str = "") -> UserMessage:
    """Returns a message that reports a step and asks something beside it."""
    return said(
        f"{report} {question}",
        "out_of_scope",
        acts={"question": 0.9},
        clauses=(Clause(report, {"done": 0.9}), Clause(question, {"question": 0.9}, {}, {answer: 3.0})),
    )


def test_a_report_with_a_question_goes_on_and_is_answered() -> None:
    message = done_and_asks("写上去了", "多久会来呀", "forgot_password/enter_verification_code/how_long")
    turn = DIALOGUE.respond(at("forgot_password", 2), Act.OUT_OF_SCOPE, message)
    assert turn.state.step == 3
    assert [reply.response for reply in turn.replies] == ["utter_step", "utter_step_answer"]
    assert "几秒" in turn.replies[1].values["answer"]


def test_a_question_about_the_page_that_has_come_up_stays_there() -> None:
    likeness = {"forgot_password/set_new_password/there": 0.9}
    alike = {"forgot_password/set_new_password/length": 3.0}
    message = said(
        "到设新密码了 几位",
        "forgot_password",
        acts={"question": 0.9},
        clauses=(Clause("到设新密码了", {"arrived": 0.9}, likeness), Clause("要几位", {"question": 0.9}, {}, alike)),
    )
    turn = DIALOGUE.respond(at("forgot_password", 3), Act.OPEN_TOPIC, message)
    assert turn.state.step == 4
    again = DIALOGUE.respond(at("forgot_password", 4), Act.OPEN_TOPIC, message)
    assert again.state.step == 4
    assert [reply.response for reply in again.replies] == ["utter_step_answer"]


def test_what_the_next_step_tells_is_not_answered_beside_it() -> None:
    assert asked_in(done_and_asks("弄好了", "下面呢")) is None
    question = asked_in(done_and_asks("弄好了", "要几位"))
    assert question is not None
    assert question.key == "要几位"


@pytest.mark.parametrize("text", ["谢谢啦", "哦原来这样 多谢", "行 谢了"])
def test_thanks_keep_the_place_and_end_the_last_step(text: str) -> None:
    chosen = read(said(text, "affirm", acts={"done": 0.9}), at("forgot_password", 2)).chosen
    assert (chosen.act, chosen.arguments.get("stays")) == (Act.LET_BE, True)
    assert read(said(text, "affirm", acts={"done": 0.9}), at("forgot_password", 5)).chosen.act is Act.SOLVED


def test_thanks_with_a_report_are_the_report() -> None:
    assert read(said("填好了 谢谢", "thank", acts={"done": 0.9}), at("forgot_password", 2)).chosen.act is Act.DONE


@pytest.mark.parametrize("text", ["有人在吗", "喂喂", "怎么都不说话"])
def test_a_call_is_greeted_unless_a_human_is_waited_for(text: str) -> None:
    message = said(text, "support_hours", confidence=0.6)
    assert read(message).chosen.act is Act.GREET
    assert read(message, DialogueState(handed_over=True)).chosen.act is not Act.GREET


def test_small_talk_is_answered_kindly_and_the_wallet_is_no_small_talk() -> None:
    turn = DIALOGUE.respond(DialogueState(), Act.OUT_OF_SCOPE, said("外面下雨了", "out_of_scope"))
    assert [reply.response for reply in turn.replies] == ["utter_small_talk"]
    message = said("下雨天扫码付不了", "payment_failure")
    assert read(message).chosen.act is Act.OPEN_TOPIC


def test_whoever_waits_for_the_result_wants_no_human() -> None:
    state = DialogueState(offer=Offer.HUMAN, offer_reason=HandoffReason.NOT_SOLVED)
    assert read(said("好 那我就等着", "affirm"), state).chosen.act is Act.LET_BE
    assert read(said("好", "affirm"), state).chosen.act in (Act.HUMAN, Act.AFFIRM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你们到底赔不赔", True),
        ("平台给我赔钱", True),
        ("让店家赔我", False),
        ("我要投诉那个商家", False),
        ("昨天下午", False),
    ],
)
def test_amends_are_wanted_of_us_or_of_the_shop(text: str, expected: bool) -> None:
    assert is_complaint_of_us(said(text)) is expected


def test_a_complaint_is_no_answer_and_what_it_tells_is_kept() -> None:
    state = form("counterparty", transaction_time="昨天")
    message = said("扣了我268 你们必须赔", "out_of_scope")
    chosen = read(message, state).chosen
    assert chosen.act is Act.ALARM
    assert DIALOGUE.respond(state, Act.OUT_OF_SCOPE, message).state.collected_details["amount"] == "268"


def test_a_detail_beside_a_question_is_noted_and_the_question_answered() -> None:
    alike = {"transaction_dispute/topic/money_back": 3.0}
    message = said(
        "叫陈记面馆 退得了吗",
        "out_of_scope",
        clauses=(Clause("叫陈记面馆", {"other": 0.9}), Clause("能退钱吗", {"question": 0.9}, {}, alike)),
    )
    turn = DIALOGUE.respond(form("counterparty", amount="20"), Act.OUT_OF_SCOPE, message)
    assert turn.state.collected_details["counterparty"] == "陈记面馆"
    assert turn.replies[0].response == "utter_step_answer"


def test_the_topic_named_within_its_form_begins_nothing_anew() -> None:
    state = form("counterparty", amount="20")
    turn = DIALOGUE.respond(state, Act.OPEN_TOPIC, said("我要申诉", "transaction_dispute"))
    assert turn.state.collected_details == {"amount": "20"}


def test_an_hour_completes_the_day_told_before() -> None:
    assert with_hour("上周六（11月21日）", "上午吧 十点多", NOON) == "上周六上午 十点多（11月21日）"
    assert with_hour("昨天九点（11月27日）", "十点", NOON) is None
    assert with_hour("昨天（11月27日）", "一百块", NOON) is None


def test_a_corrected_day_keeps_its_hour() -> None:
    assert changed_time("11月25号晚上八点多", "11月24号", [], NOON) == "11月24号晚上八点多"


@pytest.mark.parametrize(
    ("text", "name"), [("啥名我忘了 反正是个理发店", "个理发店"), ("不记得叫什么了", None), ("不对", None)]
)
def test_what_is_forgotten_is_no_name(text: str, name: str | None) -> None:
    assert name_in(text) in (name, (name or "").removeprefix("个") or None)


def test_a_password_of_another_kind_is_no_login_password() -> None:
    instead = next(a.address for a in KNOWLEDGE.answers.values() if a.topic == "forgot_password" and a.instead)
    message = said("付钱用的那个密码不记得了怎么办", "forgot_password", asked_answers={instead: 3.5})
    turn = DIALOGUE.respond(DialogueState(), Act.OPEN_TOPIC, message)
    assert turn.state.walk is None
    assert DIALOGUE.respond(DialogueState(), Act.OPEN_TOPIC, replace(message, asked_answers={})).state.walk


def test_the_next_of_several_requests_is_taken_up_by_its_own_words() -> None:
    state = at("forgot_password", 5, requests=(Request("transaction_dispute", "还有一笔多扣的"),))
    message = said(
        "登好了 那多扣的呢",
        "forgot_password",
        clauses=clauses(("登好了", "done"), ("那多扣的呢", "other")),
        acts={"done": 0.9},
    )
    assert DIALOGUE.respond(state, Act.OPEN_TOPIC, message).state.topic == "transaction_dispute"


def test_a_vague_done_goes_one_step() -> None:
    """「敲进去了」 is a little like what is said of the next step and names nothing of it."""
    likeness = {"forgot_password/enter_verification_code/done": 0.66}
    message = said("都敲进去了", "out_of_scope", acts={"done": 0.9}, steps=likeness)
    chosen: Reading = read(message, at("forgot_password", 2)).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.DONE, 3)


def test_who_waits_and_tells_more_tells_the_human() -> None:
    waiting = DialogueState(handed_over=True)
    told = said("当时是个女的接的", "out_of_scope", acts={"other": 0.9}, band=AnswerBand.CHOICE)
    assert read(told, waiting).chosen.act is Act.HUMAN
    assert read(said("好 我接着等", "affirm", acts={"waiting": 0.9}), waiting).chosen.act is Act.LET_BE


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我不是说了吗 小芳烘焙", "小芳烘焙"),
        ("就是叫这个名字啊 “小芳烘焙坊”", "小芳烘焙坊"),
        ("记录上写的是《老街豆花》", "老街豆花"),
        ("我刚才说过了", None),
        ("别弄那些了 我要退钱", None),
        ("你说的对方是指平台还是店家", None),
    ],
)
def test_a_name_told_again_is_the_name_alone(text: str, name: str | None) -> None:
    assert name_in(text) == name


def test_a_name_after_the_word_for_it_is_heard_in_a_story() -> None:
    assert name_in_story("昨天付了四十 对方叫 小芳烘焙坊 收钱不给做") == "小芳烘焙坊"


@pytest.mark.parametrize(
    ("noted", "text"),
    [
        ("小芳烘焙坊 你前头多了几个字", "店名记错了 是 小芳烘焙坊 你后面多写了"),
        ("小芳烘焙坊 呀", "就五个字 小芳烘焙坊 后面的不要"),
    ],
)
def test_what_is_too_much_of_a_name_is_taken_off(noted: str, text: str) -> None:
    state = at("transaction_dispute", collected_details={"counterparty": noted, "amount": "40"})
    message = said(text, "out_of_scope", entities={"correction": ("detail",)} if "错" in text else {})
    reading = read(message, state).chosen
    assert (reading.act, reading.arguments.get("changes")) == (Act.CORRECT, {"counterparty": "小芳烘焙坊"})


def test_what_is_noted_already_is_read_back_and_not_noted_twice() -> None:
    state = at("transaction_dispute", collected_details={"counterparty": "小芳烘焙坊", "description": "没给我做蛋糕"})
    for text in ("就是叫小芳烘焙坊啊", "我不是说了吗 小芳烘焙坊"):
        assert read(said(text, "out_of_scope", acts={"other": 0.9}), state).chosen.act is Act.READ_BACK


def test_impatience_is_no_part_of_the_story() -> None:
    state = at("transaction_dispute", collected_details={"description": "扣了我两次"})
    alike = {"transaction_dispute/topic/money_back": 3.0}
    message = said("别弄那些了 我要退钱", "transaction_dispute", acts={"other": 0.9}, asked_answers=alike)
    reading = read(message, state).chosen
    assert reading.act is Act.ASK_STEP


def test_a_detail_that_was_told_before_is_asked_for_with_regret() -> None:
    turn = DIALOGUE.respond(form("counterparty"), Act.OUT_OF_SCOPE, said("我都说过了呀", "out_of_scope"))
    assert [reply.response for reply in turn.replies] == ["utter_detail_missed"]


def test_a_payment_that_is_not_the_users_own_is_warned_of() -> None:
    state = form("description", transaction_time="昨天", amount="40", counterparty="小芳烘焙坊")
    turn = DIALOGUE.respond(state, Act.OUT_OF_SCOPE, said("这笔不是我付的 我没买过", "out_of_scope"))
    assert [reply.response for reply in turn.replies] == ["utter_caution", "utter_details_recap"]


def test_a_yes_to_what_was_read_back_goes_on() -> None:
    details = {"transaction_time": "昨天", "amount": "40", "counterparty": "小芳烘焙坊", "description": "没做"}
    state = at("transaction_dispute", interrupted=True, collected_details=details)
    message = said("对的", "affirm", acts={"done": 0.2, "other": 0.3})
    assert DIALOGUE.respond(state, Act.AFFIRM, message).state.step == 2


def test_what_the_page_wants_is_the_step_to_show() -> None:
    steps = {"forgot_password/enter_bound_account/done": 0.9, "forgot_password/enter_bound_account/there": 0.74}
    told = (Clause("点了", {"done": 1.0}), Clause("要填手机号", {"arrived": 0.58}, steps))
    message = said("点了 要填手机号", "nlu_fallback", acts={"question": 0.6}, steps=steps, clauses=told)
    assert DIALOGUE.respond(at("forgot_password", 1), Act.NOT_UNDERSTOOD, message).state.step == 2


def test_what_is_done_and_what_the_page_wants_in_one_breath() -> None:
    steps = {"forgot_password/open_forgot_password/done": 0.71, "forgot_password/enter_bound_account/done": 0.62}
    message = said("点了忘记密码它让我填手机号", "forgot_password", acts={"arrived": 0.97}, steps=steps)
    assert DIALOGUE.respond(at("forgot_password", 1), Act.OPEN_TOPIC, message).state.step == 2


def test_who_has_the_code_is_not_told_to_wait_for_it() -> None:
    steps = {"forgot_password/enter_verification_code/there": 0.95}
    message = said("码来了", "verification_code_issue", confidence=0.6, acts={"arrived": 0.9, "done": 0.9}, steps=steps)
    turn = DIALOGUE.respond(at("forgot_password", 2), Act.OPEN_TOPIC, replace(message, band=AnswerBand.CHOICE))
    assert turn.state.step == 3
    assert turn.replies[0].values["step_text"] == KNOWLEDGE.topics["forgot_password"].steps[2].there


def test_two_things_done_of_which_the_second_ends_it() -> None:
    told = clauses(("弄好了", "done"), ("进去了", "done"), ("谢啦", "solved"))
    message = said("弄好了 进去了 谢啦", "problem_solved", confidence=0.9, acts={"done": 1.0}, clauses=told)
    turn = DIALOGUE.respond(at("forgot_password", 4), Act.SOLVED, message)
    assert turn.state.walk is None
    assert turn.replies[0].response == "utter_solved"


def test_knowing_and_going_on_names_no_step() -> None:
    steps = {"account_closure/give_reason/done": 0.9}
    told = (Clause("知道了", {"done": 0.9}, steps), Clause("继续", {"done": 0.9}))
    message = said("知道了 继续", "next_step", acts={"done": 1.0}, clauses=told)
    assert DIALOGUE.respond(at("account_closure", 1), Act.NEXT, message).state.step == 2


def test_to_begin_anew_with_nothing_under_way_shows_the_topics() -> None:
    message = said("重新开始", "repeat_step", entities={"step_number": ("restart",)})
    idle = DIALOGUE.respond(DialogueState(last_topic="forgot_password"), Act.REPEAT, message)
    assert idle.replies[0].response == "utter_menu"
    assert DIALOGUE.respond(at("forgot_password", 3), Act.REPEAT, message).state.step == 1


def test_a_second_request_that_is_unclear_is_the_matter_it_names() -> None:
    second = Request("out_of_scope", "怎么注销我另一个号")
    message = said(
        "密码想找回，还有怎么注销我另一个号",
        "forgot_password",
        "named:forgot_password",
        "named:account_closure",
        further_requests=(second,),
    )
    turn = DIALOGUE.respond(DialogueState(), Act.OPEN_TOPIC, message)
    assert [request.intent for request in turn.state.requests] == ["account_closure"]
    assert turn.replies[-1].response == "utter_request_noted"


def test_a_suspected_cause_beside_those_ruled_out_is_checked_next() -> None:
    parts = (Clause("余额够", {"ruled_out": 0.95}), Clause("是不是限额", {"question": 0.9}))
    message = said("余额够 是不是限额", "out_of_scope", acts={"ruled_out": 0.6, "question": 0.4}, clauses=parts)
    turn = DIALOGUE.respond(at("payment_failure", 1), Act.OUT_OF_SCOPE, message)
    assert turn.state.step == 4
    assert [reply.response for reply in turn.replies] == ["utter_ruled_out", "utter_check"]


def test_what_is_told_of_the_step_shown_joins_no_other_procedure() -> None:
    likeness = {"account_security/password/done": 0.9, "forgot_password/set_new_password/done": 0.9}
    message = said("密码换过了", "forgot_password", acts={"done": 0.95}, steps=likeness, confidence=0.9)
    assert DIALOGUE.respond(at("account_security", 1), Act.OPEN_TOPIC, message).state.topic == "account_security"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("不对 是130 还有是李家面馆", {"amount": "130", "counterparty": "李家面馆"}),
        ("错了 是45 店名是老王家", {"amount": "45", "counterparty": "老王家"}),
        ("多收了我10块", None),
    ],
)
def test_two_corrections_in_one_message_both_count(text: str, changes: dict[str, str] | None) -> None:
    state = form("description", amount="120", counterparty="李记面馆")
    reading = read(said(text, "out_of_scope", acts={"other": 0.9}), state).chosen
    assert reading.arguments.get("changes") == changes


def test_two_questions_that_one_answer_would_leave_out_are_both_answered() -> None:
    cost, how_long = "transaction_dispute/topic/cost", "transaction_dispute/topic/how_long"
    parts = tuple(
        Clause(text, {"question": 0.9}, {}, {address: 3.5}) for text, address in (("要钱不", cost), ("多久", how_long))
    )
    message = said("要钱不 多久", "dispute_outcome", confidence=0.95, acts={"question": 0.9}, clauses=parts)
    turn = DIALOGUE.respond(form("description"), Act.OPEN_TOPIC, message)
    assert [reply.response for reply in turn.replies] == ["utter_step_answer"] * 2 + ["utter_ask_detail"]


@pytest.mark.parametrize(
    ("text", "response"),
    [
        ("不好意思刚才那句发错了", "utter_never_mind"),
        ("不是跟你说的", "utter_never_mind"),
        ("我就先问问", "utter_just_asking"),
    ],
)
def test_what_was_not_meant_is_let_be(text: str, response: str) -> None:
    assert read(said(text, "nlu_fallback")).chosen.arguments.get("response") == response


def test_a_payment_sent_wrongly_is_meant() -> None:
    assert read(said("钱发错人了", "transaction_dispute")).chosen.act is Act.OPEN_TOPIC


@pytest.mark.parametrize("text", ["你说的“交易记录拿不回来”是指什么", "你刚才说的附件具体是什么意思"])
def test_what_the_bot_meant_opens_nothing(text: str) -> None:
    assert read(said(text, "transaction_dispute")).chosen.act is Act.ASK_STEP
