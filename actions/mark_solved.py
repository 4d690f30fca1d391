"""`action_mark_solved`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionMarkSolved(DialogueAction):
    """Ends the walkthrough as solved."""

    act = Act.SOLVED

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_mark_solved"
