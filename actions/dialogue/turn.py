"""What every part of the dialogue works with and returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from actions.dialogue.messages import Event, Reply
from actions.dialogue.replacing import replace
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import DialogueState, HandoffReason, Offer
from actions.knowledge import Knowledge, Topic

if TYPE_CHECKING:
    from actions.reading.reading import Interpretation


@dataclass(frozen=True)
class Context:
    """What does not change during a conversation."""

    knowledge: Knowledge
    replies: ReplyBuilder

    def topic(self, state: DialogueState) -> Topic | None:
        """Returns the topic of the walkthrough under way."""
        return self.knowledge.topics.get(state.topic or "")


@dataclass(frozen=True)
class Turn:
    """What a message leads to.

    Attributes:
        state: The state after it.
        replies: What the bot says, in order.
        events: What has happened, for the statistics; worked out when the turn is complete.
        interpretation: What the message was taken for, and what else it could have been.
    """

    state: DialogueState
    replies: tuple[Reply, ...]
    events: tuple[Event, ...] = ()
    interpretation: Interpretation | None = None

    def after(self, *replies: Reply) -> Turn:
        """Returns the turn with other replies before its own."""
        return Turn(self.state, (*replies, *self.replies))


def offering_human(state: DialogueState, reason: HandoffReason, *replies: Reply) -> Turn:
    """Returns the turn that offers a human; the reply must carry the question."""
    if state.walk:
        state = replace(state, walk=replace(state.walk, interrupted=True))
    return Turn(replace(state, offer=Offer.HUMAN, offer_reason=reason), replies)
