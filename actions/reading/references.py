"""References: a short message that names a part of what was shown last (「那余额呢」, 「电话」)."""

from __future__ import annotations

import re

from actions.dialogue.acts import CONTROL, Act
from actions.dialogue.answers import SURE, find_answer, home
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.reading.clauses import asks_in
from actions.reading.questions import asks, excepts
from actions.reading.reading import Reading, Source
from actions.reading.steps_meant import reported_place
from language.text_normalization import normalize

_LONGEST = 9
_SHORTEST_WORD = 2
_GOES = 0.5
# A topic of its own is named from this confidence on.
_SURE_OTHER = 0.9
_TOLD, _TELLS = ("ruled_out", "cause_confirmed", "done", "trouble"), 0.8
_ELLIPSIS = re.compile("^(?:那|还有|然后).+|.呢$")
_HOW_NOW = re.compile("(?:那|好|行|嗯|哦|吧|的)*(?:怎么|咋)(?:弄|办|整|搞|做)(?:啊|呢|嘛|呀)?")
# 「好 那就开始弄」, 「开始吧」, but not a bare 「好」.
_BEGINS = re.compile(
    "(?:好+的?|行|嗯+|ok|那|就|可以|来|咱们?|我们?|现在|这就|直接|赶紧|马上|先)*(?:开始|开整|开干|走起|动手)"
    "(?:来|办|弄|搞|整|做|走)*(?:吧|呗|啊|了|咯|嘛)*"
)
_PARTICLES = re.compile(r"^(?:那|那么|还有|然后)+|(?:的事|怎么弄|怎么办|咋办|呢|吗|啊|呀|吧)+$")


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as naming one part of the topic that was talked about last, or a topic in a list."""
    if len(message.key) > _LONGEST or state.awaiting is Awaiting.DETAIL:
        return None
    if reported_place(context.topic(state), state.step, message):
        # 「进帮助中心了」 reports a step and asks for no part.
        return None
    if _reports_first(context, state, message):
        return None
    return (
        _begins(context, state, act, message)
        or _part(context, state, act, message)
        or _menu_word(context, state, act, message)
        or _ellipsis(context, state, act, message)
    )


def _reports_first(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether a step is reported before something is asked (「交了 大概多久有信儿」): it goes on first."""
    topic = context.topic(state)
    is_procedure = topic is not None and topic.kind == "procedure" and state.step > 0
    first = message.clauses[0] if len(message.clauses) > 1 else None
    return is_procedure and first is not None and first.acts.get("done", 0.0) >= _TELLS and not asks_in(first)


def _begins(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads 「好，那就开始吧」 after an answer about a procedure as the wish to go through it."""
    topic = context.knowledge.topics.get((state.asked_about or state.last_topic or "").partition("/")[0])
    is_idle = state.walk is None and state.offer is None and not state.suspended and not state.handed_over
    if topic is None or not topic.is_walkthrough or not is_idle or not _BEGINS.fullmatch(message.key):
        return None
    plain = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=(), entities={}, further_requests=())
    return Reading(Source.REFERENCE, Act.OPEN_TOPIC, plain, f"begins {topic.id}")


def _part(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    last = context.knowledge.topics.get(state.last_topic or "")
    names = [state.last_topic, *(last.related if last else ())]
    for name in names:
        topic = context.knowledge.topics.get(name or "")
        if topic is None or not topic.items:
            continue
        value = message.single_value(topic.entity, {item.value for item in topic.items}) or _labelled(topic, message)
        if value is None or (name != state.last_topic and message.confidence >= 0.9):
            continue
        if act is Act.OPEN_TOPIC and _names_another(topic, message):
            # 「密码忘了」 after an answer about what was sent here is a matter of its own.
            continue
        if asks(normalize(message.text)):
            # 「打电话要钱吗」 names the hotline and asks for something of it that has an answer of its own.
            found = find_answer(context, state, message, SURE)
            if found and found.place != value and found.topic in (topic.id, *topic.related):
                return Reading(Source.REFERENCE, Act.ASK_STEP, message, f"asks for {found.topic}/{found.answer.id}")
        part = replace(message, intent=topic.id, entities={topic.entity or "": (value,)}, band=AnswerBand.ANSWER)
        return Reading(Source.REFERENCE, Act.OPEN_TOPIC, part, f"names the part {value} of {topic.id}")
    return None


def _names_another(topic: Topic, message: UserMessage) -> bool:
    """Whether the message surely names a topic that is neither this one nor related to it."""
    is_other = message.intent not in (topic.id, *topic.related) and message.intent in message.matters()
    return is_other and message.confidence >= _SURE_OTHER


def _ellipsis(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads a question that leaves its matter out (「那晚上呢」) as one about what was talked of last."""
    if state.walk and state.walk.interrupted and state.last_topic not in (None, state.topic):
        # 「晚上呢」 after an answer in mid-procedure is about that.
        aside = _ellipsis(context, replace(state, walk=None), act, message)
        if aside:
            return aside
    answered = (state.asked_about or "").partition("/")[0]
    if state.walk and answered not in ("", state.topic):
        aside = _ellipsis(context, replace(state, walk=None, last_topic=answered), act, message)
        if aside:
            return replace(aside, arguments={"aside": answered})
    topic = home(context, state)
    if topic is None or not _ELLIPSIS.search(message.key) or act is Act.HUMAN or act in CONTROL:
        return None
    if act is Act.OPEN_TOPIC and message.intent in message.matters() and message.intent != topic.id:
        return None
    if message.acts.get("waiting", 0.0) >= _GOES and not asks(normalize(message.text)):
        # 「那我先去吃饭」
        return None
    if state.walk and any(message.acts.get(name, 0.0) >= _TELLS for name in _TOLD):
        # 「余额够着呢」 asks nothing.
        return None
    if message.key in context.knowledge.wording.what_now or (state.walk and _HOW_NOW.fullmatch(message.key)):
        return None
    found = find_answer(context, state, message)
    if found is None or found.topic not in (topic.id, *topic.related):
        return None
    return Reading(Source.REFERENCE, Act.ASK_STEP, message, f"goes on about {topic.id}")


def _labelled(topic: Topic, message: UserMessage) -> str | None:
    """Returns the value of the one item whose label has the words of a message (「记录呢」: 记录还在吗)."""
    words = _PARTICLES.sub("", message.key)
    if len(words) < _SHORTEST_WORD:
        return None
    values = [item.value for item in topic.items if words in folded(normalize(item.label))]
    return values[0] if len(values) == 1 else None


def shows_menu(context: Context, message: UserMessage) -> bool:
    """Whether the message is a word that shows the topics, whatever is under way."""
    return message.key in {folded(normalize(word)) for word in context.knowledge.wording.menu_words}


def _menu_word(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    if act is Act.CAPABILITIES and excepts(normalize(message.text)) and message.matters():
        arguments = {"without": message.matters()}
        return Reading(Source.REFERENCE, Act.MENU, message, "asks for the other topics", arguments=arguments)
    if shows_menu(context, message):
        return Reading(Source.REFERENCE, Act.MENU, message, "asks for the menu")
    return None
