"""What a message of several clauses tells, and what it asks."""

from __future__ import annotations

from actions.dialogue.messages import Clause, UserMessage, folded
from actions.reading.questions import asks, states
from language.text_normalization import normalize

_SURE_QUESTION = 0.7


def asks_in(clause: Clause) -> bool:
    """Whether a clause asks rather than tells."""
    text = normalize(clause.text)
    return asks(text) or (clause.acts.get("question", 0.0) >= _SURE_QUESTION and not states(text))


def told_in(message: UserMessage) -> str:
    """Returns what a message tells without what it asks, folded; all of it when it only asks."""
    return "".join(folded(clause.text) for clause in message.clauses if not asks_in(clause)) or message.key
