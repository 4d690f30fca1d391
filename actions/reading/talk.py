"""What is said of the bot itself, whatever is under way: who it is, and whether it can be trusted."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.repair import small_talk_of
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.reading import mending
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_UNKNOWN = 0.15
# What was not meant for the bot, or not meant at all.
_NOT_MEANT = re.compile(
    "(?:不好意思|抱歉|哎呀?|啊|哦|对不起|sorry|我|刚才|刚刚|上面|前面|那|这|一?句|一?条|个|是|的|都)*(?:发|回|打)错(?:了|人|群|地方|窗口|对话框)*(?:不好意思|抱歉|哈|啊|当我没说|别介意|别理|不用理)*"
    "|.{0,6}(?:当我没(?:说|问|发)|不是(?:跟|对|和|发给|问)你(?:说|讲|问|发)?的).{0,6}"
)
_ASKS_MEANING = re.compile(
    r"(?:你们?|您|上面|刚才|刚刚|前面)(?:刚才|刚刚|上面|前面)?(?:说|讲|写|提到?)的?(?:那个|这个)?\s?[“\"「『‘].{1,15}[”\"」』’].{0,6}"
    "(?:指|什么|啥|哪|意思|怎么)"
    "|(?:你们?|您)(?:刚才|刚刚|上面|前面)?(?:说|讲|写|提到?)的.{2,8}(?:具体|到底)?是?(?:指(?:的)?(?:是)?(?:什么|啥|哪)|(?:什么|啥)意思)"
)
_JUST_ASKS = re.compile(
    "(?:我)?(?:还没(?:开始|有)?(?:弄|填|办|做|点|操作)?)?(?:我)?(?:就是|只是|就|只|先|是)+(?:来|想|先)*(?:问问|问一下|问下|了解|打听|咨询|问一问)(?:一下|下|而已|罢了|的|啦|哈|清楚)*"
)


def _aside(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads that what was said before was not meant for the bot, or that somebody only asks for now."""
    if state.open_alarm or state.handed_over or state.awaiting is not None or message.is_payload:
        return None
    response = None
    if _NOT_MEANT.fullmatch(message.key) and not state.collected_details:
        response = "utter_never_mind"
    elif state.walk is None and _JUST_ASKS.fullmatch(message.key):
        response = "utter_just_asking"
    if response is None:
        return None
    arguments = {"response": response, "stays": True}
    return Reading(Source.SENTENCE, Act.LET_BE, message, "was not meant, or only asks", arguments=arguments)


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a question about the bot itself, which no topic answers (「怎么知道你不是骗子」)."""
    if act is Act.HUMAN:
        return None
    heard = mending.reminded(state, message)
    if heard or state.open_alarm:
        return heard
    if act is Act.OPEN_TOPIC and message.intent in message.matters():
        # 「那我注销的话钱真没了？你说的准不准」 asks about the closure.
        return None
    if state.awaiting is Awaiting.DETAIL and message.acts.get("unknown_detail", 0.0) >= _UNKNOWN:
        # 「我也不清楚叫啥」 is about the shop.
        return None
    if _ASKS_MEANING.search(normalize(message.text)) and message.further_requests == ():
        # What the bot meant by its own words is answered, and opens nothing.
        return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, "asks what was meant")
    aside = _aside(state, message)
    if aside:
        return aside
    kind = small_talk_of(context, message)
    if kind is None or not kind.of_itself or message.further_requests:
        return None
    plain = replace(message, intent=Act.OUT_OF_SCOPE.value, band=AnswerBand.ANSWER, choices=(), entities={})
    return Reading(Source.SENTENCE, Act.OUT_OF_SCOPE, plain, "asks about the bot itself")
