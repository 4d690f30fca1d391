"""Asks for the details that a step collects, notes them down and corrects them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.dialogue.answers import answered_beside, asked_in, find_answer, step_answer
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import Reply, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, Offer, with_walk
from actions.dialogue.steps import advance, next_detail, show_current
from actions.dialogue.turn import Context, Turn
from actions.knowledge import Topic
from actions.knowledge.schema import CollectedDetail
from actions.reading.corrections import correctable
from actions.reading.reading import Reading
from actions.reading.values import accepted, values_for
from language.text_normalization import normalize

_SHORTEST_IN_STORY = 2


def note(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Notes what the message tells and asks for what is still missing."""
    topic = context.topic(state)
    if topic is None:
        return show_current(context, state)
    # What was given before is not overwritten by a number that occurs in the story.
    changes = dict(reading.arguments.get("changes", {}))
    changes |= _stories_after(
        state.collected_details, changes, {detail.id: detail for detail in correctable(context, state)}
    )
    known = {**reading.arguments.get("values", {}), **state.collected_details, **changes}
    skipped = reading.arguments.get("skipped")
    if skipped:
        state = replace(state, skipped_details=(*state.skipped_details, str(skipped)))
    turn = _continue(context, replace(state, collected_details=_in_order(topic, known)), topic)
    question = asked_in(reading.message)
    found = find_answer(context, state, question) if question else None
    if found is None:
        return turn
    # 「大概叫阿平 这钱退得成吗」: the answer stands before what is asked next.
    return turn.after(step_answer(context, found))


def tell(context: Context, state: DialogueState, values: Mapping[str, str]) -> Turn:
    """Notes what is told in passing and asks for what is still missing."""
    topic = context.topic(state)
    if topic is None:
        return show_current(context, state)
    return _continue(
        context, replace(state, collected_details=_in_order(topic, {**values, **state.collected_details})), topic
    )


