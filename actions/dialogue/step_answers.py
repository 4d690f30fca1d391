"""Answers a question about the step on the screen from what the knowledge says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.state import Awaiting, DialogueState, with_walk
from actions.dialogue.turn import Context, Turn
from actions.knowledge.schema import StepAnswer, Topic


def answer_about_step(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Answers from the step, its details, its neighbours or the topic; else says that nothing is known about it.

    The step stays where it is: a question about it is no digression.
    """
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return Turn(state, (Reply("utter_no_information"),))
    text = find_answer(topic, state, message)
    state = replace(with_walk(state, interrupted=False), offer=None)
    if text is None:
        reply = Reply("utter_step_unknown")
    else:
        reply = Reply("utter_step_answer", {"answer": context.replies.fill(text, topic)})
    if state.awaiting is Awaiting.DETAIL and state.walk and state.walk.requested_detail:
        question = context.replies.ask_detail(topic, state.walk.requested_detail)
        return Turn(state, (reply, question))
    return Turn(state, (reply,))


def find_answer(topic: Topic, state: DialogueState, message: UserMessage) -> str | None:
    """Returns the text that answers the question, None when the knowledge is silent."""
    return next((answer.text for answer in _candidates(topic, state) if _is_about(answer, message.key)), None)


def _candidates(topic: Topic, state: DialogueState) -> Iterable[StepAnswer]:
    requested = state.walk.requested_detail if state.walk else None
    for detail in topic.collected_details:
        if detail.id == requested:
            yield from detail.answers
    if state.step:
        yield from topic.steps[state.step - 1].answers
    yield from topic.answers
    for number, step in enumerate(topic.steps, 1):
        if number != state.step:
            yield from step.answers


def _is_about(answer: StepAnswer, key: str) -> bool:
    return any(
        all(any(word in key for word in part.split("|")) for part in pattern.split("+")) for pattern in answer.about
    )
