"""Operators: a matter that is denied, over, or supposed is not the matter itself."""

from __future__ import annotations

import re

from actions.dialogue.acts import UNCLEAR, Act, act_of
from actions.dialogue.answers import Found, find_answer
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, Offer
from actions.dialogue.turn import Context
from actions.knowledge.answers import TOPIC
from actions.reading.complaint import is_complaint_of_us
from actions.reading.questions import asks, wants
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

# What comes of a matter that is over or only supposed, when it is a matter of its own.
_INSTEAD = {
    ("past", "account_closure"): "closure_consequences",
    ("hypothetical", "account_closure"): "closure_consequences",
    ("only_asked", "account_closure"): "closure_consequences",
}
# 「不是要注销」 says that another matter was meant; 「先不销了」 lets this one be.
_CORRECTS = ("不是", "没说", "谁说", "没问", "没让", "没提")
# The user's own account, whoever else comes up.
_OWN = ("我的", "我自己", "让我", "叫我", "催我", "劝我")


_TROUBLE = 0.45
# What is remembered and only to be changed is not to be recovered.
_FORGOTTEN, _CHANGE = "forgot_password", "change"
_REMEMBERS = re.compile(
    "没(?:有)?忘|不是.{0,4}忘|(?<![不没])记得|(?<!不)知道(?:原|旧|老|现在|以前)?.{0,3}密码|密码.{0,3}(?<!不)(?:知道|没错|是对的)"
)
_CHANGES = re.compile("(?:改|换|更新|更换|修改|变更)(?!了?手机|绑)")
_WHERE_TO_CHANGE = re.compile(
    "(?:登录|登陆)密码(?:在哪|哪里|哪儿)(?:里|儿|能|可以)*(?:改|换)|"
    "(?:改|换|修改|更换)(?:登录)?密码.{0,4}(?:入口|在哪|哪里|哪儿|位置|按钮|地方)"
    "|在?哪(?:里|儿)?(?:能|可以)?(?:改|换|修改)(?:登录)?密码"
)
_WANTS_CHANGE = re.compile(
    "^(?!.*(?:忘|想不起|记不|登不|进不去|不对|错)).*(?:怎么|咋|如何|想要?|要|需要|帮我|打算)(?:样|去|能)?(?:改|换|修改|更换|更改)(?:一?[下个])?(?:新的?)?(?:我的|u钱包的?|账户的?|账号的?)?(?:登录|登陆)?密码"
)
_REFUSES = re.compile(
    "(?:先|别|不|甭)(?:不|别|用|要|急着?)*(?:给我|再)?(?:转|等)(?:了|人工|客服)?|没(?:让|叫|要)你?.{0,2}转"
)
_REFUSES_OFFER = re.compile(
    "^(?:先|就|那|还是|你)*(?:别|不|甭|不用|不要)(?:急着|给我)?(?:转|找人工|找人)(?!走|账|钱|出|进)|转(?:了|过去)?也(?:没|白|是白)"
)
_WANTS_TO_KNOW = re.compile("告诉|问|说说|想知道|先说|怎么|咋|如何|在哪|哪里|多久|几")
_ASKS_INSTEAD = re.compile("^(?:我)?(?:就|只|是)?(?:是)?(?:想)?(?:问|打听|知道|了解)|告诉我")
_SHORTEST_QUESTION = 4
_SEVERAL = 2
# Topics that are named by the same words.
_RELATIVES = {
    "account_closure": {"account_closure", "closure_consequences"},
    "transaction_dispute": {"transaction_dispute", "dispute_outcome"},
}
_WANTS_IT = re.compile(
    "(?<![不没别])(?:想|要|帮我|给我|打算)(?:把|将)?.{0,4}(?:注销|销掉|销了|销号|销户|删掉|删除|删了)"
)


def _wishes_away(message: UserMessage) -> bool:
    return any(word in message.key for word in (*_CORRECTS, "不想", "不要", "不用", "别"))


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as denying, supposing or reporting as over what its intent stands for."""
    return (
        _refuses_offer(state, act, message)
        or _only_changes(context, state, act, message)
        or _refuses_and_asks(context, state, act, message)
        or _operated(context, state, act, message)
    )


def _refuses_offer(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a no to the human who is offered (「别转了 转了也没人」)."""
    if state.offer is not Offer.HUMAN or act is Act.HUMAN or message.further_requests:
        return None
    if not _REFUSES_OFFER.search(message.key) or asks(normalize(message.text)):
        return None
    return Reading(Source.OPERATOR, Act.DENY_HUMAN, message, "does not want the human that is offered")