def misfit(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says what an answer looks like; the second that does not fit leaves the detail out."""
    if state.offer is Offer.CORRECTION and not state.misfits:
        question = context.replies.fill(str(reading.arguments.get("hint", "")))
        return Turn(replace(state, misfits=1), (Reply("utter_ask_correction", {"question": question}),))
    if state.awaiting is not Awaiting.DETAIL:
        return after_digression(context, replace(state, offer=None, misfits=0), Reply("utter_offer_declined"))
    if state.misfits:
        return skip_detail(context, state).after(Reply("utter_detail_left_out"))
    name = "utter_detail_missed" if reading.arguments.get("is_missed") else "utter_detail_misfit"
    hint = Reply(name, {"hint": context.replies.fill(str(reading.arguments.get("hint", "")))})
    return Turn(replace(with_walk(state, interrupted=False), misfits=1), (hint,))


def skip(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Leaves out the detail that the user does not know."""
    return skip_detail(context, state) if state.awaiting is Awaiting.DETAIL else show_current(context, state)


def skip_detail(context: Context, state: DialogueState) -> Turn:
    """Goes on without the detail asked for."""
    topic = context.knowledge.topics[state.topic or ""]
    requested = state.walk.requested_detail if state.walk else None
    return _continue(context, replace(state, skipped_details=(*state.skipped_details, requested or "")), topic)


def stop(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Asks for no more details."""
    topic = context.topic(state)
    if topic is None or state.awaiting is not Awaiting.DETAIL:
        return show_current(context, state)
    rest = tuple(detail.id for detail in topic.collected_details if detail.id not in state.collected_details)
    skipped = tuple(dict.fromkeys((*state.skipped_details, *rest)))
    # 「记那么多干啥 直接说在哪填」 is told that as well.
    return answered_beside(context, _continue(context, replace(state, skipped_details=skipped), topic), reading.message)


def _in_order(topic: Topic, known: Mapping[str, str]) -> dict[str, str]:
    own = [detail.id for detail in topic.collected_details]
    ordered = {name: known[name] for name in own if name in known}
    return {**{name: value for name, value in known.items() if name not in own}, **ordered}


def _continue(context: Context, state: DialogueState, topic: Topic) -> Turn:
    state = replace(state, misfits=0, offer=None)
    wanted = next_detail(topic, state)
    if wanted:
        asked = with_walk(state, awaiting=Awaiting.DETAIL, requested_detail=wanted, interrupted=False)
        return Turn(asked, (context.replies.ask_detail(topic, wanted),))
    state = with_walk(state, awaiting=None, interrupted=False)
    details = context.replies.collected(topic, state)
    if not details:
        return advance(context, state)
    cautions = (Reply("utter_caution", {"caution": text}) for text in _cautions(context, state, topic))
    return Turn(state, (*cautions, Reply("utter_details_recap", {"details": details})))


def _cautions(context: Context, state: DialogueState, topic: Topic) -> list[str]:
    """Returns what is said beside what was noted (「这笔不是我付的」)."""
    return [
        context.replies.fill(caution.text, topic)
        for detail in topic.collected_details
        for caution in detail.cautions
        if any(word in folded(normalize(state.collected_details.get(detail.id, ""))) for word in caution.words)
    ]


# Corrections


def correct(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Changes what was noted down (「不对，金额是200不是300」), or asks for the new value (「改一下金额」)."""
    topic = context.topic(state)
    known = {
        detail.id: detail for detail in (*correctable(context, state), *(topic.collected_details if topic else ()))
    }
    changes = {name: value for name, value in reading.arguments.get("changes", {}).items() if name in known}
    if changes:
        changes |= _stories_after(state.collected_details, changes, known)
        state = replace(state, collected_details={**state.collected_details, **changes}, offer=None)
        lines = context.replies.noted(list(known.values()), changes)
        return _after_correction(context, state, Reply("utter_corrected", {"details": lines}))
    named = known.get(str(reading.arguments.get("detail", "")))
    return _ask_again(state, context, named) if named else show_current(context, state)


def _stories_after(
    noted: Mapping[str, str], changes: Mapping[str, str], known: Mapping[str, CollectedDetail]
) -> dict[str, str]:
    """Returns the stories in which a time or an amount that was corrected stood, with the new one."""
    facts = [name for name in changes if name in noted and known[name].accepts in ("time", "amount")]
    after = {}
    for name, story in noted.items():
        if name not in known or known[name].accepts != "story" or name in changes:
            continue
        text = story
        for fact in facts:
            old, new = (value.split("（", maxsplit=1)[0] for value in (noted[fact], changes[fact]))
            if len(old) >= _SHORTEST_IN_STORY and new not in story:
                # 「该扣39 扣了93」 has both, and is right.
                text = new.join(re.split(rf"(?<![\d.]){re.escape(old)}(?![\d.])", text))
        if text != story:
            after[name] = text
    return after


def _after_correction(context: Context, state: DialogueState, reply: Reply) -> Turn:
    """Goes on where it was: a correction is no digression, and an open question is asked again."""
    topic = context.topic(state)
    if topic is None or state.walk is None or not topic.collected_details or state.walk.interrupted:
        return after_digression(context, state, reply)
    if state.awaiting is Awaiting.DETAIL and state.walk.requested_detail:
        wanted = next_detail(topic, state)
        if wanted is None:
            return _continue(context, state, topic).after(reply)
        asked = with_walk(state, requested_detail=wanted)
        return Turn(asked, (reply, context.replies.ask_detail(topic, wanted)))
    return Turn(state, (reply,))


def _ask_again(state: DialogueState, context: Context, detail: CollectedDetail) -> Turn:
    if state.walk:
        state = with_walk(state, interrupted=True)
    ask = "contact" if detail in context.knowledge.wording.contact_details else None
    question = Reply("utter_ask_correction", {"question": context.replies.fill(detail.ask)}, ask=ask)
    return Turn(replace(state, offer=Offer.CORRECTION, correcting=detail.id), (question,))


# Contacts


def note_contact(context: Context, state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state with a phone number or an e-mail address that stands in the message noted down."""
    found = {}
    for detail in context.knowledge.wording.contact_details:
        values = accepted(values_for(detail, message, context.knowledge.wording.rejections))
        if values and detail.id not in state.collected_details:
            found[detail.id] = values[0]
    return replace(state, collected_details={**state.collected_details, **found}) if found else state


def confirm_contact(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Notes the contact that the user leaves, in place of one left before, and reads it back."""
    contacts = context.knowledge.wording.contact_details
    values = dict(reading.arguments.get("values", {}))
    if not values:
        return show_current(context, state)
    state = replace(state, collected_details={**state.collected_details, **values})
    lines = context.replies.noted(contacts, values)
    return after_digression(context, state, Reply("utter_contact_noted", {"details": lines}))
