"""Questions that nothing else has understood, and that the knowledge answers in so many words."""

from __future__ import annotations

import re

from actions.dialogue import walkthrough
from actions.dialogue.acts import Act
from actions.dialogue.answers import CERTAIN, SURE, find_answer, find_answers
from actions.dialogue.messages import AnswerBand
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.clauses import asks_in
from actions.reading.questions import asks, asks_how
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

# With these the bot would say that it does not know, or does not understand.
_SILENT = frozenset({Act.NOT_UNDERSTOOD, Act.OUT_OF_SCOPE, Act.FRAGMENT, Act.HONEST})

_ASKED = 0.5
# What a page has said is pasted (「注销失败：还有订单没完成(E203)」): somebody is past the beginning.
_ERROR = re.compile(
    r"失败\s*[:：,，(（]|错误码|错误代码|(?:注销|登录|登陆|提交|申诉|验证)(?:申请)?(?:失败|未通过|不通过)|(?:无法|不能|不予)(?:注销|登录|提交|申诉|重置)"
    r"|[(（\[][a-z]{0,3}-?\d{3,6}[)）\]]|^(?:提示|报错|显示|弹出?)\s*[:：“\"「]"
)


def instead(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Reads a message to which the bot would have no answer, or a list of topics, as a question with a known answer.

    Args:
        context: The knowledge.
        state: The state before the message.
        chosen: How the message would be read.
    """
    message = chosen.message
    if _asks_several(context, state, chosen):
        plain = replace(message, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.SAID_BEFORE, Act.ASK_STEP, plain, "asks two things")
    least = _least(context, state, chosen)
    if least is None or message.is_payload or message.further_requests or not message.acts:
        return None
    if walkthrough.serves_in_passing(context, state, chosen.act, message):
        # The bare name of a check picks it.
        return None
    if state.awaiting is Awaiting.DETAIL or state.offer is Offer.CHOICE or "unsupported_topic" in message.entities:
        return None
    found = find_answer(context, state, message, least)
    if found is None:
        return None
    return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, f"asks for {found.topic}/{found.place}")


def _asks_several(context: Context, state: DialogueState, chosen: Reading) -> bool:
    """Whether two things with an answer are asked, one of which a whole answer or a list would leave out."""
    message = chosen.message
    opened = context.knowledge.topics.get(message.intent) if chosen.act is Act.OPEN_TOPIC else None
    is_left_out = (
        opened is None or (not opened.urgent and not opened.is_walkthrough) or all(map(asks_in, message.clauses))
    )
    if message.is_payload or chosen.source is not Source.SENTENCE or state.offer is Offer.CHOICE or not is_left_out:
        return False
    return chosen.act in (Act.OPEN_TOPIC, *_SILENT) and len(find_answers(context, state, message)) > 1


def _least(context: Context, state: DialogueState, chosen: Reading) -> float | None:
    """Returns how likely an answer has to be to take the place of a reading; None when none may."""
    message = chosen.message
    if chosen.act in _SILENT and chosen.evidence != "small talk":
        return SURE
    if chosen.source is not Source.SENTENCE:
        return None
    if message.band is AnswerBand.CHOICE:
        return SURE
    opened = context.knowledge.topics.get(message.intent) if chosen.act is Act.OPEN_TOPIC else None
    named = {step.value for step in opened.steps if step.value} if opened else set()
    if opened and message.single_value(opened.entity, named):
        # The step that is named is shown with its answer.
        return None
    # 「明明是改密码 干嘛不直接让我改」 asks something before it is a wish.
    is_asked = asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _ASKED
    is_question = is_asked and not asks_how(message.key)
    if opened and opened.id == state.topic:
        # Else it would only hear that this is under way already.
        return SURE
    is_stopped = opened is not None and opened.kind == "procedure" and bool(_ERROR.search(normalize(message.text)))
    is_question = is_question or is_stopped
    return CERTAIN if opened and opened.is_walkthrough and not opened.urgent and is_question else None
