"""What a message of several clauses reports of the step on the screen."""

from __future__ import annotations

import re

from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.reading.clauses import asks_in
from actions.reading.questions import goes_back

_SURE = 0.8
_TWO = 2
# Heard or read, and nothing done: 「我已了解」.
_HEARD = re.compile(
    "(?:我|都|也|已经?|这下|哦|好的?|嗯)*(?:知道|了解|明白|懂|清楚|晓得|看过|看完|想好|考虑好|确定|好|行|可以|来)(?:了|啦|咯|的)*"
)


def reports_in(message: UserMessage) -> list[Clause]:
    """Returns those of several clauses that surely report a step as done, or its page as there."""
    if len(message.clauses) < _TWO:
        return []
    return [
        clause
        for clause in message.clauses
        if max(clause.acts.get("done", 0.0), clause.acts.get("arrived", 0.0)) >= _SURE
        and not asks_in(clause)
        and not goes_back(clause.text)
        and not _HEARD.fullmatch(folded(clause.text))
    ]


def tells_progress(state: DialogueState, message: UserMessage) -> bool:
    """Whether one of several clauses reports the step on the screen."""
    return state.walk is not None and state.step > 0 and state.awaiting is None and bool(reports_in(message))
