"""Makes good what the bot got wrong: the matter meant, what was told before, a pace that cannot be followed."""

from __future__ import annotations

from actions.dialogue.answer_choice import KINDS
from actions.dialogue.answers import Found, find_answer, find_where, give, step_answer
from actions.dialogue.endings import leave
from actions.dialogue.messages import AnswerBand, Reply, UserMessage, folded
from actions.dialogue.repair import with_menu
from actions.dialogue.replacing import replace
from actions.dialogue.state import AttemptOutcome, DialogueState, HandoffReason
from actions.dialogue.topics import open_topic, start
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge import Topic
from actions.knowledge.answers import TOPIC
from actions.reading.meant import meant_and_wrong
from actions.reading.operators import only_changes
from actions.reading.place import title_words
from actions.reading.questions import kinds_of
from actions.reading.reading import Reading
from language.text_normalization import normalize


def take_up_meant(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Drops the matter that was taken up by mistake, and takes up the one that was meant, with what was asked of it."""
    answer = reading.arguments.get("found")
    if isinstance(answer, Found) and reading.arguments.get("is_told"):
        # What was begun for another matter is dropped; the way that is told may still be taken.
        if reading.arguments.get("begins"):
            # Whoever only wants it changed goes the same way, and is told so.
            begun = start(context, replace(state, offer=None), context.knowledge.topics[answer.topic], UserMessage())
            reply = step_answer(context, answer)
            return Turn(
                begun.state, (reply, *(one for one in begun.replies if one.response != "utter_procedure_intro"))
            )
        # Another matter under way is not the one that was begun by mistake.
        left = _without_mistake(state, reading.message) if state.topic == answer.topic else state
        told = give(context, replace(left, offer=None), answer)
        button = context.replies.topic_button(context.knowledge.topics[answer.topic])
        return Turn(told.state, (*told.replies[:-1], replace(told.replies[-1], buttons=(button,))))
    if isinstance(answer, Found):
        return give(context, replace(state, offer=None), answer)
    state = _without_mistake(state, reading.message)
    topic = context.knowledge.topics.get(str(reading.arguments.get("topic")))
    if topic is None:
        return with_menu(context, replace(state, offer=None), "utter_ask_what_is_meant")
    meant = str(reading.arguments["meant"])
    found = _asked_of(context, topic, state, reading.message)
    if found:
        return give(context, replace(state, offer=None), found).after(Reply("utter_missed_it"))
    wanted = UserMessage(topic.id, meant, folded(normalize(meant)), band=AnswerBand.ANSWER)
    return open_topic(context, replace(state, offer=None), wanted).after(Reply("utter_missed_it"))


def _asked_of(context: Context, topic: Topic, state: DialogueState, message: UserMessage) -> Found | None:
    """Returns the answer of the topic to what is asked, or was asked of the other one (「我问的是注销 不是申诉」)."""
    found = find_answer(context, state, message, of=topic.id)
    if found or not state.question:
        return found
    known = context.knowledge.answers
    kinds = kinds_of(state.question)
    of_kind = (known.get(f"{topic.id}/{TOPIC}/{name}") for name, kind in KINDS.items() if kind in kinds)
    return next((Found(answer) for answer in of_kind if answer), None)


def without_denied(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state without a walkthrough that has just begun and is said not to be meant (「我没说要注销」)."""
    topic = context.topic(state)
    if topic is None or message.is_payload or not _has_just_begun(state):
        return state
    _, wrong = meant_and_wrong(message.text)
    if not wrong or not any(pair in wrong for pair in title_words(topic)) or only_changes(message):
        return state
    return replace(leave(state, AttemptOutcome.ABANDONED), offer=None)


def _has_just_begun(state: DialogueState) -> bool:
    """Whether nothing of the walkthrough under way has been done yet."""
    walk = state.walk
    return walk is not None and walk.step <= 1 and len(walk.visited_steps) <= 1 and not state.collected_details


def _without_mistake(state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state without a walkthrough that is denied, or has only just begun."""
    if state.walk is None:
        return state
    if not _has_just_begun(state) and state.topic not in message.matters("negated"):
        return state
    return leave(state, AttemptOutcome.ABANDONED)


def heard(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Regrets that something was asked again, and offers the human once more."""
    return offering_human(state, state.offer_reason or HandoffReason.USER_REQUEST, Reply("utter_heard_before"))


def ask_wait(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says honestly that nobody can tell how long it takes, and offers the human."""
    return offering_human(state, state.offer_reason or HandoffReason.USER_REQUEST, Reply("utter_wait_unknown"))


def one_thing(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says shortly what is to be done now to somebody who cannot see or follow."""
    topic = context.topic(state)
    state = replace(state, offer=None)
    if topic is None or state.walk is None or not state.step:
        return Turn(state, (Reply("utter_short_from_now"),))
    title = context.replies.fill(topic.steps[state.step - 1].title)
    reply = Reply("utter_one_thing", {"step_title": title})
    if not reading.arguments.get("where"):
        return Turn(state, (reply,))
    return give(context, state, find_where(context, state)).after(reply)
