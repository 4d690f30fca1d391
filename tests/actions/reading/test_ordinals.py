"""Ordinals point into what was shown last: steps, points of an answer, what the user has numbered."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import ListedOption
from tests.actions.reading.builders import KNOWLEDGE, at, read, said, told

MENU = tuple(ListedOption(name, f"/{name}") for name in ("forgot_password", "payment_failure", "account_security"))
OLD_MENU = {"lists": (tuple(ListedOption(f"菜单{one.title}", one.payload) for one in MENU),)}


@pytest.mark.parametrize(
    ("text", "number"),
    [("第三个是啥", 3), ("第一个呢", 1), ("还是说第四条", 4), ("最后那个讲一下", 5), ("倒数第二个呢", 4)],
)
def test_an_ordinal_points_to_the_steps_shown_since_the_menu(text: str, number: int) -> None:
    message = said(text, "next_step", confidence=0.9, acts={"arrived": 0.8})
    chosen = read(message, at("account_security", 2, **OLD_MENU)).chosen
    assert (chosen.act, chosen.message.entities) == (Act.REPEAT, {"step_number": (str(number),)})


@pytest.mark.parametrize(("text", "number"), [("它前面那个呢", 2), ("后面那个呢", 4)])
def test_the_one_before_or_after_is_beside_what_is_shown(text: str, number: int) -> None:
    chosen = read(said(text, "previous_step", acts={"arrived": 0.8}), at("payment_failure", 3, **OLD_MENU)).chosen
    assert chosen.message.entities == {"step_number": (str(number),)}


def test_a_list_that_was_just_shown_counts_first() -> None:
    state = at("account_security", 2, list_is_fresh=True, **OLD_MENU)
    assert read(said("第二个呢", "next_step"), state).chosen.message.intent == "payment_failure"


def test_what_is_told_of_a_step_points_nowhere() -> None:
    message = said("第二个没问题了", "problem_solved", acts={"done": 0.9})
    chosen = read(message, at("account_security", 2, **OLD_MENU)).chosen
    assert "step_number" not in chosen.message.entities


def test_an_ordinal_points_into_the_numbered_answer_given_last() -> None:
    state = told(last_topic="contact_preparation", **OLD_MENU)
    chosen = read(said("第一样是指哪个号", "next_step"), state).chosen
    assert chosen.act is Act.MEANT
    assert "手机号或邮箱" in chosen.arguments["found"].text


def test_who_lacks_a_point_of_an_answer_hears_what_to_do_then() -> None:
    state = told(last_topic="contact_preparation")
    message = said("第三样没有可以吗", "nlu_fallback", confidence=0.4, band=AnswerBand.NOT_UNDERSTOOD)
    found = read(message, state).chosen.arguments["found"]
    known = KNOWLEDGE.answers["contact_preparation/topic/no_screenshot"]
    assert found.answer == known


def test_a_number_in_a_circle_is_one_of_the_users_own() -> None:
    own = (ListedOption("forgot_password", "/forgot_password"), ListedOption("support_hours", "/support_hours"))
    message = said("②呢", "next_step", confidence=0.5, band=AnswerBand.CHOICE)
    assert read(message, at("forgot_password", 2, lists=(own,))).chosen.message.intent == "support_hours"
