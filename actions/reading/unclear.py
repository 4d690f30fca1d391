"""What the sentence does not say: a fragment, a matter of the wallet that nothing is known about."""

from __future__ import annotations

import re

from actions.dialogue import walkthrough
from actions.dialogue.acts import CONTROL, UNCLEAR, Act
from actions.dialogue.answers import CERTAIN, LIKELY, SURE, find_answer, home
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.repair import small_talk
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer, has_alarm
from actions.dialogue.turn import Context
from actions.reading.after_alarm import likeliest_label
from actions.reading.operators import asked_instead
from actions.reading.questions import asks, vents
from actions.reading.reading import Reading, Source
from actions.reading.values import details_said
from language.text_normalization import normalize

# Evidence of a notice of the app that is read off.
NOTICE = "reads off a notice that nothing is known about"
_LONGEST_FRAGMENT = 5
_SHORTEST_STORY = 4
_FEW = 2
_TRIES, _TELLS = 0.8, 0.6
_LONGEST_POINTER = 8
_SHORTEST_CONTENT = 5
_STAYS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
_QUESTION = 0.5
# Beside several topics that may be meant.
_MAYBE_QUESTION = 0.4
# What is unclear later on is about the danger told of before from this certainty on, unless it could be about anything.
_FOLLOWS = 0.45
_NOTHING_OF_DANGER = ("elsewhere", "stands_down", "thanks", "acknowledges", "tells", "refuses_human")

# Charged again and again for something that is known; where to end that is another question.
_IS_CHARGED = re.compile(
    "每个?(?:月|年|周|星期).{0,6}(?:扣|收)|(?:自动|连续)(?:续费|包月|扣费?).{0,12}(?:扣|钱|退)|(?:扣|收).{0,8}(?:会员|续费)"
    "|(?:会员|续费).{0,10}(?:扣|收)(?!费吗)"
)
_ENDS_IT = re.compile(
    "(?:怎么|在哪|哪里|如何|咋).{0,4}(?:关|取消|停|解约)|(?:关|取消|停)(?:掉)?(?:自动)?续费|是(?:啥|什么)"
)


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message that says nothing by itself by what surrounds it; None when the sentence is clear."""
    if state.offer is Offer.CHOICE or state.awaiting is Awaiting.DETAIL:
        return None
    consents = state.awaiting is Awaiting.WARNING and "explicit_consent" in message.entities
    if "step_number" in message.entities or consents:
        return None
    words = context.knowledge.wording
    is_doubtful = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    label, certainty = likeliest_label(message)
    for alarm in _STAYS:
        is_told = has_alarm(state, alarm) and alarm not in state.denied_alarms
        if is_doubtful and is_told and certainty >= _FOLLOWS and label not in _NOTHING_OF_DANGER:
            arguments = {"alarm": alarm, "follow_up": label}
            return Reading(Source.SAID_BEFORE, Act.ALARM, message, f"{label} after {alarm.value}", certainty, arguments)
    negated = [matter for matter in message.matters("negated") if matter != "human_handoff"]
    if negated and (act in UNCLEAR or act is Act.DENY):
        instead = asked_instead(context, state, negated[0], message)
        if instead:
            return instead
        return Reading(Source.OPERATOR, Act.NOT_THAT, message, f"denies {negated[0]}", arguments={"matter": negated[0]})
    if "frustration" in message.entities or vents(message.key):
        return None
    in_talk = _in_talk(context, state, act, message)
    if in_talk:
        return in_talk
    if act not in UNCLEAR:
        return _instead_of_choice(context, state, act, message)
    if state.offer is Offer.RATING and words.rating.read(message.key):
        return None
    return _at_step(context, state, act, message)


def _in_talk(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what belongs to the talk itself: a call for somebody, small talk, a lead-in, a word while waiting."""
    words = context.knowledge.wording
    if not state.walk and not _is_waiting(state, message) and re.fullmatch(words.calls_out, message.key):
        plain = replace(message, intent=Act.GREET.value, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.SENTENCE, Act.GREET, plain, "calls for somebody")
    if state.offer is Offer.HUMAN and has_alarm(state, Alarm.COMPLAINT) and _goes_on(state, act, message):
        # 「昨天打电话 挂我三次」
        about = {"alarm": Alarm.COMPLAINT}
        return Reading(Source.SAID_BEFORE, Act.ALARM, message, "tells more of the complaint", arguments=about)
    if state.offer is Offer.HUMAN and act is Act.AFFIRM and _tells_more(message):
        # 「他在的，就在旁边，是他让我办的」 says yes to nothing that was offered.
        return Reading(Source.SAID_BEFORE, Act.HONEST, message, "tells more of what a human is offered for")
    if not state.walk and not _is_waiting(state, message) and not message.further_requests:
        facts = _tells_payment(context, state, act, message)
        if facts:
            return facts
    is_free = act is Act.DENY and state.offer is None and not state.walk
    if (act in (*UNCLEAR, Act.CAPABILITIES) or is_free) and small_talk(context, message):
        plain = replace(message, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.SENTENCE, Act.OUT_OF_SCOPE, plain, "small talk")
    if not state.walk and not _is_waiting(state, message) and not message.further_requests:
        about_last = _follows_answer(context, state, act, message)
        if about_last:
            return about_last
    is_lead_in = bool(_LEADS_IN.fullmatch(message.key)) or (
        not message.key and act in UNCLEAR and not state.failures_in_row
    )
    if not state.walk and not message.is_payload and is_lead_in:
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "only leads in", arguments={"leads_in": True})
    if not state.walk and _goes_and_does(context, state, act, message):
        arguments = {"response": "utter_take_your_time", "stays": True}
        return Reading(Source.SAID_BEFORE, Act.LET_BE, message, "does what the answer says", arguments=arguments)
    if _is_waiting(state, message) and state.walk is None:
        told = _told_while_waiting(state, act, message)
        if told:
            return told
    return None