def _operated(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    intents = {message.intent, *(name for name, _ in message.choices)}
    for matter in message.matters("negated"):
        is_about = matter in intents or (matter == state.topic and _refuses(context, matter, message))
        if not is_about or (matter == message.intent and message.further_requests):
            continue
        if matter == state.topic and message.acts.get("trouble", 0.0) >= _TROUBLE and not _wishes_away(message):
            # 「帮助中心里没有申诉」 does not find it.
            continue
        if _says_what_instead(matter, message):
            continue
        if matter == "human_handoff":
            return Reading(Source.OPERATOR, Act.DENY_HUMAN, message, "wants no human")
        if matter == state.topic and (matter == "account_closure" or _refuses(context, matter, message)):
            plain = replace(message, intent=Act.CANCEL.value, band=AnswerBand.ANSWER, choices=(), further_requests=())
            let_be = Reading(Source.OPERATOR, Act.CANCEL, plain, f"does not want {matter}")
            return wanted_instead(context, matter, message) or let_be
        if matter == "account_closure" and matter in message.matters("only_asked"):
            continue
        if matter == "account_closure" and not any(word in message.key for word in _CORRECTS):
            arguments = {"matter": matter, "is_let_be": True}
            return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"lets {matter} be", arguments=arguments)
        return asked_instead(context, state, matter, message) or Reading(
            Source.OPERATOR, Act.NOT_THAT, message, f"denies {matter}", arguments={"matter": matter}
        )
    for (operator, matter), topic in _INSTEAD.items():
        is_about = matter == message.intent or act in UNCLEAR
        if is_about and matter in message.matters(operator) and topic in context.knowledge.topics:
            if "step_number" in message.entities or state.topic == matter:
                continue
            changed = replace(message, intent=topic, band=AnswerBand.ANSWER)
            return Reading(Source.OPERATOR, act_of(topic, context.knowledge), changed, f"{matter} is {operator}")
    if _closes_for_another(act, intents, message):
        return Reading(
            Source.OPERATOR, Act.HONEST, message, "closing somebody else's account", arguments={"about": "other_person"}
        )
    return None


def wanted_instead(context: Context, matter: str, message: UserMessage) -> Reading | None:
    """Reads what is wanted beside the no to what is under way (「不注销了 帮我改密码」)."""
    if len(message.clauses) < _SEVERAL:
        return None
    named = [name for name in message.matters("named", "anchor") if name not in _RELATIVES.get(matter, {matter})]
    likely = (message.intent, *(name for name, _ in message.choices))
    others = (context.knowledge.topics.get(name) for name in sorted(named, key=lambda name: name not in likely))
    other = next((one for one in others if one is not None and not one.urgent), None)
    if other is None or not (wants(folded(message.clauses[-1].text)) or message.intent == other.id):
        return None
    plain = replace(message, intent=other.id, confidence=1.0, band=AnswerBand.ANSWER, choices=(), further_requests=())
    return Reading(Source.OPERATOR, Act.OPEN_TOPIC, plain, f"lets {matter} be, and wants {other.id}")


def _refuses(context: Context, matter: str, message: UserMessage) -> bool:
    """Whether what is under way is wanted no longer (「别申诉了」), which says of nothing that it was meant."""
    words = context.knowledge.topics[matter].title if matter in context.knowledge.topics else ""
    # 「注销账户」, 「交易申诉」
    title = f"(?:{words[:2]}|{words[-2:]})" if words else ""
    wish = f"(?:别|甭|不想|不要|不用|先不|(?<!是)不(?!是))(?:再|去|给我|帮我|想|要|用)*{title}"
    return bool(title) and bool(re.search(wish, message.key)) and not any(word in message.key for word in _CORRECTS)


def only_changes(message: UserMessage) -> bool:
    """Whether the message says that a password is known and only to be another."""
    return bool(_REMEMBERS.search(message.key) and _CHANGES.search(message.key))


