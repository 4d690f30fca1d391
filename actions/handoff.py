"""What concerns humans: sending for one, the queue, the ticket."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionHandOffToHuman(DialogueAction, action="action_hand_off_to_human", act=Act.HUMAN):
    """Hands the conversation to a human at once."""


class ActionLeaveQueue(DialogueAction, action="action_leave_queue", act=Act.LEAVE_QUEUE):
    """Passes on that the user does not want to wait for a human any more."""


class ActionTellTicketStatus(DialogueAction, action="action_tell_ticket_status", act=Act.TICKET_STATUS):
    """Passes on the question how the user's ticket is getting on."""
