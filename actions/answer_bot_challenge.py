"""`action_answer_bot_challenge`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionAnswerBotChallenge(DialogueAction):
    """Says that it is a bot."""

    act = Act.BOT_CHALLENGE

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_answer_bot_challenge"
