"""What is said of the bot's own last reply: it answered something else, or asks what was told before."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.answers import LIKELY, SURE, Found, find_answer
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, Awaiting, DialogueState, Offer
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.reading.meant import meant_and_wrong
from actions.reading.place import title_words
from actions.reading.questions import asks, asks_of_waiting, names_human, reminds
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

# Names nothing.
_ONLY_NOT_THAT = re.compile(
    r"(?:[?？!！]|哎呀?|啊|不|诶|喂|你)*(?:我)?(?:又|都|可)?(?:不是|没有?)(?:在|想|要)?(?:问|说|讲|指)?(?:你)?(?:的)?(?:这|那)(?:个|件|些|事)(?:事|意思)?(?:啊|呀|了|吧)*|答非所问|(?:你)?(?:没|不)(?:懂|明白)(?:我)?(?:的)?(?:意思|说的|在说什么)(?:啊|吧)?|(?:你)?(?:理解|搞|弄|听|看|会)错(?:了)?(?:我的)?(?:意思)?(?:了)?"
)
# Nobody who has gone on here has come by mistake.
_BEGUN = 1


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that the last reply missed what was meant: the right matter is taken up, and the mistaken one dropped."""
    if any(told.alarm is not Alarm.COMPLAINT for told in state.alarms):
        return None
    if state.awaiting is Awaiting.DETAIL or message.is_payload or act is Act.HUMAN:
        return None
    waiting = _asks_waiting(state, message)
    if waiting:
        return waiting
    meant, wrong = meant_and_wrong(message.text)
    if not _has_answered(state):
        return None
    if not meant:
        is_plain = bool(_ONLY_NOT_THAT.fullmatch(message.key))
        return Reading(Source.SAID_BEFORE, Act.MEANT, message, "was not asked for") if is_plain else None
    topic = _topic_of(context, meant)
    if topic is not None and topic.id != state.topic and wrong:
        arguments = {"meant": meant, "topic": topic.id}
        return Reading(Source.SAID_BEFORE, Act.MEANT, message, f"meant {topic.id}", arguments=arguments)
    if topic is None or topic.id == state.topic:
        # What was not meant must not be heard in it, nor what stands around it.
        found = _asked(context, state, message, meant, is_corrected=bool(wrong))
        if found:
            return Reading(Source.SAID_BEFORE, Act.MEANT, message, "says what was meant", arguments={"found": found})
    return None


def _asked(
    context: Context, state: DialogueState, message: UserMessage, meant: str, *, is_corrected: bool
) -> Found | None:
    """Returns the answer to what was meant by its words alone, other than the one given just now."""
    # What is denied is left out of what is compared.
    asked = replace(message, text=meant, key=folded(normalize(meant)), clauses=())
    least = LIKELY if is_corrected else SURE
    return find_answer(context, state, asked, least, without=state.last_answer)


def _asks_waiting(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the question when somebody comes, wherever a human is spoken of (「我是问人工要等多久」)."""
    meant, _ = meant_and_wrong(message.text)
    key = folded(meant or "")
    is_human = any(word in key for word in ("人工", "客服", "真人", "有人"))
    is_waiting = state.handed_over or message.is_queued
    is_corrected = bool(meant) and asks_of_waiting(key) and (is_human or (is_waiting and state.walk is None))
    names_somebody = names_human(message.key) or "有人" in message.key
    is_asked = state.offer is Offer.HUMAN and asks(normalize(message.text)) and names_somebody
    is_asked = is_asked and asks_of_waiting(message.key)
    if not is_corrected and not (is_asked and state.walk is None):
        return None
    if is_waiting:
        plain = replace(message, band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.SAID_BEFORE, Act.TICKET_STATUS, plain, "asks when somebody comes")
    return Reading(Source.SAID_BEFORE, Act.ASK_WAIT, message, "asks when somebody would come")


def reminded(state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads that what the bot wants to know was told before, while it offers a human (「刚才不是说了吗 六百多」)."""
    if any(told.alarm is not Alarm.COMPLAINT for told in state.alarms):
        return None
    if state.offer is not Offer.HUMAN or message.is_payload or not reminds(message.text):
        return None
    return Reading(Source.SAID_BEFORE, Act.HEARD, message, "has told it before")


def _has_answered(state: DialogueState) -> bool:
    """Whether there is a last reply that may have missed it: an answer, an opened topic, an offer."""
    return bool(state.last_topic or state.walk or state.offer or state.asked_about)


def _topic_of(context: Context, meant: str) -> Topic | None:
    """Returns the topic whose title what was meant has most of; a main one before others."""
    key = folded(normalize(meant))
    scores = [
        (len({pair for pair in title_words(topic) if pair in key}), topic.menu is not None, topic.id)
        for topic in context.knowledge.topics.values()
    ]
    score, _, name = max(scores, default=(0, False, ""))
    return context.knowledge.topics[name] if score else None
