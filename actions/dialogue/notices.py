"""Says what the deployment announces: at the welcome, and before a walkthrough of which it may be the cause."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context, Turn

# More at once are not read.
_MOST = 2
_OPENS_WINDOW = "session_start"


def announced(context: Context, before: DialogueState, turn: Turn, act: Act, message: UserMessage) -> Turn:
    """Returns the turn with the notices that belong to it.

    Args:
        context: Knowledge and replies.
        before: The state before the message.
        turn: What is said.
        act: What the user has done.
        message: The message.
    """
    now = [
        notice for notice in context.knowledge.notices if notice.holds(message.said_at, message.site, message.channel)
    ]
    if act is Act.GREET and (message.intent == _OPENS_WINDOW or (message.pause == 0 and before == DialogueState())):
        # After the greeting: a window begins with what came last, and keeps the buttons of the whole turn.
        said = tuple(_said(context, "utter_notice", str(notice.text)) for notice in now[:_MOST])
        return replace(turn, replies=(*turn.replies, *said))
    begun = turn.state.topic if turn.state.walk and turn.state.topic != before.topic else None
    known = [walk.topic for walk in before.suspended]
    causes = [notice for notice in now if begun in notice.explains] if begun not in known else []
    if not causes:
        return turn
    replies = tuple(_said(context, "utter_notice_may_explain", str(notice.text)) for notice in causes[:_MOST])
    return replace(turn, replies=(*replies, *turn.replies))


def _said(context: Context, response: str, text: str) -> Reply:
    return Reply(response, {"notice": context.replies.fill(text)})
