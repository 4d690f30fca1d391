"""`action_hand_off_to_human`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionHandOffToHuman(DialogueAction):
    """Hands the conversation to a human at once."""

    act = Act.HUMAN

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_hand_off_to_human"
