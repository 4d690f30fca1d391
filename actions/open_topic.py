"""`action_open_topic`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionOpenTopic(DialogueAction):
    """Opens the topic that the intent names: a walkthrough, a diagnosis or an answer."""

    act = Act.OPEN_TOPIC

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_open_topic"
