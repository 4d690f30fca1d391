"""What an agent is suggested, and how intents are called."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from actions.knowledge import Knowledge
from actions.suggestions import MAX_SUGGESTIONS, intent_titles, suggestions
from tests.paths import ROOT

UNKNOWN = {"brand_name": "u钱包", "privacy_notice": "这里的聊天会保存。"}
KNOWN = {**UNKNOWN, "hotline": "0000-0000", "opening_hours": "周一至周五 09:00-18:00", "open_now": "现在正是服务时间。"}


def parse(*ranking: tuple[str, float], further: tuple[str, ...] = (), **entities: str) -> dict[str, Any]:
    """Returns the parse of a message with this ranking of intents, each entity with one value."""
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    return {
        "text": "…",
        "intent": ranked[0],
        "intent_ranking": ranked,
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "further_requests": [{"name": name, "text": "…", "entities": []} for name in further],
    }


def test_topics_by_likelihood(knowledge: Knowledge) -> None:
    ranking = (("forgot_password", 0.6), ("greet", 0.2), ("account_security", 0.1), ("account_closure", 0.01))
    found = suggestions(knowledge, UNKNOWN, parse(*ranking))
    assert [entry.topic for entry in found] == ["forgot_password", "account_security"]


def test_everything_that_is_asked_for_comes_first(knowledge: Knowledge) -> None:
    ranking = (("forgot_password", 0.9), ("account_security", 0.06))
    found = suggestions(knowledge, UNKNOWN, parse(*ranking, further=("support_hours",)))
    assert [entry.topic for entry in found] == ["forgot_password", "support_hours", "account_security"]


def test_a_procedure_is_all_its_steps_and_its_warning(knowledge: Knowledge) -> None:
    [closure] = suggestions(knowledge, UNKNOWN, parse(("account_closure", 0.99)))
    topic = knowledge.topics["account_closure"]
    assert topic.warning
    lines = closure.text.splitlines()
    assert lines[0] == topic.warning.text
    assert [line[:3] for line in lines[1:]] == [f"{number}. " for number in range(1, len(topic.steps) + 1)]
    assert "{" not in closure.text


def test_the_part_that_is_named_comes_before_the_whole(knowledge: Knowledge) -> None:
    found = suggestions(knowledge, UNKNOWN, parse(("payment_failure", 0.9), payment_cause="bank"))
    bank = next(step for step in knowledge.topics["payment_failure"].steps if step.value == "bank")
    assert [entry.title for entry in found] == [bank.title, knowledge.topics["payment_failure"].title]
    found = suggestions(knowledge, UNKNOWN, parse(("forgot_password", 0.9), detail="password_rules"))
    assert len(found) == 2
    found = suggestions(knowledge, UNKNOWN, parse(("contact_support", 0.9), contact_channel="in_app"))
    assert [entry.topic for entry in found] == ["contact_support", "contact_in_app", "contact_support"]


def test_what_is_not_filled_in_is_left_out(knowledge: Knowledge) -> None:
    hotline = parse(("contact_support", 0.9), contact_channel="hotline")
    assert "登记" not in suggestions(knowledge, UNKNOWN, hotline)[0].text
    assert "0000-0000" in suggestions(knowledge, KNOWN, hotline)[0].text
    hours = parse(("support_hours", 0.9))
    assert "登记" not in suggestions(knowledge, UNKNOWN, hours)[0].text
    assert KNOWN["opening_hours"] in suggestions(knowledge, KNOWN, hours)[0].text


@pytest.mark.parametrize("intent", ["greet", "nlu_fallback", "out_of_scope", "ask_ticket_status"])
def test_nothing_is_suggested_to_what_the_knowledge_does_not_answer(knowledge: Knowledge, intent: str) -> None:
    assert suggestions(knowledge, UNKNOWN, parse((intent, 0.99))) == []


def test_every_topic_can_be_suggested_and_there_are_never_too_many(knowledge: Knowledge) -> None:
    for name in knowledge.topics:
        [suggestion] = suggestions(knowledge, UNKNOWN, parse((name, 0.99)))
        assert suggestion.title
        assert suggestion.text.strip()
        assert "{" not in suggestion.text
    everything = parse(*((name, 0.08) for name in knowledge.topics))
    assert len(suggestions(knowledge, UNKNOWN, everything)) == MAX_SUGGESTIONS


def test_an_empty_parse_suggests_nothing(knowledge: Knowledge) -> None:
    assert suggestions(knowledge, UNKNOWN, {}) == []


def test_every_intent_has_a_title_and_no_two_the_same(knowledge: Knowledge) -> None:
    domain = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    titles = intent_titles(knowledge, [*domain["intents"], "nlu_fallback", "session_start"], UNKNOWN)
    # What only buttons say is no label of a message.
    assert set(titles) == set(domain["intents"]) - {"faq"}
    assert len(set(titles.values())) == len(titles)
    assert next(iter(titles)) == knowledge.main_topics[0].id


def test_agents_do_not_send_the_user_to_an_agent(knowledge: Knowledge) -> None:
    [urgent] = suggestions(knowledge, UNKNOWN, parse(("account_compromised", 0.99)))
    assert "人工" not in urgent.text
    assert [line[:3] for line in urgent.text.splitlines()[1:]] == ["1. ", "2. ", "3. ", "4. "]
    # What is about support itself stays as it is.
    found = suggestions(knowledge, UNKNOWN, parse(("contact_preparation", 0.99)))
    assert found[0].text == str(knowledge.topics["contact_preparation"].text).format(**UNKNOWN)


def test_answers_of_any_topic_that_are_near_are_suggested(knowledge: Knowledge) -> None:
    plain = [answer for answer in knowledge.answers.values() if not re.search("人工|[{]|我这里|；$", answer.text)]
    near, related = (
        next(answer for answer in plain if answer.topic == topic) for topic in ("forgot_password", "payment_failure")
    )
    said = parse(("account_security", 0.9))
    said["asked_answers"] = {near.address: 1.9, related.address: 1.7}
    found = suggestions(knowledge, UNKNOWN, said)
    assert [entry.topic for entry in found] == ["account_security", "forgot_password", "payment_failure"]
    assert (found[1].title, found[1].text) == (near.title, near.text)


def test_the_bots_excuses_are_no_suggestion(knowledge: Knowledge) -> None:
    excuse = next(
        answer
        for answer in knowledge.answers.values()
        if answer.topic == "support_hours" and "一般" not in answer.text and "没有登记" in answer.text
    )
    said = parse(("forgot_password", 0.9))
    said["asked_answers"] = {excuse.address: 3.0}
    assert "没有登记" not in "".join(entry.text for entry in suggestions(knowledge, UNKNOWN, said))


def test_the_answer_to_a_plain_question_comes_first(knowledge: Knowledge) -> None:
    asked = knowledge.answers["account_closure/topic/balance"]
    said = parse(("account_security", 0.9))
    said["asked_answers"] = {asked.address: 3.5}
    assert suggestions(knowledge, UNKNOWN, said)[0].topic == "account_closure"
