"""Pauses: somebody is called away and comes back later (「来客人了 等我会儿」, 「接个电话 回来再说」)."""

from __future__ import annotations

import re

from actions.dialogue.acts import SUPPORT, Act
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.questions import asks, says_goodbye
from actions.reading.reading import Reading, Source
from actions.reading.values import details_said
from language.text_normalization import normalize

_LONGEST = 24
_SURE, _TOLD, _SURE_SUPPORT = 0.6, 0.8, 0.8
_SOON = "(?:一会儿?|待会儿?|等会儿?|等下|等一下|等哈|过会儿?|晚点|晚些|回头)"
_TAKES_UP = "(?:说|讲|弄|搞|整|来|聊|看|办|继续|接着|联系|回|找|叫)"
# To wait for the user, not for a code, a result or a human.
_WAIT_FOR_ME = re.compile(
    "^(?!等$)(?:你|您|麻烦|先|那|那你|稍|请)*(?:稍等|等)(?:一)?(?:哈|下|会儿?|等|我|哈儿|歇|阵)*(?:我|啊|哈|哦|嘛|吧|先|再说|先啊|一下|会儿?)*$"
)
_COMES_BACK = re.compile(
    f"^(?:我|那|就|咱|先|行|好)*{_SOON}(?:再|我再|我|就|咱|咱们|我们)*(?:回来|回(?:你|您)|来找?(?:你|您)?|{_TAKES_UP}(?:你|您|吧|哈|啊)*)(?:了|吧|哈|啊|哦)*$"
    f"|(?:完|了|好|后|之后|以后|到家|到站).{{0,2}}?(?:了)?(?:再|就|我再|我|马上|咱再)*(?:回来|回(?:你|您|复)|来找(?:你|您)|找(?:你|您)|叫(?:你|您)|跟(?:你|您)说|再{_TAKES_UP})(?:吧|哈|啊|弄|说|哦|你|您)*$"
    f"|回来(?:再|了再|就|接着|咱再|我再){_TAKES_UP}"
)
# What calls somebody away; nothing of it is done in the wallet.
_CALLED_AWAY = re.compile(
    "(?:先|得|要|去|我去)(?:去)?(?:忙|接(?:个|一下|下)?(?:电话|人|孩子|娃|单|客)|吃(?:个|口|点)?饭|送(?:个|一下|下|完|货|单|人|孩子)|开(?:个)?会|开车|干活|做饭|上课|上班|洗|哄|抱|招呼|收摊|卸货|搬|停车"
    "|上(?:个)?厕所|买菜|遛狗|睡|拿(?:一下|下|个|副)?(?:眼镜|老花|充电|水|快递)|取(?:个)?(?:快递|外卖))"
    "|来(?:客|人|买主|活|单|电话|生意|车)(?:人|户|了)*|有人(?:敲门|找|叫|喊|来)|(?:老板|领导|师傅|孩子|娃|老婆|老公|我妈|我爸)(?:叫|喊|找)我|孩子哭|到(?:站|楼下|家|地方|点)了|(?:要|该|快)(?:进站|下车|下站|上车|开会|上课|关门|登机|过安检)"
    "|锅(?:糊|开|要)|水开了|没电了"
)
# 「回来了」, where nothing was done meanwhile.
_IS_BACK = re.compile(
    "(?:好了?|嗯+|哦+|我)*(?:又)?(?:回来|忙完|吃完饭|接完电话|接完|开完会|停好车|到家)(?:了|啦|咯|喽)+(?:我)?(?:咱)?(?:继续|接着)?(?:吧|来|说|弄)*"
)
# What is waited for by itself is a report of the matter.
_OF_MATTER = re.compile(
    "等(?:验证码|短信|码|通知|审核|结果|人|客服|人工|他们|退款|到账|消息|回复|电话|你们)|(?:注|申|登|付|转|退|提|充|绑)"
)


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that somebody is called away, or asks us to wait for them: whatever is open stays as it is."""
    if message.is_payload or len(message.key) > _LONGEST or state.handed_over or message.is_queued or state.open_alarm:
        return None
    if state.walk is not None and _IS_BACK.fullmatch(message.key):
        plain = replace(message, intent="repeat_step", band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.REFERENCE, Act.REPEAT, plain, "is back")
    is_matter = act is Act.OPEN_TOPIC and message.intent in message.matters()
    if is_matter or (act in SUPPORT and message.confidence >= _SURE_SUPPORT):
        return None
    if message.acts.get("correction", 0.0) >= _TOLD:
        # 「先等等 弄错了 是换手机号」
        return None
    if state.offer is Offer.CHOICE or asks(normalize(message.text)) or _OF_MATTER.search(message.key):
        return None
    if says_goodbye(message.key) and state.walk is None:
        return None
    if not _is_pause(message) or _tells(context, state, message):
        return None
    return Reading(Source.SAID_BEFORE, Act.WAIT, message, "is called away, or wants us to wait")


def _is_pause(message: UserMessage) -> bool:
    clauses = [folded(clause.text) for clause in message.clauses] or [message.key]
    returns = any(_WAIT_FOR_ME.search(one) or _COMES_BACK.search(one) for one in clauses)
    away = bool(_CALLED_AWAY.search(message.key))
    waits = message.acts.get("waiting", 0.0) >= _SURE
    return returns or (away and (waits or all(_CALLED_AWAY.search(one) or len(one) <= 2 for one in clauses)))


def _tells(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether it reports something of what is under way as well (「号填了 等一下」, 「余额够 等会再看网」)."""
    known = [clause.acts for clause in message.clauses] or [message.acts]
    told = ("done", "arrived", "trouble", "ruled_out", "cause_confirmed", "solved", "not_checked")
    if any(acts.get(name, 0.0) >= _TOLD for acts in known for name in told):
        return state.walk is not None or state.last_topic is not None
    topic = context.topic(state)
    is_form = state.awaiting is Awaiting.DETAIL and topic is not None
    return is_form and topic is not None and bool(details_said(context, topic, message))
