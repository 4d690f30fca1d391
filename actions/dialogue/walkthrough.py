"""What the user does within a walkthrough: go on, go back, name a step, report trouble, end it."""

from __future__ import annotations

from collections.abc import Sequence

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.details import skip_detail
from actions.dialogue.endings import after_digression, finish
from actions.dialogue.messages import AnswerBand, Event, EventKind, Reply, UserMessage
from actions.dialogue.repair import failed
from actions.dialogue.replacing import replace
from actions.dialogue.state import AttemptOutcome, Awaiting, DialogueState, HandoffReason, Offer, with_walk
from actions.dialogue.steps import (
    advance,
    last_step,
    next_check,
    show_current,
    show_step,
    show_warning,
)
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge import Step
from actions.reading.clauses import asks_in
from actions.reading.questions import asks, comes_later, postpones, says_goodbye, withdraws
from language.text_normalization import normalize

# A yes that starts what cannot be undone must be beyond doubt. On the development set every yes lies above this, and
# what only resembles one (「qwerqwer」) below.
_CLEAR_YES = 0.95
# A report beside another matter is believed from this certainty on.
_REPORTED = 0.8
# Consent in words that may be a question is none.
_MAY_ASK = 0.6
# Values of the entity `step_number` that are no numbers.
ALL_STEPS, FROM_THE_START = "all", "restart"


