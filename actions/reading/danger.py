"""Danger: somebody's life, a fraud under way, a theft. Before everything else, wherever it stands."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Alarm, DialogueState, has_alarm
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

# By gravity. The limits were chosen on examples written apart from the training data (docs/conversation.md).
_SURE = {Alarm.CRISIS: 0.5, Alarm.FRAUD: 0.5, Alarm.VICTIM: 0.55, Alarm.BEREAVED: 0.6}
# Below the limit but above this, the bot asks rather than staying silent.
_DOUBTFUL = {Alarm.CRISIS: 0.3, Alarm.FRAUD: 0.33}


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a cry for help, the account of a fraud, or a theft."""
    if "fraud" in message.matters("negated") or "account_compromised" in message.matters("negated"):
        return None
    for alarm, limit in _SURE.items():
        certainty = message.alarms.get(alarm.value, 0.0)
        if certainty >= limit:
            return Reading(
                Source.DANGER, Act.ALARM, message, f"sounds like {alarm.value}", certainty, {"alarm": alarm}
            )
    for alarm, limit in _DOUBTFUL.items():
        certainty = message.alarms.get(alarm.value, 0.0)
        if certainty >= limit and not has_alarm(state, alarm):
            return Reading(
                Source.DANGER,
                Act.ALARM,
                message,
                f"may be {alarm.value}",
                certainty,
                {"alarm": alarm, "is_doubtful": True},
            )
    return None
