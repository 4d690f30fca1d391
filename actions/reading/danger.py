"""Danger: somebody's life, a fraud under way, a theft. Before everything else, wherever it stands."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Clause, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, Awaiting, DialogueState, has_alarm
from actions.dialogue.turn import Context
from actions.reading import after_alarm, let_go
from actions.reading.findings import findings
from actions.reading.hearing import clauses_of, facts_told, hear
from actions.reading.likely_questions import picked
from actions.reading.offered import label_typed
from actions.reading.questions import explains_own, is_among_family, is_fiction
from actions.reading.reading import Reading, Source
from actions.reading.values import details_said
from language.text_normalization import normalize

# What a message gives away is told by all kinds together, which of them by the likeliest:
# 「骗子拿走了救命钱，我不想活了」 is half of two. The limits were chosen on tests/nlu/alarms.tsv, which nobody
# trains on (docs/conversation.md).
_KINDS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM)
_SURE, _DOUBTFUL = 0.4, 0.2
# In a walkthrough as much less is left to the step; all of it, if it surely reports.
_FOR_A_STEP, _SURE_REPORT = 0.15, 0.8
_SURE_BEREAVED = 0.4
# While the story of a payment is asked for, an account of what went wrong is what was asked for.
_SURE_IN_STORY = 0.88
_SURE_SHORT = 0.72
_BARE = 3
# A cry for help without a sign of wanting to die or to harm: fear and tears sound alike.
_SURE_WITHOUT_SIGN = 0.76
# After a fraud or a theft anger and worry sound more alike.
_SURE_AFTER_LOSS = 0.94
# The intent of a theft counts from this share of the alarm on.
_LIKELY_THEFT = 0.15
_SHORT_ANSWER = 5
# 「转人工」 wants one, whatever questions sound like it.
_WISHES = 0.9
# Situated acts by which a user tells how it goes.
_REPORTS = frozenset({"done", "arrived", "waiting", "ruled_out", "cause_confirmed", "not_checked", "solved"})
# What must not be passed over beside a question about the human.
_NEWS = frozenset({"lost", "unknown_payment", "code_told", "password_told", "entered", "watched"})
_ASKS_HELPER = "asks_helper"
_WANTS_NOT_TO_LIVE = re.compile("不想活(?!动|跃|泼)")
# 「接着弄，手机号填了」 fills in what a step asks for; a page that a link led to is named.
_FOREIGN_PAGE = re.compile("链接|网址|网站|网页|扫.{0,4}码|二维码|短信里|发(?:来|给|过来|我)|点(?:进|开)|弹|页面|表单")
# The fact of `crisis.yml`, and what a model hears of it in a clause.
_CRY, _CRIES, _SURE_CRY = "speaks_of_dying", ("wants_to_die", "says_goodbye"), 0.6
# Somebody has said goodbye, by what the model hears: possessions given away, a message that is a last one.
_FAREWELL, _OF_OTHER = "says_goodbye", "of_other"
# How sure it has to be that there is a farewell, and that it is somebody else's: one of them makes up for the other.
_FAREWELLS = ((0.6, 0.9), (0.9, 0.4))
# What tells of a fraud or a theft by itself, if the model of all labels is as sure of it.
_TELLTALE = frozenset(
    {
        "code_told",
        "demanded",
        "exposure",
        "installed",
        "mule",
        "password_told",
        "phone_lost",
        "secrecy",
        "unknown_payment",
        "watched",
    }
)
# With one of these the intent of a theft is no guess.
_SURELY_OF_THEFT = frozenset({"lost", "unknown_payment", "entered", "phone_lost"})
# A matter of the wallet that is so sure is not asked about whether it is a theft, unless it sounds more like one than
# this.
_SURELY_ORDINARY, _HARDLY = 0.8, 0.25
# Money that is gone tells of one only with such a word: payments are disputed, too.
_LOST, _CHEATED = "lost", re.compile("骗|盗|偷|诈")
_SURELY_TOLD = 0.8
# What the money is needed for.
_NEEDED, _PLEADS = "needed", 0.3
_CLOSING = "account_closure"
_SHORT = 14


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as a cry for help, the account of a fraud, or a theft."""
    question = picked(context, state, message)
    if question:
        alarm, name, message = question
        arguments = {"alarm": alarm, "follow_up": name}
        return Reading(Source.DANGER, Act.ALARM, message, f"picked the question {name}", 1.0, arguments)
    # Another button says nothing of whoever presses it.
    return None if label_typed(state, message) else _heard(context, state, act, message)


