"""What moves through a walkthrough or ends it."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionNextStep(DialogueAction, action="action_next_step", act=Act.NEXT):
    """Goes on to the next step, check or detail."""


class ActionPreviousStep(DialogueAction, action="action_previous_step", act=Act.PREVIOUS):
    """Goes back one step."""


class ActionRepeatStep(DialogueAction, action="action_repeat_step", act=Act.REPEAT):
    """Says again what the walkthrough stands at, or all steps, or a step by number."""


class ActionReportStepProblem(DialogueAction, action="action_report_step_problem", act=Act.PROBLEM):
    """Says what to try when a step does not work; the second time it offers a human."""


class ActionMarkSolved(DialogueAction, action="action_mark_solved", act=Act.SOLVED):
    """Ends the walkthrough as solved."""


class ActionCancelProcedure(DialogueAction, action="action_cancel_procedure", act=Act.CANCEL):
    """Stops the walkthrough."""
