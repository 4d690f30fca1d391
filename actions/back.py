"""`action_back`."""

from actions.previous_step import ActionPreviousStep


class ActionBack(ActionPreviousStep):
    """Takes Rasa's `/back` for a step back; Rasa's own action would undo the last turn and say nothing."""

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_back"
