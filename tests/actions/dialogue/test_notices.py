"""Notices are said at the welcome and before a walkthrough that they may explain, as long as they hold."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Turn
from actions.knowledge import Knowledge, KnowledgeError, load_knowledge
from actions.knowledge.notices import Notices
from tests.conftest import PLACEHOLDERS

ZONE = datetime.timezone(datetime.timedelta(hours=8))
FILE = """notices:
- id: bank
  text: 银行维护中，部分付款会失败。
  priority: 5
  valid_from: 2026-03-01 22:00
  valid_until: 2026-03-02 06:00
  explains: [payment_failure]
- id: spring
  text: 春节期间客服回复会慢一些。
  valid_until: 2026-03-01
- id: shop
  text: 商城的活动开始了。
  priority: 9
  sites: [shop]
"""


@pytest.fixture
def folder(knowledge_folder: Path) -> Path:
    (knowledge_folder / "notices.yml").write_text(FILE, encoding="utf-8")
    return knowledge_folder


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE)


def turn(folder: Path, act: Act, intent: str, said_at: datetime.datetime | None, site: str | None = None) -> Turn:
    message = UserMessage(intent=intent, text=f"/{intent}", is_payload=True, said_at=said_at, site=site, pause=5)
    return Dialogue(load_knowledge(folder), PLACEHOLDERS).respond(DialogueState(), act, message)


def said(turn: Turn, response: str) -> list[str]:
    return [str(reply.values["notice"])[:2] for reply in turn.replies if reply.response == response]


@pytest.mark.parametrize(
    ("moment", "site", "notices"),
    [
        ("2026-03-01 21:59", None, ["春节"]),
        ("2026-03-01 22:00", None, ["银行", "春节"]),
        ("2026-03-01 23:59", "shop", ["商城", "银行"]),
        ("2026-03-02 05:00", "demo", ["银行"]),
        ("2026-03-02 06:01", None, []),
    ],
)
def test_those_that_hold_are_said_with_the_greeting(
    folder: Path, moment: str, site: str | None, notices: list[str]
) -> None:
    greeted = turn(folder, Act.GREET, "session_start", at(moment), site)
    assert said(greeted, "utter_notice") == notices
    assert greeted.replies[0].response == "utter_greet"


def test_it_is_said_first_where_it_may_be_the_cause(folder: Path) -> None:
    opened = turn(folder, Act.OPEN_TOPIC, "payment_failure", at("2026-03-01 23:00"))
    assert said(opened, "utter_notice_may_explain") == ["银行"]
    assert opened.replies[0].response == "utter_notice_may_explain"
    assert opened.replies[-1].response == "utter_diagnosis_intro"
    for moment, intent in (("2026-03-02 07:00", "payment_failure"), ("2026-03-01 23:00", "forgot_password")):
        assert said(turn(folder, Act.OPEN_TOPIC, intent, at(moment)), "utter_notice_may_explain") == []


def test_it_is_not_said_again_in_the_walkthrough(folder: Path) -> None:
    opened = turn(folder, Act.OPEN_TOPIC, "payment_failure", at("2026-03-01 23:00"))
    message = UserMessage(intent="next_step", text="/next_step", is_payload=True, said_at=at("2026-03-01 23:01"))
    after = Dialogue(load_knowledge(folder), PLACEHOLDERS).respond(opened.state, Act.NEXT, message)
    assert said(after, "utter_notice_may_explain") == []


def test_where_nobody_knows_the_time_what_is_limited_is_not_said(folder: Path) -> None:
    assert said(turn(folder, Act.GREET, "session_start", None), "utter_notice") == []


def test_none_is_the_default(knowledge: Knowledge) -> None:
    assert knowledge.notices == ()
    assert Notices().ranked == ()


def test_a_file_is_not_needed(knowledge_folder: Path) -> None:
    (knowledge_folder / "notices.yml").unlink()
    assert load_knowledge(knowledge_folder).notices == ()


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("[payment_failure]", "[support_hours]", 7, "explains: no topic with steps is named 'support_hours'"),
        ("id: spring", "id: bank", 1, "notices: id 'bank' occurs twice"),
        ("valid_until: 2026-03-02 06:00", "valid_until: 2026-02-01", 2, "valid_until: lies before valid_from"),
        ("valid_until: 2026-03-02 06:00", "valid_until: soon", 6, "notices[0].valid_until"),
        ("22:00", "22:00:00+08:00", 5, "expected a time without a zone"),
        ("priority: 5", "prio: 5", 4, "notices[0].prio: unknown field"),
    ],
)
def test_every_mistake_is_told_with_its_place(folder: Path, old: str, new: str, line: int, reason: str) -> None:
    (folder / "notices.yml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{folder / 'notices.yml'}:{line}: ")
    assert reason in problem


def test_a_typed_greeting_that_begins_the_talk_is_a_welcome(folder: Path) -> None:
    message = UserMessage(intent="greet", text="你好", key="你好", said_at=at("2026-03-01 23:00"))
    dialogue = Dialogue(load_knowledge(folder), PLACEHOLDERS)
    first = dialogue.respond(DialogueState(), Act.GREET, message)
    assert said(first, "utter_notice") == ["银行", "春节"]
    later = dialogue.respond(DialogueState(), Act.GREET, replace(message, pause=9))
    assert said(later, "utter_notice") == []
