"""What is left to us: the account is to be looked up (「你后台查下不就行了」), or nobody can tell which cause it is."""

from __future__ import annotations

import re

from actions.dialogue.acts import UNCLEAR, Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.causes import named
from actions.reading.reading import Reading, Source

_LONGEST = 24
_LOOKS_UP = re.compile(
    "(?:你们?|您|后台|系统(?:里|上)?|帮我|给我|替我|帮忙)(?:那边|那里|那儿|这边|自己|后台|系统|直接|就|先|再|能不能|能|可以|来|去|帮我|帮忙|给我|给|替我|不会|不能|难道)*"
    "(?:(?:查|调|翻)(?!清|实|验|封)|(?:看(?=看|下(?!一)|一下|一眼|不就|不到吗)))"
)
# A step, the progress of something, or what the user says is no account to be looked up.
_SOMETHING_ELSE = re.compile(
    "下一|下个|第[一二两三四五六七八九十\\d]|步骤|后面|怎么|咋|工单|进度|记|排队|人工|资料|我说|我写|我发|上面|前面|截图|图片|时间表|再查|接着查|继续查"
)
_CANNOT_TELL = re.compile(
    "(?:不|没法|哪)(?:太|大|是很)?(?:知道|晓得|清楚|确定|明白|懂)(?:是|到底|究竟|属于|算)*(?:哪|什么|啥)|说不(?:准|清|上来|好)|分不(?:清|出)|看不出|判断不(?:了|出)|(?:都|全)不(?:知道|清楚|懂)$"
)


_IN_A_HURRY = re.compile(
    "^(?:很|好|太|真)?急|快(?:说|告诉|讲)|(?:咋|怎么)(?:办|弄|整)(?:啊|呀|呢)?$|急用|急着|着急|赶时间|排队|等着(?:付|结|呢)|快点|赶紧|一堆人"
)


def leaves_to_us(key: str) -> bool:
    """Whether the text wants the account looked up for the user."""
    return bool(_LOOKS_UP.search(key)) and not _SOMETHING_ELSE.search(key)


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish that we look it up, which nobody here can; what can be done instead is gone on with."""
    if act is Act.HUMAN or message.is_payload or state.offer in (Offer.CHOICE, Offer.CORRECTION) or state.alarms:
        return None
    topic = context.topic(state)
    is_choice = topic is not None and topic.kind == "diagnosis" and state.step == 0 and state.walk is not None
    cannot_tell = _CANNOT_TELL.search(message.key) or (_IN_A_HURRY.search(message.key) and act in UNCLEAR)
    if topic is not None and is_choice and cannot_tell and not named(topic, message.key):
        plain = replace(message, intent="next_step", band=AnswerBand.ANSWER, choices=(), further_requests=())
        looks = leaves_to_us(message.key)
        return Reading(Source.ASKED, Act.LOOK_UP if looks else Act.NEXT, plain, "cannot tell which cause it is")
    if len(message.key) > _LONGEST or not leaves_to_us(message.key) or state.awaiting is Awaiting.WARNING:
        return None
    is_other = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER and message.intent != state.topic
    if is_other or state.handed_over or message.is_queued:
        return None
    return Reading(Source.ASKED, Act.LOOK_UP, replace(message, further_requests=()), "wants it looked up")
