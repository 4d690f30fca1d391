"""Every intent of the domain has one action, which does the act that the dialogue takes the intent for."""

from __future__ import annotations

import pytest
from rasa_sdk.executor import ActionExecutor
from ruamel.yaml import YAML

from actions.dialogue.acts import CONTROL_INTENTS, Act, act_of
from actions.knowledge import Knowledge
from actions.rules import actions_by_intent
from tests.paths import ROOT

DOMAIN = YAML(typ="safe").load((ROOT / "domain.yml").read_text(encoding="utf-8"))
# Rasa's own, which no domain names.
OF_RASA = {"nlu_fallback", "restart", "back", "session_start"}


def topics_with_intent(knowledge: Knowledge) -> list[str]:
    return [topic for topic in knowledge.topics if topic in DOMAIN["intents"]]


def test_an_intent_is_a_topic_or_has_its_line(knowledge: Knowledge) -> None:
    topics = topics_with_intent(knowledge)
    assert sorted([*topics, *CONTROL_INTENTS]) == sorted([*DOMAIN["intents"], *OF_RASA])


def test_the_action_of_each_intent_does_its_act(knowledge: Knowledge) -> None:
    executor = ActionExecutor()
    executor.register_package("actions")
    acts = {name: action.__self__.act for name, action in executor.actions.items() if name in DOMAIN["actions"]}
    rules = actions_by_intent(topics_with_intent(knowledge))
    assert {intent: acts[action] for intent, action in rules.items()} == {
        intent: act_of(intent, knowledge) for intent in rules
    }
    assert set(rules) == {*DOMAIN["intents"], *OF_RASA} - {"session_start"}
    assert set(acts.values()) == {*CONTROL_INTENTS.values(), Act.OPEN_TOPIC}


@pytest.mark.parametrize(
    ("intent", "action"),
    [
        ("forgot_password", "action_open_topic"),
        ("human_handoff", "action_hand_off_to_human"),
        ("back", "action_back"),
        ("previous_step", "action_previous_step"),
        ("nlu_fallback", "action_not_understood"),
    ],
)
def test_action_of(intent: str, action: str) -> None:
    assert actions_by_intent(["forgot_password"])[intent] == action
