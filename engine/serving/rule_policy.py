"""Predicts actions by rules from the recent states of the conversation instead of all of them."""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH
from rasa.core.policies.rule_policy import RulePolicy as RasaRulePolicy
from rasa.shared.core.constants import PREVIOUS_ACTION
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker

from engine.serving.tracker import ServingTracker
from engine.serving.upstream import replaces


class RulePolicy(RasaRulePolicy):
    """Rasa's RulePolicy, which reads no more states than its longest rule has.

    Rasa works out the states of the whole conversation up to four times per turn, copies them for the debug log and
    compares all of them with rules that are two states long. Its name is kept, as events mention it.
    """

    _longest_rule = 0

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> RulePolicy:
        """Loads the trained policy (see parent class)."""
        policy = super().load(*args, **kwargs)
        assert isinstance(policy, RulePolicy)
        lookups = [policy.lookup.get(kind, {}) for kind in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)]
        policy._longest_rule = max(
            (len(policy._rule_key_to_state(key)) for rules in lookups for key in rules), default=0
        )
        return policy

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Makes the policy (see parent class)."""
        super().__init__(*args, **kwargs)
        self._reversed_rules: dict[int, list[tuple[str, list[State]]]] = {}

    @replaces(RasaRulePolicy._get_possible_keys, "2915fd81711e")
    @replaces(RasaRulePolicy._is_rule_applicable, "64a108b016b4")
    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        # Rasa parses and reverses each rule again for each state.
        rules = self._reversed_rules.get(id(lookup))
        if rules is None:
            rules = [(key, list(reversed(self._rule_key_to_state(key)))) for key in lookup]
            self._reversed_rules[id(lookup)] = rules
        for turn, state in enumerate(reversed(states)):
            rules = [rule for rule in rules if turn >= len(rule[1]) or self._is_like(rule[1][turn], state)]
        return {key for key, _ in rules}

    def _is_like(self, rule_state: State, state: State) -> bool:
        has_begun, rule_has_begun = bool(state.get(PREVIOUS_ACTION)), bool(rule_state.get(PREVIOUS_ACTION))
        if not has_begun or not rule_has_begun:
            # Only the beginning of a conversation is like the beginning of one.
            return has_begun == rule_has_begun
        return bool(self._does_rule_match_state(rule_state, state))

    @replaces(Policy._prediction_states, "ed9b82bed2f2")
    @replaces(RasaRulePolicy._find_action_from_rules, "be6da6ee0f54")
    def _prediction_states(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        if not isinstance(tracker, ServingTracker) or self.featurizer.max_history is not None:
            return list(super()._prediction_states(tracker, domain, use_text_for_last_user_input, rule_only_data))
        # One more than any rule, so that a conversation that is cut off is not taken for one that is as long as a rule.
        states = tracker.recent_states(domain, self._longest_rule + 1)
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states
