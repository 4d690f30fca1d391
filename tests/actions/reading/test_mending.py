"""What is said of the bot's own last reply, and of the bot itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import AnswerBand, Clause
from actions.dialogue.state import Alarm, Awaiting, HandoffReason, ListedOption, Offer, Request, Walk
from actions.reading.meant import meant_and_wrong
from actions.reading.questions import asks
from tests.actions.reading.builders import KNOWLEDGE, at, read, said, told
from tests.conftest import PLACEHOLDERS

DIALOGUE = Dialogue(KNOWLEDGE, PLACEHOLDERS)


@pytest.mark.parametrize(
    ("text", "meant", "wrong"),
    [
        ("我问的是销户 又不是余额", "销户", "余额"),
        ("我是说邮箱换掉了 不是你们的邮箱", "邮箱换掉了", "邮箱"),
        ("我没说要销户", None, "要销户"),
        ("我问密码要什么样的", "密码要什么样的", None),
        ("我说了网是好的", None, None),
        ("我想问一下怎么销户", None, None),
        ("不是余额 不是信号", None, None),
    ],
)
def test_a_correction_of_the_bot_says_what_was_meant(text: str, meant: str | None, wrong: str | None) -> None:
    assert meant_and_wrong(text) == (meant, wrong)


def test_the_matter_meant_is_asked_what_was_asked_of_the_other() -> None:
    state = told(last_topic="dispute_outcome", question="那注销呢多久")
    message = said("我问的是注销 又不是申诉", "account_closure", "negated:transaction_dispute", band=AnswerBand.CHOICE)
    turn = DIALOGUE.respond(state, Act.OPEN_TOPIC, message)
    assert [reply.response for reply in turn.replies] == ["utter_missed_it", "utter_step_answer"]
    assert turn.state.asked_about == "account_closure/topic"


def test_a_matter_just_begun_and_not_meant_is_dropped() -> None:
    state = at("account_closure", 0, awaiting=Awaiting.WARNING)
    message = said("我没说要注销 我是说号码收不到码", "verification_code_issue", confidence=0.98)
    assert DIALOGUE.respond(state, Act.OPEN_TOPIC, message).state.topic is None


def test_who_did_not_ask_for_it_is_asked_again() -> None:
    turn = DIALOGUE.respond(at("account_security", 1), Act.DENY, said("我不是问这个", "deny"))
    assert turn.state.walk is None
    assert turn.replies[0].response == "utter_ask_what_is_meant"


def test_the_same_answer_is_not_given_twice_in_a_row() -> None:
    state = at("forgot_password", 3)
    alike = {"forgot_password/enter_verification_code/how_long": 3.0}
    message = said("这个怎么个说法呀", "out_of_scope", acts={"question": 0.9}, asked_answers=alike)
    first = DIALOGUE.respond(state, Act.OUT_OF_SCOPE, message)
    assert first.replies[0].response == "utter_step_answer"
    again = DIALOGUE.respond(first.state, Act.OUT_OF_SCOPE, message)
    assert again.replies[0].response == "utter_nothing_more_known"
    assert again.state.offer is Offer.HUMAN
    between = DIALOGUE.respond(first.state, Act.THANK, said("谢谢哈", "thank")).state
    assert DIALOGUE.respond(between, Act.OUT_OF_SCOPE, message).replies[0].response == "utter_step_answer"


def test_a_yes_to_a_human_beside_a_question_is_both_answered() -> None:
    state = at("forgot_password", 1, offer=Offer.HUMAN, offer_reason=HandoffReason.STEP_PROBLEM)
    message = said(
        "那你转吧 得等多久呢", "out_of_scope", clauses=(Clause("那你转吧"), Clause("得等多久呢", {"question": 0.9}))
    )
    turn = DIALOGUE.respond(state, Act.OUT_OF_SCOPE, message)
    assert any(reply.is_handoff for reply in turn.replies)
    assert turn.replies[-1].response == "utter_wait_unknown_sent"


def test_a_yes_beside_another_question_hands_nobody_over() -> None:
    state = at("forgot_password", 1, offer=Offer.HUMAN, offer_reason=HandoffReason.STEP_PROBLEM)
    message = said("那行吧 后头还要干啥", "next_step", confidence=0.6, band=AnswerBand.CHOICE)
    message = said(message.text, "out_of_scope", clauses=(Clause("那行吧"), Clause("后头还要干啥", {"question": 0.9})))
    assert not any(reply.is_handoff for reply in DIALOGUE.respond(state, Act.OUT_OF_SCOPE, message).replies)


def test_who_asks_when_somebody_comes_is_told_before_anybody_is_sent_for() -> None:
    state = told(Alarm.COMPLAINT, offer=Offer.HUMAN, offer_reason=HandoffReason.COMPLAINT)
    turn = DIALOGUE.respond(state, Act.TICKET_STATUS, said("要多长时间才有人理", "ask_ticket_status"))
    assert [reply.response for reply in turn.replies] == ["utter_wait_unknown"]
    assert turn.state.offer is Offer.HUMAN


def test_what_was_told_before_is_no_refusal() -> None:
    state = told(Alarm.COMPLAINT, offer=Offer.HUMAN, offer_reason=HandoffReason.COMPLAINT, open_alarm=Alarm.COMPLAINT)
    turn = DIALOGUE.respond(state, Act.DENY, said("前面不是讲过了吗 三百块", "deny", confidence=0.6))
    assert turn.replies[0].response == "utter_heard_before"
    assert turn.state.offer is Offer.HUMAN


@pytest.mark.parametrize(
    "text", ["我怎么知道你是不是骗子", "你是不是官方的呀", "凭什么相信你", "咋证明你们是真的", "我不信你是正规的"]
)
def test_who_doubts_the_bot_is_told_what_it_is(text: str) -> None:
    reading = read(said(text, "account_security", confidence=0.9), at("forgot_password", 2)).chosen
    assert reading.act is Act.OUT_OF_SCOPE
    turn = DIALOGUE.respond(at("forgot_password", 2), Act.OPEN_TOPIC, said(text, "account_security"))
    assert turn.replies[0].response == "utter_small_talk"
    assert turn.state.topic == "forgot_password"


@pytest.mark.parametrize("text", ["他说他是官方的", "对方会不会是骗子"])
def test_doubts_about_somebody_else_are_not_about_the_bot(text: str) -> None:
    assert read(said(text, "account_security", confidence=0.9)).chosen.act is Act.OPEN_TOPIC


def test_who_cannot_see_gets_one_thing() -> None:
    turn = DIALOGUE.respond(at("forgot_password", 2), Act.OUT_OF_SCOPE, said("字太小了 我看不清", "out_of_scope"))
    assert [reply.response for reply in turn.replies] == ["utter_one_thing"]
    where = said("你打的字我看不清 那个按钮在哪", "out_of_scope")
    replies = DIALOGUE.respond(at("forgot_password", 1), Act.OUT_OF_SCOPE, where).replies
    assert [reply.response for reply in replies] == ["utter_one_thing", "utter_step_answer"]


def test_what_a_doubtful_alarm_interrupted_is_taken_up_after_the_denial() -> None:
    doubt = said("付款转圈 我真是服了", "payment_failure", alarms={"fraud_underway": 0.28})
    asked = DIALOGUE.respond(told(), Act.OPEN_TOPIC, doubt)
    assert asked.state.requests == (Request("payment_failure", doubt.text, {}),)
    denied = said("没有人教我 我自己买东西", "out_of_scope", "negated:fraud")
    turn = DIALOGUE.respond(asked.state, Act.OUT_OF_SCOPE, denied)
    assert turn.state.topic == "payment_failure"


@pytest.mark.parametrize(
    "text", ["它问我为啥要销户", "还剩四十多呢", "前面不是说过了吗", "你到底行不行", "还没收到呢", "在等短信呢"]
)
def test_what_only_sounds_like_a_question_asks_nothing(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize("text", ["它问我为啥要销户 怎么选", "那余额呢", "在哪呢", "你会不会讲笑话", "还有呢"])
def test_what_asks_still_asks(text: str) -> None:
    assert asks(text)


def test_a_wish_beside_poor_sight_is_served() -> None:
    message = said("想在app里找你们 一步步教我 我眼睛不好使", "contact_support", confidence=0.95)
    assert DIALOGUE.respond(told(), Act.OPEN_TOPIC, message).replies[0].response != "utter_short_from_now"


def test_who_comes_back_goes_on_at_the_step_that_was_put_off() -> None:
    left = DIALOGUE.respond(at("forgot_password", 3), Act.CANCEL, said("先这样 晚点再弄", "cancel")).state
    back = said("我回来了 继续", "next_step", confidence=0.6, band=AnswerBand.CHOICE)
    turn = DIALOGUE.respond(left, Act.NEXT, back)
    assert (turn.state.topic, turn.state.step) == ("forgot_password", 3)


def test_nobody_comes_back_into_a_closure_without_its_warning() -> None:
    left = DIALOGUE.respond(at("account_closure", 3), Act.CANCEL, said("明天再弄", "cancel")).state
    turn = DIALOGUE.respond(replace(left, offer=None), Act.NEXT, said("我回来了 继续", "next_step"))
    assert turn.state.awaiting is Awaiting.WARNING


def test_a_cause_told_after_a_choice_chooses_the_trouble() -> None:
    asked = said(
        "啥玩意 付半天",
        "out_of_scope",
        band=AnswerBand.CHOICE,
        choices=(("payment_failure", 0.4), ("support_hours", 0.3)),
    )
    state = DIALOGUE.respond(told(), Act.OUT_OF_SCOPE, asked).state
    assert state.offer is Offer.CHOICE
    turn = DIALOGUE.respond(state, Act.OUT_OF_SCOPE, said("网络好得很", "out_of_scope"))
    assert turn.state.topic == "payment_failure"
    assert turn.state.walk is not None
    assert "network" in turn.state.walk.problem_steps


def test_who_does_what_was_said_does_not_hear_it_again() -> None:
    message = said("好 那我先把截图弄好", "contact_preparation", confidence=0.6, acts={"waiting": 0.9})
    turn = DIALOGUE.respond(told(last_topic="contact_preparation"), Act.OPEN_TOPIC, message)
    assert [reply.response for reply in turn.replies] == ["utter_take_your_time"]


def test_a_step_reported_before_another_question_is_done() -> None:
    parts = (Clause("点好了", {"done": 1.0}), Clause("你们周末有人吗", {"question": 0.9}))
    message = said("点好了 你们周末有人吗", "support_hours", clauses=parts)
    turn = DIALOGUE.respond(at("forgot_password", 1), Act.OPEN_TOPIC, message)
    assert turn.state.step == 2
    assert turn.replies[0].response != "utter_step"


def test_no_closure_is_begun_on_a_guess_that_no_word_supports() -> None:
    message = said(
        "那个号我去年就没再用",
        "account_closure",
        confidence=0.6,
        band=AnswerBand.CHOICE,
        choices=(("account_closure", 0.6),),
    )
    assert DIALOGUE.respond(told(), Act.OPEN_TOPIC, message).state.walk is None


def test_a_matter_that_is_left_for_a_request_gives_way_to_it() -> None:
    state = at("forgot_password", 1, requests=(Request("transaction_dispute", "有一笔要申诉"),))
    turn = DIALOGUE.respond(state, Act.CANCEL, said("这个不弄了 说那个申诉", "cancel"))
    assert turn.state.topic == "transaction_dispute"


def test_details_begin_the_form_that_is_offered() -> None:
    state = told(offer=Offer.REQUEST, requests=(Request("transaction_dispute", "有一笔要申诉"),))
    turn = DIALOGUE.respond(state, Act.OUT_OF_SCOPE, said("昨天", "out_of_scope"))
    assert turn.state.topic == "transaction_dispute"
    assert "transaction_time" in turn.state.collected_details


def test_trouble_with_nothing_told_twice_offers_a_human() -> None:
    first = DIALOGUE.respond(told(), Act.PROBLEM, said("哪里都不行", "step_problem"))
    assert first.replies[0].response == "utter_problem_without_procedure"
    assert DIALOGUE.respond(first.state, Act.PROBLEM, said("就是都不行啊", "step_problem")).state.offer is Offer.HUMAN


def test_a_closure_in_other_words_is_opened_when_the_intent_is_sure() -> None:
    guess = said("那个号我去年就没再用", "account_closure", confidence=0.7)
    assert DIALOGUE.respond(told(), Act.OPEN_TOPIC, guess).state.walk is None
    plain = said("把这个号给我弄没了吧", "account_closure", confidence=0.97)
    assert DIALOGUE.respond(told(), Act.OPEN_TOPIC, plain).state.topic == "account_closure"


def test_a_matter_named_beside_a_doubt_is_what_is_asked() -> None:
    message = said(
        "注销了钱真没了吗 你说的准不准", "closure_consequences", "anchor:closure_consequences", confidence=0.9
    )
    assert read(message).chosen.act is Act.OPEN_TOPIC


def test_what_is_still_to_be_tried_rules_nothing_out() -> None:
    alike = {"payment_failure/limit/where": 3.0}
    parts = (Clause("充完再试", {"ruled_out": 0.9}), Clause("怎么看有没有设消费限额", {"question": 0.9}, {}, alike))
    message = said("充完再试 怎么看有没有设消费限额", "out_of_scope", acts={"ruled_out": 0.9}, clauses=parts)
    assert read(message, at("payment_failure", 1)).chosen.act is Act.ASK_STEP


def test_who_points_to_what_was_left_takes_it_up() -> None:
    listed = (ListedOption("支付失败", "/payment_failure"), ListedOption("交易申诉", "/transaction_dispute"))
    state = at("transaction_dispute", suspended=(Walk("payment_failure"),), lists=(listed,), list_is_fresh=True)
    turn = DIALOGUE.respond(state, Act.CANCEL, said("算了 先第一个吧", "cancel"))
    assert (turn.state.topic, turn.state.step) == ("payment_failure", 1)
