"""Progress told beside what has nothing to do with it (「填了 顺便帮我查下快递」): the step goes on all the same."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.answers import said_alone
from actions.dialogue.messages import AnswerBand
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading import on_screen
from actions.reading.reading import Reading
from actions.reading.reports import reports_in

# What would give something away is no aside (「看到了 我念给你听」).
_GIVES_AWAY = re.compile(r"\d{4,}|(?:念|发|报|告诉|说|给)(?:给)?(?:你|您)")
# What else is said leads nowhere.
_LEADS_NOWHERE = frozenset({Act.OUT_OF_SCOPE, Act.LOOK_UP, Act.NOT_UNDERSTOOD})


def instead(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Returns the report of a step in place of what leads nowhere and stands beside it; None without one."""
    topic, message = context.topic(state), chosen.message
    if topic is None or topic.kind != "procedure" or chosen.act not in _LEADS_NOWHERE or message.is_payload:
        return None
    reports = reports_in(message) if state.step and state.awaiting is None else []
    if not reports or _GIVES_AWAY.search(message.key):
        return None
    alone = replace(
        said_alone(message, reports[-1]),
        intent="nlu_fallback",
        band=AnswerBand.NOT_UNDERSTOOD,
        choices=(),
        further_requests=(),
        entities={},
    )
    told = on_screen.read(context, state, Act.NOT_UNDERSTOOD, alone)
    if told is None or told.act is not Act.DONE:
        return None
    is_aside = chosen.act is not Act.NOT_UNDERSTOOD
    return replace(told, arguments={**told.arguments, "aside": message if is_aside else None})
