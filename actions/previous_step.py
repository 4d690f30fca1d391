"""`action_previous_step`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionPreviousStep(DialogueAction):
    """Goes back one step."""

    act = Act.PREVIOUS

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_previous_step"
