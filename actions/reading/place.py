"""Where the talk is: back to the step before, the place asked for, the end of the talk."""

from __future__ import annotations

import re
from dataclasses import replace

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.questions import asks, ends_talk, postpones
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_LONGEST = 14
_ASKED = 0.4
# Of titles, what names no matter of its own: 「账户」 is in two.
_VAGUE = frozenset({"账户", "保护", "找回", "排查", "登录", "回登", "户安", "查支"})
# 「刚才说到哪了」, but not 「钱转到哪了」.
_WHERE = re.compile("(?:说|弄|做|讲|搞|走|办|查|进行)到(?:哪|第几|什么地方)")
_UNDONE = re.compile(
    "(?:刚才|刚刚|上一?|前一?|前面|上面)(?:那|的|那一)?(?:个|步|一步).{0,3}(?:还没|没有?|冇)(?:做|弄|填|点|搞|整)?(?:完|好|成)"
)
# Whether there is more to come, and what it may still be.
_MORE = re.compile(
    "还有(?:吗|没有?$|么|别的(?:吗|没|步)|其他(?:吗|步)|几[步条个项]|[一下]?[步条个项](?:吗|没)|.{0,2}第.[步条个项])|就(?:只有?)?这(?:些|[几么].?[步条个])(?:吗|了|啊|么)?"
    "|[是到]最后一?[步个条项]|[一总]共(?:有|要)?几[步条个项]|后[面头](?:还有|没有?了)|(?:这就|都)?完了吗|还[剩差](?:几|多少)[步条个项]|还要几步"
)
_WHICH_LEFT = re.compile(
    "还(?:能|会|可能)是?(?:啥|什么|哪|因为)|还有(?:啥|什么|哪些?|哪几)(?:个|项|样|种)?(?:原因|可能|问题|没)?|还剩(?:哪|什么|啥|几[项个样])|剩下的?(?:是|还有)?(?:啥|什么|哪)"
    "|那(?:到底|究竟)?(?:是|会是|是因为)(?:啥|什么|咋回事|怎么回事)"
)
# 「接着刚才的」, 「继续申诉吧」, 「回到密码那个」.
_RESUMES = re.compile("继续|接着|回到|返回|回去|接下去")
_BEFORE = re.compile("(?:继续|接着|回到|返回|回去)(?:弄|办|说|讲|做|看|来|搞)?(?:刚才|刚刚|之前|前面|上面|原来|先前)")
# What may be the end of the talk by itself.
_MAY_END = CONTROL | SOCIAL | UNCLEAR


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as about the place in a walkthrough, or as the end of the talk."""
    if len(message.key) > _LONGEST or message.further_requests or state.awaiting is Awaiting.DETAIL:
        return None
    clear = replace(message, band=AnswerBand.ANSWER, choices=())
    left = _asks_for_rest(context, state, clear)
    if left:
        return left
    resumed = _resumed(context, state, act, clear)
    if resumed:
        return resumed
    if _WHERE.search(message.key) and (state.step or (state.walk is None and state.suspended)):
        return Reading(Source.REFERENCE, Act.REPEAT, clear, "asks for the place")
    if state.step > 1 and _UNDONE.search(message.key) and not asks(normalize(message.text)):
        return Reading(Source.REFERENCE, Act.PREVIOUS, clear, "the step before is not done")
    return _end(context, state, act, clear)


def _asks_for_rest(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the question how much is left, of the steps or of the causes."""
    topic = context.topic(state)
    is_menu = message.key in {folded(normalize(word)) for word in context.knowledge.wording.menu_words}
    if topic is None or not state.step or state.offer is Offer.CHOICE or is_menu:
        return None
    asked = message.acts.get("question", 0.0) >= _ASKED or asks(normalize(message.text))
    pattern = _WHICH_LEFT if topic.kind == "diagnosis" else _MORE
    if not asked or not (pattern.search(message.key) or _MORE.search(message.key)):
        return None
    return Reading(Source.REFERENCE, Act.STEPS_LEFT, message, "asks what is left")


def _resumed(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to go on with what was under way: where it stands, not a step further."""
    if not _RESUMES.search(message.key) or asks(normalize(message.text)) or act is Act.HUMAN:
        return None
    waiting = [walk.topic for walk in reversed(state.suspended)]
    open_topics = [state.topic] if state.topic else []
    for name in (*open_topics, *waiting):
        topic = context.knowledge.topics[name]
        titles = _bigrams(topic.title) | _bigrams(topic.menu.label if topic.menu else "")
        if name in message.matters() or any(title in message.key for title in titles):
            meant = Act.REPEAT if name == state.topic else Act.OPEN_TOPIC
            plain = replace(message, intent=name, further_requests=())
            return Reading(Source.REFERENCE, meant, plain, f"goes on with {name}")
    if state.walk and state.awaiting is not Awaiting.WARNING and _BEFORE.search(message.key):
        return Reading(Source.REFERENCE, Act.REPEAT, replace(message, further_requests=()), "goes on where it was")
    return None


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)} - _VAGUE


def _end(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as the end of the talk; never while a human is waited for, nor after an alarm."""
    is_waiting = state.handed_over or message.is_queued
    if is_waiting or state.alarms or act not in _MAY_END or asks(normalize(message.text)):
        return None
    is_later = postpones(message.key)
    if not is_later and not ends_talk(message.key):
        return None
    if state.walk is None:
        is_free = state.offer in (None, Offer.RATING)
        return Reading(Source.REFERENCE, Act.GOODBYE, message, "ends the talk") if is_free else None
    if is_later:
        return Reading(Source.REFERENCE, Act.CANCEL, message, "puts it off")
    if any(word in message.key for word in context.knowledge.wording.thanks):
        act = Act.SOLVED if state.step else Act.CANCEL
        return Reading(Source.REFERENCE, act, message, "thanks and wants nothing else")
    return None
