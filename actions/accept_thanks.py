"""`action_accept_thanks`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionAcceptThanks(DialogueAction):
    """Answers thanks."""

    act = Act.THANK

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_accept_thanks"
