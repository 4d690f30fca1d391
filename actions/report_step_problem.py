"""`action_report_step_problem`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionReportStepProblem(DialogueAction):
    """Says what to try when a step does not work; the second time it offers a human."""

    act = Act.PROBLEM

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_report_step_problem"
