"""What sounds like a question about the ticket, and is none: what to prepare, and that all was tried."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.reading.reading import Reading, Source

_PREPARATION = "contact_preparation"
_LONGEST = 24
# 「那我要准备点啥给他们吗」
_PREPARES = re.compile("准备(?:好)?(?:点|些|一?下)?(?:什么|啥|哪些|哪几样|材料|资料|信息|东西)")
# 「我说了都试过了」
_TRIED = re.compile("(?:都|全|全部|全都)(?:已经|给|挨个)?(?:试|弄|做|查|核对)(?:过|了|遍)")
_OF_TICKET = re.compile("工单|单子|进度|处理|排队|第几|多久|结果|什么时候|啥时候|几点|[谁人]接|人呢")


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what is asked or told while a human is spoken of, and is not about the ticket."""
    waits = state.handed_over or message.is_queued
    if message.is_payload or len(message.key) > _LONGEST or _OF_TICKET.search(message.key):
        return None
    if act is not Act.TICKET_STATUS and not waits:
        return None
    plain = replace(message, band=AnswerBand.ANSWER, choices=(), further_requests=(), confidence=1.0)
    if _PREPARES.search(message.key) and _PREPARATION in context.knowledge.topics:
        wanted = replace(plain, intent=_PREPARATION)
        return Reading(Source.COMPLAINT, Act.OPEN_TOPIC, wanted, "asks what to prepare")
    if act is Act.TICKET_STATUS and _TRIED.search(message.key):
        meant = Act.HUMAN if waits else Act.TRIED_ALL
        return Reading(Source.COMPLAINT, meant, plain, "has tried everything")
    return None