def _goes_and_does(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether it only says that they do what was just said (「好 那我先把截图弄好」), which asks for nothing again."""
    last = context.knowledge.topics.get(state.last_topic or "")
    is_told = act is Act.OPEN_TOPIC and last is not None and message.intent == last.id and not last.is_walkthrough
    tells = max(message.acts.get(name, 0.0) for name in ("waiting", "done"))
    return is_told and tells >= _QUESTION and not asks(normalize(message.text)) and not message.further_requests


def _goes_on(state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether a message that is clear of nothing tells more of what was told before."""
    is_doubtful = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    is_told = not asks(normalize(message.text)) and message.acts.get("question", 0.0) < _MAYBE_QUESTION
    return is_doubtful and is_told and state.walk is None and not message.matters() and not message.further_requests


def _tells_more(message: UserMessage) -> bool:
    """Whether what is heard as a yes is rather long, and unsure, and agrees to nobody."""
    is_unsure = message.confidence < _TRIES and message.acts.get("consent_human", 0.0) < _MAYBE_QUESTION
    return is_unsure and len(message.key) > _LONGEST_POINTER and "转" not in message.key


def _is_waiting(state: DialogueState, message: UserMessage) -> bool:
    return state.handed_over or message.is_queued


_PAGE_SAYS = re.compile("(?:提示|显示|弹|说|报|写着?).{0,10}(?:异常|冻结|锁|风险|封|限制|失败|错误|不支持|不可用)")
_LEAVES = re.compile("不(?:查|弄|看|做|搞|办|管)了|先(?:说|弄|看|办|搞)|换(?:一个|个)")
_HOW_LONG = re.compile("多久|多长时间|什么时候|啥时候|几时|几点|排队|到我|轮到|没人|有人|人来|转了|转过|转没|接通")
_LEADS_IN = re.compile(
    "唉+|哎+呀?|烦+|好烦|郁闷|无语|晕|(?:你好|小同志|同志|师傅|小伙子?|姑娘|大哥|大姐|老师|亲|喂|啊|哎|那个|就是|就是说|嗯+|我|我想|想|请|麻烦)*(?:问(?:一?下|个事|你个事|问|你)?|咨询(?:一下)?|跟你说(?:个事)?|有(?:个|点|件)事(?:儿|情)?|说个事|请教(?:一下|您?个?(?:问题|事)?)|(?:问|请教|咨询|打听)(?:您|你)?(?:一?个|一下|点)(?:问题|事(?:儿|情)?)|是这样的?)(?:啊|呢|吧|哈)*"
    r"|(?:我|就是|这)?(?:的)?(?:这|那)个?.{0,4}(?:不行|坏|出?问题|出?毛病|用不了|不能用|不对劲)(?:了|啊|呀)*"
    r"|.{0,6}我(?:的)?(?:这|那)个?(?:手机)?(?:里头?|上)?的?(?:那个)?(?:钱包|手机|软件|账号|号)"
)


def _tells_payment(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads several details of a payment, told outside a form, as what the form asks for (「昨晚七点 面馆 38」)."""
    if act not in UNCLEAR and message.band is AnswerBand.ANSWER:
        return None
    is_asked = asks(normalize(message.text))
    for topic in context.knowledge.topics.values():
        kinds = {detail.id: detail.accepts for detail in topic.collected_details}
        told = {kinds[name] for name in details_said(context, topic, message)} if kinds else set()
        if {"time", "amount"} <= told and not is_asked:
            changed = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=())
            return Reading(Source.SAID_BEFORE, Act.OPEN_TOPIC, changed, f"tells details of {topic.id}")
        if kinds and _IS_CHARGED.search(message.key) and not _ENDS_IT.search(message.key) and not is_asked:
            # 「爱奇艺每月扣我19块」 is a charge that is known, and not wanted.
            changed = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=())
            return Reading(Source.SAID_BEFORE, Act.OPEN_TOPIC, changed, f"is charged again and again: {topic.id}")
        is_offered = state.offer is Offer.REQUEST and bool(state.requests) and state.requests[0].intent == topic.id
        if is_offered and told & {"time", "amount"} and not is_asked:
            # 「昨天」, when the form is what is offered, begins to fill it in.
            changed = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=())
            return Reading(Source.SAID_BEFORE, Act.OPEN_TOPIC, changed, f"begins with {topic.id}")
    return None


def _follows_answer(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what is said right after an answer: it goes on about it, or tries what it says."""
    asked = asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _QUESTION
    is_doubtful = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    only_human = [option.payload for option in state.shown] == ["/human_handoff"]
    if only_human and is_doubtful and not message.matters() and len(message.key) <= _LONGEST_POINTER and not asked:
        return Reading(Source.SAID_BEFORE, Act.HONEST, message, "tells more of what a human is offered for")
    if not state.asked_about:
        return None
    if not asked and message.acts.get("waiting", 0.0) >= _TRIES and act not in CONTROL:
        arguments = {"response": "utter_take_your_time", "stays": True}
        return Reading(Source.SAID_BEFORE, Act.LET_BE, message, "goes and tries it", arguments=arguments)
    if act is not Act.OPEN_TOPIC or message.intent in message.matters() or len(message.key) > _LONGEST_POINTER:
        return None
    found = find_answer(context, state, message, SURE)
    if found is None or message.intent == found.topic:
        return None
    return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, f"goes on about {found.topic}")


def _told_while_waiting(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what somebody who waits for a human says beside: that they wait, or more of their story."""
    if state.offer is not None or message.further_requests:
        return None
    found = max(message.acts.get(name, 0.0) for name in ("ruled_out", "cause_confirmed", "trouble", "not_checked"))
    question = message.acts.get("question", 0.0)
    # 「钱够的，有一百来块呢」 asks nothing.
    asked = question >= _MAYBE_QUESTION or (found < _TELLS and asks(normalize(message.text)))
    is_doubtful = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    waits = message.acts.get("waiting", 0.0) + message.acts.get("waiting_complaint", 0.0)
    if not asked and (is_doubtful or act is Act.AFFIRM) and waits >= _QUESTION:
        arguments = {"response": "utter_acknowledge_waiting", "stays": True}
        return Reading(Source.SAID_BEFORE, Act.LET_BE, message, "goes on waiting", waits, arguments)
    tells = (
        message.acts.get("other", 0.0) + message.acts.get("unknown_detail", 0.0) + message.acts.get("correction", 0.0)
    )
    if is_doubtful and asked and _HOW_LONG.search(message.key):
        plain = replace(message, band=AnswerBand.ANSWER, choices=())
        return Reading(Source.SAID_BEFORE, Act.TICKET_STATUS, plain, "asks how long it takes")
    if (
        is_doubtful
        and asked
        and (act is Act.CAPABILITIES or act in UNCLEAR)
        and "unsupported_topic" not in message.entities
    ):
        return Reading(Source.SAID_BEFORE, Act.HONEST, message, "asks what the human has to answer")
    if is_doubtful and not asked and max(tells, found) >= _QUESTION and len(message.key) >= _SHORTEST_STORY:
        return Reading(Source.SAID_BEFORE, Act.HUMAN, message, "tells more to the human", tells)
    return None


def _instead_of_choice(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a message of which several topics might be meant as the question that the knowledge answers."""
    is_said = act in CONTROL and not asks(normalize(message.text))
    if (
        message.band is not AnswerBand.CHOICE
        or message.further_requests
        or is_said
        or walkthrough.serves_in_passing(context, state, act, message)
    ):
        return None
    if message.acts.get("question", 0.0) < _MAYBE_QUESTION and not asks(normalize(message.text)):
        return _of_last(context, state, message) or _notice(state, message)
    found = find_answer(context, state, message)
    meant = {message.intent, *(name for name, _ in message.choices)}
    near = home(context, state)
    if found is None or (found.topic not in meant and state.walk is None and not (near and found.certainty >= SURE)):
        return None
    return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, f"{found.topic} has an answer")


def _notice(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads a notice of the app that is told and about which nothing is known (「弹了个账户锁定」)."""
    if state.walk or message.matters() or not _PAGE_SAYS.search(message.key):
        return None
    return Reading(Source.SENTENCE, Act.HONEST, message, NOTICE)


def _of_last(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads what is told of the matter talked of last (「可里头没花光」, after what a closure does)."""
    near = home(context, state)
    is_other = message.intent in message.matters() and message.confidence >= _QUESTION
    if near and is_other and message.intent != near.id and _LEAVES.search(message.key):
        # 「不查了 先说那笔多扣的」 leaves what was talked of.
        return None
    is_free = not state.walk or (near is not None and near.kind == "diagnosis")
    found = find_answer(context, state, message, SURE) if near and is_free else None
    if near is None or found is None or found.topic not in (near.id, *near.related):
        return None
    return Reading(Source.SAID_BEFORE, Act.ASK_STEP, message, f"told of {found.topic}")


def _at_step(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads it as said of the step on the screen."""
    if message.key in context.knowledge.wording.what_now:
        return Reading(Source.SAID_BEFORE, Act.WHAT_NOW, message, "asks what to do then")
    if walkthrough.rules_out(context, state, act, message):
        return None
    topic = context.topic(state)
    is_named = topic is not None and topic.id in message.matters()
    if topic and is_named and topic.kind == "diagnosis" and not state.step and not asks(normalize(message.text)):
        # 「付款啊!! 第四次了」 says again what the list was shown for.
        return Reading(Source.ON_SCREEN, Act.NEXT, message, f"says again that it is about {topic.id}")
    is_foreign = state.walk is None and "unsupported_topic" in message.entities
    found = find_answer(context, state, message, CERTAIN if is_foreign else LIKELY)
    asked = message.acts.get("question", 0.0) >= _MAYBE_QUESTION or asks(normalize(message.text))
    # What is alike but asks nothing, as the bare name of a cause, is no question about it.
    if found and (found.certainty >= SURE or asked):
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "the knowledge has an answer")
    if state.walk and message.acts.get("question", 0.0) >= _QUESTION:
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, "may ask about the step", message.acts["question"])
    if walkthrough.serves_in_passing(context, state, act, message):
        return None
    return _alone(context, state, act, message)


def _alone(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads it as saying too little, or as a matter of the wallet."""
    words = context.knowledge.wording
    offered = [option.payload for option in state.shown]
    is_offered = offered[:1] == ["/human_handoff"] and len(offered) <= _FEW and not state.handed_over and not state.walk
    if is_offered and act is Act.NOT_UNDERSTOOD and message.acts.get("question", 0.0) >= _QUESTION:
        # 「能查到吗」, after a human was offered for it.
        return Reading(Source.SAID_BEFORE, Act.HONEST, message, "asks on about what a human is offered for")
    names_wallet = "unsupported_topic" in message.entities or any(word in message.key for word in words.wallet_words)
    # 「那放着会扣费不」 only goes on with 那, and says what it asks; 「那要多久」 does not.
    rest = message.key.removeprefix("那")
    points = any(word in rest for word in "这那") or len(rest) < min(len(message.key), _SHORTEST_CONTENT)
    points_nowhere = message.acts.get("question", 0.0) >= _QUESTION and points
    if not state.walk and points_nowhere and len(message.key) <= _LONGEST_POINTER:
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "points to something that is not known")
    if (
        normalize(message.text).strip()
        and not message.text.startswith("/")
        and len(message.key) <= _LONGEST_FRAGMENT
        and not names_wallet
        and (act is Act.NOT_UNDERSTOOD or len(message.key) < 4 or message.band is not AnswerBand.ANSWER)
    ):
        return Reading(Source.SAID_BEFORE, Act.FRAGMENT, message, "says too little")
    if act is Act.NOT_UNDERSTOOD and (notice := _notice(state, message)):
        return notice
    if names_wallet and (act is Act.OUT_OF_SCOPE):
        return Reading(Source.SENTENCE, Act.HONEST, message, "a matter of the wallet that nothing is known about")
    return None
