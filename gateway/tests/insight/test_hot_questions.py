"""What the window shows as asked most: pinned, counted, hidden."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.gateway import Gateway
from uwallet_gateway.insight.hot_questions import HotRules, hot_questions, read_hot_rules
from uwallet_gateway.insight.questions import Question, read_questions
from uwallet_gateway.scripts import to_traditional
from uwallet_gateway.settings import REPOSITORY

KNOWLEDGE = REPOSITORY / "data" / "knowledge"
DAY = date(2026, 3, 10)
QUESTIONS = [
    Question("忘记密码怎么办", "password"),
    Question("密码锁了", "password"),
    Question("付款失败怎么办", "payment"),
    Question("怎么注销账户", "closure"),
    Question("春节几点上班", "faq/spring", valid_until=date(2026, 3, 1)),
    Question("三月的活动", "faq/march", valid_until=date(2026, 3, 31), sites=("shop",)),
    Question("接口怎么接", "faq/api", in_windows=False),
]
USES: dict[str | None, int] = {"closure": 9, "payment": 4, "faq/spring": 99, None: 7}


def shown(site: str = "demo", **rules: Any) -> list[str]:
    found = hot_questions(QUESTIONS, HotRules.model_validate(rules), USES, DAY, site)
    return [f"{'*' if it.pinned else ''}{it.question.topic}{'' if it.at_welcome else '-'}" for it in found]


def test_without_rules_they_are_counted_and_what_is_not_answered_now_is_left_out() -> None:
    assert shown() == ["closure", "payment", "password"]
    assert shown("shop") == ["closure", "payment", "password", "faq/march-"]


@pytest.mark.parametrize(
    ("pin", "expected"),
    [
        ({}, ["*password", "closure", "payment"]),
        ({"at_welcome": False}, ["*password-", "closure", "payment"]),
        ({"valid_from": "2026-03-10", "valid_until": "2026-03-10"}, ["*password", "closure", "payment"]),
        ({"valid_from": "2026-03-11"}, ["closure", "payment", "password"]),
        ({"valid_until": "2026-03-09"}, ["closure", "payment", "password"]),
        ({"sites": ["shop"]}, ["closure", "payment", "password"]),
        ({"sites": ["demo", "shop"]}, ["*password", "closure", "payment"]),
        ({"answer": "faq/spring"}, ["closure", "payment", "password"]),
        ({"answer": "faq/spring", "question": "春节"}, ["closure", "payment", "password"]),
        ({"answer": "faq/march"}, ["closure", "payment", "password"]),
        ({"answer": "other", "question": "别的"}, ["*other", "closure", "payment", "password-"]),
        ({"answer": "other"}, ["closure", "payment", "password"]),
    ],
)
def test_a_pin_holds_at_its_time_and_place(pin: dict[str, Any], expected: list[str]) -> None:
    assert shown(pinned=[{"answer": "password", **pin}]) == expected


def test_pins_keep_their_order_and_fill_the_welcome() -> None:
    pinned = [{"answer": name} for name in ("payment", "password", "closure", "payment")]
    assert shown(pinned=pinned) == ["*payment", "*password", "*closure"]
    assert shown("shop", pinned=pinned)[-1] == "faq/march-"


def test_what_is_hidden_is_neither_counted_nor_pinned() -> None:
    assert shown(hidden=["closure"]) == ["payment", "password"]
    assert shown(hidden=["closure", "other"], pinned=[{"answer": "closure"}]) == ["payment", "password"]
    assert shown(hidden=["other"], pinned=[{"answer": "other", "question": "别的"}])[0] == "closure"


def test_a_pin_says_it_in_its_own_words() -> None:
    rules = HotRules.model_validate({"pinned": [{"answer": "payment", "question": "付不了钱"}]})
    first = hot_questions(QUESTIONS, rules, USES, DAY, "demo")[0]
    assert (first.question.text, first.count) == ("付不了钱", 4)


def test_knowledge_without_the_file_pins_as_before(tmp_path: Path) -> None:
    (tmp_path / "closure.yml").write_text("questions: [怎么注销账户]\npinned_question: true\n", encoding="utf-8")
    (tmp_path / "other.yml").write_text("questions: [别的]\n", encoding="utf-8")
    assert [pin.answer for pin in read_hot_rules(tmp_path).pinned] == ["closure"]


async def test_windows_show_pins_first(gateway: Gateway) -> None:
    opened = [{"kind": "topic_opened", "topic": "account_closure"}]
    gateway.engine.answers["销户"] = {"messages": [{"text": "好的"}], "understood": None, "events": opened}
    async with gateway.api(await gateway.token()) as api:
        await api.post("/api/v1/messages", json={"text": "销户"})
        answer = (await api.get("/api/v1/questions", params={"site": "demo"})).json()["questions"]
        traditional = (await api.get("/api/v1/questions", params={"site": "demo", "lang": "zh-TW"})).json()["questions"]
    pins = [pin.answer for pin in read_hot_rules(KNOWLEDGE).pinned]
    topics = [it["topic"] for it in answer]
    assert topics[: len(pins) + 1] == [*pins, "account_closure"]
    assert len(topics) == len(set(topics)) <= 8
    assert [it["at_welcome"] for it in answer] == [True] * 3 + [False] * (len(topics) - 3)
    assert [it["text"] for it in traditional] == [to_traditional(it["text"]) for it in answer]
    assert traditional != answer


def test_every_pin_of_the_project_has_a_question() -> None:
    rules, questions = read_hot_rules(KNOWLEDGE), read_questions(KNOWLEDGE)
    found = hot_questions(questions, rules, {}, DAY, "demo")
    assert [it.question.topic for it in found if it.pinned] == [pin.answer for pin in rules.pinned]
