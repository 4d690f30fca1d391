"""`action_say_goodbye`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionSayGoodbye(DialogueAction):
    """Says goodbye."""

    act = Act.GOODBYE

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_say_goodbye"
