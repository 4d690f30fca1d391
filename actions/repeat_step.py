"""`action_repeat_step`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionRepeatStep(DialogueAction):
    """Says again what the walkthrough stands at, or all steps, or a step by number."""

    act = Act.REPEAT

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_repeat_step"
