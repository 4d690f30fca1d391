"""People run ahead of what is shown; they are met where they are."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.reading.steps_meant import step_meant
from tests.actions.reading.builders import CONTEXT, KNOWLEDGE, at, said


def meant(topic: str, step: int, act: Act, text: str) -> int:
    return step_meant(CONTEXT, KNOWLEDGE.topics[topic], at(topic, step), act, said(text))


@pytest.mark.parametrize(
    ("step", "text", "following"),
    [
        (1, "点了忘记密码了", 2),
        (1, "好了", 2),
        (1, "手机号填好了", 3),
        (1, "验证码也填完了", 4),
        (2, "验证码填了", 4),
        (3, "新密码设好了", 5),
        (1, "跳出来让我填验证码", 3),
        (2, "已经到设新密码那页了", 4),
        # These name no step, though a word of theirs stands in the text of one.
        (1, "知道了 下一个", 2),
    ],
)
def test_what_is_done_is_followed_by_the_next_step(step: int, text: str, following: int) -> None:
    assert meant("forgot_password", step, Act.DONE, text) == following


@pytest.mark.parametrize(
    ("step", "text", "number"),
    [(2, "不行", 2), (2, "验证码收不到", 3), (1, "验证码收不到", 3), (2, "填了 但是没来码", 3), (3, "没反应", 3)],
)
def test_trouble_is_with_the_step_that_is_named(step: int, text: str, number: int) -> None:
    assert meant("forgot_password", step, Act.TROUBLE, text) == number


def test_nobody_is_sent_back() -> None:
    for step in range(1, 6):
        assert meant("forgot_password", step, Act.DONE, "手机号填好了") > step
        assert meant("forgot_password", step, Act.TROUBLE, "点忘记密码没反应") >= step


def test_nobody_is_led_further_than_two_steps_ahead() -> None:
    assert meant("forgot_password", 1, Act.DONE, "用新密码登录了") <= 4


def test_after_the_last_step_comes_none() -> None:
    assert meant("forgot_password", 5, Act.DONE, "用新密码登录了") == 6


def test_checks_are_made_one_by_one() -> None:
    assert meant("payment_failure", 2, Act.DONE, "银行那边也没问题") == 3
    assert meant("payment_failure", 2, Act.TROUBLE, "银行那边说不行") == 2


def test_what_has_not_come_is_trouble_of_the_step_that_waits_for_it() -> None:
    topic = KNOWLEDGE.topics["forgot_password"]
    message = said("还没收到呢", acts={"trouble": 0.9})
    assert step_meant(CONTEXT, topic, at("forgot_password", 2), Act.TROUBLE, message) == 3
    assert step_meant(CONTEXT, topic, at("forgot_password", 4), Act.TROUBLE, message) == 4


def test_the_page_that_has_come_up_is_the_place_however_far() -> None:
    assert meant("forgot_password", 1, Act.DONE, "到设新密码那一页了") == 4
    assert meant("forgot_password", 1, Act.DONE, "进去了") == 2
    assert meant("contact_in_app", 1, Act.DONE, "点进去了") == 2


@pytest.mark.parametrize(
    ("step", "address", "act", "number"),
    [
        (1, "set_new_password/done", Act.DONE, 5),
        (1, "set_new_password/there", Act.DONE, 4),
        (4, "open_forgot_password/there", Act.DONE, 1),
        (4, "log_in/there", Act.TROUBLE, 5),
    ],
)
def test_likeness_tells_the_step_wherever_it_is(step: int, address: str, act: Act, number: int) -> None:
    message = said("别的说法而已", steps={f"forgot_password/{address}": 0.85, "account_closure/confirm/done": 0.9})
    assert step_meant(CONTEXT, KNOWLEDGE.topics["forgot_password"], at("forgot_password", step), act, message) == number


def test_what_could_be_said_of_any_step_tells_none() -> None:
    message = said("进去了", steps={"forgot_password/log_in/done": 0.8})
    assert step_meant(CONTEXT, KNOWLEDGE.topics["forgot_password"], at("forgot_password", 1), Act.DONE, message) == 2


def test_what_is_not_inside_is_looked_for_at_the_next_step() -> None:
    assert meant("contact_in_app", 1, Act.TROUBLE, "我的 里面没有啊") == 2


@pytest.mark.parametrize(("certainty", "number"), [(0.55, 2), (0.9, 6)])
def test_what_is_hardly_a_report_leads_past_no_steps(certainty: float, number: int) -> None:
    message = said("是登录那个密码", steps={"forgot_password/log_in/done": 0.85}, acts={"done": certainty})
    topic = KNOWLEDGE.topics["forgot_password"]
    assert step_meant(CONTEXT, topic, at("forgot_password", 1), Act.DONE, message) == number


def test_what_has_a_name_of_its_own_leads_to_no_other_step() -> None:
    assert meant("account_security", 2, Act.TROUBLE, "设置里没有") == 2
    assert meant("contact_in_app", 1, Act.TROUBLE, "我的里面没有啊") == 2
