"""Questions that nothing else has understood, and that the knowledge answers in so many words."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.answers import find_asked
from actions.dialogue.messages import AnswerBand
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

# With these the bot would say that it does not know, or does not understand.
_SILENT = frozenset({Act.NOT_UNDERSTOOD, Act.OUT_OF_SCOPE, Act.FRAGMENT, Act.HONEST})


def instead(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Reads a message to which the bot would have no answer, or a list of topics, as a question with a known answer.

    Args:
        context: The knowledge.
        state: The state before the message.
        chosen: How the message would be read.
    """
    message = chosen.message
    if not _is_unanswered(chosen) or message.is_payload or message.further_requests or not message.acts:
        return None
    if state.awaiting is Awaiting.DETAIL or state.offer is Offer.CHOICE or "unsupported_topic" in message.entities:
        return None
    found = find_asked(context, state, message)
    if found is None:
        return None
    return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, f"asks for {found.topic}/{found.place}")


def _is_unanswered(chosen: Reading) -> bool:
    is_list = chosen.source is Source.SENTENCE and chosen.message.band is AnswerBand.CHOICE
    return is_list or (chosen.act in _SILENT and chosen.evidence != "small talk")
