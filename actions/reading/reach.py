"""What is told of the ways to reach an account: whether its number and its mail address can still receive a code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from actions.dialogue.acts import CONTROL, SOCIAL, SUPPORT, Act
from actions.dialogue.answers import SURE, find_answer
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

NUMBER_GONE, NUMBER_KEPT, NEW_PHONE = "number_gone", "number_kept", "new_phone"
MAIL_NONE, MAIL_GONE, MAIL_BOUND = "mail_none", "mail_gone", "mail_bound"
# The topics in which it matters how an account is reached.
_ACCESS = ("forgot_password", "verification_code_issue")
# What one excludes.
_ENDS: Mapping[str, tuple[str, ...]] = {
    NUMBER_GONE: (NUMBER_KEPT,),
    NUMBER_KEPT: (NUMBER_GONE,),
    MAIL_NONE: (MAIL_BOUND, MAIL_GONE),
    MAIL_GONE: (MAIL_BOUND, MAIL_NONE),
    MAIL_BOUND: (MAIL_NONE, MAIL_GONE),
    NEW_PHONE: (),
}
_NO_ACCOUNT = "(?<![账帐户编单型符外信])"
_NUMBER = rf"(?:手机{_NO_ACCOUNT}号码?|电话号码?|{_NO_ACCOUNT}号码?|手机卡|电话卡|sim卡)"
_OLD = "(?:老|旧|原来|原先|以前|从前|之前|早先|那个|绑定|绑|注册)(?:的|那个|那张|时候)*"
_AND = "(?:也|都|又|早就?|已经|就|现在|已|可能|其实|好像|根本|压根|从来|一直|还|是|在|它)*"
_MAIL = "(?:邮箱|邮件|email|e-mail)"
_SAYS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        NUMBER_GONE,
        re.compile(
            rf"{_OLD}{_NUMBER}.{{0,3}}?{_AND}(?:停|注销|销了|销户|不用|没用|用不|弃|丢|扔|没了|不在|作废|欠费停|收不|退了|给别人)"
            rf"|{_NUMBER}{_AND}(?:停机|停了|停用|注销|销了|销户|不用了|没在用|没了|弃用|用不了|作废|空号|扔了|换了|换过|换掉|收不到短信)"
            rf"|(?<!没)(?<!没有)(?<!不是)换(?:了|过)(?:一?个|张)?(?:新)?{_NUMBER}|绑(?:的|定的)?(?:还)?是?{_OLD}{_NUMBER}"
            rf"|{_OLD}(?:卡|sim卡){_AND}(?:停|注销|不用|丢|扔|没了|不在|作废)"
        ),
    ),
    (
        NUMBER_KEPT,
        re.compile(
            rf"{_NUMBER}{_AND}(?:没有?|未)(?:换|变|改|动)|{_NUMBER}(?:还)?(?:是)(?:那个|原来|以前|老的|同一个|一样)"
            rf"|没有?换(?:过)?{_NUMBER}|不是换{_NUMBER}|{_NUMBER}{_AND}(?:在用|能用|能收|可以收|收得到|正常|用着|在手[里上])"
            r"|能收(?:得)?到?短信|短信(?:还)?(?:能|可以)收|(?:卡|号)(?:还)?在(?:我)?(?:手里|手上|身边|手机里)"
        ),
    ),
    (
        NEW_PHONE,
        re.compile(
            "换(?:了|过)(?:一?[部个台]|新)*手机(?!号|卡)|手机(?:刚|才|昨天|也)?(?:换了|换过)|手机(?:坏|摔)了|新(?:买的)?手机(?!号|卡)"
        ),
    ),
    (
        MAIL_NONE,
        re.compile(
            rf"(?:没|没有|未)(?:绑定?|留|填|弄|注册|设|用)(?:过|上)?(?:.{{0,3}}){_MAIL}|{_MAIL}{_AND}(?:没|没有|未)(?:绑|有|弄|留|注册|填|设|用过)"
            rf"|(?:没|没有|哪来的?|哪有|不会用|不用|从不用|不懂){_MAIL}|{_MAIL}[?？]?.{{0,2}}(?:哪来的|哪有)"
        ),
    ),
    (
        MAIL_GONE,
        re.compile(
            rf"{_MAIL}.{{0,6}}?(?:登不|进不|打不开|密码(?:也|都)?忘|忘(?:了|记)密码|不用了|用不了|用不|注销|停用|收回|没了|收不|封了|丢了|离职|登录不)"
        ),
    ),
    (
        MAIL_BOUND,
        re.compile(
            rf"(?<![没未不])(?<!没有)(?:绑定?|留|注册|预留)(?:过|了|的|时)*(?:是|用的|还有|有)*(?:一?个)?(?:[a-z0-9一-鿿]{{0,4}}){_MAIL}"
            rf"|(?<![没未])有(?:个|绑|一个|绑定)?(?:[a-z0-9一-鿿]{{0,4}}){_MAIL}|{_MAIL}{_AND}(?:绑过|绑了|绑定过|绑着|绑定了|绑的|填过|留过|能用|能登|能收|可以用|登得上|在用)"
            rf"|^(?:它|她|他|我)?是(?:[a-z0-9一-鿿]{{0,4}}){_MAIL}(?:注册)?(?:的)?$"
        ),
    ),
)
_CLAUSE = re.compile(r"[\s,，。;；!！、…~]+")
_TRIES_MAIL = re.compile(rf"(?:用|填|试|换|发).{{0,4}}{_MAIL}")
_WRONG_ENTRY = re.compile("填错|输错|写错|填的|填成|输的")
_LOGS_IN = re.compile("登|进不|密码|验证码|上不去|账户|账号|钱包")
_SUPPOSED = re.compile("如果|要是|万一|假如|会不会|是不是|有没有|能不能")
_OTHER_WAY = re.compile(
    "(?:还有|有没有?|有)(?:没有?|什么|啥|别的|其他|其它|另外|第二)*(?:个|种|条)?(?:的)?(?:办法|法子|路子|方法|方式|招|辙|路)|(?:换|别的|其他)(?:个|种|条)?(?:办法|方法|方式|法子)"
)
_ACCOUNT_STEP = 2
_RESPONSES = {
    "neither": "utter_reach_neither",
    "mail": "utter_reach_use_mail",
    "mail_asked": "utter_reach_mail_asked",
    "number": "utter_reach_use_number",
    "number_kept": "utter_reach_number_kept",
    "new_phone": "utter_reach_new_phone",
}


def facts_in(text: str) -> tuple[str, ...]:
    """Returns what a message tells of number, phone and mail address, in its order, each once.

    Args:
        text: What was typed.
    """
    clauses = [clause for clause in _CLAUSE.split(normalize(text)) if clause]
    found: dict[str, None] = {}
    for clause in clauses:
        if _SUPPOSED.search(clause):
            continue
        # What is denied of an address is not told of it.
        facts = [name for name, said in _SAYS if said.search(clause)]
        for name in facts:
            excluded = {other for one in facts if one != name and one in (MAIL_NONE, MAIL_GONE) for other in _ENDS[one]}
            if name not in excluded:
                found[name] = None
    if _CLAUSES_APART.search(normalize(text)) and (MAIL_BOUND in found or _MAIL_WORD.search(text)):
        found = {name: None for name in found if name not in (MAIL_BOUND, MAIL_NONE)} | {MAIL_GONE: None}
    return tuple(found)


_MAIL_WORD = re.compile(_MAIL)
# Said of the address in a clause of its own: 「公司邮箱 离职后登不了了」.
_CLAUSES_APART = re.compile(rf"{_MAIL}[^。]*?[\s,，].{{0,6}}(?:登不|进不|打不开|用不了|收不|密码也忘|不用了|停用了)")


def with_facts(known: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    """Returns what is known when more is told: a fact ends those that it excludes."""
    kept = [name for name in known if not any(name in _ENDS[new] for new in told)]
    return tuple(dict.fromkeys((*kept, *told)))


def is_about_access(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether it is talked of how an account is reached, so that its number and address matter."""
    if state.walk is not None:
        return state.topic in _ACCESS
    if state.alarms or state.handed_over:
        return False
    near = {state.last_topic, message.intent, *(name for name, _ in message.choices)}
    return bool(near & set(_ACCESS)) and (state.last_topic in _ACCESS or bool(_LOGS_IN.search(message.key)))