def _only_changes(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the wish to change what is not forgotten (「想换个密码 不是忘了那种」), which begins no recovery."""
    topic = context.knowledge.topics.get(_FORGOTTEN)
    about = (message.intent, state.topic, state.last_topic, *(name for name, _ in message.choices))
    if topic is None or message.is_payload or act is Act.HUMAN or topic.id not in about or state.step > 1:
        return None
    is_change = only_changes(message)
    is_wish = bool(_WANTS_CHANGE.search(message.key)) and state.topic is None and act is Act.OPEN_TOPIC
    is_wish = is_wish and message.intent == topic.id and not message.further_requests
    if not (is_change or is_wish or _WHERE_TO_CHANGE.search(message.key)):
        return None
    found = context.knowledge.answers.get(f"{topic.id}/{TOPIC}/{_CHANGE}")
    if found is None:
        return None
    if state.step and state.topic == topic.id and found.fingerprint == state.last_answer:
        # They have been told, and are on their way.
        heard = {"response": "utter_change_same_way", "stays": True}
        return Reading(Source.OPERATOR, Act.LET_BE, message, "wants it changed, and was told how", arguments=heard)
    arguments = {"found": Found(found), "is_told": True, "begins": is_wish and not is_change}
    return Reading(Source.OPERATOR, Act.MEANT, message, "wants it changed, and has it", arguments=arguments)


def _refuses_and_asks(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what somebody who waits for a human asks instead (「先不转了 先告诉我…」): they want the answer."""
    is_waiting = state.handed_over or message.is_queued
    is_open = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER
    if message.further_requests or act is Act.LEAVE_QUEUE:
        # 「不等了，还有怎么改密码」 is served as it stands.
        return None
    if not is_waiting or message.is_payload or is_open or len(message.clauses) < 2 or state.alarms:
        return None
    position = next((n for n, one in enumerate(message.clauses) if _REFUSES.search(folded(one.text))), None)
    return None if position is None else _rest(context, state, message, position)


def asked_instead(context: Context, state: DialogueState, matter: str, message: UserMessage) -> Reading | None:
    """Reads what is asked beside a denial (「不是要申诉，就想问下钱多久到」)."""
    if state.topic == matter or len(message.clauses) < 2 or message.further_requests:
        return None
    title = context.knowledge.topics[matter].title[-2:] if matter in context.knowledge.topics else None
    last = message.clauses[-1]
    is_wish = bool(_WISHES.search(folded(last.text))) and message.intent == Act.OUT_OF_SCOPE.value
    if title is None or title in last.text or not (_ASKS_INSTEAD.search(folded(last.text)) or is_wish):
        return None
    return _rest(context, state, message, len(message.clauses) - 2)


_WISHES = re.compile("^(?:我)?(?:就|只|是)*(?:是)?(?:想|要|打算|准备)")


def _rest(context: Context, state: DialogueState, message: UserMessage, position: int) -> Reading | None:
    """Reads the question that stands after a clause."""
    rest = message.clauses[position + 1 :]
    text = "，".join(clause.text for clause in rest)
    wants = _WANTS_TO_KNOW.search(text) or _WISHES.search(folded(rest[-1].text)) or asks(text)
    if len(text) < _SHORTEST_QUESTION or not wants:
        return None
    asked = replace(
        message, text=text, key=folded(text), clauses=rest, band=AnswerBand.ANSWER, choices=(), further_requests=()
    )
    is_known = find_answer(context, state, asked) is not None and "unsupported_topic" not in message.entities
    meant = Act.ASK_STEP if is_known else Act.HONEST
    return Reading(Source.OPERATOR, meant, asked, "what is asked instead")


def _says_what_instead(matter: str, message: UserMessage) -> bool:
    """Whether the message says what is wanted rather than only what is not."""
    if matter == "account_closure" and _WANTS_IT.search(message.key):
        # 「账户不用了想销掉」: the account is what is not needed.
        return True
    # 「我要投诉你们平台 不是申诉交易」
    return matter != "human_handoff" and is_complaint_of_us(message)


def _closes_for_another(act: Act, intents: set[str], message: UserMessage) -> bool:
    """Whether somebody else's account is to be closed (「我外婆的号帮她销掉」)."""
    if "account_closure" not in message.matters("other_person"):
        return False
    is_about = "account_closure" in intents or act in UNCLEAR
    return is_about and not any(word in message.key for word in _OWN)
