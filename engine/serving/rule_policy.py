"""Predicts actions by rules from the recent states of the conversation instead of all of them."""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

from rasa.core.policies.policy import Policy
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH
from rasa.core.policies.rule_policy import RulePolicy as RasaRulePolicy
from rasa.shared.core.constants import ACTION_LISTEN_NAME, PREVIOUS_ACTION, SHOULD_NOT_BE_SET, USER
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import ACTION_NAME, INTENT

from engine.serving.tracker import ServingTracker
from engine.upstream import replaces

# A rule by its key, and its states from the last to the first.
_Rule = tuple[str, list[State]]
# The action before and the intent that the last state of a rule asks for; None if it asks for none.
_Moment = tuple[str | None, str | None]


def _moment(state: State) -> _Moment:
    return _asked(state, PREVIOUS_ACTION, ACTION_NAME), _asked(state, USER, INTENT)


def _asked(state: State, part: str, name: str) -> str | None:
    value = state.get(part, {}).get(name)
    return value if isinstance(value, str) and value and value != SHOULD_NOT_BE_SET else None


class RulePolicy(RasaRulePolicy):
    """Rasa's RulePolicy, which reads no more states than its longest rule has, and looks at few rules.

    Rasa works out the states of the whole conversation up to four times per turn, copies them for the debug log and
    compares all of them with all rules, which are two states long. Its name is kept, as events mention it.
    """

    _longest_rule = 0
    _asks_for_text = True

    @classmethod
    def load(cls, *args: Any, **kwargs: Any) -> RulePolicy:
        """Loads the trained policy (see parent class)."""
        policy = super().load(*args, **kwargs)
        assert isinstance(policy, RulePolicy)
        lookups = [policy.lookup.get(kind, {}) for kind in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH)]
        rules = [policy._rule_key_to_state(key) for lookup in lookups for key in lookup]
        policy._longest_rule = max(map(len, rules), default=0)
        # After a user's message, a rule that asks for an intent can match no state that has the text instead.
        last = [_moment(states[-1]) for states in rules if states]
        policy._asks_for_text = bool(policy.lookup.get(RULES_FOR_LOOP_UNHAPPY_PATH)) or any(
            intent is None and action in {None, ACTION_LISTEN_NAME} for action, intent in last
        )
        return policy

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Makes the policy (see parent class)."""
        super().__init__(*args, **kwargs)
        self._rules_by_moment: dict[int, dict[_Moment, list[_Rule]]] = {}

    @replaces(RasaRulePolicy._get_possible_keys, "2915fd81711e")
    @replaces(RasaRulePolicy._is_rule_applicable, "64a108b016b4")
    def _get_possible_keys(self, lookup: dict[str, str], states: list[State]) -> set[str]:
        # Rasa parses and reverses each rule again for each state, and compares all of them with it.
        if not states:
            return set(lookup)
        rules = self._rules_of(lookup, states[-1])
        for turn, state in enumerate(reversed(states)):
            rules = [rule for rule in rules if turn >= len(rule[1]) or self._is_like(rule[1][turn], state)]
        return {key for key, _ in rules}

    def _rules_of(self, lookup: dict[str, str], state: State) -> list[_Rule]:
        """The rules whose last state asks for no other action or intent than this state has."""
        by_moment = self._rules_by_moment.get(id(lookup))
        if by_moment is None:
            by_moment = self._rules_by_moment[id(lookup)] = defaultdict(list)
            for key in lookup:
                rule_states = self._rule_key_to_state(key)[::-1]
                by_moment[_moment(rule_states[0]) if rule_states else (None, None)].append((key, rule_states))
        action, intent = _moment(state)
        return [rule for moment in product({action, None}, {intent, None}) for rule in by_moment.get(moment, ())]

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

    @replaces(RasaRulePolicy._predict, "f5182d8a1063")
    def _find_action_from_rules(
        self, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        # Rasa looks for a rule about the text first, whether there is any or not.
        if use_text_for_last_user_input and not self._asks_for_text:
            return None, None, False
        action, source, returning = super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)
        return action, source, returning