def _heard(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    if _denies(context, Alarm.CRISIS, message):
        if state.open_alarm is Alarm.CRISIS:
            return _denied_crisis(state, message)
        message = replace(message, alarms={**message.alarms, Alarm.CRISIS.value: 0.0})
    elif state.open_alarm in (Alarm.FRAUD, Alarm.VICTIM) and _is_only_distress(context, message):
        # Tears about the money, or of somebody near, are heard as what follows it.
        message = replace(message, alarms={**message.alarms, Alarm.CRISIS.value: 0.0})
    if _cries_for_help(context, state, message):
        # Whatever else a message tells or asks, and whatever was talked of.
        return Reading(Source.DANGER, Act.ALARM, message, "a clause cries for help", 1.0, {"alarm": Alarm.CRISIS})
    if _tells_of_farewell(state, message):
        return Reading(Source.DANGER, Act.ALARM, message, "somebody says goodbye", 1.0, {"alarm": Alarm.CRISIS})
    certainties = {alarm: message.alarms.get(alarm.value, 0.0) for alarm in _KINDS}
    likeliest, total = max(certainties, key=lambda alarm: certainties[alarm]), sum(certainties.values())
    if _asks_handoff(context, state, message):
        return Reading(Source.DANGER, Act.TICKET_STATUS, replace(message, band=AnswerBand.ANSWER), "asks for the human")
    known = _of_known(context, state, act, message, likeliest, total)
    if known:
        return known
    if state.denied_alarms and hear(context.knowledge.danger, message).question == _ASKS_HELPER:
        return _among_family(message, state.denied_alarms[-1])
    if {"fraud", "account_compromised"} & set(message.matters("negated")) and not _is_certain(context, message):
        # 「没被骗，就是不想活了」: the denial is about the money, not about the life.
        crisis = certainties[Alarm.CRISIS]
        if crisis >= _SURE:
            return _sounds_like(context, message, Alarm.CRISIS, crisis)
        return _denied_theft(context, act, message)
    after = _after_alarm(context, state, message)
    is_explained = explains_own(message.key) and certainties[Alarm.CRISIS] < _DOUBTFUL
    if after or is_explained:
        # 「收到扣款短信 想起来是自己续的会员」
        return after
    return _by_itself(context, state, act, message, certainties)


def _of_known(
    context: Context, state: DialogueState, act: Act, message: UserMessage, likeliest: Alarm, total: float
) -> Reading | None:
    """Reads what lets an alarm go, and what follows one."""
    ended = None if _is_certain(context, message) else let_go.read(context, state, act, message)
    if ended or not (state.open_alarm or state.alarms or state.denied_alarms):
        return ended
    return after_alarm.read(context, state, act, message, likeliest, total)


def _cries_for_help(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether a clause is a cry for help in so many words, while something else is talked of.

    Within the talk of a crisis it is heard as a part of it. Where nothing was told of before, the model must hear it,
    too: 「加班加到不想活」 is only asked about.
    """
    if state.open_alarm is Alarm.CRISIS and has_alarm(state, Alarm.CRISIS):
        return False
    if is_fiction(message.key) or _is_harmless(context, Alarm.CRISIS, message):
        return False
    if shows(context, Alarm.CRISIS, message) and _is_idiom(context, message, "annoyance"):
        return False
    said = facts_told(context.knowledge.crisis, clauses_of(message), message.key, {})
    is_heard = any(_hears_cry(context, message, clause) for clause in message.clauses)
    if not state.alarms and not state.open_alarm:
        return _CRY in said and is_heard
    return _CRY in said or is_heard


def _tells_of_farewell(state: DialogueState, message: UserMessage) -> bool:
    """Whether somebody else has said goodbye, without a word of dying (「他把东西都留给我了 电话不接」)."""
    if has_alarm(state, Alarm.CRISIS) or Alarm.CRISIS in state.denied_alarms or is_fiction(message.key):
        return False
    if message.alarms.get(Alarm.BEREAVED.value, 0.0) >= _SURE_BEREAVED:
        return False
    farewell, other = message.said.get(_FAREWELL, 0.0), message.said.get(_OF_OTHER, 0.0)
    return any(farewell >= least and other >= of_other for least, of_other in _FAREWELLS)


def _says_cry(context: Context, message: UserMessage) -> bool:
    """Whether an expression hears a cry for help that no model does: it is asked about."""
    if is_fiction(message.key) or _is_harmless(context, Alarm.CRISIS, message):
        return False
    return _CRY in facts_told(context.knowledge.crisis, clauses_of(message), message.key, {})


def _hears_cry(context: Context, message: UserMessage, clause: Clause) -> bool:
    is_signed = shows(context, Alarm.CRISIS, replace(message, key=folded(clause.text)))
    return is_signed and max(clause.said.get(name, 0.0) for name in _CRIES) >= _SURE_CRY


def _by_itself(
    context: Context, state: DialogueState, act: Act, message: UserMessage, certainties: dict[Alarm, float]
) -> Reading | None:
    """Reads what the message gives away whatever was talked of before."""
    if _is_threatened(context, message):
        # Whoever is blackmailed sounds as desperate as somebody who wants to die.
        certainties = {**certainties, Alarm.CRISIS: 0.0, Alarm.FRAUD: sum(certainties.values())}
    likeliest, total = max(certainties, key=lambda alarm: certainties[alarm]), sum(certainties.values())
    certain = _is_certain(context, message)
    if certain:
        return _sounds_like(context, message, certain, 1.0)
    if _has_filled_in(context, message, total):
        return _sounds_like(context, message, Alarm.VICTIM, _SURE)
    is_signed = shows(context, likeliest, message)
    if likeliest is Alarm.CRISIS and is_signed and total >= _SURE and _is_idiom(context, message, "annoyance"):
        # 「排队排得想死的心都有」 is asked about once.
        return None if likeliest in state.denied_alarms else _doubtful(message, likeliest, total)
    if likeliest is Alarm.CRISIS and total >= _SURE and is_fiction(message.key) and not has_alarm(state, likeliest):
        return None if likeliest in state.denied_alarms else _doubtful(message, likeliest, total)
    if _is_harmless(context, likeliest, message):
        is_alarm = likeliest is not Alarm.CRISIS and (total >= _DOUBTFUL or _is_urgent(context, message))
        return _among_family(message, likeliest) if is_alarm else None
    is_asked = state.awaiting is Awaiting.DETAIL and likeliest is not Alarm.CRISIS
    if not is_signed and (is_asked or (likeliest is Alarm.CRISIS and likeliest in state.denied_alarms)):
        # It answers what was asked, or goes on after a denial.
        return None
    if likeliest is Alarm.CRISIS and not is_signed and total < _SURE_WITHOUT_SIGN:
        return _crisis_without_sign(context, state, act, message, total)
    # 「想好了」 answers what is asked; what it sounds like on its own counts for little.
    is_answer = len(message.key) <= _SHORT_ANSWER and (state.walk is not None or state.offer is not None)
    is_report = state.walk is not None and likeliest is not Alarm.CRISIS and _is_plain_report(context, message)
    is_doubted = is_asked or is_report or likeliest in state.denied_alarms
    limit = _SURE_IN_STORY if is_doubted else _SURE_SHORT if is_answer else _SURE
    if total >= limit:
        return _sounds_like(context, message, likeliest, total)
    if is_answer and likeliest is Alarm.CRISIS and total >= _SURE and not has_alarm(state, likeliest):
        return _doubtful(message, likeliest, total)
    bereaved = message.alarms.get(Alarm.BEREAVED.value, 0.0)
    if bereaved >= _SURE_BEREAVED:
        return _sounds_like(context, message, Alarm.BEREAVED, bereaved)
    is_known = has_alarm(state, likeliest) or likeliest in state.denied_alarms
    # What is said of a step is explained by it.
    least = _SURE if _reports(message) else _SURE - _FOR_A_STEP
    is_reported = state.walk is not None and likeliest is not Alarm.CRISIS and total < least
    if total >= _DOUBTFUL and not is_known and not (is_doubted or is_answer or is_reported):
        return _likely(context, message, likeliest, total)
    in_words = _in_so_many_words(context, state, message)
    return in_words if in_words or is_report else _theft_by_intent(context, state, act, message)


def _is_threatened(context: Context, message: UserMessage) -> bool:
    """Whether somebody is threatened with pictures, and nothing is said of dying."""
    return "exposure" in hear(context.knowledge.danger, message).facts and after_alarm.is_no_sign(message)


def _is_certain(context: Context, message: UserMessage) -> Alarm | None:
    """Returns the danger that an expression leaves no doubt of."""
    text = normalize(message.text)
    kinds = context.knowledge.care.certain.items()
    return next((Alarm(kind) for kind, patterns in kinds if any(re.search(one, text) for one in patterns)), None)


def _is_plain_report(context: Context, message: UserMessage) -> bool:
    """Whether it tells of what is on the screen, in words of which none is about a danger."""
    act = max(message.acts, key=lambda name: message.acts[name], default="")
    return act in _REPORTS and not hear(context.knowledge.danger, message).facts and not message.matters("named")


def _reports(message: UserMessage) -> bool:
    return max((message.acts.get(act, 0.0) for act in _REPORTS), default=0.0) >= _SURE_REPORT


def _in_so_many_words(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads 「加班加到不想活」 as something to be asked about, however it sounds."""
    is_known = has_alarm(state, Alarm.CRISIS) or Alarm.CRISIS in state.denied_alarms
    is_said = _WANTS_NOT_TO_LIVE.search(message.key) or _says_cry(context, message)
    if is_known or not is_said or _denies(context, Alarm.CRISIS, message):
        return None
    return _doubtful(message, Alarm.CRISIS, message.alarms.get(Alarm.CRISIS.value, 0.0))


def _crisis_without_sign(
    context: Context, state: DialogueState, act: Act, message: UserMessage, total: float
) -> Reading | None:
    bereaved = message.alarms.get(Alarm.BEREAVED.value, 0.0)
    if bereaved >= _SURE_BEREAVED:
        return _sounds_like(context, message, Alarm.BEREAVED, bereaved)
    if total >= _SURE and "lost" in hear(context.knowledge.danger, message).facts:
        return _sounds_like(context, message, Alarm.VICTIM, total)
    share = message.alarms.get(Alarm.CRISIS.value, 0.0)
    is_answer = state.awaiting is Awaiting.DETAIL and (share < _SURE or after_alarm.is_no_sign(message))
    if total >= _SURE and not has_alarm(state, Alarm.CRISIS) and not is_answer:
        return _doubtful(message, Alarm.CRISIS, total)
    return None if is_answer else _theft_by_intent(context, state, act, message)


def _denied_crisis(state: DialogueState, message: UserMessage) -> Reading:
    arguments: dict[str, object] = {"alarm": Alarm.CRISIS, "was_sure": has_alarm(state, Alarm.CRISIS)}
    return Reading(Source.DANGER, Act.ALARM_DENIED, message, "denies a crisis in words", 1.0, arguments)


def shows(context: Context, alarm: Alarm, message: UserMessage) -> bool:
    """Whether the message has a word of this danger; kinds without signs need none."""
    signs = context.knowledge.care.signs.get(alarm.value)
    return signs is None or any(re.search(sign, message.key) for sign in signs)


def _has_filled_in(context: Context, message: UserMessage, total: float) -> bool:
    """Whether a secret was given away on a page that a link led to, by words of it or by how it sounds."""
    if total < _DOUBTFUL and not _FOREIGN_PAGE.search(message.key):
        return False
    facts = set(hear(context.knowledge.danger, message).facts)
    return "link" in facts and bool(facts & {"card_told", "id_told", "code_told", "password_told"})


def _is_harmless(context: Context, alarm: Alarm, message: UserMessage) -> bool:
    """Whether it only sounds like it: 「被发现她会打死我」, 「我老公帮我登一下 我俩坐一块呢」."""
    if alarm is not Alarm.CRISIS:
        return is_among_family(message.key)
    return shows(context, alarm, message) and _is_idiom(context, message, "harmless")


def _is_urgent(context: Context, message: UserMessage) -> bool:
    topic = context.knowledge.topics.get(message.intent)
    return topic is not None and topic.urgent


def _among_family(message: UserMessage, alarm: Alarm) -> Reading:
    arguments: dict[str, object] = {"alarm": alarm, "was_sure": False, "is_among_family": True}
    return Reading(Source.DANGER, Act.ALARM_DENIED, message, "people who sit together", 1.0, arguments)


def _is_idiom(context: Context, message: UserMessage, kind: str) -> bool:
    """Whether all that shows a crisis in the message is an idiom of a kind."""
    rest = message.key
    for idiom in context.knowledge.care.idioms.get(kind, ()):
        rest = re.sub(idiom, "", rest)
    return rest != message.key and not shows(context, Alarm.CRISIS, replace(message, key=rest))


def _denies(context: Context, alarm: Alarm, message: UserMessage) -> bool:
    """Whether it denies the danger in so many words, and nothing else in it shows one."""
    denials = context.knowledge.care.denials.get(alarm.value, ())
    rest = message.key
    for denial in denials:
        rest = re.sub(denial, "", rest)
    return rest != message.key and not shows(context, alarm, replace(message, key=rest))


def _is_only_distress(context: Context, message: UserMessage) -> bool:
    certainty = message.alarms.get(Alarm.CRISIS.value, 0.0)
    return certainty < _SURE_AFTER_LOSS and not shows(context, Alarm.CRISIS, message)


def _asks_handoff(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether somebody who was handed over asks about it; in a crisis the talk goes on instead."""
    if not state.handed_over or state.open_alarm is Alarm.CRISIS:
        return False
    is_wish = message.acts.get("consent_human", 0.0) >= _WISHES
    if any(re.fullmatch(pattern, message.key) for pattern in context.knowledge.care.asks_handoff):
        return True
    heard = hear(context.knowledge.danger, message)
    if _NEWS & set(heard.facts) - set(state.danger_facts) and has_alarm(state, *_KINDS):
        # 「转没转啊 我钱又少了六百」: the news go first, and how it stands is told with them.
        return False
    return heard.question == "asks_handoff" and not is_wish and has_alarm(state, *_KINDS)


def _denied_theft(context: Context, act: Act, message: UserMessage) -> Reading | None:
    """Keeps the advice for a theft from those who say that there was none, when nothing else is heard."""
    topic = context.knowledge.topics.get(message.intent)
    if act is not Act.OPEN_TOPIC or topic is None or not topic.urgent or topic.id in message.matters("negated"):
        # 「不是被盗」 is a matter denied like others.
        return None
    arguments: dict[str, object] = {"alarm": Alarm.VICTIM, "was_sure": False}
    return Reading(Source.OPERATOR, Act.ALARM_DENIED, message, "denies a theft", message.confidence, arguments)


def _sounds_like(context: Context, message: UserMessage, alarm: Alarm, certainty: float) -> Reading:
    if alarm is Alarm.FRAUD and _has_happened(context, message):
        # What is done needs rescue; to warn of it comes too late.
        alarm = Alarm.VICTIM
    return Reading(Source.DANGER, Act.ALARM, message, f"sounds like {alarm.value}", certainty, {"alarm": alarm})


def _has_happened(context: Context, message: UserMessage) -> bool:
    """Whether a secret is out or money is gone already."""
    return bool({"lost", "code_told", "password_told"} & set(hear(context.knowledge.danger, message).facts))


def _likely(context: Context, message: UserMessage, alarm: Alarm, certainty: float) -> Reading | None:
    """Reads what is only likely by its sound: it is asked about, unless what it says surely tells it.

    A matter of the wallet that is surely meant is left alone.
    """
    heard = hear(context.knowledge.danger, message)
    # 「被骗了八千 你们不管」
    telltale = _TELLTALE | ({_LOST} if _CHEATED.search(message.key) else frozenset())
    told = [name for name in heard.learnt & telltale if heard.shares.get(name, 0.0) >= _SURELY_TOLD]
    if told and alarm is not Alarm.CRISIS:
        return _sounds_like(context, message, alarm, certainty)
    if alarm is not Alarm.CRISIS and certainty < _HARDLY and _is_surely_ordinary(context, message):
        return None
    if alarm is not Alarm.CRISIS and _is_plea(context, alarm, message):
        return None
    return _doubtful(message, alarm, certainty)


def _is_plea(context: Context, alarm: Alarm, message: UserMessage) -> bool:
    """Whether it only says what the money is for (「那是孩子的学费」), with no word of a fraud or a theft."""
    telltale = max((message.said.get(name, 0.0) for name in _TELLTALE), default=0.0)
    return message.said.get(_NEEDED, 0.0) >= _PLEADS and telltale < _DOUBTFUL and not shows(context, alarm, message)


def _is_surely_ordinary(context: Context, message: UserMessage) -> bool:
    """Whether it surely opens a matter of which nothing is a danger (「我爸的账号登不上 我帮他弄」)."""
    topic = context.knowledge.topics.get(message.intent)
    is_sure = message.confidence >= _SURELY_ORDINARY and message.band is AnswerBand.ANSWER
    return is_sure and topic is not None and not topic.urgent


def _doubtful(message: UserMessage, alarm: Alarm, certainty: float) -> Reading:
    arguments = {"alarm": alarm, "is_doubtful": True}
    return Reading(Source.DANGER, Act.ALARM, message, f"may be {alarm.value}", certainty, arguments)


def _theft_by_intent(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """The intent hears a theft too; without a word of one it is asked about, or left to what is on the screen."""
    topic = context.knowledge.topics.get(message.intent)
    if act is not Act.OPEN_TOPIC or topic is None or not topic.urgent:
        return None
    if any(word in message.key for word in context.knowledge.care.stand_down):
        # 「没人骗我，我自己登」
        return None
    is_asked = state.awaiting is Awaiting.DETAIL and state.offer is None and not _is_named(message)
    if is_asked or _is_evidence(context, state, message):
        # 「小孩自己点的 不是我」 is the story that was asked for.
        return None
    certainty = message.alarms.get(Alarm.VICTIM.value, 0.0)
    is_weak = message.confidence < _SURE and certainty < _DOUBTFUL
    if not _is_named(message) and (len(message.key) <= _BARE or is_weak):
        # 「有笔钱」 is no more than a beginning; 「查了 只有一笔 谢了」 only sounds alike.
        return None
    if _SURELY_OF_THEFT & set(hear(context.knowledge.danger, message).facts):
        certainty = max(certainty, _LIKELY_THEFT)
    is_known = has_alarm(state, Alarm.VICTIM, Alarm.FRAUD)
    payment = None if is_known or certainty >= _SURE else _disputed_payment(context, state, message)
    if payment:
        return payment
    if message.matters("named", "past") or certainty >= _LIKELY_THEFT or is_known:
        return Reading(
            Source.DANGER, Act.ALARM, message, "the intent of a theft", message.confidence, {"alarm": Alarm.VICTIM}
        )
    if state.walk is None and message.band is AnswerBand.ANSWER:
        return _doubtful(message, Alarm.VICTIM, certainty)
    return None


def _disputed_payment(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads how much was paid to whom, of which the model hears no theft: the form asks for just that.

    What to do in case it was somebody else is said beside the form (`cautions`).
    """
    if _is_named(message):
        return None
    for topic in context.knowledge.topics.values():
        told = details_said(context, topic, message) if topic.collected_details and topic.id != state.topic else {}
        kinds = {detail.accepts for detail in topic.collected_details if detail.id in told}
        if {"amount", "name"} <= kinds:
            plain = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=())
            return Reading(Source.SENTENCE, Act.OPEN_TOPIC, plain, "tells of a payment to somebody", message.confidence)
    return None


def _is_named(message: UserMessage) -> bool:
    """Whether the topic of the intent is named in so many words (「被盗」)."""
    return message.intent in message.matters("named", "past")


def _is_evidence(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether it tells how a cause of the trouble under way stands (「余额我看了 一千多」), and names no theft."""
    topic = context.topic(state)
    if topic is None or topic.kind != "diagnosis" or message.intent in message.matters():
        return False
    found = findings(topic, state, message)
    return found is not None and bool(found.ruled_out or found.confirmed or found.unclear)


def _after_alarm(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """What belongs to a danger told of before: closing the account, or a short question about it."""
    for alarm in (Alarm.CRISIS, Alarm.FRAUD):
        if not has_alarm(state, alarm):
            continue
        cases = context.knowledge.care.cases.get(alarm.value, ())
        is_case = any(word in message.key for case in cases for word in case.words)
        if message.intent == _CLOSING or (is_case and len(message.key) <= _SHORT):
            return Reading(Source.DANGER, Act.ALARM, message, f"said after {alarm.value}", 0.9, {"alarm": alarm})
    return None
