"""Answers a question from all that the knowledge says, wherever it is asked; says so where it says nothing.

Which answer is asked for is chosen by examples of how people ask, in their context (`answer_choice.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actions.dialogue.answer_choice import KINDS, scene_of, weigh
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import Clause, Event, EventKind, Reply, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, HandoffReason, with_walk
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge import Topic
from actions.knowledge.answers import TEXT, TOPIC, KnownAnswer
from actions.reading.causes import named
from actions.reading.clauses import asks_in
from actions.reading.questions import (
    asks,
    asks_how,
    asks_what_next,
    asks_whom,
    confirmed_in,
    is_bare_question,
    kinds_of,
)
from actions.reading.sureness import quote
from language.text_normalization import normalize

# From this probability on an answer is given where a question is expected.
LIKELY = 0.35
# From this one on where the message may be something else.
SURE = 0.6
_NAMED = 4
# Where something else is likelier than a question that is answered.
CERTAIN = 0.75
_ASKED = 0.6
# Enough for a part of an answer instead of the whole, which says it too.
_PART = 0.85
# The same for an answer about the whole topic, once that is known.
_POINT = 0.7
# Of each of several questions in one message.
_EACH = 0.45
# Of what somebody repeats, so much was said.
_MOSTLY = 0.6
# More than two answers at once are a wall of text.
_MOST = 2
# Id of the answer that tells where something is.
WHERE = "where"
WHY = "why"
_WHOM = "who_to_ask"
# Kinds of question whose answers say the same at each place of a topic; where and why differ from place to place.
_ONE_PER_TOPIC = frozenset({"how long", "cost"})


@dataclass(frozen=True)
class Found:
    """An answer found, with how likely it is the one that is asked for."""

    answer: KnownAnswer
    certainty: float = 1.0

    @property
    def topic(self) -> str:
        """Id of its topic."""
        return self.answer.topic

    @property
    def place(self) -> str:
        """Id of the step or detail, value of the part, or `topic`."""
        return self.answer.place

    @property
    def text(self) -> str:
        """The text, with placeholders."""
        return self.answer.text

    @property
    def fingerprint(self) -> int:
        """A number that stands for the answer; short enough to be remembered in a slot."""
        return self.answer.fingerprint


def find_answer(
    context: Context,
    state: DialogueState,
    message: UserMessage,
    least: float = LIKELY,
    *,
    of: str | None = None,
    without: int | None = None,
) -> Found | None:
    """Returns the answer to a question, None when the knowledge is silent.

    Args:
        context: The knowledge.
        state: The state before the message.
        message: The question.
        least: How likely it has to be.
        of: Id of the topic whose answers count; those of all without one.
        without: Fingerprint of an answer that does not count.
    """
    # What stands around a question blurs it (「不着急 我就想问一下能不能改别的时间」).
    alone = (said_alone(message, clause) for clause in asking_in(message))
    found = [_likeliest(context, state, asked, of, without) for asked in (message, *alone)]
    best = max(filter(None, found), key=lambda one: one.certainty, default=None)
    return best if best and best.certainty >= least else None


def _likeliest(
    context: Context, state: DialogueState, message: UserMessage, of: str | None, without: int | None
) -> Found | None:
    known = context.knowledge.answers
    chances = {
        address: chance
        for address, chance in weigh(context, state, message).of_answers.items()
        if of in (None, known[address].topic) and known[address].fingerprint != without
    }
    part = _part_named(context, state, message) or _part_asked_on(context, state, message)
    own = {
        address: chance
        for address, chance in chances.items()
        if f"{known[address].topic}/{known[address].place}" == part
    }
    address = max(own or chances, key=lambda name: chances[name], default=None)
    return Found(known[address], _together(context, chances, known[address])) if address else None


def _together(context: Context, chances: Mapping[str, float], answer: KnownAnswer) -> float:
    """Returns how likely an answer is meant, with those that say the same: which of these is meant decides nothing."""
    topic, known = context.knowledge.topics[answer.topic], context.knowledge.answers
    kind = KINDS.get(answer.id)
    if answer.instead or _says_instead(context, answer):
        same = (name for name in chances if known[name].id == answer.id and known[name].topic == topic.id)
        return sum(chances[name] for name in same)
    if answer.id == TEXT or (kind is not None and kind not in _ONE_PER_TOPIC):
        return chances[answer.address]
    near = (topic.id,) if kind else (topic.id, *topic.related)
    alike = (chance for name, chance in chances.items() if known[name].id == answer.id and known[name].topic in near)
    return sum(alike)


def _says_instead(context: Context, answer: KnownAnswer) -> bool:
    """Whether the whole topic has the same answer as one about another matter."""
    same = context.knowledge.answers.get(f"{answer.topic}/{TOPIC}/{answer.id}")
    return same is not None and same.instead


def _part_named(context: Context, state: DialogueState, message: UserMessage) -> str | None:
    """Returns the one check that a question names while another is shown (「限额在哪看」): it is about that one."""
    topic = context.topic(state)
    if topic is None or topic.kind != "diagnosis":
        return None
    values = named(topic, message.key)
    step = next((step for step in topic.steps if values == (step.value,)), None)
    return f"{topic.id}/{step.id}" if step and step.id != topic.step_id(state.step) else None


def _part_asked_on(context: Context, state: DialogueState, message: UserMessage) -> str | None:
    """Returns the place of the answer given last, where a bare question goes on about it (「要多久」)."""
    if state.last_answer is None or not state.asked_about or not is_bare_question(message.key):
        return None
    asked = kinds_of(message.key)
    names = (name for name, kind in KINDS.items() if kind in asked)
    known = context.knowledge.answers
    is_known = any(f"{state.asked_about}/{name}" in known for name in names)
    return state.asked_about if is_known and state.asked_about.rpartition("/")[2] != TOPIC else None


def find_answers(context: Context, state: DialogueState, message: UserMessage) -> tuple[Found, ...]:
    """Returns the answers to what a message asks: two where it surely asks two things, else the likeliest."""
    asking = asking_in(message)
    each = [find_in_clause(context, state, message, clause, _EACH) for clause in asking]
    if len(asking) > 1 and None in each:
        # 「里面还有二十块 会退我吗 要多久」: what the first asks is known by the whole only.
        each[each.index(None)] = find_answer(context, state, replace(message, clauses=()), SURE)
    several = {found.answer.address: found for found in each if found}
    if len(several) > 1:
        return tuple(several.values())[:_MOST]
    found = find_answer(context, state, message)
    return (found,) if found else ()


def asking_in(message: UserMessage) -> list[Clause]:
    """Returns the clauses that ask something which the next step does not tell."""
    return [one for one in message.clauses if asks_in(one) and not asks_what_next(folded(one.text))]


def find_in_clause(
    context: Context, state: DialogueState, message: UserMessage, clause: Clause, least: float = LIKELY
) -> Found | None:
    """Returns the answer to what one clause of a message asks."""
    return find_answer(context, state, said_alone(message, clause), least)


def said_alone(message: UserMessage, clause: Clause) -> UserMessage:
    """Returns a clause as if it were the whole message."""
    return replace(
        message,
        text=clause.text,
        key=folded(clause.text),
        acts=clause.acts,
        steps=clause.steps,
        asked_answers=clause.asked_answers,
        clauses=(),
    )


def find_where(context: Context, state: DialogueState) -> Found | None:
    """Returns where the thing is that was asked about last, or that is on the screen."""
    topic = home(context, state)
    if topic is None:
        return None
    asked, _, place = (state.asked_about or "").partition("/")
    place = place if asked == topic.id and topic.step_number(place) else topic.step_id(state.step) or ""
    answer = context.knowledge.answers.get(f"{topic.id}/{place}/{WHERE}")
    return Found(answer) if answer else None


def find_in_part(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Found | None:
    """Returns the answer to a question about one point of a topic, or of one related to it.

    The whole answer is given as well, and says more, so this one must be sure.
    """
    found = find_answer(context, state, message, _PART)
    is_near = found is not None and found.topic in (topic.id, *topic.related)
    # A part that is not named is no more than the whole.
    if found and is_near and found.answer.id != TEXT:
        return found
    if asks_how(message.key) or not _is_question(message):
        return None
    # As the topic is known, less tells which of its points is meant (「周六周日有人值班吗」).
    found = find_answer(context, replace(state, last_topic=topic.id), message, _POINT, of=topic.id)
    return found if found and found.place == TOPIC else None


def find_of_whole(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Found | None:
    """Returns the answer to a question about a procedure as a whole (how long, what it costs), not how it is done."""
    instead = find_instead(context, state, topic, message)
    if instead:
        return instead
    if asks_how(message.key) or not _is_question(message):
        return None
    return find_answer(context, state, message, SURE, of=topic.id)


def _is_question(message: UserMessage) -> bool:
    return asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _ASKED


def find_instead(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Found | None:
    """Returns what is said of a matter that sounds like the topic and is another one (「支付密码忘了」)."""
    if _names_itself(topic, message.key):
        # 「登录密码想不起来」 is no other password.
        return None
    named = next((one for one in topic.answers if any(word in message.key for word in one.words)), None)
    if named is not None and named.instead:
        return Found(context.knowledge.answers[f"{topic.id}/{TOPIC}/{named.id}"])
    found = find_answer(context, state, message, SURE, of=topic.id)
    if found is None:
        return None
    # The step may say the same of that other matter.
    same = context.knowledge.answers.get(f"{topic.id}/{TOPIC}/{found.answer.id}")
    return found if found.answer.instead or (same is not None and same.instead) else None


def _names_itself(topic: Topic, key: str) -> bool:
    """Whether a text has a piece of the title of a topic that is long enough to mean it."""
    title = topic.title
    return any(title[start : start + _NAMED] in key for start in range(len(title) - _NAMED + 1))


def home(context: Context, state: DialogueState) -> Topic | None:
    """Returns the topic at hand: the walkthrough under way, else what was talked of last."""
    return context.topic(state) or context.knowledge.topics.get(state.last_topic or "")


def answer_question(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Answers from all that is known, or says that nothing is known about it.

    A walkthrough stays where it is: a question about it is no digression.
    """
    found, *further = find_answers(context, state, message) or (None,)
    if found is not None and found.fingerprint == state.last_answer and not further:
        # Whoever asks on was not helped by it.
        found = find_answer(context, state, message, without=found.fingerprint)
        if found is None:
            return offering_human(state, HandoffReason.USER_REQUEST, Reply("utter_nothing_more_known"))
    found = found or _of_humans(context, message)
    if found is None and _was_said(context, state, message):
        return Turn(replace(state, offer=None), (Reply("utter_as_said"),))
    turn = give(context, state, found, words_asked(message))
    return Turn(turn.state, (*turn.replies[:1], *_told(context, further), *turn.replies[1:]))


