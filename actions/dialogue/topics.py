"""Opens topics: answers at once, walkthroughs from their first step, suspended ones where they were left."""

from __future__ import annotations

from actions.dialogue import details, walkthrough
from actions.dialogue.acts import Act
from actions.dialogue.answers import SURE, answer_question, find_answer, find_in_part, find_of_whole, give, step_answer
from actions.dialogue.endings import after_digression, offer_open
from actions.dialogue.messages import Button, Event, EventKind, Reply, UserMessage, payload
from actions.dialogue.replacing import replace
from actions.dialogue.state import (
    Alarm,
    AttemptOutcome,
    Awaiting,
    DialogueState,
    HandoffReason,
    Walk,
    with_alarm,
    with_walk,
)
from actions.dialogue.steps import next_check, show_current, show_step
from actions.dialogue.suspending import suspend
from actions.dialogue.turn import Context, Turn, offering_human
from actions.dialogue.walkthrough import jump, tick
from actions.knowledge import Topic
from actions.knowledge.answers import TEXT
from actions.reading.causes import ruled_out, said_by_page
from actions.reading.left_to_us import leaves_to_us
from actions.reading.place import wants_only_steps
from actions.reading.questions import asks, asks_at_end, begins_another, excepts
from actions.reading.values import details_said
from language.text_normalization import normalize

# Whoever tells this many details speaks of a payment from the beginning.
_TELLS_ALL = 3


