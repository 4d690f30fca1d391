"""Asks for the details that a step collects, notes them down and corrects them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from actions.dialogue.acts import CONTROL, UNCLEAR, Act
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.state import Awaiting, DialogueState, Offer, with_walk
from actions.dialogue.steps import advance, next_detail
from actions.dialogue.turn import Context, Turn
from actions.knowledge import Topic
from actions.knowledge.schema import CollectedDetail

# While free text is asked for, a longer message is the story itself even if it sounds like a command
# (「我让他取消订单他就是不肯退」); commands such as 「算了不填了」 are shorter.
LONGEST_COMMAND = 10
_LONGEST_DETAIL = 200


def details_in(topic: Topic, message: UserMessage) -> dict[str, str]:
    """Returns the details of a topic that a message contains, by id; values that it rejects are none."""
    found = {}
    for detail in topic.collected_details:
        values = _values(detail, message)
        if values:
            found[detail.id] = values[0]
    return found


def _values(detail: CollectedDetail, message: UserMessage) -> tuple[str, ...]:
    rejected = message.rejected.get(detail.entity or "", ())
    return tuple(value for value in message.entities.get(detail.entity or "", ()) if value not in rejected)


def answers_detail(context: Context, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message answers the detail asked for, rather than being something else."""
    topic = context.topic(state)
    if state.awaiting is not Awaiting.DETAIL or topic is None or message.is_payload or act is Act.HUMAN:
        return False
    if not message.text.strip() or state.offer is not None or state.walk is None:
        return False
    detail = next(detail for detail in topic.collected_details if detail.id == state.walk.requested_detail)
    if details_in(topic, message) or "declined_answer" in message.entities:
        return True
    opened = context.knowledge.topics.get(message.intent) if act is Act.OPEN_TOPIC else None
    if opened is not None and (opened.kind == "answer" or detail.entity):
        return opened.id == topic.id
    if act in CONTROL or "step_number" in message.entities:
        return not detail.entity and len(message.text.strip()) > LONGEST_COMMAND
    return act in UNCLEAR or act is Act.OPEN_TOPIC


