"""`action_greet_user`."""

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionGreetUser(DialogueAction):
    """Greets and introduces the bot as a bot."""

    act = Act.GREET

    def name(self) -> str:
        """Returns the name in `domain.yml`."""
        return "action_greet_user"
