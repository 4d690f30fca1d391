"""`action_affirm`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionAffirm(DialogueAction):
    """Takes a yes as the answer to the question asked last."""

    act = Act.AFFIRM

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_affirm"
