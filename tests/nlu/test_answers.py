"""Questions about a step get their own answer; questions about something else get none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from actions.dialogue.answers import find_answer
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Awaiting, DialogueState, Walk
from actions.dialogue.turn import Context
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge
from tests.conversations.bot import Bot

GROUPS: list[dict[str, Any]] = YAML(typ="safe").load(
    (Path(__file__).parent / "step_questions.yml").read_text(encoding="utf-8")
)
# A little under, and over, what was measured (docs/nlu.md).
RIGHT, WRONG = 0.82, 0.15
UNRELATED_ANSWERED = 3
# Nothing of this is said anywhere in a walkthrough.
UNRELATED = [
    "今天天气怎么样",
    "你叫什么名字",
    "附近有什么好吃的",
    "招人吗",
    "地铁码怎么开",
    "亲情卡是什么",
    "手机哪个牌子好",
    "信用卡哪家年费低",
    "给我讲个笑话",
    "理财收益多少",
    "我要贷款",
    "信用分怎么涨",
    "水电费怎么交",
    "话费充错了",
    "优惠券怎么领",
    "积分怎么用",
    "你吃饭了吗",
    "彩票怎么买",
]


def answer(bot: Bot, knowledge: Knowledge, state: DialogueState, text: str) -> str:
    message = message_from_parse(bot.parse(text), knowledge.wording.rejections)
    found = find_answer(Context(knowledge, ReplyBuilder(knowledge, {})), state, message)
    return f"{found.place}/{found.answer.id}" if found else "unknown"


def test_questions_about_a_step_get_their_answer(bot: Bot, knowledge: Knowledge) -> None:
    outcomes: Counter[str] = Counter()
    for group in GROUPS:
        walk = Walk(group["topic"], group["step"])
        if group.get("detail"):
            walk = replace(walk, awaiting=Awaiting.DETAIL, requested_detail=group["detail"])
        for question, wanted in group["questions"]:
            given = answer(bot, knowledge, DialogueState(walk=walk, last_topic=walk.topic), question)
            outcome = "right" if given == wanted else "silent" if given == "unknown" else "wrong"
            outcomes[outcome] += 1
            if outcome != "right":
                print(walk.topic, group["step"], question, "->", given, "instead of", wanted)
    total = outcomes.total()
    print({outcome: round(count / total, 3) for outcome, count in outcomes.items()})
    assert outcomes["right"] / total >= RIGHT
    assert outcomes["wrong"] / total <= WRONG


def test_unrelated_questions_get_no_answer(bot: Bot, knowledge: Knowledge) -> None:
    answered = []
    for topic in ("forgot_password", "transaction_dispute"):
        state = DialogueState(walk=Walk(topic, 2), last_topic=topic)
        given = {question: answer(bot, knowledge, state, question) for question in UNRELATED}
        answered += [(question, found) for question, found in given.items() if found != "unknown"]
    print(answered)
    assert len(answered) <= UNRELATED_ANSWERED
