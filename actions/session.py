"""What stands in for Rasa's own commands: nothing that matters is lost when somebody types them."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecuted, EventType, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import DialogueAction
from actions.dialogue.acts import Act


class ActionRestart(DialogueAction, action="action_restart", act=Act.RESTART):
    """Takes Rasa's `/restart`: begins anew, but a walkthrough under way can be taken up again.

    Rasa's own action would empty every slot and say nothing.
    """


class ActionBack(DialogueAction, action="action_back", act=Act.PREVIOUS):
    """Takes Rasa's `/back` for a step back; Rasa's own action would undo the last turn and say nothing."""


class ActionSessionStart(DialogueAction, action="action_session_start", act=Act.GREET):
    """Starts a session as Rasa's own action does; asked for by `/session_start`, it also greets.

    Channels send `/session_start` when a chat window opens. Rasa's own action would leave the window empty.
    """

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Greets if asked to, and returns the start of the session with every slot carried over."""
        changes = await super().run(dispatcher, tracker, domain) if _is_asked_for(tracker) else []
        slots = {**tracker.slots, **{event["name"]: event["value"] for event in changes}}
        carried = [SlotSet(name, value) for name, value in slots.items() if value is not None]
        return [SessionStarted(), *carried, ActionExecuted("action_listen")]


def _is_asked_for(tracker: Tracker) -> bool:
    """Whether the message to be answered asks for it, and not the arrival of any message after a long time."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return bool((event.get("text") or "").startswith("/session_start"))
        if event["event"] == "action":
            return False
    return False
