"""A yes or a no to the question asked last."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionAffirm(DialogueAction, action="action_affirm", act=Act.AFFIRM):
    """Takes a yes as the answer to the question asked last."""


class ActionDeny(DialogueAction, action="action_deny", act=Act.DENY):
    """Takes a no as the answer to the question asked last."""
