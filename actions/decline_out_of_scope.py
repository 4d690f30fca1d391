"""`action_decline_out_of_scope`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionDeclineOutOfScope(DialogueAction):
    """Says that it cannot help with this; wallet matters and chit-chat are answered differently."""

    act = Act.OUT_OF_SCOPE

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_decline_out_of_scope"
