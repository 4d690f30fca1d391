"""Progress told beside what leads nowhere."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import Clause
from tests.actions.reading.builders import at, read, said
from tests.conftest import Conversation

DONE = {"done": 0.95}


@pytest.mark.parametrize(("beside", "intent"), [("帮我订个外卖呗", "out_of_scope"), ("顺便帮我查下快递", "next_step")])
def test_a_step_that_is_done_goes_on_whatever_else_is_wanted(beside: str, intent: str) -> None:
    parts = (Clause("点了", DONE), Clause(beside, {"other": 0.9}))
    chosen = read(said(f"点了 {beside}", intent, acts={"other": 0.9}, clauses=parts), at("forgot_password", 1)).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.DONE, 2)
    assert chosen.arguments["aside"]


def test_what_has_nothing_to_do_with_it_is_declined_before_the_step(conversation: Conversation) -> None:
    conversation.does(Act.OPEN_TOPIC, intent="forgot_password")
    parts = (Clause("点了", DONE), Clause("帮我订个外卖呗", {"other": 0.9}))
    replies = conversation.does(Act.OUT_OF_SCOPE, "点了 帮我订个外卖呗", intent="out_of_scope", clauses=parts)
    assert replies == ["utter_chitchat_in_walk", "utter_step"]


def test_who_goes_on_and_has_done_it_sees_the_next_step() -> None:
    parts = (Clause("接着刚才的", {"other": 0.5}), Clause("点完了", DONE))
    message = said("接着刚才的 点完了", "next_step", acts=DONE, clauses=parts)
    chosen = read(message, at("forgot_password", 1, interrupted=True)).chosen
    assert (chosen.act, chosen.arguments["step"]) == (Act.DONE, 2)
