"""Questions with one answer each: every mistake is told with its place, and each holds when and where it shall."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from actions.knowledge import Knowledge, KnowledgeError, load_knowledge
from actions.knowledge.faqs import Faq, faq_id, intent_of

DAY = datetime.date(2026, 3, 1)
FILE = """category: 活动
faqs:
- id: spring
  question: 春天的活动怎么参加
  similar: [怎么参加春季活动]
  answer: 在活动页参加。
"""


def problems_of(folder: Path, text: str, name: str = "events.yml") -> list[str]:
    (folder / "faq" / name).write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return caught.value.problems


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("id: spring", "id: spring\n  anser: 好的", 4, "faqs[0].anser: unknown field"),
        ("[怎么参加春季活动]", "[]", 5, "faqs[0].similar: List should have at least 1 item"),
        ("[怎么参加春季活动]", "[' ']", 5, "faqs[0].similar[0]: expected a text that is not empty"),
        ("春天的活动怎么参加", "忘了 {name} 怎么办", 4, "faqs[0].question: unknown placeholder {name}"),
        ("id: spring", "id: Spring", 3, "faqs[0].id: String should match pattern"),
        ("id: spring", "id: fastest_channel", 3, "faqs[0].id: 'fastest_channel' stands in support.yml, too"),
        ("id: spring", "id: spring\n  buttons: [gone]", 4, "faqs[0].buttons[0]: no topic is named 'gone'"),
        ("id: spring", "id: spring\n  related: [spring]", 4, "faqs[0].related[0]: no other question is named 'spring'"),
        (
            "怎么参加春季活动",
            "哪种方式联系客服最快?",
            5,
            "'哪种方式联系客服最快?' is asked under 'fastest_channel', too",
        ),
        ("id: spring", "id: spring\n  outdated: 结束了。", 3, "outdated: never said without valid_until"),
        (
            "id: spring",
            "id: spring\n  valid_from: 2026-05-01\n  valid_until: 2026-04-01",
            3,
            "valid_until: 2026-04-01 lies before valid_from, 2026-05-01",
        ),
        ("id: spring", "id: spring\n  picture: {url: http://a/1.png, alt: 图}", 4, "begins with https://"),
        ("category: 活动\n", "", 1, "category: required, but missing"),
    ],
)
def test_every_mistake_is_told_with_its_place(
    knowledge_folder: Path, old: str, new: str, line: int, reason: str
) -> None:
    assert old in FILE
    # `support.yml` is read after a file whose name comes later.
    (problem,) = problems_of(knowledge_folder, FILE.replace(old, new, 1), "zz_events.yml")
    assert problem.startswith(f"{knowledge_folder / 'faq' / 'zz_events.yml'}:{line}: ")
    assert reason in problem


def test_at_most_200_similar_questions(knowledge_folder: Path) -> None:
    many = [f"活动第{number}天怎么参加" for number in range(201)]
    (problem,) = problems_of(knowledge_folder, FILE.replace("[怎么参加春季活动]", str(many)))
    assert "List should have at most 200 items" in problem


def test_without_the_folder_there_are_none(knowledge_folder: Path) -> None:
    for path in (knowledge_folder / "faq").glob("*.yml"):
        path.unlink()
    assert load_knowledge(knowledge_folder).faqs == {}


def faq(**fields: object) -> Faq:
    return Faq.model_validate({"id": "a", "question": "问", "similar": ["问问"], "answer": "答", **fields})


def test_it_holds_from_its_first_day_to_its_last() -> None:
    bounded = faq(valid_from=DAY, valid_until=DAY + datetime.timedelta(days=1))
    days = [DAY + datetime.timedelta(days=number) for number in (-1, 0, 1, 2)]
    assert [bounded.holds(day) for day in days] == [False, True, True, False]
    assert faq().holds(DAY)
    # Where nobody knows the day.
    assert bounded.holds(None)


def test_what_is_for_some_places_is_told_nowhere_else() -> None:
    assert faq().is_for(None, None)
    assert faq(sites=["shop"]).is_for("shop", None)
    assert not faq(sites=["shop"]).is_for("other", "widget")
    assert not faq(sites=["shop"]).is_for(None, None)
    assert not faq(channels=["api"]).is_for("shop", "widget")


def test_the_name_beside_the_intents() -> None:
    assert faq_id(intent_of("spring")) == "spring"
    assert faq_id("faq") is None
    assert faq_id("forgot_password") is None


def test_those_of_the_demonstration_are_asked_in_many_ways(knowledge: Knowledge) -> None:
    assert len(knowledge.faqs) >= 40
    assert {faq.id: len(faq.similar) for faq in knowledge.faqs.values() if len(faq.similar) < 5} == {}
    assert all(faq.category for faq in knowledge.faqs.values())
