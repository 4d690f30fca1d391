"""Answers a question from all that the knowledge says, wherever it is asked.

The patterns of the topic at hand come first: they know how a question is worded. Then the likeness of the message to
all answers, with what is on the screen, and what is near it, preferred. Where both know nothing, or are most likely
mistaken, the answer counts that people ask for in such words (`answer_choice.py`). Below all nothing is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.dialogue.answer_choice import Chances, weigh
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import Reply, UserMessage, folded
from actions.dialogue.state import Awaiting, DialogueState, HandoffReason, with_walk
from actions.dialogue.step_answers import find
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge import Topic
from actions.knowledge.answers import TOPIC, KnownAnswer, fingerprint
from actions.reading.clauses import asks_in
from actions.reading.questions import asks, asks_how, asks_what_next, kinds_of
from language.text_normalization import normalize

_ASKED = 0.6
_ALIKE_IN_ALL = 0.72
# How much nearer the topic at hand, a related one, and the place shown or asked about last are.
_HOME, _RELATED, _SHOWN = 0.12, 0.05, 0.05
# From this likeness on an answer is believed; elsewhere it has to be as near as a question in so many words.
_AT_HOME, _ELSEWHERE = 0.45, 0.58
# Probability from which what people ask for in such words is an answer, or takes the place of one as unlikely as that.
LIKELY, _LIKELIER, _UNLIKELY = 0.6, 0.7, 0.1


@dataclass(frozen=True)
class Found:
    """An answer found.

    Attributes:
        topic: Id of its topic.
        place: Id of the step or detail, value of the part, or `topic`.
        text: The text, with placeholders.
        is_worded: Whether a pattern has found it rather than likeness.
        is_specific: Whether that pattern says what the matter is, not only how it is asked (「怎么办」).
    """

    topic: str
    place: str
    text: str
    is_worded: bool = False
    is_specific: bool = False

    @property
    def fingerprint(self) -> int:
        """A number that stands for the answer; short enough to be remembered in a slot."""
        return fingerprint(self.topic, self.place, self.text)


def find_answer(context: Context, state: DialogueState, message: UserMessage) -> Found | None:
    """Returns the answer to a question, None when the knowledge is silent."""
    found = (
        find_by_words(context, state, message)
        or _find_by_likeness(context, state, message)
        or _find_by_name(context, state, message)
    )
    return _weighed(context, found, weigh(context, state, message))


def find_asked(context: Context, state: DialogueState, message: UserMessage, least: float = LIKELY) -> Found | None:
    """Returns the answer that people ask for in such words here, None when none is as likely as that."""
    return _likeliest(context, weigh(context, state, message), least)


def _weighed(context: Context, found: Found | None, chances: Chances) -> Found | None:
    """Returns what was found, or what is asked for more likely."""
    if found is None:
        return _likeliest(context, chances, LIKELY)
    address = _address(context, found)
    if address is None or chances.of_answers.get(address, 0.0) >= _UNLIKELY:
        return found
    return _likeliest(context, chances, _LIKELIER) or found


def _likeliest(context: Context, chances: Chances, least: float) -> Found | None:
    address = max(chances.of_answers, key=lambda name: chances.of_answers[name], default="")
    if chances.of_answers.get(address, 0.0) < least:
        return None
    answer = context.knowledge.answers[address]
    return Found(answer.topic, answer.place, answer.text)


def _address(context: Context, found: Found) -> str | None:
    """Returns the address of what was found; the text of a step has none."""
    place = f"{found.topic}/{found.place}/"
    for address, answer in context.knowledge.answers.items():
        if address.startswith(place) and answer.text == found.text:
            return address
    return None


def find_by_words(context: Context, state: DialogueState, message: UserMessage) -> Found | None:
    """Returns the answer of the topic at hand whose patterns fit the question."""
    topic = home(context, state)
    if topic is None:
        return None
    detail = state.walk.requested_detail if state.walk and state.awaiting is Awaiting.DETAIL else None
    found = find(topic, state.step, detail, message.key, _near(state, topic))
    return Found(topic.id, found.place, found.text, True, found.is_specific) if found else None


def answer_where(context: Context, state: DialogueState) -> Turn:
    """Answers where the thing is that was asked about last, or that is on the screen."""
    topic = home(context, state)
    near = _near(state, topic) if topic else None
    number = topic.step_number(near) if topic and near else None
    found = find(topic, number or state.step, None, "在哪") if topic else None
    return give(context, state, Found(topic.id, found.place, found.text, True) if topic and found else None)


def find_in_part(context: Context, topic: Topic, message: UserMessage) -> Found | None:
    """Returns the answer to a question about one point of a topic, or of one related to it.

    Words and likeness have to agree: the whole answer is given as well, and says more.
    """
    for name in (topic.id, *topic.related):
        found = find(context.knowledge.topics[name], 0, None, message.key)
        is_own = name == topic.id and found is not None and found.is_specific
        if found and (is_own or message.answers.get(f"{name}/{found.place}/{found.id}", 0) >= _AT_HOME):
            return Found(name, found.place, found.text, is_worded=True)
    return None


def find_of_whole(context: Context, topic: Topic, message: UserMessage) -> Found | None:
    """Returns the answer to a question about a procedure as a whole (how long, what it costs), not how it is done."""
    instead = find_instead(topic, message.key)
    if instead:
        return instead
    if asks_how(message.key) or not (asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _ASKED):
        return None
    found = find(_of_whole(topic), 0, None, message.key)
    if found is None or message.answers.get(f"{topic.id}/{TOPIC}/{found.id}", 0) < _AT_HOME:
        return None
    return Found(topic.id, TOPIC, found.text, is_worded=True)


def find_instead(topic: Topic, key: str) -> Found | None:
    """Returns what is said of a matter that sounds like the topic and is another one (「支付密码忘了」)."""
    others = [answer for answer in topic.answers if answer.instead]
    found = find(topic.model_copy(update={"steps": [], "collected_details": [], "answers": others}), 0, None, key)
    return Found(topic.id, TOPIC, found.text, True, found.is_specific) if found and others else None


def _of_whole(topic: Topic) -> Topic:
    """Returns the topic with the answers about the whole only."""
    return topic.model_copy(update={"steps": [], "collected_details": []})


def home(context: Context, state: DialogueState) -> Topic | None:
    """Returns the topic at hand: the walkthrough under way, else what was talked of last."""
    return context.topic(state) or context.knowledge.topics.get(state.last_topic or "")


def _near(state: DialogueState, topic: Topic) -> str | None:
    asked, _, place = (state.asked_about or "").partition("/")
    return place if asked == topic.id and place != TOPIC else None


def _find_by_likeness(context: Context, state: DialogueState, message: UserMessage) -> Found | None:
    topic = home(context, state)
    named = {message.intent, *message.matters(), *(name for name, _ in message.choices)}
    best: tuple[float, KnownAnswer] | None = None
    for address, likeness in message.answers.items():
        answer = context.knowledge.answers.get(address)
        if answer is None:
            continue
        if not _is_asked_so(answer, message.key, likeness):
            continue
        nearness = _nearness(state, topic, answer)
        if not nearness and answer.topic not in named:
            # 「多久到账」 is alike to whatever asks how long something takes.
            continue
        if likeness >= (_AT_HOME if nearness >= _HOME else _ELSEWHERE) and (
            best is None or likeness + nearness > best[0]
        ):
            best = likeness + nearness, answer
    return Found(best[1].topic, best[1].place, best[1].text) if best else None


def _find_by_name(context: Context, state: DialogueState, message: UserMessage) -> Found | None:
    """Returns the answer whose patterns fit, of a topic that the question names or that is related to what is near."""
    topic = home(context, state)
    related = topic.related if topic else ()
    for name in dict.fromkeys((*message.matters(), *related)):
        other = context.knowledge.topics.get(name)
        found = find(other, 0, None, message.key) if other else None
        if found:
            return Found(name, found.place, found.text, is_worded=True)
    return None


def _is_asked_so(answer: KnownAnswer, key: str, likeness: float) -> bool:
    """Whether an answer to one kind of question (how long, what it costs) may answer a question of that kind or none.

    The vectors hear what is spoken of better than how it is asked.
    """
    kinds = frozenset().union(*(kinds_of(about) for about in answer.about))
    asked = kinds_of(key)
    return not kinds or bool(kinds & asked) or likeness >= _ALIKE_IN_ALL


def _nearness(state: DialogueState, topic: Topic | None, answer: KnownAnswer) -> float:
    if topic is None:
        return 0
    if answer.topic != topic.id:
        return _RELATED if answer.topic in topic.related else 0
    is_detail = state.walk is not None and state.awaiting is Awaiting.DETAIL
    if is_detail and topic.step_number(answer.place) not in (None, state.step):
        # While details are asked for, a step ahead is farther than they are.
        return _RELATED
    shown = {topic.steps[state.step - 1].id} if state.walk and state.step else set()
    requested = state.walk.requested_detail if state.walk and state.awaiting is Awaiting.DETAIL else None
    return _HOME + (_SHOWN if answer.place in {*shown, requested, _near(state, topic)} else 0)


def answer_question(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Answers from all that is known, or says that nothing is known about it.

    A walkthrough stays where it is: a question about it is no digression.
    """
    found = find_answer(context, state, message)
    if found is not None and found.fingerprint == state.last_answer:
        # Whoever asks on was not helped by it.
        found = _another(context, state, message, found)
        if found is None:
            return offering_human(state, HandoffReason.USER_REQUEST, Reply("utter_nothing_more_known"))
    return give(context, state, found)


