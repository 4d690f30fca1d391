"""Rules are found by their last state, and are those that Rasa finds by comparing all."""

from __future__ import annotations

import random
from typing import Any

import pytest
from rasa.core.policies.rule_policy import RULES
from rasa.core.policies.rule_policy import RulePolicy as RasaRulePolicy
from rasa.shared.core.domain import State

from engine.serving.agent import load_serving_agent
from engine.serving.rule_policy import RulePolicy
from tests.paths import ROOT


@pytest.fixture(scope="module")
def policy() -> RulePolicy:
    """The policy of the trained bot."""
    from rasa.core.utils import AvailableEndpoints  # noqa: PLC0415 - takes seconds

    processor: Any = load_serving_agent(str(ROOT / "models" / "uwallet.tar.gz"), AvailableEndpoints(), None).processor
    [found] = [
        node._component
        for node in processor.graph_runner._instantiated_nodes.values()
        if isinstance(node._component, RulePolicy)
    ]
    return found


def test_the_rules_found_are_those_that_rasa_finds(policy: RulePolicy) -> None:
    lookup = policy.lookup[RULES]
    rules: list[list[State]] = [policy._rule_key_to_state(key) for key in lookup]
    chance = random.Random(0)
    moments = [state for rule in rules for state in rule] + [{}, {"user": {"text": "你好"}}]
    for states in [*rules, *([chance.choice(moments) for _ in range(chance.randint(0, 4))] for _ in range(300))]:
        assert policy._get_possible_keys(lookup, states) == RasaRulePolicy._get_possible_keys(policy, lookup, states)


def test_no_rule_of_ours_asks_for_a_text(policy: RulePolicy) -> None:
    assert not policy._asks_for_text
    text: State = {"user": {"text": "你好"}, "prev_action": {"action_name": "action_listen"}}
    for rule in map(policy._rule_key_to_state, policy.lookup[RULES]):
        assert not policy._get_possible_keys(policy.lookup[RULES], [*rule[:-1], text])