def open_topic(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Opens the topic that the message's intent names."""
    topic = context.knowledge.topics[message.intent]
    state = replace(state, requests=tuple(request for request in state.requests if request.intent != topic.id))
    answered = _answer_part(context, state, topic, message)
    if answered:
        return answered
    if not topic.is_walkthrough:
        point = None if topic.urgent or message.is_payload else find_in_part(context, state, topic, message)
        if point and point.fingerprint != state.last_answer:
            return give(context, state, point)
        return _answer(context, state, topic)
    is_form = topic.id == state.topic and bool(topic.collected_details) and not message.is_payload
    if is_form and not begins_another(message.key):
        told = details_said(context, topic, message)
        is_new = any(name not in state.collected_details for name in told)
        if state.awaiting is Awaiting.DETAIL and not is_new:
            return show_current(context, state).after(Reply("utter_already_in_procedure", {"title": topic.title}))
        if state.awaiting is Awaiting.DETAIL or (is_new and "step_number" not in message.entities):
            # Who names the topic while its form is filled in begins nothing anew.
            return details.tell(context, state, told)
        if asks(normalize(message.text)) or asks_at_end(normalize(message.text)):
            return answer_question(context, state, message)
        # A form under way is begun anew by nobody who does not plainly wish it.
        return show_current(context, state).after(Reply("utter_already_in_procedure", {"title": topic.title}))
    has_begun = state.step > (0 if topic.warning else 1) and not (is_form and begins_another(message.key))
    if topic.id == state.topic and has_begun and not message.is_payload and not _picks(topic, message):
        # Who describes their trouble names the topic again; that must not cost the steps already done.
        return show_current(context, state).after(Reply("utter_already_in_procedure", {"title": topic.title}))
    if topic.id == state.topic and topic.kind == "diagnosis" and not message.is_payload and not _tells(topic, message):
        # The causes are on the screen already: whoever names none of them is led through all.
        return next_check(context, replace(state, offer=None))
    if state.topic != topic.id and not message.is_payload and topic.kind == "procedure":
        point = find_of_whole(context, state, topic, message)
        if point:
            # 「注销多久能办好」 is a question before it is a wish.
            return with_way_in(context, topic, give(context, state, point))
    turn = answered_where_picked(context, start(context, state, topic, message), topic, message)
    looks = leaves_to_us(message.key) and not message.is_payload and not topic.warning
    return turn.after(Reply("utter_cannot_look_up")) if looks else turn


def _tells(topic: Topic, message: UserMessage) -> bool:
    """Whether the message says which cause it is, or is not."""
    return _picks(topic, message) or bool(ruled_out(topic, message.text)) or "step_number" in message.entities


def with_way_in(context: Context, topic: Topic, turn: Turn) -> Turn:
    """Returns the turn with a button that opens the topic under its answer."""
    first, *others = turn.replies
    if turn.state.walk or turn.state.offer:
        return turn
    return Turn(turn.state, (replace(first, buttons=(context.replies.topic_button(topic),)), *others))


def answered_where_picked(context: Context, turn: Turn, topic: Topic, message: UserMessage) -> Turn:
    """Returns the turn that shows the part named, with the answer to what is asked about it (「两步验证在哪开」)."""
    state = turn.state
    if not _picks(topic, message) or state.topic != topic.id or not state.step or not asks(normalize(message.text)):
        return turn
    found = find_answer(context, state, message, SURE, of=topic.id)
    if found is None or found.place != topic.steps[state.step - 1].id:
        return turn
    return Turn(state, (*turn.replies, step_answer(context, found)))


def _picks_another(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether the message names a part that was not ruled out before (「付款还是转圈」 after the network was)."""
    value = message.single_value(topic.entity, {step.value for step in topic.steps if step.value})
    tried = state.walk.problem_steps if state.walk else ()
    return value is not None and not any(step.value == value and step.id in tried for step in topic.steps)


def _picks(topic: Topic, message: UserMessage) -> bool:
    return message.single_value(topic.entity, {step.value for step in topic.steps if step.value}) is not None


def _answer_part(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Turn | None:
    """Answers a question about one part of the topic, if the message names exactly one."""
    value = message.single_value(topic.entity, {item.value for item in topic.items})
    if value and not message.is_payload and excepts(normalize(message.text)):
        return _other_parts(context, state, topic, value)
    for item in topic.items:
        if item.value == value:
            if item.opens:
                opened = start(context, state, context.knowledge.topics[item.opens], UserMessage())
                return opened.after(context.replies.item(item, ()))
            reply = context.replies.item(item, context.replies.related(topic, state))
            return _answering(context, state, topic, _opening(state, topic, reply, item.value), offer=item.offer_human)
    asked = message.single_value("detail", {detail.value for detail in topic.details})
    for detail in topic.details:
        if detail.value == asked:
            reply = context.replies.detail(detail.text, (context.replies.topic_button(topic),))
            reply = _opening(state, topic, reply, detail.value)
            return after_digression(context, replace(state, last_topic=topic.id), reply)
    return None


def _other_parts(context: Context, state: DialogueState, topic: Topic, value: str) -> Turn:
    """Answers 「除了电话还有啥办法」: all parts but the one that is not wanted."""
    left = [item for item in topic.items if item.value != value]
    fill = context.replies.fill
    lines = "\n".join(f"{number}. {fill(item.label)}：{fill(item.text)}" for number, item in enumerate(left, 1))
    buttons = tuple(Button(item.label, payload(topic.id, **{topic.entity or "": item.value})) for item in left)
    title = next(fill(item.label) for item in topic.items if item.value == value)
    reply = Reply("utter_other_parts", {"title": title, "parts": lines}, buttons, is_list=True)
    return _answering(context, state, topic, _opening(state, topic, reply), offer=False)


def _opening(state: DialogueState, topic: Topic, reply: Reply, part: str | None = None) -> Reply:
    """Returns an answer that opens its topic; a question of detail about the walkthrough under way opens nothing.

    The statistics hear which part it is, either way.
    """
    answer = None if part is None else f"{part}/{TEXT}"
    if topic.id != state.topic:
        return replace(reply, event=Event(EventKind.TOPIC_OPENED, topic.id, answer=answer))
    return reply if answer is None else replace(reply, event=Event(EventKind.ANSWERED, topic.id, answer=answer))


def _answer(context: Context, state: DialogueState, topic: Topic) -> Turn:
    if topic.urgent:
        state = with_alarm(suspend(context, state).state, Alarm.VICTIM, topic.title)
        reply = _opening(state, topic, context.replies.answer(topic, context.replies.related(topic, state)))
        return offering_human(replace(state, last_topic=topic.id), HandoffReason.ACCOUNT_COMPROMISED, reply)
    parts = tuple(Button(item.label, payload(topic.id, **{topic.entity or "": item.value})) for item in topic.items)
    reply = context.replies.answer(topic, parts or context.replies.related(topic, state), short=state.frustrated)
    reply = replace(reply, is_list=bool(parts))
    return _answering(context, state, topic, _opening(state, topic, reply), offer=topic.offer_human)


def _answering(context: Context, state: DialogueState, topic: Topic, reply: Reply, *, offer: bool) -> Turn:
    state = replace(state, last_topic=topic.id)
    if offer and state.walk is None and offer_open(context, state) is None:
        return offering_human(state, HandoffReason.NOT_SOLVED, reply)
    return after_digression(context, state, reply)


def resume(context: Context, state: DialogueState, topic: str | None = None) -> Turn:
    """Takes a suspended walkthrough up again where it was left: the one of `topic`, or the one suspended last."""
    found = next(walk for walk in reversed(state.suspended) if topic in (None, walk.topic))
    state = replace(state, suspended=tuple(walk for walk in state.suspended if walk is not found), offer=None)
    words = suspend(context, state)
    taken_up = replace(words.state, walk=found, last_topic=found.topic)
    if context.knowledge.topics[found.topic].kind == "diagnosis" and not found.step:
        # The causes were read already: whoever comes back is led through them.
        return next_check(context, taken_up).after(*words.replies)
    return show_current(context, taken_up).after(*words.replies)


def _is_over(state: DialogueState, topic: Topic) -> bool:
    """Whether the last walkthrough of this topic came to an end, so that a new one is about something else."""
    last = next((attempt for attempt in reversed(state.attempts) if attempt.topic == topic.id), None)
    is_open = state.topic == topic.id or any(walk.topic == topic.id for walk in state.suspended)
    return not is_open and last is not None and last.outcome is not AttemptOutcome.ABANDONED


def start(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Turn:
    """Starts a walkthrough; another one under way is suspended, one of the same topic is taken up or begun anew."""
    if any(walk.topic == topic.id for walk in state.suspended):
        resumed = resume(context, state, topic.id)
        if not message.is_payload and not _picks_another(topic, resumed.state, message):
            return resumed.after(Reply("utter_already_in_procedure", {"title": topic.title}))
        state = resumed.state
    words: tuple[Reply, ...] = ()
    if state.topic != topic.id:
        put_aside = suspend(context, state)
        state, words = put_aside.state, put_aside.replies
    own = {detail.id for detail in topic.collected_details}
    told = details_said(context, topic, message)
    is_other = begins_another(message.key) or _is_over(state, topic) or len(own & set(told)) >= _TELLS_ALL
    collected = {name: value for name, value in state.collected_details.items() if not (is_other and name in own)}
    state = replace(
        state,
        walk=Walk(topic.id),
        last_topic=topic.id,
        collected_details={**collected, **told},
        skipped_details=tuple(name for name in state.skipped_details if name not in own),
        offer=None,
    )
    return _begin(context, state, topic, message).after(*words)


def steps_told(context: Context, state: DialogueState, topic: Topic) -> Turn:
    """Tells all steps of a procedure that nobody has agreed to begin yet."""
    fill = context.replies.fill
    lines = "\n".join(f"{n}. {fill(step.title)}：{fill(step.text, topic)}" for n, step in enumerate(topic.steps, 1))
    accept = replace(context.replies.warning(topic, is_known=True), response="utter_steps_told")
    told = replace(accept, values={**accept.values, "steps": lines})
    return Turn(replace(with_walk(state, interrupted=True), offer=None), (told,))


def _begin(context: Context, state: DialogueState, topic: Topic, message: UserMessage) -> Turn:
    intro = context.replies.intro(topic)
    if topic.warning and wants_only_steps(message.key) and not message.is_payload:
        return steps_told(context, with_walk(state, awaiting=Awaiting.WARNING), topic)
    if topic.warning:
        warning = context.replies.warning(topic)
        return Turn(with_walk(state, awaiting=Awaiting.WARNING), (intro, warning))
    is_told = topic.kind == "diagnosis" and not message.is_payload
    excluded = ruled_out(topic, message.text) if is_told else ()
    by_page = said_by_page(topic, message.text) if is_told else ()
    if by_page:
        state = with_walk(state, page_says=by_page)
    disputed = next((step for step in topic.steps if step.value in by_page and step.value in excluded), None)
    if disputed:
        # 「提示余额不足，可我明明有钱」: nobody can settle that here.
        others = [step for step in topic.steps if step.value in excluded and step is not disputed]
        state = tick(context, state, others)[0] if others else state
        return walkthrough.disputed(
            context, show_step(context, state, topic.step_number(disputed.id) or 1).state, disputed
        )
    found = {step.value for step in topic.steps if step.value} - set(excluded)
    value = message.single_value(topic.entity, found) or next(iter(by_page), None)
    if excluded:
        # What is told at once is not checked again.
        state, reply = tick(context, state, [step for step in topic.steps if step.value in excluded])
        number = next((n for n, step in enumerate(topic.steps, start=1) if step.value == value), None)
        shown = show_step(context, state, number) if number else next_check(context, state)
        return shown.after(reply)
    for number, step in enumerate(topic.steps, start=1):
        if value is not None and step.value == value:
            return show_step(context, state, number)
    if "step_number" in message.entities:
        return jump(context, with_walk(state, step=1), Act.REPEAT, message)
    if topic.kind == "diagnosis":
        return Turn(state, (intro,))
    facts = [detail for detail in topic.collected_details if detail.accepts != "story"]
    told = context.replies.noted(facts, state.collected_details)
    # What was told is read back, so that nothing is asked twice and a mistake is seen at once.
    heard = (Reply("utter_read_back", {"details": told}),) if told else ()
    return show_step(context, state, 1).after(intro, *heard)
