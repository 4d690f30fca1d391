"""What a message is about: a topic, something else, or nothing that is understood."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionOpenTopic(DialogueAction, action="action_open_topic", act=Act.OPEN_TOPIC):
    """Opens the topic that the intent names: a walkthrough, a diagnosis or an answer."""


class ActionTellFaq(DialogueAction, action="action_tell_faq", act=Act.FAQ):
    """Gives the answer to a question of `data/knowledge/faq/` that a button asks."""


class ActionDeclineOutOfScope(DialogueAction, action="action_decline_out_of_scope", act=Act.OUT_OF_SCOPE):
    """Says that it cannot help with this; wallet matters and chit-chat are answered differently."""


class ActionNotUnderstood(DialogueAction, action="action_not_understood", act=Act.NOT_UNDERSTOOD):
    """Says that it did not understand; the second time in a row it offers a human first."""
