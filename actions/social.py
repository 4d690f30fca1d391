"""Courtesies, and questions about the bot itself."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionGreetUser(DialogueAction, action="action_greet_user", act=Act.GREET):
    """Greets and introduces the bot as a bot."""


class ActionSayGoodbye(DialogueAction, action="action_say_goodbye", act=Act.GOODBYE):
    """Says goodbye."""


class ActionAcceptThanks(DialogueAction, action="action_accept_thanks", act=Act.THANK):
    """Answers thanks."""


class ActionExplainCapabilities(DialogueAction, action="action_explain_capabilities", act=Act.CAPABILITIES):
    """Says what the bot can do."""


class ActionAnswerBotChallenge(DialogueAction, action="action_answer_bot_challenge", act=Act.BOT_CHALLENGE):
    """Says that it is a bot."""
