"""What only asks tells nothing: no report, no consent and no human comes of a question, whatever it sounds like."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.answers import SURE, find_answer
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, Request
from actions.dialogue.turn import Context
from actions.reading import causes
from actions.reading.clauses import asks_in
from actions.reading.questions import asks, asks_what_next, asks_whom, names_human, wants_human
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_TOLD = frozenset({Act.SOLVED, Act.DONE, Act.RULED_OUT, Act.CAUSE_FOUND, Act.TRIED_ALL, Act.NOT_CHECKED, Act.WAIT})
_HUMAN, _CONTACT, _PREPARATION = "human_handoff", "contact_support", "contact_preparation"
_SHORTEST_TOLD = 5
_SURE_HUMAN, _SURE_REPORT = 0.5, 0.6
_HOW = re.compile("怎么|怎样|怎樣|如何|咋|点样|哪能|在哪|哪里|方式")
# A short question at the end of what is told wants it confirmed: 「余额够的，是吧」.
_TAG = re.compile(r"[\s,，]*(?:对[吧吗]|是[吧吗]|对不对|是不是|没错吧|行吗|好吗|可以吗|知道吗|懂吗)[\s?？!！。~～]*$")
# Whether something is so, which nobody knows yet. 「为什么余额够还付不了」 tells that it is enough.
_WHETHER = re.compile(
    r"是不是|会不会|能不能|可不可以|该不会|不会是|难道|莫非|有没有可能|有可能是|系咪|系唔系|是否|[吗么伐][\s?？]*$"
)
_DENIED = re.compile("不是[^不]{1,12}[吗么嘛]")
# What is to be said to a human, who is not asked for by that.
_WHAT_TO_SAY = re.compile(
    "(?:说|讲|问|准备|提供|带|交代|交待|发|写)(?:些|点|一些|点儿|清楚)?(?:啥|什么|哪些|哪几样|乜)"
    "|(?:怎么|咋|如何|怎样)(?:跟|和|同|给|对)?.{0,4}(?:说(?!了)|讲|开口|描述)|(?:啥|什么|哪些)(?:材料|资料|信息|东西)"
)


def instead(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Returns what a message asks in place of a report, or of a human, that is only heard in its question.

    Args:
        context: The knowledge.
        state: The state before the message.
        chosen: How the message would be read.
    """
    message = chosen.message
    if message.is_payload:
        return None
    if chosen.act is Act.HUMAN and chosen.source is Source.SENTENCE:
        return _no_human(context, state, chosen)
    if chosen.act is Act.HUMAN and chosen.source is Source.ASKED and asks_whom(message.key):
        # 「那你说找谁」 agrees to nobody yet.
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "asks whom to turn to", chosen.certainty)
    if chosen.act is Act.OPEN_TOPIC and chosen.source is Source.SENTENCE and _asks_way_to_human(chosen):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return replace(chosen, message=plain, evidence="asks how to reach a human")
    if chosen.act not in _TOLD or chosen.source not in (Source.ON_SCREEN, Source.SENTENCE):
        return None
    is_guess = chosen.act in (Act.DONE, Act.SOLVED) and chosen.certainty < _SURE_REPORT and len(message.clauses) < 2
    if is_guess and _TAG.search(normalize(message.text)) and len(message.key) > _SHORTEST_TOLD:
        # 「验证码发到她手机上是吧」 wants to know.
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "wants it confirmed", chosen.certainty)
    if chosen.arguments.get("is_asked") or chosen.arguments.get("is_unclear") or not only_asks(message):
        return None
    if chosen.act in (Act.RULED_OUT, Act.CAUSE_FOUND):
        return _cause_asked(context, state, chosen)
    plain = replace(message, band=AnswerBand.ANSWER, choices=())
    return Reading(Source.ON_SCREEN, Act.ASK_STEP, plain, f"asks, and is no {chosen.act.value}", chosen.certainty)


def only_asks(message: UserMessage) -> bool:
    """Whether every clause of a message asks whether something is so; a tag that wants it confirmed is no question."""
    text = _TAG.sub("", normalize(message.text).strip())
    if not _WHETHER.search(text) or _DENIED.search(text) or asks_what_next(folded(text)) or not asks(text):
        return False
    if len(message.clauses) < 2:
        return True
    return all(map(asks_in, message.clauses)) and not asks_what_next(folded(message.clauses[-1].text))


def _cause_asked(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Reads that a cause is only supposed (「会不会是我之前设过什么限额」): the check of it is shown."""
    message, topic = chosen.message, context.topic(state)
    if topic is None or topic.kind != "diagnosis" or causes.happened(message.text):
        return None
    named = causes.named(topic, message.key)
    if not named:
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "asks of no cause that is known", chosen.certainty)
    arguments = {"causes": named, "is_asked": True}
    return Reading(Source.ON_SCREEN, Act.CAUSE_FOUND, message, "supposes a cause", chosen.certainty, arguments)


def _asks_way_to_human(chosen: Reading) -> bool:
    """Whether it is asked how a human is reached (「怎样联系真人客服」): the answer offers one."""
    message = chosen.message
    rivals = [name for name, _ in message.choices if name != message.intent]
    is_doubtful = message.band is AnswerBand.CHOICE and rivals == [_HUMAN] and message.intent == _CONTACT
    return is_doubtful and bool(_HOW.search(message.key))


def _no_human(context: Context, state: DialogueState, chosen: Reading) -> Reading | None:
    """Reads what is asked about a human, or is only taken for the wish of one: nobody is called by a guess."""
    message = chosen.message
    if _WHAT_TO_SAY.search(message.key) and not message.further_requests:
        found = find_answer(context, state, message, SURE)
        if found is not None:
            return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, f"asks for {found.topic} before a human comes")
        wants = wants_human([folded(clause.text) for clause in message.clauses] or [message.key])
        if not wants and _PREPARATION in context.knowledge.topics:
            plain = replace(message, intent=_PREPARATION, band=AnswerBand.ANSWER, choices=())
            return Reading(Source.SENTENCE, Act.OPEN_TOPIC, plain, "asks what a human has to be told")
    if message.band is AnswerBand.ANSWER or message.confidence >= _SURE_HUMAN or names_human(message.key):
        return None
    first, *others = _topics_named(context, message) or (None,)
    if first is None:
        return None
    plain = replace(message, intent=first.intent, band=AnswerBand.ANSWER, choices=(), further_requests=tuple(others))
    return Reading(Source.SENTENCE, Act.OPEN_TOPIC, plain, "names its matter, and no human")


def _topics_named(context: Context, message: UserMessage) -> list[Request]:
    """Returns the topics that a message names; of those that belong together the likeliest."""
    chances, topics = dict(message.choices), context.knowledge.topics
    named = [name for name in message.matters("anchor", "named") if name in topics]
    found: list[str] = []
    for name in sorted(named, key=lambda name: -chances.get(name, 0.0)):
        if name not in found and not any(name in topics[one].related or one in topics[name].related for one in found):
            found.append(name)
    return [Request(name, message.text) for name in sorted(found, key=named.index)]
