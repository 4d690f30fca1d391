"""`action_cancel_procedure`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionCancelProcedure(DialogueAction):
    """Stops the walkthrough."""

    act = Act.CANCEL

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_cancel_procedure"