def _was_said(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether a question only wants to hear that it is as was just said (「所以填手机号就行？」)."""
    wanted = confirmed_in(message.key)
    pairs = {wanted[start : start + 2] for start in range(len(wanted) - 1)}
    topic = context.topic(state)
    step = topic.steps[state.step - 1].text if topic and state.walk and state.step else ""
    told = [one.text for one in context.knowledge.answers.values() if one.fingerprint == state.last_answer]
    said = folded(normalize("".join((step, *told[:1]))))
    return bool(pairs) and sum(pair in said for pair in pairs) / len(pairs) >= _MOSTLY


def _of_humans(context: Context, message: UserMessage) -> Found | None:
    """Returns how a human is found, to whoever asks for that wherever they are (「那找谁弄」)."""
    if not asks_whom(message.key):
        return None
    known = context.knowledge.answers.values()
    answer = next((one for one in known if one.id == _WHOM and one.place == TOPIC), None)
    return Found(answer) if answer else None


def words_asked(message: UserMessage) -> str:
    """Returns the words of the question as they can be quoted; nothing where they say nothing by themselves."""
    asking = asking_in(message)
    text = asking[-1].text if asking else message.text
    return "" if is_bare_question(folded(text)) else quote(text)


def _told(context: Context, found: Iterable[Found]) -> tuple[Reply, ...]:
    return tuple(step_answer(context, one) for one in found)


def answered_beside(context: Context, turn: Turn, message: UserMessage, before: DialogueState | None = None) -> Turn:
    """Returns the turn with an answer to what the message asks beside what it tells.

    「号码填了，验证码多久来」 goes on to the code and is told what is known of it; with nothing known, that is said.

    Args:
        context: Knowledge and replies.
        turn: What is said to what the message tells.
        message: The message.
        before: The state before the turn, where the question may be about what was on the screen then.
    """
    question = asked_in(message)
    if question is None:
        return turn
    found = find_answers(context, turn.state, question)
    earlier = find_answers(context, before, question) if before else ()
    shown = scene_of(context, before).shown if before else None
    if earlier and earlier[0].place == shown and (not found or earlier[0].certainty > found[0].certainty):
        # 「点了就生效了吧」 is about the step that was there.
        found = earlier
    if not found and not asks(normalize(question.text)):
        return turn
    return Turn(turn.state, (*turn.replies, *(_told(context, found) or (_unknown(question),))))


def _unknown(question: UserMessage) -> Reply:
    words = words_asked(question)
    return Reply("utter_step_unknown_of", {"words": words}) if words else Reply("utter_step_unknown")


def asked_in(message: UserMessage) -> UserMessage | None:
    """Returns what a message asks beside what it tells, None when it asks nothing that the next step does not tell."""
    asking = asking_in(message)
    if not asking or all(map(asks_in, message.clauses)):
        return None
    alone = said_alone(message, asking[-1])
    text = "，".join(clause.text for clause in asking)
    return replace(alone, text=text, key=folded(text), clauses=tuple(asking)) if len(asking) > 1 else alone


def give(context: Context, state: DialogueState, found: Found | None, words: str = "") -> Turn:
    """Gives an answer that was found; says that nothing is known without one, and of what.

    Args:
        context: Knowledge and replies.
        state: The state before the message.
        found: The answer.
        words: What was asked, as it can be quoted.
    """
    if found is None and words:
        reply = Reply("utter_step_unknown_of" if state.walk else "utter_no_information_of", {"words": words})
    elif found is None:
        reply = Reply("utter_step_unknown" if state.walk else "utter_no_information")
    else:
        reply = step_answer(context, found)
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


def step_answer(context: Context, found: Found) -> Reply:
    """Returns the reply that says an answer; the statistics hear which one."""
    answer = found.answer
    event = Event(EventKind.ANSWERED, answer.topic, answer=f"{answer.place}/{answer.id}")
    return Reply("utter_step_answer", {"answer": text_of(context, found)}, event=event)


def text_of(context: Context, found: Found) -> str:
    """Returns what an answer says, with the lines that depend on settings."""
    topic = context.knowledge.topics[found.topic]
    settings = next((item.settings for item in topic.items if item.value == found.place), [])
    lines = context.replies.with_settings("", settings)
    return context.replies.fill(found.text, topic) + lines