def consents(state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message accepts the warning: its button, a clear yes, or words of its own (「确定要注销」)."""
    if state.walk is None or state.awaiting is not Awaiting.WARNING:
        return False
    in_words = "explicit_consent" in message.entities
    if in_words and not message.is_payload and consents_in_words(state, act, message):
        return True
    if message.is_payload and in_words and any(option.payload == message.text for option in state.shown):
        # Its button, where the last turn has shown it.
        return act is Act.AFFIRM and not state.offer
    if state.walk.interrupted or state.offer:
        return False
    if message.further_requests or (message.band is not AnswerBand.ANSWER and not in_words):
        # 「好的，不过余额怎么办」 is no plain yes.
        return False
    if message.is_payload:
        return act is Act.AFFIRM and in_words
    return act is Act.AFFIRM and message.confidence >= _CLEAR_YES


def consents_in_words(state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message accepts the warning in so many words (「想好了，余额也转走了」), whatever its intent is."""
    if "explicit_consent" not in message.entities or asks(normalize(message.text)):
        return False
    if state.topic in message.matters("negated", "hypothetical", "other_person"):
        return False
    if message.acts.get("question", 0.0) >= _MAY_ASK or withdraws(message.key) or comes_later(message.key):
        return False
    return act not in (Act.DENY, Act.CANCEL, Act.HUMAN, *SOCIAL)


def go_on(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Goes to the next step."""
    topic = context.topic(state)
    if topic is None or (state.step == 0 and topic.warning) or state.awaiting is Awaiting.OUTCOME:
        return show_current(context, state)
    if state.awaiting is Awaiting.DETAIL:
        return skip_detail(context, state)
    if state.walk and state.walk.interrupted and not message.is_payload:
        # 「继续」 after a digression asks for the step that was left, which may not have been done yet.
        return show_current(context, state)
    return advance(context, state)


def go_back(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Goes to the step before."""
    if state.step == 0:
        return show_current(context, state)
    if state.awaiting is Awaiting.OUTCOME:
        return show_step(context, state, state.step)
    if state.step > 1:
        return show_step(context, state, state.step - 1)
    return show_step(context, state, 1).after(Reply("utter_already_first_step"))


def say_again(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Shows again whatever the walkthrough stands at."""
    return show_current(context, state)


def names_step(state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message names a step of the walkthrough under way."""
    if state.walk is None or "step_number" not in message.entities:
        return False
    return act in CONTROL | UNCLEAR or (act is Act.OPEN_TOPIC and message.intent == state.topic)


def rules_out(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message says that the current check is not the cause (「余额够的」)."""
    topic = context.topic(state)
    checking = topic is not None and topic.kind == "diagnosis" and state.step > 0
    return checking and _is_unclear(act, message) and "ruled_out_cause" in message.entities


def serves_in_passing(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message names something of the walkthrough under way, whatever its intent is."""
    return (
        names_step(state, act, message)
        or named_part(context, state, act, message) is not None
        or rules_out(context, state, act, message)
    )


def _is_unclear(act: Act, message: UserMessage) -> bool:
    return act in UNCLEAR or (message.band is AnswerBand.CHOICE and not message.is_payload)


def named_part(context: Context, state: DialogueState, act: Act, message: UserMessage) -> int | None:
    """Returns the number of the check that a message names in passing (「网络？」) while a diagnosis is under way."""
    topic = context.topic(state)
    if topic is None or topic.kind != "diagnosis" or not _is_unclear(act, message):
        return None
    value = message.single_value(topic.entity, {step.value for step in topic.steps if step.value})
    return next((n for n, step in enumerate(topic.steps, start=1) if value and step.value == value), None)


def jump(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Turn:
    """Goes to the step that the message names; 「第三步找不到按钮」 goes there and says what to try."""
    topic = context.knowledge.topics[state.topic or ""]
    wanted = message.entities["step_number"][-1]
    if state.step == 0 and topic.warning:
        return show_warning(context, state)
    if wanted == ALL_STEPS:
        state = with_walk(state, step=max(state.step, 1), awaiting=None, interrupted=False)
        return Turn(state, (context.replies.all_steps(topic),))
    if wanted == FROM_THE_START:
        return from_the_start(context, state)
    if not wanted.isdecimal() or not 1 <= int(wanted) <= len(topic.steps):
        after = failed(context, state, message, HandoffReason.NOT_UNDERSTOOD)
        if isinstance(after, Turn):
            return after
        values = {"wanted_step": wanted, "step_count": len(topic.steps)}
        return after_digression(context, after, Reply("utter_no_such_step", values))
    number = int(wanted)
    if act is Act.PROBLEM:
        return problem(context, show_step(context, state, number).state, replace(message, entities={}))
    # Whoever names a step has decided against noting details first.
    skipped = tuple(detail.id for detail in topic.collected_details)
    shown = show_step(context, replace(state, skipped_details=skipped), number)
    return Turn(replace(shown.state, skipped_details=state.skipped_details), shown.replies)


def from_the_start(context: Context, state: DialogueState) -> Turn:
    """Begins the walkthrough under way anew: nothing noted down, nothing tried; a warning is asked again."""
    topic = context.knowledge.topics[state.topic or ""]
    own = {detail.id for detail in topic.collected_details}
    state = with_walk(state, step=0, awaiting=None, interrupted=False, visited_steps=(), problem_steps=())
    state = replace(
        state,
        collected_details={name: value for name, value in state.collected_details.items() if name not in own},
        skipped_details=tuple(name for name in state.skipped_details if name not in own),
    )
    if topic.warning or topic.kind == "diagnosis":
        return show_current(context, state)
    return show_step(context, state, 1)


def meaning_now(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Act:
    """Returns what a short 「好了」 or 「可以了」 means where the walkthrough stands.

    At a step of a procedure the step is done; in a diagnosis, and when asked whether it has helped, the matter is
    settled; with nothing under way there is nothing to go on with.
    """
    is_done = message.key in context.knowledge.wording.done_phrases and act in (Act.NEXT, Act.SOLVED, Act.AFFIRM)
    if not is_done or message.is_payload or state.offer is not None:
        return act
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return Act.SOLVED
    if state.step == 0 or state.walk.interrupted:
        return act
    return Act.SOLVED if topic.kind == "diagnosis" or state.awaiting is Awaiting.OUTCOME else Act.NEXT


def problem(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Says what to try when the current step does not work; the second time offers a human."""
    topic, walk = context.topic(state), state.walk
    if (topic is None or walk is None) and state.last_topic and not state.handed_over and not message.is_payload:
        # 「更新了也没用」, after an answer said what to try.
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    if topic is None or walk is None:
        return _problem_of_nothing(context, state, message)
    if state.awaiting is Awaiting.OUTCOME or state.offer is Offer.HUMAN:
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    if state.step == 0:
        return show_current(context, state) if topic.warning else advance(context, state)
    step = topic.steps[state.step - 1]
    if topic.kind == "diagnosis":
        # A cause that is not the one is no failure: that is how the right one is found.
        tried = tuple(dict.fromkeys((*walk.problem_steps, step.id)))
        state = with_walk(state, problem_steps=tried, awaiting=None, interrupted=False)
        return next_check(context, state).after(context.replies.trouble(topic, state))
    event = Event(EventKind.STEP_PROBLEM, topic.id, state.step)
    after = failed(context, state, message, HandoffReason.STEP_PROBLEM, event)
    if isinstance(after, Turn):
        return after
    problems = walk.problem_steps
    if step.id in problems:
        reply = Reply("utter_offer_human_after_trouble", event=event)
        return offering_human(after, HandoffReason.STEP_PROBLEM, reply)
    after = with_walk(after, problem_steps=(*problems, step.id), awaiting=None, interrupted=False)
    return Turn(after, (replace(context.replies.trouble(topic, after), event=event),))


def _problem_of_nothing(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Asks what is not working; whoever says it again is offered a human rather than the same question."""
    after = failed(context, state, message, HandoffReason.NOT_UNDERSTOOD)
    if isinstance(after, Turn):
        return after
    if after.failures_in_row > 1:
        return offering_human(after, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    return Turn(after, (Reply("utter_problem_without_procedure", buttons=context.replies.menu()),))


def reported_beside(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state after a step that is reported before something else is asked (「点好了，你们周末有人吗」)."""
    topic, asked = context.topic(state), context.knowledge.topics.get(message.intent)
    is_aside = asked is not None and not asked.is_walkthrough and not message.is_payload
    if topic is None or topic.kind != "procedure" or not is_aside or not state.step or state.awaiting is not None:
        return state
    first, *others = message.clauses or (None,)
    if first is None or asks_in(first) or first.acts.get("done", 0.0) < _REPORTED or not any(map(asks_in, others)):
        return state
    return show_step(context, state, state.step + 1).state if state.step < last_step(topic) else state


def tick(context: Context, state: DialogueState, steps: Sequence[Step]) -> tuple[DialogueState, Reply]:
    """Returns the state in which these checks are made and were not the cause, and the words that say so."""
    if state.walk is None:
        raise ValueError("no walkthrough is under way")
    ids = [step.id for step in steps]
    state = with_walk(
        state,
        visited_steps=tuple(dict.fromkeys((*state.walk.visited_steps, *ids))),
        problem_steps=tuple(dict.fromkeys((*state.walk.problem_steps, *ids))),
        unchecked_steps=tuple(name for name in state.walk.unchecked_steps if name not in ids),
        interrupted=False,
        awaiting=None,
    )
    titles = context.replies.listed(context.replies.fill(step.title) for step in steps)
    return state, Reply("utter_ruled_out", {"titles": titles})


def disputed(context: Context, state: DialogueState, step: Step) -> Turn:
    """Offers a human where what the page says and what the user sees differ, which nobody can settle here."""
    text = context.replies.fill(step.contradicted or step.trouble)
    return offering_human(
        tick(context, state, [step])[0],
        HandoffReason.NOT_SOLVED,
        Reply("utter_cause_disputed", {"contradicted": text}),
    )


def solved(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Ends the walkthrough: it has helped."""
    topic = context.topic(state)
    if topic is None:
        return after_digression(context, state, Reply("utter_glad"))
    related = context.replies.related(topic, state, limit=2)
    reply = Reply("utter_solved", buttons=related)
    if topic.finished:
        reply = Reply("utter_finished", {"finished": context.replies.fill(topic.finished, topic)}, related)
    return finish(context, state, AttemptOutcome.SOLVED, reply)


def cancel(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Ends the walkthrough at the user's wish; without one, whatever is being offered."""
    topic = context.topic(state)
    if topic is None:
        reply = Reply("utter_nothing_to_cancel", buttons=context.replies.menu())
        return after_digression(context, replace(state, requests=()), reply)
    if says_goodbye(message.key) and not topic.cancelled:
        # 「没事了 拜拜」 wants no word about what was left.
        reply = Reply("utter_goodbye")
    elif topic.cancelled:
        reply = Reply("utter_answer", {"answer": context.replies.fill(topic.cancelled)})
    else:
        # Who leaves is not shown what else there is.
        buttons = () if postpones(message.key) else context.replies.menu()
        reply = Reply("utter_cancelled", {"title": topic.title}, buttons)
    return finish(context, state, AttemptOutcome.ABANDONED, reply)