def told(context: Context, state: DialogueState, message: UserMessage) -> tuple[str, ...]:
    """Returns what is known after a message, whatever else it says."""
    if message.is_payload or not is_about_access(context, state, message):
        return state.reach
    return with_facts(state.reach, facts_in(message.text))


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what is told of number and mail address: it decides where the code can be sent."""
    if message.is_payload or act is Act.HUMAN or state.offer not in (None, Offer.HUMAN, Offer.RESUME, Offer.CHOICE):
        return None
    if state.awaiting not in (None, Awaiting.OUTCOME) or act in SUPPORT or message.further_requests:
        return None
    said = facts_in(message.text)
    if not said and state.topic in _ACCESS and _OTHER_WAY.search(message.key):
        return _other_way(state, message)
    if not said or not is_about_access(context, state, message) or _WRONG_ENTRY.search(message.key):
        return None
    if act in (CONTROL | SOCIAL) - {Act.PROBLEM, Act.DENY} and message.band is AnswerBand.ANSWER:
        return None
    is_opened = act is Act.OPEN_TOPIC and message.intent == _ACCESS[0] and message.band is AnswerBand.ANSWER
    if is_opened and state.walk is None and state.last_topic not in _ACCESS:
        # Why somebody comes is told by the steps; the facts are kept for later.
        return None
    is_elsewhere = act is Act.OPEN_TOPIC and message.intent not in _ACCESS and message.intent in message.matters()
    if is_elsewhere:
        return None
    known = with_facts(state.reach, said)
    if asks(normalize(message.text)) and not _TRIES_MAIL.search(message.key):
        found = find_answer(context, state, message, SURE)
        if found is not None:
            return None
    way = _way(state, said, known)
    if way is None:
        return None
    arguments = {"response": _RESPONSES[way], "stays": True, "leads_to": _ACCESS[0]}
    return Reading(Source.SAID_BEFORE, Act.LET_BE, message, f"tells {', '.join(said)}", arguments=arguments)


def _other_way(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the question for another way (「还有别的办法吗」): the address, unless it is known not to serve."""
    if (state.step < _ACCOUNT_STEP and not state.reach) or MAIL_BOUND in state.reach:
        return None
    no_mail = MAIL_NONE in state.reach or MAIL_GONE in state.reach
    arguments = {"response": "utter_reach_neither" if no_mail else "utter_reach_other_way", "stays": True}
    return Reading(Source.SAID_BEFORE, Act.LET_BE, message, "asks for another way", arguments=arguments)


def _way(state: DialogueState, told: Sequence[str], known: Sequence[str]) -> str | None:
    """Returns what is left to be done, by all that is known."""
    no_mail = MAIL_NONE in known or MAIL_GONE in known
    # Whoever receives nothing at a number that is theirs has only the address left.
    no_number = NUMBER_GONE in known or (
        state.walk is not None and "enter_verification_code" in state.walk.problem_steps
    )
    if no_mail and no_number:
        return "neither"
    if MAIL_BOUND in told or (NUMBER_GONE in told and MAIL_BOUND in known):
        return "mail"
    if NUMBER_GONE in told:
        return "mail_asked"
    if MAIL_NONE in told or MAIL_GONE in told:
        return "number"
    if NUMBER_KEPT in told and NUMBER_KEPT not in state.reach:
        # At the code they say that the phone is in order: 「卡在手机里 别的短信能收」.
        return "number_kept" if state.step < _CODE else None
    return "new_phone" if told == (NEW_PHONE,) and NEW_PHONE not in state.reach else None


_CODE = 3
