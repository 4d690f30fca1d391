"""What was said before: fragments that make one message together."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading.reading import Reading

_LONGEST = 8


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message together with the one before, when both are fragments and make a topic together."""
    return None


def is_fragment(message: UserMessage) -> bool:
    """Whether a message is short enough to be a part of one."""
    return 0 < len(message.key) <= _LONGEST
