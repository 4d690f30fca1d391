"""Nobody here can look an account up; what the user can do instead is gone on with."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.knowledge import Knowledge
from actions.reading.left_to_us import leaves_to_us
from tests.actions.reading.builders import at, read, said
from tests.conftest import PLACEHOLDERS


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("你后台查一下不就知道了", True),
        ("你那边直接查", True),
        ("你帮我看看是哪里的毛病", True),
        ("系统里调一下不行吗", True),
        ("你接着查下一项", False),
        ("帮我看下一个", False),
        ("帮我查一下工单到哪了", False),
        ("你看我说的没有", False),
        ("怎么查余额", False),
        ("把步骤给我看看", False),
    ],
)
def test_whether_it_is_left_to_us(text: str, is_so: bool) -> None:
    assert leaves_to_us(text) is is_so


def test_who_cannot_tell_the_cause_is_led_through_all() -> None:
    before_the_first = at("payment_failure", 0)
    assert read(said("我哪知道是哪种", "nlu_fallback"), before_the_first).chosen.act is Act.NEXT
    assert read(said("不知道是啥 你给看看", "nlu_fallback"), before_the_first).chosen.act is Act.LOOK_UP


@pytest.mark.parametrize(
    ("state", "first", "then"),
    [
        (at("payment_failure", 0), "utter_cannot_look_up", "utter_check"),
        (at("payment_failure", 2), "utter_cannot_look_up_here", None),
        (DialogueState(), "utter_cannot_look_up_alone", None),
        (
            at("transaction_dispute", 1, awaiting=Awaiting.DETAIL, requested_detail="amount"),
            "utter_cannot_look_up_detail",
            "utter_ask_detail",
        ),
    ],
)
def test_it_is_said_honestly_and_gone_on(
    knowledge: Knowledge, state: DialogueState, first: str, then: str | None
) -> None:
    dialogue = Dialogue(knowledge, PLACEHOLDERS)
    turn = dialogue.respond(state, Act.NOT_UNDERSTOOD, said("你后台查一下不就知道了", "nlu_fallback"))
    assert [reply.response for reply in turn.replies] == [first, *([then] if then else [])]
    assert (turn.state.offer is Offer.HUMAN) == (first == "utter_cannot_look_up_alone")
