"""A question is answered from all that is known, where it is asked; two questions get two answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.answers import answered_beside, find_answer, find_answers, find_in_part, find_where
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.situated import cause_found
from actions.dialogue.state import DialogueState, Walk
from actions.dialogue.turn import Context, Turn
from actions.knowledge import Knowledge
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize
from tests.conftest import PLACEHOLDERS, Conversation

AT_BANK = DialogueState(walk=Walk("payment_failure", 3), last_topic="payment_failure")
LIKE, UNLIKE = 3.2, 1.2


@pytest.fixture
def context(knowledge: Knowledge) -> Context:
    return Context(knowledge, ReplyBuilder(knowledge, {}))


def asked(text: str, alike: Mapping[str, float], intent: str = "out_of_scope", **acts: float) -> UserMessage:
    return UserMessage(
        intent=intent,
        text=text,
        key=folded(normalize(text)),
        confidence=0.5,
        asked_answers=alike,
        acts=acts or {"question": 0.9},
    )


def address(context: Context, state: DialogueState, said: UserMessage) -> str | None:
    found = find_answer(context, state, said)
    return found.answer.address if found else None


def test_of_two_alike_what_is_on_the_screen_is_meant(context: Context) -> None:
    near = {"payment_failure/limit/how_long": LIKE, "payment_failure/bank/how_long": LIKE}
    assert address(context, AT_BANK, asked("这个要多久", near)) == "payment_failure/bank/how_long"


def test_what_is_much_more_alike_is_meant_wherever_it_stands(context: Context) -> None:
    near = {"payment_failure/bank/how_long": UNLIKE, "account_closure/topic/how_long": 2 * LIKE}
    assert address(context, AT_BANK, asked("注销要多久", near, "account_closure")) == "account_closure/topic/how_long"


def test_what_is_alike_to_nothing_is_answered_with_silence(context: Context) -> None:
    assert address(context, AT_BANK, asked("火锅好吃", {"payment_failure/bank/phone": 0.3})) is None
    assert address(context, AT_BANK, asked("火锅好吃", {})) is None


def test_an_answer_that_the_knowledge_no_longer_has_is_none(context: Context) -> None:
    assert address(context, AT_BANK, asked("这个嘛", {"payment_failure/gone/how_long": 9.0})) is None


def test_the_clause_that_asks_counts_whatever_stands_around_it(context: Context) -> None:
    clauses = (
        Clause("先不用", {"leave_wait": 0.9}),
        Clause("银行电话多少", {"question": 0.9}, asked_answers={"payment_failure/bank/phone": LIKE}),
    )
    said = replace(asked("先不用 银行电话多少", {}, other=0.9), clauses=clauses)
    assert address(context, AT_BANK, said) == "payment_failure/bank/phone"


def test_one_point_of_an_answer_is_enough_where_it_is_asked_for(context: Context) -> None:
    topic = context.knowledge.topics["support_hours"]
    alike = {"support_hours/topic/weekend": 2.1, "support_hours/topic/night": 1.6, "contact_in_app/topic/hours": 2.0}
    found = find_in_part(context, DialogueState(), topic, asked("周六周日有人值班吗", alike, "support_hours"))
    assert found is not None
    assert found.answer.id == "weekend"
    level = alike | {"support_hours/topic/night": 2.1}
    assert find_in_part(context, DialogueState(), topic, asked("客服几点上班", level, "support_hours")) is None
    assert find_in_part(context, DialogueState(), topic, asked("打不通怎么办", alike, "support_hours")) is None
    told = asked("周末打不通", alike, "support_hours", trouble=0.9)
    assert find_in_part(context, DialogueState(), topic, told) is None


def test_two_questions_get_two_answers(context: Context) -> None:
    phone, how_long = "payment_failure/bank/phone", "payment_failure/bank/how_long"
    clauses = (
        Clause("银行电话多少", {"question": 0.9}, asked_answers={phone: LIKE}),
        Clause("要多久", {"question": 0.9}, asked_answers={how_long: LIKE}),
    )
    said = replace(asked("银行电话多少 要多久", {phone: LIKE, how_long: LIKE}), clauses=clauses)
    assert [found.answer.address for found in find_answers(context, AT_BANK, said)] == [phone, how_long]
    told = replace(said, clauses=(Clause("问过余额了", {"ruled_out": 0.9}), *clauses))
    assert len(answered_beside(context, Turn(AT_BANK, ()), told).replies) == 2


def test_where_something_is(context: Context) -> None:
    found = find_where(context, AT_BANK)
    assert found is not None
    assert found.answer.address == "payment_failure/bank/where"
    found = find_where(context, replace(AT_BANK, asked_about="payment_failure/limit"))
    assert found is not None
    assert found.place == "limit"
    assert find_where(context, DialogueState()) is None


@pytest.mark.parametrize(
    ("filled", "told"), [({}, "没有登记"), ({"kept_for": "聊天记录保存180天。"}, "聊天记录保存180天。")]
)
def test_how_long_the_chat_is_kept_is_told_in_mid_procedure(
    knowledge: Knowledge, filled: dict[str, str], told: str
) -> None:
    question = UserMessage("chat_privacy", entities={"chat_privacy_point": ("kept_for",)})
    turn = Dialogue(knowledge, {**PLACEHOLDERS, **filled}).respond(AT_BANK, Act.OPEN_TOPIC, question)
    assert [reply.response for reply in turn.replies] == ["utter_answer", "utter_resume_hint"]
    assert told in str(turn.replies[0].values["answer"])
    assert turn.state.step == AT_BANK.step


def test_answers_that_say_the_same_count_together(context: Context) -> None:
    near = {"payment_failure/topic/charged": UNLIKE, "payment_failure/network/charged": UNLIKE}
    one, both = asked("会不会扣两次", dict([*near.items()][:1])), asked("会不会扣两次", near)
    alone, together = (find_answer(context, AT_BANK, message, 0.0) for message in (one, both))
    assert alone is not None
    assert together is not None
    assert together.certainty > alone.certainty


def test_a_bare_question_goes_on_about_the_answer_given_last(context: Context) -> None:
    given = context.knowledge.answers["payment_failure/account_hold/unblock"].fingerprint
    after = replace(AT_BANK, asked_about="payment_failure/account_hold", last_answer=given)
    near = {"payment_failure/bank/how_long": LIKE, "payment_failure/limit/how_long": LIKE}
    assert address(context, after, asked("要多久", near)) == "payment_failure/account_hold/how_long"
    assert address(context, AT_BANK, asked("要多久", near)) == "payment_failure/bank/how_long"


@pytest.mark.parametrize(
    ("text", "is_other"), [("怎么改支付密码", True), ("怎么改登录密码", False), ("密码忘了", False)]
)
def test_another_password_begins_no_reset(conversation: Conversation, text: str, is_other: bool) -> None:
    conversation.does(Act.OPEN_TOPIC, text, intent="forgot_password")
    assert (conversation.state.topic is None) is is_other


def test_what_nothing_is_known_of_is_named(conversation: Conversation) -> None:
    conversation.opens("payment_failure")
    conversation.does(Act.NEXT)
    text = "绑了卡就能付了吗"
    assert conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", acts={"question": 0.97}) == [
        "utter_step_unknown_of"
    ]
    assert conversation.turn is not None
    assert conversation.turn.replies[0].values["words"] == text


@pytest.mark.parametrize("text", ["找谁弄", "那我找真人，哪能找"])
def test_whom_to_turn_to_is_told_at_any_step(conversation: Conversation, text: str) -> None:
    conversation.opens("forgot_password")
    found = conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", acts={"question": 0.97})
    assert found == ["utter_step_answer"]
    assert conversation.turn is not None
    assert "客服" in str(conversation.turn.replies[0].values["answer"])


def test_what_nothing_is_known_of_is_named_where_nothing_is_under_way(conversation: Conversation) -> None:
    assert conversation.does(Act.HONEST, "提现多久到账", intent="out_of_scope") == ["utter_no_information_of"]
    assert conversation.turn is not None
    assert conversation.turn.replies[0].values["words"] == "提现多久到账"


def test_who_says_again_what_was_said_hears_that_it_is_so(conversation: Conversation) -> None:
    conversation.opens("forgot_password")
    conversation.does(Act.NEXT)
    for text, reply in [("所以填上绑定的手机号就行", "utter_as_said"), ("那刷脸就行了吧", "utter_step_unknown_of")]:
        assert conversation.does(Act.OUT_OF_SCOPE, text, intent="out_of_scope", acts={"question": 0.97}) == [reply]


def test_who_asks_about_the_check_on_the_screen_does_not_read_it_again(context: Context) -> None:
    message = asked("那就是银行那边?", {"payment_failure/bank/who": LIKE})
    reading = Reading(Source.ON_SCREEN, Act.CAUSE_FOUND, message, "", 1.0, {"causes": ("bank",), "is_asked": True})
    turn = cause_found(context, AT_BANK, reading)
    assert [reply.response for reply in turn.replies] == ["utter_step_answer"]
    turn = cause_found(context, replace(AT_BANK, walk=Walk("payment_failure", 1)), reading)
    assert [reply.response for reply in turn.replies] == ["utter_check"]
