"""`action_next_step`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionNextStep(DialogueAction):
    """Goes on to the next step, check or detail."""

    act = Act.NEXT

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_next_step"
