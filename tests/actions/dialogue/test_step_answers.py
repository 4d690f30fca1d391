"""A question about the step on the screen gets its own answer; a question about something else gets none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from actions.dialogue.messages import folded
from actions.dialogue.step_answers import find
from actions.knowledge import Knowledge
from language.text_normalization import normalize

QUESTIONS = YAML(typ="safe").load((Path(__file__).parent / "step_questions.yml").read_text(encoding="utf-8"))
# Nothing of this is said anywhere in a walkthrough.
UNRELATED = [
    "今天天气怎么样",
    "你叫什么名字",
    "附近有什么好吃的",
    "你们公司在哪",
    "招人吗",
    "地铁码怎么开",
    "亲情卡是什么",
    "手机哪个牌子好",
    "花呗和你们哪个好",
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


def _asked() -> Iterator[tuple[str, int, str | None, str, str]]:
    for group in QUESTIONS:
        for question, wanted in group["questions"]:
            yield group["topic"], group["step"], group.get("detail"), question, wanted


def _answer(knowledge: Knowledge, topic: str, step: int, detail: str | None, question: str) -> str:
    found = find(knowledge.topics[topic], step, detail, folded(normalize(question)))
    return f"{found.place}/{found.id}" if found else "unknown"


@pytest.mark.parametrize(("topic", "step", "detail", "question", "wanted"), _asked())
def test_question_gets_its_answer(
    knowledge: Knowledge, topic: str, step: int, detail: str | None, question: str, wanted: str
) -> None:
    assert _answer(knowledge, topic, step, detail, question) == wanted


@pytest.mark.parametrize("question", UNRELATED)
def test_unrelated_question_gets_no_answer(knowledge: Knowledge, question: str) -> None:
    answers = {
        (topic.id, step): _answer(knowledge, topic.id, step, None, question)
        for topic in knowledge.topics.values()
        for step in range(1, len(topic.steps) + 1)
    }
    assert {place: answer for place, answer in answers.items() if answer != "unknown"} == {}


def test_another_step_must_be_named(knowledge: Knowledge) -> None:
    assert _answer(knowledge, "forgot_password", 1, None, "验证码有效期多久") == "enter_verification_code/validity"
    assert _answer(knowledge, "forgot_password", 1, None, "有效期多久") == "unknown"


def test_every_step_and_detail_has_answers(knowledge: Knowledge) -> None:
    for topic in knowledge.topics.values():
        answers = {step.id: step.answers for step in topic.steps}
        answers |= {detail.id: detail.answers for detail in topic.collected_details}
        for place, known in answers.items():
            assert len(known) >= 4, place


def test_answers_are_short(knowledge: Knowledge) -> None:
    for topic in knowledge.topics.values():
        answers = [*topic.answers, *(one for step in topic.steps for one in step.answers)]
        answers += [one for detail in topic.collected_details for one in detail.answers]
        assert [answer.text for answer in answers if len(answer.text) > 90] == []
