"""What was asked: each open question says what it accepts."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

_CONSENT = 0.5


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as an answer to the open question."""
    return _consent(context, state, act, message) or _question_instead(context, state, act, message)


def _consent(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """A short yes to a human who is offered, or whose button stood first in the last turn."""
    is_offered = state.offer is Offer.HUMAN or (
        bool(state.shown) and state.shown[0].payload == "/human_handoff" and not state.handed_over
    )
    if not is_offered or len(message.key) > 12 or message.matters("negated"):
        return None
    certainty = message.acts.get("consent_human", 0.0)
    if certainty >= _CONSENT:
        return Reading(Source.ASKED, Act.HUMAN, message, "agrees to a human", certainty)
    return None


def _question_instead(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """A question is no answer: it is answered, and then the question is asked again."""
    if state.awaiting is not Awaiting.DETAIL or state.offer is not None:
        return None
    words = context.knowledge.wording.question_words
    is_question = message.acts.get("question", 0.0) >= 0.5 or message.text.rstrip().endswith(tuple(words))
    if not is_question or act is Act.HUMAN or message.entities.get("amount") or message.entities.get("transaction_time"):
        return None
    if act is Act.OPEN_TOPIC and message.intent != state.topic and message.confidence >= 0.9:
        return None
    return Reading(Source.ASKED, Act.ASK_STEP, message, "asks instead of answering", message.acts.get("question", 0.5))
