"""Greeting, capabilities and menu follow the topics there are: one that is added at the desk is told and offered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import UserMessage
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import DialogueState
from actions.knowledge import Knowledge, Topic
from actions.knowledge.schema import Menu, Text
from tests.conftest import PLACEHOLDERS

NAMES = "忘记密码、支付失败、账户安全、注销账户、交易申诉、联系客服"


def with_topics(knowledge: Knowledge, *added: Topic) -> Knowledge:
    return replace(knowledge, topics={**knowledge.topics, **{topic.id: topic for topic in added}})


def like(knowledge: Knowledge, name: str, label: str, position: int) -> Topic:
    menu = Menu(position=position, label=Text(label))
    return knowledge.topics["account_closure"].model_copy(update={"id": name, "title": Text(label), "menu": menu})


@pytest.mark.parametrize("act", [Act.GREET, Act.CAPABILITIES])
def test_a_topic_that_is_added_is_named_and_offered(knowledge: Knowledge, act: Act) -> None:
    for known, names in (
        (knowledge, NAMES),
        (with_topics(knowledge, like(knowledge, "change_phone", "换绑手机号", 9)), f"{NAMES}、换绑手机号"),
        (with_topics(knowledge, like(knowledge, "change_phone", "换绑手机号", 0)), f"换绑手机号、{NAMES}"),
    ):
        message = UserMessage(intent=act.value, text="您好")
        (reply,) = Dialogue(known, PLACEHOLDERS).respond(DialogueState(), act, message).replies
        assert reply.values == {"topics": names}
        assert "、".join(button.title for button in reply.buttons) == names


def test_a_long_menu_is_not_read_out(knowledge: Knowledge) -> None:
    many = [like(knowledge, f"more_{number}", f"第{number}件事", 10 + number) for number in range(5)]
    told = ReplyBuilder(with_topics(knowledge, *many), PLACEHOLDERS).menu_titles()
    assert told == f"{NAMES}、第0件事、第1件事等"


def test_without_a_menu_what_has_steps_is_told(knowledge: Knowledge) -> None:
    bare = with_topics(knowledge, *(it.model_copy(update={"menu": None}) for it in knowledge.topics.values()))
    told = ReplyBuilder(bare, PLACEHOLDERS).menu_titles()
    assert "找回登录密码" in told
    assert told.count("、") >= 5
