"""The conversation, act by act, without Rasa."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.answers import find_answer
from actions.dialogue.messages import UserMessage
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Attempt, AttemptOutcome, DialogueState, HandoffReason, Offer, Walk
from actions.dialogue.turn import Context
from actions.knowledge import Knowledge, load_knowledge
from tests.conftest import Conversation

PROCEDURES = ["forgot_password", "account_security", "contact_in_app"]


@pytest.mark.parametrize("topic", PROCEDURES)
def test_a_procedure_from_first_to_last_step(conversation: Conversation, topic: str) -> None:
    assert conversation.opens(topic) == ["utter_procedure_intro", "utter_first_step"]
    for _ in range(3):
        assert conversation.does(Act.NEXT) == ["utter_step"]
    assert conversation.does(Act.NEXT) == ["utter_last_step"]
    assert conversation.does(Act.NEXT) == ["utter_ask_outcome"]
    ended = "utter_finished" if load_knowledge().topics[topic].finished else "utter_solved"
    assert conversation.does(Act.SOLVED) == [ended, "utter_ask_rating"]
    assert conversation.state.topic is None
    assert conversation.state.attempts == (Attempt(topic, 5, AttemptOutcome.SOLVED),)


def test_intro_says_how_many_steps(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.turn
    assert "5步" in conversation.turn.replies[0].values["intro"]


def test_back_and_forth(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.PREVIOUS) == ["utter_already_first_step", "utter_first_step"]
    conversation.does(Act.NEXT)
    assert (conversation.does(Act.NEXT), conversation.state.step) == (["utter_step"], 3)
    assert (conversation.does(Act.PREVIOUS), conversation.state.step) == (["utter_step"], 2)
    assert (conversation.does(Act.REPEAT), conversation.state.step) == (["utter_step"], 2)
    assert (conversation.does(Act.AFFIRM), conversation.state.step) == (["utter_step"], 3)


def test_back_from_the_outcome_question_is_the_last_step(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="5")
    conversation.does(Act.NEXT)
    assert conversation.does(Act.PREVIOUS) == ["utter_last_step"]


@pytest.mark.parametrize("act", [Act.NEXT, Act.REPEAT, Act.NOT_UNDERSTOOD, Act.OUT_OF_SCOPE])
def test_a_step_by_number(conversation: Conversation, act: Act) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(act, entities={"step_number": ("3",)}) == ["utter_step"]
    assert conversation.state.step == 3


def test_trouble_at_a_step_by_number(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.PROBLEM, entities={"step_number": ("3",)}) == ["utter_step_trouble"]
    assert conversation.state.step == 3


@pytest.mark.parametrize("number", ["0", "6", "99"])
def test_a_step_that_does_not_exist(conversation: Conversation, number: str) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.NEXT, entities={"step_number": (number,)})[0] == "utter_no_such_step"
    assert conversation.state.step == 1


def test_all_steps_at_once(conversation: Conversation, knowledge: Knowledge) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.REPEAT, entities={"step_number": ("all",)}) == ["utter_all_steps"]
    assert conversation.turn
    assert conversation.turn.replies[0].values["steps"].count("\n") == 4
    assert conversation.does(Act.NEXT) == ["utter_step"]


def test_trouble_twice_at_the_same_step_offers_a_human(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.PROBLEM) == ["utter_step_trouble"]
    assert conversation.does(Act.PROBLEM) == ["utter_offer_human_after_trouble"]
    assert conversation.does(Act.AFFIRM) == ["utter_handoff", None]
    assert conversation.turn
    custom = conversation.turn.replies[1].custom
    assert custom
    assert (custom["reason"], custom["step"]["number"]) == (HandoffReason.STEP_PROBLEM.value, 1)


def test_trouble_at_two_steps_is_not_twice(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.PROBLEM)
    conversation.does(Act.NEXT)
    assert conversation.does(Act.PROBLEM) == ["utter_step_trouble"]


def test_declining_the_human_keeps_the_step(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.PROBLEM)
    conversation.does(Act.PROBLEM)
    assert conversation.does(Act.DENY) == ["utter_human_declined_in_procedure"]
    assert conversation.does(Act.REPEAT) == ["utter_first_step"]


def test_stop(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    assert conversation.does(Act.CANCEL) == ["utter_cancelled", "utter_ask_rating"]
    assert conversation.state.attempts == (Attempt("forgot_password", 1, AttemptOutcome.ABANDONED),)
    assert conversation.does(Act.NEXT) == ["utter_nothing_in_progress"]


def test_not_solved_offers_a_human(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="5")
    conversation.does(Act.NEXT)
    assert conversation.does(Act.DENY) == ["utter_offer_human"]
    assert conversation.does(Act.HUMAN) == ["utter_handoff", None]
    assert conversation.turn
    assert conversation.turn.replies[1].custom
    assert conversation.turn.replies[1].custom["reason"] == "not_solved"


# The warning before closing an account


@pytest.mark.parametrize("act", [Act.NEXT, Act.REPEAT, Act.PROBLEM, Act.PREVIOUS])
def test_the_warning_cannot_be_skipped(conversation: Conversation, act: Act) -> None:
    assert conversation.opens("account_closure") == ["utter_procedure_intro", "utter_warning"]
    assert conversation.does(act) == ["utter_warning_again"]
    assert conversation.does(act, entities={"step_number": ("3",)}) == ["utter_warning_again"]
    assert conversation.state.step == 0


def test_the_warning_is_accepted_by_yes(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    assert conversation.does(Act.AFFIRM) == ["utter_first_step"]


def test_a_doubtful_yes_does_not_start_the_closure(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    assert conversation.does(Act.AFFIRM, "qwerqwer", confidence=0.7) == ["utter_warning_again"]


def test_consent_in_words_of_its_own(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    assert conversation.opens("account_closure", "确定要注销", explicit_consent="warning") == ["utter_first_step"]


def test_consent_before_the_warning_is_none(conversation: Conversation) -> None:
    replies = conversation.opens("account_closure", "我确定要注销", explicit_consent="warning")
    assert replies == ["utter_procedure_intro", "utter_warning"]


def test_yes_to_something_else_is_no_yes_to_the_warning(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    assert conversation.opens("closure_consequences") == ["utter_answer", "utter_resume_hint_at_start"]
    assert conversation.does(Act.AFFIRM) == ["utter_warning_again"]
    assert conversation.state.step == 0
    assert conversation.does(Act.AFFIRM) == ["utter_first_step"]


def test_the_warning_survives_two_messages_that_were_not_understood(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    conversation.does(Act.NOT_UNDERSTOOD)
    assert conversation.does(Act.NOT_UNDERSTOOD) == ["utter_not_understood_again"]
    conversation.does(Act.DENY)
    assert conversation.does(Act.NEXT) == ["utter_warning_again"]


@pytest.mark.parametrize("act", [Act.DENY, Act.CANCEL])
def test_refusing_the_warning_keeps_the_account(conversation: Conversation, knowledge: Knowledge, act: Act) -> None:
    conversation.opens("account_closure")
    assert conversation.does(act) == ["utter_answer"]
    assert conversation.turn
    assert conversation.turn.replies[0].values["answer"] == knowledge.topics["account_closure"].cancelled
    assert conversation.state.topic is None


# The diagnosis of a failed payment


def test_checks_one_by_one_until_it_works(conversation: Conversation) -> None:
    assert conversation.opens("payment_failure") == ["utter_diagnosis_intro"]
    assert conversation.does(Act.NEXT) == ["utter_check"]
    assert conversation.does(Act.NEXT) == ["utter_check"]
    assert conversation.state.step == 2
    assert conversation.does(Act.SOLVED) == ["utter_solved", "utter_ask_rating"]


def test_a_named_cause_goes_straight_to_its_check(conversation: Conversation) -> None:
    assert conversation.opens("payment_failure", payment_cause="bank") == ["utter_check"]
    assert conversation.state.step == 3


def test_after_a_named_cause_the_others_follow_once(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="bank")
    steps = []
    while conversation.does(Act.NEXT) == ["utter_check"]:
        steps.append(conversation.state.step)
    assert steps == [4, 5, 1, 2]
    assert conversation.state.offer_reason is HandoffReason.NOT_SOLVED


@pytest.mark.parametrize("act", [Act.OUT_OF_SCOPE, Act.NOT_UNDERSTOOD])
def test_a_cause_in_one_word_goes_to_its_check(conversation: Conversation, act: Act) -> None:
    conversation.opens("payment_failure")
    assert conversation.does(act, "网络？", entities={"payment_cause": ("network",)}) == ["utter_check"]
    assert conversation.state.step == 2


def test_a_cause_ruled_out_goes_on(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="balance")
    replies = conversation.does(Act.OUT_OF_SCOPE, "余额够的", entities={"ruled_out_cause": ("any",)})
    assert replies == ["utter_check_trouble", "utter_check"]
    assert conversation.state.step == 2


def test_still_failing_moves_on_to_the_next_check(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="balance")
    assert conversation.does(Act.PROBLEM) == ["utter_check_trouble", "utter_check"]
    assert conversation.state.step == 2


def test_two_causes_in_one_message_are_left_to_choose(conversation: Conversation) -> None:
    entities = {"payment_cause": ("bank", "limit")}
    assert conversation.does(Act.OPEN_TOPIC, intent="payment_failure", entities=entities) == ["utter_diagnosis_intro"]


def test_causes_are_buttons(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    assert conversation.turn
    payloads = [button.payload for button in conversation.turn.replies[0].buttons]
    assert payloads[2] == '/payment_failure{"payment_cause": "bank"}'


# Details of a dispute


def test_details_are_asked_one_after_another_and_recapped(conversation: Conversation) -> None:
    first = ["utter_procedure_intro", "utter_step_before_question", "utter_ask_detail"]
    assert conversation.opens("transaction_dispute") == first
    time = {"transaction_time": ("昨天下午3点",)}
    assert conversation.does(Act.NOT_UNDERSTOOD, "昨天下午3点", entities=time) == ["utter_ask_detail"]
    assert conversation.does(Act.NOT_UNDERSTOOD, "两百", entities={"amount": ("200",)}) == ["utter_ask_detail"]
    assert conversation.does(Act.OUT_OF_SCOPE, "楼下超市") == ["utter_ask_detail"]
    assert conversation.does(Act.OPEN_TOPIC, "扣了两次钱", intent="transaction_dispute") == ["utter_details_recap"]
    assert conversation.turn
    assert conversation.turn.replies[0].values["details"] == (
        "交易时间：昨天下午3点\n金额：200元\n对方：楼下超市\n情况说明：扣了两次钱"
    )
    assert conversation.does(Act.NEXT) == ["utter_step"]
    assert conversation.does(Act.NEXT) == ["utter_step_with_details"]


def test_details_in_the_first_message_are_not_asked_again(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", "昨天被多扣了200", transaction_time="昨天", amount="200")
    assert conversation.requested_detail == "counterparty"


def test_several_details_in_one_answer(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    conversation.does(Act.NOT_UNDERSTOOD, "昨天,200块", entities={"transaction_time": ("昨天",), "amount": ("200",)})
    assert conversation.requested_detail == "counterparty"


@pytest.mark.parametrize("act", [Act.DENY, Act.NEXT])
def test_every_detail_can_be_skipped(conversation: Conversation, act: Act) -> None:
    conversation.opens("transaction_dispute")
    for _ in range(3):
        assert conversation.does(act, "跳过") == ["utter_ask_detail"]
    assert conversation.does(act, "跳过") == ["utter_step"]
    assert (conversation.state.step, dict(conversation.state.collected_details)) == (2, {})


def test_what_the_user_does_not_know_is_skipped(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    replies = conversation.opens("forgot_password", "忘了", declined_answer="skip")
    assert (replies, conversation.requested_detail) == (["utter_ask_detail"], "amount")
    assert dict(conversation.state.collected_details) == {}


def test_a_detail_other_than_the_one_asked_for_is_noted_and_the_question_repeated(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    assert conversation.does(Act.NOT_UNDERSTOOD, "扣了300块", entities={"amount": ("300",)}) == ["utter_ask_detail"]
    assert conversation.requested_detail == "transaction_time"
    assert dict(conversation.state.collected_details) == {"amount": "300"}


def test_a_question_while_a_detail_is_asked_is_answered_and_the_detail_asked_again(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    assert conversation.opens("support_hours", "客服几点上班") == ["utter_answer", "utter_ask_detail"]
    assert conversation.does(Act.THANK, "谢谢") == ["utter_thank_in_form"]


def test_a_story_is_a_description_even_if_it_sounds_like_a_command(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200")
    conversation.does(Act.NOT_UNDERSTOOD, "老王水果店")
    assert conversation.does(Act.CANCEL, "我让他取消订单他就是不肯退钱给我") == ["utter_details_recap"]
    conversation.opens("transaction_dispute", transaction_time="昨天", amount="200")
    assert conversation.does(Act.CANCEL, "算了")[0] == "utter_cancelled"


def test_a_human_is_never_a_detail(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    assert conversation.does(Act.HUMAN, "别问了给我找个真人过来处理一下这个事情") == ["utter_handoff", None]


def test_stating_the_step_leaves_the_questions(conversation: Conversation) -> None:
    conversation.opens("transaction_dispute")
    assert conversation.does(Act.NEXT, "/next_step", entities={"step_number": ("2",)}, payload=True) == ["utter_step"]
    assert conversation.state.step == 2


# Answers, digressions, a human


def test_a_question_in_the_middle_comes_back_to_the_same_step(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="3")
    assert conversation.opens("support_hours") == ["utter_answer", "utter_resume_hint"]
    assert conversation.does(Act.NEXT, "继续") == ["utter_step"]
    assert conversation.state.step == 3


def test_the_procedure_in_progress_is_not_offered_as_related(conversation: Conversation) -> None:
    conversation.opens("account_closure")
    conversation.opens("closure_consequences", detail="closing_balance")
    assert conversation.turn
    assert conversation.turn.replies[0].buttons == ()


def test_naming_the_topic_again_keeps_the_step(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="4")
    assert conversation.opens("forgot_password", "新密码提交不上去") == ["utter_already_in_procedure", "utter_step"]
    assert conversation.state.step == 4


def test_the_button_of_the_topic_starts_again(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="4")
    conversation.does(Act.OPEN_TOPIC, "/forgot_password", intent="forgot_password", payload=True)
    assert conversation.state.step == 1


def test_no_to_coming_back_stops_the_procedure(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="3")
    conversation.opens("support_hours")
    assert conversation.does(Act.DENY)[0] == "utter_cancelled"
    assert conversation.state.attempts == (Attempt("forgot_password", 3, AttemptOutcome.ABANDONED),)


def test_one_channel(conversation: Conversation, knowledge: Knowledge) -> None:
    assert conversation.opens("contact_support", contact_channel="hotline") == ["utter_answer"]
    assert conversation.turn
    assert "官网底部或APP内查看官方热线" in conversation.turn.replies[0].values["answer"]


def test_the_channel_in_the_app_opens_its_walkthrough(conversation: Conversation) -> None:
    replies = conversation.opens("contact_support", contact_channel="in_app")
    assert replies == ["utter_answer", "utter_procedure_intro", "utter_first_step"]
    assert conversation.state.topic == "contact_in_app"


def test_password_rules_do_not_start_the_walkthrough(conversation: Conversation) -> None:
    assert conversation.opens("forgot_password", detail="password_rules") == ["utter_answer"]
    assert conversation.state.topic is None


def test_stolen_account_offers_a_human_first(conversation: Conversation) -> None:
    conversation.opens("forgot_password", step_number="2")
    assert conversation.opens("account_compromised") == ["utter_urgent_answer"]
    assert conversation.does(Act.AFFIRM) == ["utter_handoff", None]
    assert conversation.turn
    assert conversation.turn.replies[1].custom
    assert conversation.turn.replies[1].custom["reason"] == "account_compromised"


@pytest.mark.parametrize("topic", ["forgot_password", "account_closure", "payment_failure", "transaction_dispute"])
def test_a_human_from_anywhere_in_one_turn(conversation: Conversation, topic: str) -> None:
    conversation.opens(topic)
    assert conversation.does(Act.HUMAN) == ["utter_handoff", None]
    assert conversation.state.suspended[-1].topic == topic


def test_not_understood_twice_offers_a_human_first(conversation: Conversation) -> None:
    assert conversation.does(Act.NOT_UNDERSTOOD) == ["utter_not_understood"]
    assert conversation.does(Act.NOT_UNDERSTOOD) == ["utter_not_understood_again"]
    assert conversation.state.offer is Offer.HUMAN
    assert conversation.does(Act.AFFIRM) == ["utter_handoff", None]


def test_something_understood_in_between_starts_the_count_again(conversation: Conversation) -> None:
    conversation.does(Act.NOT_UNDERSTOOD)
    conversation.does(Act.GREET)
    assert conversation.does(Act.NOT_UNDERSTOOD) == ["utter_not_understood"]


def test_wallet_matters_and_chit_chat_are_answered_differently(conversation: Conversation) -> None:
    assert conversation.does(Act.OUT_OF_SCOPE) == ["utter_chitchat"]
    for _ in range(4):
        # That nothing is known about it is said as often as it is asked, and forces nobody to a human.
        said = conversation.does(Act.OUT_OF_SCOPE, entities={"unsupported_topic": ("top_up",)})
        assert said == ["utter_no_information"]
        assert (conversation.state.offer, conversation.state.failures_in_row) == (Offer.HUMAN, 0)


def test_greeting_offers_the_main_topics(conversation: Conversation) -> None:
    conversation.does(Act.GREET)
    assert conversation.turn
    titles = [button.title for button in conversation.turn.replies[0].buttons]
    assert titles == ["忘记密码", "支付失败", "账户安全", "注销账户", "交易申诉", "联系客服"]


def test_what_is_excepted_is_left_out_of_the_ways(conversation: Conversation) -> None:
    assert conversation.opens("contact_support", "除了热线还能咋联系", contact_channel="hotline") == [
        "utter_other_parts"
    ]
    assert conversation.turn
    assert "热线适合" not in str(conversation.turn.replies[0].values["parts"])
    assert len(conversation.turn.replies[0].buttons) == 4


def test_what_was_ruled_out_is_not_begun_with_again(conversation: Conversation) -> None:
    conversation.opens("payment_failure", payment_cause="network")
    conversation.does(Act.PROBLEM)
    conversation.opens("forgot_password")
    conversation.opens("payment_failure", "付款还是连不上", payment_cause="network")
    assert conversation.state.step == 3


def test_a_question_that_names_another_check_is_about_that_one(knowledge: Knowledge) -> None:
    context = Context(knowledge, ReplyBuilder(knowledge, {}))
    alike = {"payment_failure/network/where": 3.4, "payment_failure/limit/where": 3.2}
    message = UserMessage("out_of_scope", "额度在哪看", "额度在哪看", asked_answers=alike, acts={"question": 0.9})
    found = find_answer(context, DialogueState(walk=Walk("payment_failure", 2)), message, 0)
    assert found is not None
    assert found.place == "limit"


def test_a_guess_of_trouble_leads_to_no_human(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.NEXT)
    assert conversation.does(Act.PROBLEM) == ["utter_step_trouble"]
    told = conversation.does(Act.OUT_OF_SCOPE, "我这边的情况是这样的", intent="out_of_scope", acts={"trouble": 0.34})
    assert told == ["utter_heard_at_step"]
    fact = conversation.does(Act.OUT_OF_SCOPE, "信号有两格", intent="out_of_scope", acts={"cause_confirmed": 0.97})
    assert fact == ["utter_heard_at_step"]
    sure = conversation.does(Act.OUT_OF_SCOPE, "我这边还是这个样子", intent="out_of_scope", acts={"trouble": 0.9})
    assert sure == ["utter_offer_human_after_trouble"]


def test_whoever_agrees_with_the_cause_found_is_not_handed_over(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    conversation.does(Act.NEXT)
    acts = {"cause_confirmed": 0.9}
    assert conversation.does(Act.OUT_OF_SCOPE, "我自己设了个每天最多花50", intent="out_of_scope", acts=acts) == [
        "utter_treatment"
    ]
    assert conversation.turn is not None
    assert "消费限制" in str(conversation.turn.replies[0].values["treatment"])
    agreed = conversation.does(Act.OUT_OF_SCOPE, "确实快50了，应该就是它", intent="out_of_scope", acts=acts)
    assert agreed == ["utter_try_now"]
    affirmed = conversation.does(Act.AFFIRM, "对，就是这个原因", intent="affirm", acts={"cause_confirmed": 0.3})
    assert affirmed == ["utter_try_now"]
