"""`action_deny`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionDeny(DialogueAction):
    """Takes a no as the answer to the question asked last."""

    act = Act.DENY

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_deny"
