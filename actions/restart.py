"""`action_restart`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionRestart(DialogueAction):
    """Takes Rasa's `/restart`: begins anew, but a walkthrough under way can be taken up again.

    Rasa's own action would empty every slot and say nothing.
    """

    act = Act.RESTART

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_restart"
