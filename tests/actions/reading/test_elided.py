"""A verb alone tells what was done with what was spoken of before."""

from __future__ import annotations

import pytest

from actions.dialogue.state import Alarm, DialogueState, with_alarm
from actions.reading.elided import with_elided
from actions.reading.hearing import Heard
from tests.actions.reading.builders import KNOWLEDGE, said


def facts_of(before: str, text: str) -> tuple[str, ...]:
    state = with_alarm(DialogueState(), Alarm.FRAUD, before)
    return with_elided(KNOWLEDGE.danger, state, said(text, "out_of_scope"), Heard()).facts


@pytest.mark.parametrize(
    ("before", "text", "fact"),
    [
        ("有人说是平台的 要我短信里的验证码", "我已经给了", "code_told"),
        ("对方要我的密码", "刚告诉他了", "password_told"),
        ("让我下载一个会议软件", "我下了", "installed"),
        ("叫我把屏幕共享给他看", "已经开了怎么办", "watched"),
        ("发来个链接叫我点", "点了", "link"),
        ("他说先转两千保证金", "都转过去了", "lost"),
    ],
)
def test_the_object_is_what_was_spoken_of(before: str, text: str, fact: str) -> None:
    assert facts_of(before, text) == (fact,)


@pytest.mark.parametrize("text", ["我没给", "给了吗", "我给了我妈一个电话说这事", "他给了", "挂了"])
def test_nothing_is_made_up(text: str) -> None:
    assert facts_of("有人说是平台的 要我短信里的验证码", text) == ()
    assert facts_of("有人冒充你们打电话", "我已经给了") == ()