def _another(context: Context, state: DialogueState, message: UserMessage, given: Found) -> Found | None:
    """Returns the likeliest answer beside one that was given just now."""
    known = context.knowledge.answers
    others = {
        address: likeness
        for address, likeness in message.answers.items()
        if address in known and known[address].text != given.text
    }
    return _find_by_likeness(context, state, replace(message, answers=others))


def answered_beside(context: Context, turn: Turn, message: UserMessage, before: DialogueState | None = None) -> Turn:
    """Returns the turn with an answer to what the message asks beside what it tells.

    「号码填了，验证码多久来」 goes on to the code and is told what is known of it; with nothing known, that is said.

    Args:
        context: Knowledge and replies.
        turn: What is said to what the message tells.
        message: The message.
        before: The state that the question is about, where it is not the one after the turn.
    """
    question = asked_in(message)
    if question is None:
        return turn
    found = find_by_words(context, before or turn.state, question)
    if found is None:
        likely = _find_by_likeness(context, before or turn.state, message)
        topic = home(context, turn.state)
        found = likely if likely and topic and likely.topic == topic.id else None
    if found is None and not asks(normalize(question.text)):
        return turn
    said = Reply("utter_step_answer", {"answer": _text(context, found)}) if found else Reply("utter_step_unknown")
    return Turn(turn.state, (*turn.replies, said))


