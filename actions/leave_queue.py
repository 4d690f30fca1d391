"""`action_leave_queue`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionLeaveQueue(DialogueAction):
    """Passes on that the user does not want to wait for a human any more."""

    act = Act.LEAVE_QUEUE

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_leave_queue"
