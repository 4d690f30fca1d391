"""Collects the possible readings of a message and picks one."""

from __future__ import annotations

from collections.abc import Callable

from actions.dialogue import choices
from actions.dialogue.acts import Act, act_of
from actions.dialogue.messages import UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading import (
    answered,
    asked,
    complaint,
    danger,
    faqs,
    left_to_us,
    mending,
    offered,
    on_screen,
    operators,
    order,
    ordinals,
    pauses,
    place,
    progress,
    questioned,
    reach,
    references,
    secrets,
    talk,
    unclear,
)
from actions.reading.reading import Interpretation, Reading, Source

_Reader = Callable[[Context, DialogueState, Act, UserMessage], Reading | None]

# By precedence. Danger comes first wherever it stands. A secret is no number of a list, and no value. What the screen
# offers or asks comes before what the sentence says by itself. An operator comes before what hears the words only:
# 「我没有忘记密码」 reports no trouble. What points to something shown comes before what happens at a step:
# 「那电话呢」 is no question about the step.
READERS: tuple[_Reader, ...] = (
    danger.read,
    secrets.read,
    ordinals.read,
    offered.read,
    talk.read,
    left_to_us.read,
    order.read,
    pauses.read,
    asked.read,
    mending.read,
    operators.read,
    complaint.read,
    place.read,
    references.read,
    reach.read,
    on_screen.read,
    unclear.read,
)


def interpret(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Interpretation:
    """Returns what the message means, and what else it could have meant.

    Args:
        context: Knowledge and replies.
        state: The state before the message.
        act: What the sentence does by itself.
        message: The message with what the NLU found in it.
    """
    sentence = Reading(Source.SENTENCE, act, message, f"intent {message.intent}", message.confidence)
    if message.is_payload or not message.text.strip():
        return Interpretation(replace(sentence, evidence="button", certainty=1.0))
    # 「我选错了」 takes back a choice, whatever is on the screen.
    is_plain = _wants_human(context, message) or choices.was_wrong(message)
    readers = (danger.read,) if is_plain else READERS
    readings = [reading for reader in readers if (reading := reader(context, state, act, message))]
    first, *others = [*readings, sentence]
    for instead in () if is_plain else (questioned.instead, answered.instead, faqs.instead, progress.instead):
        question = instead(context, state, first)
        if question:
            first, others = question, [first, *others]
    return Interpretation(first, tuple(others))


def _wants_human(context: Context, message: UserMessage) -> bool:
    """Whether a human is asked for beside something else (「第二个，算了转人工吧」): only danger comes before that."""
    beside = {act_of(request.intent, context.knowledge) for request in message.further_requests}
    return Act.HUMAN in beside and "human_handoff" not in message.matters("negated")
