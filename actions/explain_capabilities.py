"""`action_explain_capabilities`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionExplainCapabilities(DialogueAction):
    """Says what the bot can do."""

    act = Act.CAPABILITIES

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_explain_capabilities"
