"""Where the talk is: back, the place, the end."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Clause
from actions.dialogue.state import Alarm, Awaiting, HandoffReason, Offer, Walk
from tests.actions.reading.builders import at, read, said, told
from tests.conftest import Conversation


@pytest.mark.parametrize(
    "text", ["刚刚弄到哪里了 接着来", "咱们进行到第几步了", "到哪步了来着", "现在是第几步啊", "好了 咱们刚到哪了"]
)
def test_who_asks_for_the_place_returns_to_it(text: str) -> None:
    message = said(text, "next_step", confidence=0.4, band=AnswerBand.CHOICE)
    assert read(message, at("payment_failure", 2)).chosen.act is Act.REPEAT
    assert read(message, told(suspended=(Walk("forgot_password", 2),))).chosen.act is Act.REPEAT


def test_who_comes_back_and_asks_for_the_place_has_not_settled_it() -> None:
    message = said(
        "好了 刚到哪了", "nlu_fallback", confidence=0.6, acts={"solved": 0.77}, band=AnswerBand.NOT_UNDERSTOOD
    )
    assert read(message, at("payment_failure", 2)).chosen.act is Act.REPEAT


def test_the_place_of_money_is_not_meant() -> None:
    assert read(said("钱转到哪里了", "out_of_scope"), at("payment_failure", 2)).chosen.act is not Act.REPEAT


def test_who_asks_for_the_place_has_done_nothing() -> None:
    message = said("刚刚到哪一步了", "repeat_step", confidence=0.4, acts={"done": 0.5}, band=AnswerBand.CHOICE)
    assert read(message, at("forgot_password", 2)).chosen.act is Act.REPEAT
    where = said("现在在哪一步填手机号", "repeat_step", confidence=0.4, acts={"question": 0.9}, band=AnswerBand.CHOICE)
    assert read(where, at("forgot_password", 2)).chosen.act is not Act.REPEAT


def test_a_step_before_that_is_not_done_is_shown_again() -> None:
    message = said("上一步还没弄完", "repeat_step", confidence=0.4, band=AnswerBand.CHOICE)
    assert read(message, at("forgot_password", 3)).chosen.act is Act.PREVIOUS
    assert read(message, at("forgot_password", 1)).chosen.act is not Act.PREVIOUS


@pytest.mark.parametrize("text", ["没别的事了", "先这样吧", "没啥事了哈"])
def test_the_end_of_the_talk_is_a_goodbye(text: str) -> None:
    assert read(said(text, "deny")).chosen.act is Act.GOODBYE


def test_who_puts_it_off_leaves_the_walkthrough() -> None:
    assert read(said("明天再弄吧", "repeat_step"), at("forgot_password", 2)).chosen.act is Act.CANCEL
    assert read(said("申诉能明天再弄吗", "repeat_step"), at("forgot_password", 2)).chosen.act is not Act.CANCEL


def test_thanks_and_nothing_else_ends_a_step_well() -> None:
    assert read(said("没别的了 谢谢", "thank"), at("payment_failure", 2)).chosen.act is Act.SOLVED


def test_nobody_who_waits_or_is_in_danger_is_seen_off() -> None:
    message = said("没别的了", "deny")
    assert read(message, told(handed_over=True)).chosen.act is not Act.GOODBYE
    assert read(message, told(Alarm.VICTIM)).chosen.act is not Act.GOODBYE


@pytest.mark.parametrize("text", ["还有吗", "就这些了吗", "后头还有没有"])
def test_who_asks_what_is_left_is_told(text: str) -> None:
    message = said(text, "out_of_scope", acts={"question": 0.7})
    assert read(message, at("account_security", 5)).chosen.act is Act.STEPS_LEFT


def test_who_asks_what_it_may_still_be_is_told_the_causes() -> None:
    message = said("那还会是什么原因啊", "out_of_scope", acts={"question": 0.7})
    assert read(message, at("payment_failure", 2)).chosen.act is Act.STEPS_LEFT


@pytest.mark.parametrize("text", ["继续弄申诉吧", "那接着刚才的", "回到申诉那个"])
def test_who_goes_on_is_where_they_were(text: str) -> None:
    message = said(text, "dispute_outcome", confidence=0.9)
    assert read(message, at("transaction_dispute", 2)).chosen.act is Act.REPEAT


def test_who_goes_on_with_something_suspended_opens_it() -> None:
    message = said("接着弄付款那个", "next_step", "named:payment_failure", confidence=0.5)
    chosen = read(message, at("forgot_password", 2, suspended=(Walk("payment_failure", 1),))).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "payment_failure")


def test_thanks_with_a_word_that_all_is_settled_end_the_talk() -> None:
    settled = said("好嘞 没少钱 谢谢哈", "nlu_fallback", confidence=0.7, band=AnswerBand.NOT_UNDERSTOOD)
    assert read(settled, told(last_topic="payment_failure")).chosen.act is Act.THANK
    learned = said("行了 学到了 谢谢您", "next_step", confidence=0.6, band=AnswerBand.CHOICE)
    assert read(learned, at("account_security", 3)).chosen.act is Act.SOLVED
    handed_in = said("不麻烦啦 全都递上去了 谢谢", "deny")
    assert read(handed_in, at("transaction_dispute", 3, interrupted=True)).chosen.act is Act.SOLVED


def test_thanks_beside_trouble_or_a_question_end_nothing() -> None:
    trouble = said("谢谢 可还是不行", "step_problem", clauses=(Clause("谢谢"), Clause("可还是不行", {"trouble": 0.9})))
    assert read(trouble, at("forgot_password", 2)).chosen.act is not Act.SOLVED
    question = said("谢谢 都填完了 然后呢", "next_step", clauses=(Clause("都填完了", {"done": 0.9}),))
    assert read(question, at("forgot_password", 2)).chosen.act is not Act.SOLVED


def test_who_has_nothing_else_wants_no_human() -> None:
    state = told(offer=Offer.HUMAN, offer_reason=HandoffReason.NOT_SOLVED)
    message = said(
        "行吧 没啥事了 等着吧", "affirm", confidence=0.5, acts={"consent_human": 0.9}, band=AnswerBand.CHOICE
    )
    assert read(message, state).chosen.act is Act.GOODBYE
    assert read(said("没事了 转吧", "affirm", acts={"consent_human": 0.96}), state).chosen.act is Act.HUMAN


def test_nothing_else_at_the_last_step_ends_it_well() -> None:
    assert read(said("没有别的啦 就这些", "deny"), at("account_security", 5)).chosen.act is Act.SOLVED


def test_several_causes_wanted_at_once_are_shown_together() -> None:
    message = said("第四个第五个直接告诉我", "next_step", confidence=0.8)
    reading = read(message, at("payment_failure", 3)).chosen
    assert (reading.act, reading.arguments["numbers"]) == (Act.SHOW_STEPS, (4, 5))
    rest = said("剩下的一起告诉我吧", "next_step", confidence=0.8)
    assert read(rest, at("payment_failure", 3)).chosen.arguments["numbers"] == (1, 2, 3, 4, 5)


def test_who_hurries_to_the_next_cause_is_not_told_to_take_their_time() -> None:
    message = said("下一个原因是啥 快点", "next_step", confidence=0.8, acts={"waiting": 0.9})
    assert read(message, at("payment_failure", 2)).chosen.act is Act.NEXT


@pytest.mark.parametrize("text", ["从哪儿下手", "那从哪一步开始", "我还没开始呢", "一步都没做", "啥都还没弄"])
def test_who_has_not_begun_is_shown_the_first_step(text: str) -> None:
    chosen = read(said(text, "out_of_scope", acts={"question": 0.9}), at("forgot_password", 4)).chosen
    assert (chosen.act, chosen.message.entities) == (Act.REPEAT, {"step_number": ("1",)})


def test_what_others_have_not_begun_is_no_step() -> None:
    chosen = read(said("审核还没开始吗", "out_of_scope", acts={"question": 0.9}), at("transaction_dispute", 4)).chosen
    assert chosen.act is not Act.REPEAT


def test_whoever_hears_advice_and_wants_more_gets_the_next() -> None:
    assert read(said("好 还有呢", "repeat_step"), at("account_security", 2)).chosen.act is Act.NEXT
    # In a procedure it is a question how much is left.
    assert (
        read(said("还有几步", "repeat_step", acts={"question": 0.9}), at("account_security", 2)).chosen.act
        is Act.STEPS_LEFT
    )
    last = read(said("最后一条是啥", "next_step"), at("account_security", 2)).chosen
    assert last.message.entities == {"step_number": ("5",)}


@pytest.mark.parametrize("text", ["流程先跟我讲讲", "我就是打听一下步骤", "别一步一步来", "又不是现在就销"])
def test_the_steps_of_a_closure_are_told_without_beginning_it(text: str, conversation: Conversation) -> None:
    conversation.opens("account_closure")
    message = said(text, "repeat_step", confidence=0.5)
    assert read(message, conversation.state).chosen.act is Act.SHOW_STEPS
    assert conversation.does(Act.REPEAT, text) == ["utter_steps_told"]
    assert conversation.state.step == 0
    # A yes to what was only told begins nothing, its button does.
    assert conversation.does(Act.AFFIRM, "好") == ["utter_warning_again"]


def test_the_cause_asked_for_by_its_number_is_shown() -> None:
    chosen = read(said("那第四个到底是啥原因", "out_of_scope", acts={"question": 0.9}), at("payment_failure", 2)).chosen
    assert chosen.message.entities == {"step_number": ("4",)}


def test_whoever_thinks_it_over_presses_nothing() -> None:
    for text in ("我再想想", "让我考虑一下"):
        chosen = read(said(text, "out_of_scope"), at("account_closure", 0, awaiting=Awaiting.WARNING)).chosen
        assert (chosen.act, chosen.arguments.get("stays")) == (Act.LET_BE, True)


def test_going_on_with_the_next_step_is_no_return_to_the_one_left() -> None:
    state = at("transaction_dispute", 1, interrupted=True)
    message = said("行 继续下一步", "next_step", acts={"done": 0.9}, confidence=0.99)
    assert read(message, state).chosen.act in (Act.DONE, Act.NEXT)


def test_small_letters_that_were_read_all_the_same_hold_nobody_up() -> None:
    parts = (Clause("看见了", {"done": 0.9}), Clause("字太小了", {"other": 0.9}))
    message = said("看见了 字太小了", "nlu_fallback", acts={"done": 0.7}, clauses=parts)
    assert read(message, at("forgot_password", 1)).chosen.act is Act.DONE


@pytest.mark.parametrize("text", ["知道了 谢谢", "好的谢谢，我想想"])
def test_bare_thanks_at_the_warning_do_not_bring_it_again(text: str) -> None:
    state = at("account_closure", 0, awaiting=Awaiting.WARNING, interrupted=True)
    assert read(said(text, "affirm", confidence=0.7), state).chosen.act is Act.LET_BE


@pytest.mark.parametrize(("text", "step"), [("那链接那条啥意思", "3"), ("版本那个再说说", "4"), ("动态那条呢", "5")])
def test_a_step_is_pointed_out_by_a_word_of_it(text: str, step: str) -> None:
    chosen = read(said(text, "out_of_scope", acts={"question": 0.9}), at("account_security", 1)).chosen
    assert (chosen.act, chosen.message.entities) == (Act.REPEAT, {"step_number": (step,)})


@pytest.mark.parametrize("text", ["链接那条不对", "账户那个呢", "上面那个呢"])
def test_what_points_out_no_one_step_shows_none(text: str) -> None:
    chosen = read(said(text, "out_of_scope", acts={"question": 0.9}), at("account_security", 1)).chosen
    assert "step_number" not in chosen.message.entities


@pytest.mark.parametrize(("text", "step"), [("第二条展开讲讲", "2"), ("那第三条呢", "3"), ("最后那条是要看什么", "5")])
def test_a_number_without_a_list_is_a_step(text: str, step: str) -> None:
    chosen = read(said(text, "next_step", acts={"question": 0.5}), at("account_security", 1)).chosen
    assert (chosen.act, chosen.message.entities) == (Act.REPEAT, {"step_number": (step,)})
