"""Shows the steps of the walkthrough under way and goes on from one to the next."""

from __future__ import annotations

from actions.dialogue.messages import Reply
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, HandoffReason, with_walk
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge import Topic


def _asking(state: DialogueState, **changes: object) -> DialogueState:
    """Returns the state in which the walkthrough has the floor again."""
    return replace(with_walk(state, interrupted=False, **changes), offer=None, asked_about=None)


def show_step(context: Context, state: DialogueState, number: int) -> Turn:
    """Shows a step and, if it collects details, asks for the first that is missing."""
    topic = context.knowledge.topics[state.topic or ""]
    step = topic.steps[number - 1]
    visited = state.walk.visited_steps if state.walk else ()
    if step.id not in visited:
        visited = (*visited, step.id)
    state = _asking(state, step=number, visited_steps=visited, awaiting=None)
    wanted = next_detail(topic, state)
    if wanted is None:
        return Turn(state, (context.replies.step(topic, state),))
    asked = with_walk(state, awaiting=Awaiting.DETAIL, requested_detail=wanted)
    return Turn(
        asked, (context.replies.step(topic, state, asks_detail=True), context.replies.ask_detail(topic, wanted))
    )


def show_warning(context: Context, state: DialogueState) -> Turn:
    """Asks again whether the warning is accepted."""
    topic = context.knowledge.topics[state.topic or ""]
    # Whoever has read the paragraph does not read it again.
    is_known = state.awaiting is Awaiting.WARNING
    return Turn(_asking(state, awaiting=Awaiting.WARNING), (context.replies.warning(topic, is_known=is_known),))


def show_current(context: Context, state: DialogueState) -> Turn:
    """Shows again whatever the walkthrough stands at."""
    topic = context.topic(state)
    if topic is None:
        return Turn(state, (Reply("utter_nothing_in_progress", buttons=context.replies.menu()),))
    if state.awaiting is Awaiting.OUTCOME:
        return ask_outcome(state)
    if state.step:
        return show_step(context, state, state.step)
    if topic.warning:
        return show_warning(context, state)
    return Turn(_asking(state, awaiting=None), (context.replies.intro(topic),))


def ask_outcome(state: DialogueState) -> Turn:
    """Asks whether the walkthrough has helped."""
    return Turn(_asking(state, awaiting=Awaiting.OUTCOME), (Reply("utter_ask_outcome"),))


def advance(context: Context, state: DialogueState) -> Turn:
    """Shows the next step, or the next check; after the last one asks how it went."""
    topic = context.knowledge.topics[state.topic or ""]
    if topic.kind == "diagnosis":
        return next_check(context, state)
    if state.step < len(topic.steps):
        return show_step(context, state, state.step + 1)
    return ask_outcome(state)


def next_check(context: Context, state: DialogueState) -> Turn:
    """Goes to the next check not made yet, from the current one on and then from the beginning."""
    topic = context.knowledge.topics[state.topic or ""]
    count = len(topic.steps)
    visited = state.walk.visited_steps if state.walk else ()
    for index in ((state.step + offset) % count for offset in range(count)):
        if topic.steps[index].id not in visited:
            return show_step(context, state, index + 1)
    unchecked = [step for step in topic.steps if state.walk and step.id in state.walk.unchecked_steps]
    if not unchecked:
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_all_checked"))
    titles = context.replies.listed(context.replies.fill(step.title) for step in unchecked)
    return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_some_unchecked", {"titles": titles}))


def last_step(topic: Topic) -> int:
    """Returns the number of the last step of a procedure that goes well."""
    return max(number for number, step in enumerate(topic.steps, 1) if not step.is_fallback)


def next_detail(topic: Topic, state: DialogueState) -> str | None:
    """Returns the id of the detail that the current step has still to ask for."""
    done = {*state.collected_details, *state.skipped_details}
    return next((name for name in topic.steps[state.step - 1].collect if name not in done), None)


def resume_hint(context: Context, state: DialogueState) -> Reply:
    """Returns the line that offers the walkthrough back: where it stands."""
    topic = context.knowledge.topics[state.topic or ""]
    response = "utter_resume_hint" if state.step else "utter_resume_hint_at_start"
    return Reply(response, {"title": topic.title, "step_number": state.step})
