"""What moves through a walkthrough or ends it."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionNextStep(DialogueAction, name="action_next_step", act=Act.NEXT):
    """Goes on to the next step, check or detail."""


class ActionPreviousStep(DialogueAction, name="action_previous_step", act=Act.PREVIOUS):
    """Goes back one step."""


class ActionRepeatStep(DialogueAction, name="action_repeat_step", act=Act.REPEAT):
    """Says again what the walkthrough stands at, or all steps, or a step by number."""


class ActionReportStepProblem(DialogueAction, name="action_report_step_problem", act=Act.PROBLEM):
    """Says what to try when a step does not work; the second time it offers a human."""


class ActionMarkSolved(DialogueAction, name="action_mark_solved", act=Act.SOLVED):
    """Ends the walkthrough as solved."""


class ActionCancelProcedure(DialogueAction, name="action_cancel_procedure", act=Act.CANCEL):
    """Stops the walkthrough."""