def asked_in(message: UserMessage) -> UserMessage | None:
    """Returns what a message asks beside what it tells, None when it asks nothing that the next step does not tell."""
    clauses = [clause for clause in message.clauses if asks_in(clause)]
    key = "".join(folded(clause.text) for clause in clauses)
    if not clauses or len(clauses) == len(message.clauses) or asks_what_next(key):
        return None
    return replace(message, key=key, text="，".join(clause.text for clause in clauses))


def give(context: Context, state: DialogueState, found: Found | None) -> Turn:
    """Gives an answer that was found; says that nothing is known without one."""
    if found is None:
        reply = Reply("utter_step_unknown" if state.walk else "utter_no_information")
    else:
        reply = Reply("utter_step_answer", {"answer": _text(context, found)})
        state = replace(state, asked_about=f"{found.topic}/{found.place}", last_answer=found.fingerprint)
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return after_digression(context, replace(state, last_topic=found.topic if found else state.last_topic), reply)
    # 「好的」 to an answer consents to no warning.
    state = replace(with_walk(state, interrupted=state.awaiting is Awaiting.WARNING), offer=None)
    if state.awaiting is Awaiting.DETAIL and state.walk and state.walk.requested_detail:
        question = context.replies.ask_detail(topic, state.walk.requested_detail)
        return Turn(state, (reply, question))
    return Turn(state, (reply,))


def _text(context: Context, found: Found) -> str:
    topic = context.knowledge.topics[found.topic]
    settings = next((item.settings for item in topic.items if item.value == found.place), [])
    lines = context.replies.with_settings("", settings)
    return context.replies.fill(found.text, topic) + lines
