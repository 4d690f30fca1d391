"""Which of several matters is wanted first, and which later: 「先说钱，密码不急」."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_CLAUSE = re.compile(r"[\s,，。;；!！、…~]+")
_DOES = "(?:说说|说|讲|弄|办|看看|看|解决|处理|搞|来|问|管|聊|做|查|整|把)"
_SOFT = "(?:吧|啦|啊|呗|呀|嘛|了|哈|好了|再说|行不行|好不好)*"
_FIRST = re.compile(
    f"^(?:那|就|还是|我们|咱们?|你|帮我|麻烦|行|好|嗯|我想|我要|要不)*(?:先|首先){_DOES}*(?P<matter>.{{1,10}}?){_SOFT}$"
    f"|^(?:那|就|还是|我们|咱们?|行|好|嗯)*(?P<other>.{{1,8}}?)(?:先{_DOES}*|放前面|优先|要紧|急一?点|更急|比较急){_SOFT}$"
)
_LATER = re.compile(
    "^(?:那|就|还是|至于)*(?P<matter>.{1,10}?)(?:先|可以|就)*"
    f"(?:不急|不着急|不忙|不要紧|回头|等会儿?|待会儿?|等下|等一?等|等一下|晚点|晚些|稍后|之后|以后|后面|过后|最后|先放|放一放|放后面|不管){_DOES}*(?:再{_DOES}*)?(?:着|它|他)?{_SOFT}$"
)
# 「好 那密码呢」 turns to what was named before and waits.
_NOW_THAT = re.compile(
    "^(?:好的?|行|嗯|ok|可以|那|然后|现在)*(?P<matter>.{1,8}?)(?:的事|那个|的话)?(?:呢|怎么弄|咋弄|怎么办|咋办|怎么搞)$"
)
# What is to be done first in a procedure is no matter of its own.
_NO_MATTER = re.compile("^(?:不|别|等|去|我|你|他|她|一下|这样|这个|那个|这步|人工|客服|一会)")
_EMPTY = frozenset("的了是我您你它这那个怎么咋呢吗啊想要有没不一还事问题")
_MONEY = frozenset("钱扣款账退赔")
_LONGEST, _LONGEST_PART, _SEVERAL = 30, 16, 2
# 「人工那个先说」 wants what was asked about humans, and none of them.
_NEAR_HUMAN = frozenset({"support_hours", "contact_support", "contact_preparation", "contact_in_app"})
_THAT_FIRST = re.compile("那个|的事|那件|那事")


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads which of the matters named so far is to be looked at first."""
    if message.is_payload or len(message.key) > _LONGEST:
        return None
    waiting = [*dict.fromkeys([*(r.intent for r in state.requests), *(walk.topic for walk in state.suspended)])]
    if act is Act.HUMAN and not ({*waiting} & _NEAR_HUMAN and _THAT_FIRST.search(message.key)):
        return None
    names = [state.topic, *waiting] if state.topic else waiting
    topics = [context.knowledge.topics[name] for name in names if name in context.knowledge.topics]
    if not topics or (state.topic and len(topics) < _SEVERAL):
        return None
    next_one = _NOW_THAT.match(message.key)
    turned_to = _topic_of(topics, state, next_one["matter"]) if next_one else None
    if turned_to and turned_to != state.topic:
        return _opens(turned_to, message)
    if asks(normalize(message.text)):
        return None
    first, later = _named(topics, state, message)
    others = [topic.id for topic in topics if topic.id not in (later, state.topic)]
    instead = others[0] if later == state.topic and others else state.topic
    wanted = first or (instead if later else None)
    if wanted is None or (first and first == later):
        return None
    if wanted == state.topic:
        left = [context.knowledge.topics[name] for name in waiting if name in context.knowledge.topics]
        titles = context.replies.listed(context.replies.label(topic.id) for topic in left)
        arguments = {"response": "utter_this_first", "titles": titles}
        return Reading(Source.SAID_BEFORE, Act.LET_BE, message, f"wants {wanted} first", arguments=arguments)
    return _opens(wanted, message)


def _opens(wanted: str, message: UserMessage) -> Reading:
    opened = replace(
        message, intent=wanted, band=AnswerBand.ANSWER, choices=(), further_requests=(), confidence=1.0, entities={}
    )
    return Reading(Source.SAID_BEFORE, Act.OPEN_TOPIC, opened, f"wants {wanted} now")


def _named(topics: list[Topic], state: DialogueState, message: UserMessage) -> tuple[str | None, str | None]:
    """Returns which topics the message wants first and later; every clause has to be about the order."""
    first = later = None
    clauses = [folded(clause) for clause in _CLAUSE.split(normalize(message.text)) if folded(clause)]
    for clause in clauses:
        late, early = _LATER.match(clause), _FIRST.match(clause)
        said = late["matter"] if late else (early["matter"] or early["other"]) if early else None
        if said is None or _NO_MATTER.match(said):
            return None, None
        meant = _topic_of(topics, state, said)
        if meant is None:
            return None, None
        if late:
            later = later or meant
        else:
            first = first or meant
    return first, later


def _topic_of(topics: list[Topic], state: DialogueState, said: str) -> str | None:
    """Returns the one of these topics that some words name."""
    # What is longer is the whole message, which names the others, too.
    texts = {r.intent: folded(normalize(r.text)) for r in state.requests if len(r.text) <= _LONGEST_PART}
    scores = []
    for topic in topics:
        known = _bigrams(folded(normalize(topic.title))).union(
            *(_bigrams(folded(normalize(question))) for question in topic.questions), _bigrams(texts.get(topic.id, ""))
        )
        is_paid = any(detail.accepts == "amount" for detail in topic.collected_details)
        scores.append((len(known & _bigrams(said)) + (is_paid and bool(_MONEY & set(said))), topic.id))
    scores.sort(reverse=True)
    (best, name), second = scores[0], scores[1][0] if len(scores) > 1 else 0
    return name if best > second else None


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if not _EMPTY & set(text[i : i + 2])}
