"""Which action each intent leads to. `engine/importer.py` writes a rule of Rasa for each."""

from __future__ import annotations

from collections.abc import Collection

from actions import answers, handoff, session, social, steps, topics  # noqa: F401 - these define the actions
from actions.base import DialogueAction
from actions.dialogue.acts import CONTROL_INTENTS, Act

# Rasa runs the action of the same name for these intents of its own, whatever a rule says.
_OF_RASA = frozenset({"restart", "back", "session_start"})


def actions_by_intent(topic_ids: Collection[str]) -> dict[str, str]:
    """Returns the name of the action for each intent that needs a rule: topics, and what is said beside them.

    Args:
        topic_ids: Ids of the topics that have an intent of the same name.
    """
    by_act = _actions_by_act()
    acts = {**dict.fromkeys(topic_ids, Act.OPEN_TOPIC), **CONTROL_INTENTS}
    # Nothing is predicted after /session_start.
    del acts["session_start"]
    return {intent: f"action_{intent}" if intent in _OF_RASA else by_act[act] for intent, act in acts.items()}


def _actions_by_act() -> dict[Act, str]:
    names = {action.action_name: action.act for action in DialogueAction.__subclasses__()}
    return {act: name for name, act in names.items() if name.removeprefix("action_") not in _OF_RASA}
