"""`action_tell_ticket_status`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionTellTicketStatus(DialogueAction):
    """Passes on the question how the user's ticket is getting on."""

    act = Act.TICKET_STATUS

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_tell_ticket_status"