def answer_detail(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Notes the detail asked for, and any other that the message contains; or skips it, if it is not known."""
    if "declined_answer" in message.entities and len(message.text.strip()) <= LONGEST_COMMAND:
        return skip_detail(context, state)
    topic = context.knowledge.topics[state.topic or ""]
    wanted = next(d for d in topic.collected_details if state.walk and d.id == state.walk.requested_detail)
    found = details_in(topic, message)
    if not wanted.entity or not found:
        found = {wanted.id: message.text.strip()[:_LONGEST_DETAIL], **found}
    # What was given before is not overwritten by a number that occurs in the story.
    known = {**found, **state.collected_details}
    return _continue(context, replace(state, collected_details=_in_order(topic, known)), topic)


def skip_detail(context: Context, state: DialogueState) -> Turn:
    """Goes on without the detail asked for."""
    topic = context.knowledge.topics[state.topic or ""]
    requested = state.walk.requested_detail if state.walk else None
    return _continue(context, replace(state, skipped_details=(*state.skipped_details, requested or "")), topic)


def _in_order(topic: Topic, known: Mapping[str, str]) -> dict[str, str]:
    own = [detail.id for detail in topic.collected_details]
    ordered = {name: known[name] for name in own if name in known}
    return {**{name: value for name, value in known.items() if name not in own}, **ordered}


def _continue(context: Context, state: DialogueState, topic: Topic) -> Turn:
    wanted = next_detail(topic, state)
    if wanted:
        asked = with_walk(state, awaiting=Awaiting.DETAIL, requested_detail=wanted, interrupted=False)
        return Turn(asked, (context.replies.ask_detail(topic, wanted),))
    state = with_walk(state, awaiting=None, interrupted=False)
    details = context.replies.collected(topic, state)
    if not details:
        return advance(context, state)
    return Turn(state, (Reply("utter_details_recap", {"details": details}),))


# Corrections


def _correctable(context: Context, state: DialogueState) -> tuple[CollectedDetail, ...]:
    names = dict.fromkeys([state.topic, *(walk.topic for walk in reversed(state.suspended)), state.last_topic])
    topics = [context.knowledge.topics[name] for name in names if name and name in context.knowledge.topics]
    own = [detail for topic in topics for detail in topic.collected_details]
    return (*own, *context.knowledge.wording.contact_details)


def correct(context: Context, state: DialogueState, message: UserMessage) -> Turn | None:
    """Changes what was noted down (「不对，金额是200不是300」), or asks for the new value (「改一下金额」).

    Returns:
        None when the message corrects nothing that has been noted down.
    """
    if message.is_payload or "correction" not in message.entities:
        return None
    known = [detail for detail in _correctable(context, state) if detail.id in state.collected_details]
    changes = {}
    for detail in known:
        current = state.collected_details[detail.id]
        values = [value for value in _values(detail, message) if value != current]
        if len(values) == 1 and (
            not _is_story(context, state, message) or current in message.rejected.get(detail.entity or "", ())
        ):
            changes[detail.id] = values[0]
    if changes:
        return _corrected(context, state, known, changes)
    named = [detail for detail in known if any(name in message.text for name in detail.names)]
    if not named or _is_story(context, state, message):
        return None
    return _ask_again(state, context, named[0])


def _is_story(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether the message may be the story that was asked for (「金额不对，多扣了我300」), and corrects nothing."""
    topic = context.topic(state)
    if state.awaiting is not Awaiting.DETAIL or topic is None or state.walk is None:
        return False
    asked = next(detail for detail in topic.collected_details if detail.id == state.walk.requested_detail)
    return not asked.entity and len(message.text.strip()) > LONGEST_COMMAND


def _ask_again(state: DialogueState, context: Context, detail: CollectedDetail) -> Turn:
    if state.walk:
        state = with_walk(state, interrupted=True)
    ask = "contact" if detail in context.knowledge.wording.contact_details else None
    question = Reply("utter_ask_correction", {"question": context.replies.fill(detail.ask)}, ask=ask)
    return Turn(replace(state, offer=Offer.CORRECTION, correcting=detail.id), (question,))


def correct_asked(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Turn | None:
    """Takes the message as the new value that was asked for; None when it is something else."""
    if state.offer is not Offer.CORRECTION or message.is_payload or not message.text.strip():
        return None
    known = _correctable(context, state)
    detail = next((detail for detail in known if detail.id == state.correcting), None)
    if detail is None:
        return None
    values = _values(detail, message)
    if detail.entity and not values:
        return None
    if not detail.entity and act not in UNCLEAR and len(message.text.strip()) <= LONGEST_COMMAND and act in CONTROL:
        return None
    value = values[0] if values else message.text.strip()[:_LONGEST_DETAIL]
    return _corrected(context, state, known, {detail.id: value})


def _corrected(
    context: Context,
    state: DialogueState,
    known: tuple[CollectedDetail, ...] | list[CollectedDetail],
    changes: Mapping[str, str],
) -> Turn:
    state = replace(state, collected_details={**state.collected_details, **changes}, offer=None)
    lines = [
        f"{detail.label}{changes[detail.id]}{detail.unit or ''}"
        for detail in {detail.id: detail for detail in known}.values()
        if detail.id in changes
    ]
    return after_digression(context, state, Reply("utter_corrected", {"details": "\n".join(lines)}))


def note_contact(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state with a phone number or an e-mail address that stands in the message noted down."""
    found = {
        detail.id: _values(detail, message)[0]
        for detail in context.knowledge.wording.contact_details
        if detail.id not in state.collected_details and _values(detail, message)
    }
    return replace(state, collected_details={**state.collected_details, **found}) if found else state
