"""What is typed as it stands on a button is the button; ordinals point into the list."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Awaiting, DialogueState, ListedOption, Offer
from actions.reading.offered import as_pressed
from actions.reading.reading import Source
from tests.actions.reading.builders import CLOSURE, CONTEXT, KNOWLEDGE, MENU, at, read, said

BUTTONS = (ListedOption("好了，下一步", "/next_step"), ListedOption("这步有问题", "/step_problem"))
LISTED = DialogueState(shown=MENU, lists=(MENU,), list_is_fresh=True)


@pytest.mark.parametrize(
    "text", ["这步有问题", "這步有問題", "这步有问题！", "这步有 问题", "zhe bu you wen ti", "这步有文题"]
)
def test_a_typed_label_is_its_button(text: str) -> None:
    chosen = read(said(text, "next_step"), at("forgot_password", 2, shown=BUTTONS)).chosen
    assert (chosen.source, chosen.act, chosen.message.text) == (Source.OFFERED, Act.PROBLEM, "/step_problem")
    assert chosen.message.is_payload


@pytest.mark.parametrize("text", ["这步没有问题", "这步有问题吗", "下面有什么"])
def test_what_only_resembles_a_label_is_none(text: str) -> None:
    assert read(said(text, "out_of_scope"), at("forgot_password", 2, shown=BUTTONS)).chosen.source is not Source.OFFERED


def test_a_label_that_is_no_longer_shown_is_a_sentence() -> None:
    assert read(said("这步有问题", "step_problem"), at("forgot_password", 2)).chosen.source is not Source.OFFERED


WARNING = at("account_closure", 0, awaiting=Awaiting.WARNING, shown=CLOSURE)


def test_the_consent_in_so_many_words_is_its_button() -> None:
    chosen = read(said("我已了解，继续注销", "account_closure"), WARNING).chosen
    assert chosen.act is Act.AFFIRM
    assert "explicit_consent" in chosen.message.entities


@pytest.mark.parametrize(
    "text", ["我已了解继续注销吗", "我已了解不继续注销", "我已了解还继续注销", "我已了解，先不注销"]
)
def test_a_consent_is_never_guessed(text: str) -> None:
    chosen = read(said(text, "out_of_scope"), WARNING).chosen
    assert "explicit_consent" not in chosen.message.entities


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第二个", 2),
        ("2", 2),
        ("②", 2),
        ("选2", 2),
        ("第二个怎么弄", 2),
        ("刚才第一种再说一遍", 1),
        ("后面那个", 0),
        ("最后一个", 0),
        ("前面那个", 1),
    ],
)
def test_a_pointer_picks_from_the_list(text: str, number: int) -> None:
    chosen = read(said(text, "out_of_scope"), LISTED).chosen
    assert (chosen.source, chosen.message.text) == (Source.OFFERED, MENU[number - 1].payload)


@pytest.mark.parametrize(
    "text", ["第九个", "两个月", "3个工作日", "换了两个手机", "后面就没了消息", "考研又没过 第三年了"]
)
def test_what_counts_something_else_points_to_nothing(text: str) -> None:
    assert read(said(text, "out_of_scope"), LISTED).chosen.source is not Source.OFFERED


def test_a_bare_digit_points_to_a_list_just_shown_only() -> None:
    older = DialogueState(lists=(MENU,))
    assert read(said("2", "out_of_scope"), older).chosen.source is not Source.OFFERED
    assert read(said("第二个", "out_of_scope"), older).chosen.source is Source.OFFERED


@pytest.mark.parametrize(
    "state",
    [
        at(
            "transaction_dispute",
            1,
            awaiting=Awaiting.DETAIL,
            requested_detail="amount",
            lists=(MENU,),
            list_is_fresh=True,
        ),
        DialogueState(offer=Offer.RATING, lists=(MENU,), list_is_fresh=True),
    ],
)
def test_a_digit_that_answers_a_question_points_to_nothing(state: DialogueState) -> None:
    assert read(said("2", "out_of_scope"), state).chosen.source is not Source.OFFERED


def test_as_pressed_reads_entities() -> None:
    pressed = as_pressed('/payment_failure{"payment_cause": ["bank", "limit"]}', said("x"))
    assert pressed
    assert (pressed.intent, pressed.entities, pressed.is_payload) == (
        "payment_failure",
        {"payment_cause": ("bank", "limit")},
        True,
    )
    assert as_pressed("bank", said("x")) is None


@pytest.mark.parametrize("topic", sorted(KNOWLEDGE.topics))
def test_every_topic_can_be_typed_as_its_button_says(topic: str) -> None:
    button = CONTEXT.replies.topic_button(KNOWLEDGE.topics[topic])
    state = DialogueState(shown=(*MENU, ListedOption(button.title, button.payload)))
    assert read(said(button.title, "out_of_scope"), state).chosen.message.text == button.payload


def test_the_first_half_of_a_label_is_the_label_but_no_consent() -> None:
    listed = (ListedOption("不清楚，一个个查", "/next_step"), *CLOSURE)
    assert read(said("不清楚"), DialogueState(shown=listed)).chosen.act is Act.NEXT
    half = CLOSURE[0].title.split("，")[0]
    assert not read(said(half), DialogueState(shown=listed)).chosen.message.is_payload


def test_a_check_is_no_topic_of_an_older_menu() -> None:
    state = at("payment_failure", 4, lists=(MENU,))
    chosen = read(said("那第五项到底是啥", "out_of_scope", acts={"question": 0.9}), state).chosen
    assert (chosen.act, chosen.message.entities) == (Act.REPEAT, {"step_number": ("5",)})


def test_what_tells_how_a_check_stands_points_to_no_list() -> None:
    lists = ((ListedOption("忘记密码", "/forgot_password"), ListedOption("支付失败", "/payment_failure")),)
    message = said("第一样没问题", "affirm", acts={"ruled_out": 0.99})
    assert read(message, at("payment_failure", 1, lists=lists)).chosen.act is Act.RULED_OUT


@pytest.mark.parametrize("text", ["最后能付出去", "最后还是没成"])
def test_what_happens_at_last_points_to_nothing(text: str) -> None:
    assert read(said(text, "out_of_scope"), LISTED).chosen.source is not Source.OFFERED
