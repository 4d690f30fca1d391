"""`action_not_understood`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionNotUnderstood(DialogueAction):
    """Says that it did not understand; the second time in a row it offers a human first."""

    act = Act.NOT_UNDERSTOOD

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_not_understood"
