"""What the user says of the step on the screen: it is done, it needs time, it does not work, a question about it."""

from __future__ import annotations

from actions.dialogue import topics, walkthrough
from actions.dialogue.acts import Act
from actions.dialogue.answers import (
    CERTAIN,
    LIKELY,
    SURE,
    WHERE,
    WHY,
    answer_question,
    answered_beside,
    asked_in,
    asking_in,
    find_answer,
    find_where,
    give,
    text_of,
    words_asked,
)
from actions.dialogue.details import skip_detail
from actions.dialogue.endings import after_digression, leave
from actions.dialogue.messages import Event, EventKind, Reply, UserMessage, folded, payload
from actions.dialogue.repair import not_understood, small_talk, with_menu
from actions.dialogue.replacing import replace
from actions.dialogue.state import AttemptOutcome, Awaiting, DialogueState, HandoffReason, Offer, with_walk
from actions.dialogue.steps import advance, ask_outcome, last_step, next_check, show_current, show_step
from actions.dialogue.support import ticket_status
from actions.dialogue.turn import Context, Turn, offering_human
from actions.dialogue.yes_and_no import decline_human
from actions.knowledge import Step, Topic
from actions.knowledge.answers import TOPIC
from actions.reading.causes import named
from actions.reading.questions import (
    asks,
    denies,
    has_changed,
    has_recovered,
    is_it,
    leaves_out,
    tells_of_records,
    tries_again,
)
from actions.reading.reading import Reading
from actions.reading.secrets import CODE, CODE_WORD
from language.text_normalization import normalize

_LONGEST_FRAGMENT = 20
# What is stuck before anything has begun is for a human to look at.
_SURE_TROUBLE = 0.45
_NAMES_STEP = frozenset({"utter_steps_are_for_it"})
_OFFERS_HUMAN = frozenset({"utter_stuck_before_start", "utter_reach_neither"})


def done(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Goes on after a step that is done; what else is said that leads nowhere is answered before that."""
    turn, aside = _done(context, state, reading), reading.arguments.get("aside")
    if not isinstance(aside, UserMessage):
        return turn
    said = small_talk(context, aside)
    return turn.after(Reply("utter_small_talk", {"answer": said}) if said else Reply("utter_chitchat_in_walk"))


def _done(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Goes on after a step that is done; somebody ahead of what is shown is met where they are."""
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return show_current(context, state)
    thanks = any(word in reading.message.key for word in context.knowledge.wording.thanks)
    if topic.kind == "diagnosis":
        return _done_at_check(context, state, reading.message, thanks=thanks)
    if state.awaiting is Awaiting.OUTCOME:
        return walkthrough.solved(context, state, reading.message)
    state = replace(with_walk(state, interrupted=False), offer=None)
    number = int(reading.arguments.get("step") or state.step + 1)
    shown_now = topic.steps[state.step - 1] if state.step else None
    if shown_now and shown_now.value and state.walk and shown_now.id in state.walk.problem_steps:
        # 「更新好了 有了」 has done what helps with this measure; the ones between are still to come.
        number = min(number, state.step + 1)
    is_end = number > state.step and bool(reading.arguments.get("is_last"))
    if reading.arguments.get("is_through") and number >= last_step(topic):
        # 「设好了 进去了」 at the step before the last tells of both.
        return walkthrough.solved(context, state, reading.message)
    if is_end and (number > len(topic.steps) or topic.steps[number - 1].is_fallback):
        # 「能进了」 after the last step says how it went; whoever comes there from afar is asked.
        is_near = thanks or state.step + 1 >= number - 1
        return walkthrough.solved(context, state, reading.message) if is_near else ask_outcome(state)
    if state.step < number <= len(topic.steps) and topic.steps[number - 1].is_fallback:
        # What is for trouble only is shown to nobody who reports success; its button leads there.
        return ask_outcome(state)
    if number > len(topic.steps):
        if thanks:
            return walkthrough.solved(context, state, reading.message)
        return ask_outcome(state)
    is_here = number == state.step
    if is_here and topic.kind == "procedure" and asked_in(reading.message) is None:
        # 「六位数到了」 at the code: it is the one to do now, and has been read already.
        shown_step = topic.steps[number - 1]
        text = context.replies.fill(shown_step.there or shown_step.text, topic)
        return Turn(show_step(context, state, number).state, (Reply("utter_step_here", {"step_text": text}),))
    # 「表递上去了 几天有回音」 goes on and asks; 「到设密码了，要几位」 only asks.
    shown = show_step(context, state, number)
    if reading.arguments.get("is_there"):
        shown = _as_seen(context, topic, number, shown)
    turn = answered_beside(context, shown, reading.message, state)
    return Turn(turn.state, turn.replies[1:]) if is_here and len(turn.replies) > 1 else turn


def _done_at_check(context: Context, state: DialogueState, message: UserMessage, *, thanks: bool) -> Turn:
    """Goes on in a diagnosis: it has worked, or something was changed that is still to be tried, or the next check."""
    is_solved = walkthrough.meaning_now(context, state, Act.NEXT, message) is Act.SOLVED
    if is_solved or thanks or _has_worked(context, message):
        return walkthrough.solved(context, state, message)
    if state.step and _mended(message):
        return Turn(replace(with_walk(state, interrupted=False), offer=None), (Reply("utter_try_now"),))
    return walkthrough.go_on(context, with_walk(state, interrupted=False), message)


def _as_seen(context: Context, topic: Topic, number: int, turn: Turn) -> Turn:
    """Returns the turn that shows a step to somebody who is there already and has seen its page come up."""
    there = topic.steps[number - 1].there
    if there is None:
        return turn
    text = context.replies.fill(there, topic)
    replies = (
        replace(reply, values={**reply.values, "step_text": text}) if reply.progress else reply
        for reply in turn.replies
    )
    return Turn(turn.state, tuple(replies))


def _has_worked(context: Context, message: UserMessage) -> bool:
    """Whether the message says that the payment has worked (「换了流量，付成了」)."""
    if tells_of_records(message.key):
        return False
    return any(word in message.key for word in context.knowledge.wording.worked) and not denies(message.key)


def wait(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Lets the user take their time; nothing is repeated."""
    return Turn(replace(state, offer=None), (Reply("utter_take_your_time"),))


def trouble(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Helps with the step that does not work, which may be one that is not shown yet."""
    topic = context.topic(state)
    number = int(reading.arguments.get("step") or state.step)
    if topic and topic.kind == "procedure" and number != state.step and number:
        state = show_step(context, state, number).state
    state = replace(state, offer=None)
    step = topic.steps[state.step - 1] if topic and topic.kind == "procedure" and state.walk and state.step else None
    if step is not None and state.walk is not None and step.id in state.walk.problem_steps:
        known = find_answer(context, state, reading.message, CERTAIN, of=state.topic, without=state.last_answer)
        if reading.certainty < _SURE_TROUBLE:
            # Two clear reports, and no guess, lead to a human.
            return Turn(state, (Reply("utter_heard_at_step", _place(context, state)),))
        is_new = not tries_again(reading.message.key)
        if known and is_new and known.place == step.id and known.answer.id not in (WHERE, WHY):
            # More is told of what is wrong (「我设的12345678a」), and something is known of just that.
            return give(context, state, known)
    if step is None or state.walk is None or step.id in state.walk.problem_steps:
        return walkthrough.problem(context, state, reading.message)
    found = find_answer(context, state, reading.message, SURE, of=state.topic)
    if found and reading.certainty < _SURE_TROUBLE and found.answer.id not in (WHERE, WHY):
        # 「当时用邮箱注册的」 tells a fact and reports no trouble.
        return give(context, state, found)
    turn = walkthrough.problem(context, state, reading.message)
    if found is None or found.place not in (step.id, TOPIC) or found.answer.id == WHERE or turn.state.offer:
        return turn
    # What is known of just this trouble says more than the general advice.
    last = turn.replies[-1]
    told = replace(last, values={**last.values, "trouble": text_of(context, found)})
    return Turn(replace(turn.state, asked_about=f"{found.topic}/{found.place}"), (*turn.replies[:-1], told))


def ask(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Answers a question, or says that nothing is known about it; the step stays."""
    if reading.arguments.get("where"):
        # 「没找到那个设置」 asks where it is.
        found = find_where(context, state)
        if found and found.fingerprint == state.last_answer:
            # Whoever still does not find it is not told the same again.
            return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_nothing_more_known"))
        return give(context, state, found)
    aside = reading.arguments.get("aside")
    if aside:
        # 「晚上呢」 goes on about what was asked beside the step, which stays.
        turn = answer_question(context, replace(state, walk=None, last_topic=str(aside)), reading.message)
        return Turn(replace(turn.state, walk=state.walk, last_topic=state.last_topic), turn.replies)
    turn = answer_question(context, state, reading.message)
    asked = context.knowledge.topics.get((turn.state.asked_about or "").partition("/")[0])
    is_answered = turn.state.last_answer is not None and turn.state.last_answer != state.last_answer
    # 「新密码有什么要求」 with nothing under way may go on to the procedure.
    return topics.with_way_in(context, asked, turn) if is_answered and asked and asked.is_walkthrough else turn


def ruled_out(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Ticks the causes that it cannot be and goes on to the next check."""
    state = _taken_up(context, state)
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return show_current(context, state)
    causes = tuple(reading.arguments.get("causes") or ())
    steps = [step for step in topic.steps if step.value in causes]
    if not steps:
        return advance(context, state)
    asked = topic.step_number((state.asked_about or "").partition("/")[2])
    if not state.step and asked and topic.steps[asked - 1] in steps:
        # Whoever began with that check goes on from there.
        state = with_walk(state, step=asked)
    ticked, reply = walkthrough.tick(context, state, steps)
    ticked = replace(_left_unchecked(topic, ticked, reading), offer=None)
    # 「余额有的 是不是限额」 goes on with the check that it asks for.
    suspected = [value for clause in asking_in(reading.message) for value in named(topic, folded(clause.text))]
    for number, step in enumerate(topic.steps, 1):
        if step.value in suspected and step not in steps:
            return show_step(context, ticked, number).after(reply)
    return answered_beside(context, _on_with(context, topic, ticked, steps).after(reply), reading.message)


def _on_with(context: Context, topic: Topic, state: DialogueState, steps: list[Step]) -> Turn:
    """Goes on to the next check; one that is on the screen and was not spoken of stays there."""
    shown = topic.steps[state.step - 1] if state.step else None
    if shown is None or state.walk is None or shown in steps or shown.id in state.walk.problem_steps:
        return next_check(context, state)
    values = {"step_number": state.step, "step_title": context.replies.fill(shown.title)}
    progress = context.replies.step(topic, state).progress
    return Turn(with_walk(state, interrupted=False), (Reply("utter_check_still", values, progress=progress),))


def not_checked(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Keeps a check that was not made, and says how it is made where that is not on the screen."""
    topic = context.topic(state)
    causes = tuple(reading.arguments.get("unchecked") or ())
    steps = [step for step in topic.steps if step.value in causes] if topic else []
    if topic is None or not steps:
        return show_current(context, state)
    if reading.arguments.get("is_unclear"):
        return _asks_which(context, topic, state, steps[0])
    if leaves_out(reading.message.key):
        # 「懒得问银行」 leaves it out for now.
        left = _left_unchecked(topic, state, reading)
        visited = tuple(dict.fromkeys((*(left.walk.visited_steps if left.walk else ()), *(step.id for step in steps))))
        return next_check(context, replace(with_walk(left, visited_steps=visited, interrupted=False), offer=None))
    state = replace(_left_unchecked(topic, state, reading), offer=None)
    number = topic.step_number(steps[0].id) or 1
    if number != state.step:
        state = _kept(topic, state)
        return show_step(context, state, number).after(Reply("utter_check_it_now"))
    titles = context.replies.listed(context.replies.fill(step.title) for step in steps)
    return Turn(with_walk(state, interrupted=False), (Reply("utter_not_checked", {"titles": titles}),))


def _asks_which(context: Context, topic: Topic, state: DialogueState, step: Step) -> Turn:
    """Asks whether it is this cause or not, rather than to cross it out; a tick that was wrong is taken back."""
    state = show_step(context, _unticked(state, step), topic.step_number(step.id) or 1).state
    return Turn(
        replace(state, offer=None), (Reply("utter_cause_unclear", {"title": context.replies.fill(step.title)}),)
    )


def _unticked(state: DialogueState, step: Step) -> DialogueState:
    if state.walk is None:
        return state
    return with_walk(state, problem_steps=tuple(name for name in state.walk.problem_steps if name != step.id))


def let_be(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Accepts that nothing more is needed here; where a walkthrough stays, nothing is repeated."""
    if reading.arguments.get("stays"):
        response = str(reading.arguments["response"])
        if response in _OFFERS_HUMAN:
            return offering_human(state, HandoffReason.NOT_SOLVED, Reply(response))
        topic = context.topic(state)
        names_step = topic is not None and state.step > 0 and response in _NAMES_STEP
        progress = context.replies.step(topic, state).progress if topic is not None and names_step else None
        turn = Turn(replace(state, offer=None), (Reply(response, _place(context, state), progress=progress),))
        way_in = context.knowledge.topics.get(str(reading.arguments.get("leads_to")))
        if way_in is None or state.walk is not None:
            return turn
        return topics.with_way_in(context, way_in, Turn(replace(turn.state, last_topic=way_in.id), turn.replies))
    if "titles" in reading.arguments:
        # What is wanted first is what is under way.
        return show_current(context, replace(state, offer=None)).after(
            Reply(str(reading.arguments["response"]), {"titles": reading.arguments["titles"]})
        )
    reply = Reply(str(reading.arguments["response"]), buttons=context.replies.menu())
    return after_digression(context, replace(state, offer=None), reply)


def _place(context: Context, state: DialogueState) -> dict[str, object]:
    """Returns the values by which a reply can name the step on the screen, or what accepts the warning."""
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return {}
    if state.awaiting is Awaiting.WARNING and topic.warning:
        return {"accept": topic.warning.accept_label}
    if not state.step:
        return {}
    return {"step_number": state.step, "step_title": context.replies.fill(topic.steps[state.step - 1].title)}


def steps_left(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says how many steps are left, or which causes have not been ruled out."""
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return show_current(context, state)
    tried = state.walk.problem_steps
    state = with_walk(state, interrupted=False)
    if topic.kind == "diagnosis":
        left = [step for step in topic.steps if step.id not in tried]
        if not left:
            return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_all_checked"))
        titles = context.replies.listed(context.replies.fill(step.title) for step in left)
        return Turn(replace(state, offer=None), (Reply("utter_causes_left", {"titles": titles}),))
    count, number = len(topic.steps), state.step
    name = "utter_no_more_steps" if number == count else "utter_steps_left"
    values = {"step_number": number, "step_count": count, "steps_left": count - number}
    return Turn(replace(state, offer=None), (Reply(name, values),))


def show_steps(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says several steps or causes at once to somebody who wants them together."""
    topic = context.topic(state)
    numbers = tuple(reading.arguments.get("numbers") or ())
    if topic is None or state.walk is None or not numbers:
        return show_current(context, state)
    fill = context.replies.fill
    if state.awaiting is Awaiting.WARNING:
        return topics.steps_told(context, state, topic)
    steps = [(number, topic.steps[number - 1]) for number in numbers]
    lines = [f"{number}. {fill(step.title)}：{fill(step.text, topic)}" for number, step in steps]
    visited = tuple(dict.fromkeys((*state.walk.visited_steps, *(step.id for _, step in steps))))
    shown = with_walk(state, step=numbers[-1], visited_steps=visited, awaiting=None, interrupted=False)
    if topic.kind == "procedure":
        shown = with_walk(state, interrupted=False)
    return Turn(replace(shown, offer=None), (Reply("utter_some_steps", {"steps": "\n".join(lines)}),))


def _kept(topic: Topic, state: DialogueState) -> DialogueState:
    """Returns the state in which the check on the screen, which was not made yet, comes again later."""
    if state.walk is None or not state.step or topic.steps[state.step - 1].id in state.walk.problem_steps:
        return state
    shown = topic.steps[state.step - 1].id
    return with_walk(state, visited_steps=tuple(name for name in state.walk.visited_steps if name != shown))


def _taken_up(context: Context, state: DialogueState) -> DialogueState:
    """Returns the state in which the walkthrough suspended last is under way again, when none is."""
    return state if state.walk or not state.suspended else topics.resume(context, state).state


def _left_unchecked(topic: Topic, state: DialogueState, reading: Reading) -> DialogueState:
    causes = tuple(reading.arguments.get("unchecked") or ())
    ids = [step.id for step in topic.steps if step.value in causes]
    if state.walk is None or not ids:
        return state
    return with_walk(state, unchecked_steps=tuple(dict.fromkeys((*state.walk.unchecked_steps, *ids))))


def cause_found(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says what to do about the cause that was found."""
    state = _taken_up(context, state)
    topic = context.topic(state)
    causes = tuple(reading.arguments.get("causes") or ())
    number = next((n for n, step in enumerate(topic.steps, 1) if step.value in causes), 0) if topic else 0
    if topic is not None and not number and topic.kind == "diagnosis" and state.walk and not state.step:
        # What is told of no cause that is known begins nothing anew.
        return advance(context, replace(state, offer=None))
    if topic is None or not number:
        return show_current(context, state)
    step = topic.steps[number - 1]
    state = _with_page(state, tuple(reading.arguments.get("told_by_page") or ()))
    fine = [other for other in topic.steps if other.value in (reading.arguments.get("ruled_out") or ())]
    if fine:
        state = walkthrough.tick(context, state, fine)[0]
    if topic.kind == "diagnosis" and not asking_in(reading.message) and _is_to_be_tried(state, number, reading.message):
        tried = state if state.step == number else show_step(context, state, number).state
        return Turn(replace(with_walk(tried, interrupted=False), offer=None), (Reply("utter_try_now"),))
    is_again = state.step == number and state.asked_about == f"{topic.id}/{step.id}" and topic.kind == "diagnosis"
    if is_again and _agrees(reading.message) and not reading.arguments.get("is_disputed"):
        # 「确实快50了 应该就是它」 agrees with what was found.
        return Turn(replace(with_walk(state, interrupted=False), offer=None), (Reply("utter_try_now"),))
    if is_again and step.treatment and not reading.arguments.get("is_disputed") and not asking_in(reading.message):
        # What to do about it has been said, and has not helped.
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    if not reading.arguments.get("is_disputed"):
        # What was crossed out before was crossed out by mistake.
        state = _unticked(state, step)
    if reading.arguments.get("is_asked") and state.step == number:
        # 「那就是银行那边？」 at that check asks for more than to read it again.
        found = find_answer(context, state, reading.message, LIKELY, of=topic.id)
        if found and found.place == step.id:
            return give(context, state, found)
    shown = show_step(context, state, number)
    if reading.arguments.get("is_disputed"):
        return walkthrough.disputed(context, _with_page(shown.state, causes), step)
    if reading.arguments.get("is_asked"):
        return shown
    if step.treatment is None:
        return answered_beside(context, shown, reading.message)
    # What is done about a cause is said in place of its check, which it is for whoever counts.
    event = Event(EventKind.STEP_SHOWN, topic.id, number)
    reply = Reply("utter_treatment", {"treatment": context.replies.fill(step.treatment, topic)}, event=event)
    treated = replace(shown.state, asked_about=f"{topic.id}/{step.id}")
    return answered_beside(context, Turn(treated, (reply,)), reading.message)


def _agrees(message: UserMessage) -> bool:
    """Whether it only says that the cause found is the one (「应该就是它」), and not that its remedy has failed."""
    has_failed = max(message.acts.get(name, 0.0) for name in ("trouble", "tried_everything")) >= _SURE_TROUBLE
    return is_it(message.key) and not has_failed and not tries_again(message.key)


def _is_to_be_tried(state: DialogueState, number: int, message: UserMessage) -> bool:
    """Whether what was wrong at that check was mended, or is there again (「没信号 又有了」), and not tried yet."""
    is_back = has_recovered(message.key) and not tries_again(message.key.replace("又有", ""))
    return is_back or (state.step == number and _mended(message))


def _mended(message: UserMessage) -> bool:
    """Whether something was changed that may have been the cause (「找到了 单笔200 改成500了」), and not tried yet."""
    return has_changed(message.key) and not denies(message.key) and not tries_again(message.key)


def _with_page(state: DialogueState, causes: tuple[str, ...]) -> DialogueState:
    """Returns the state that knows which causes the page has named."""
    if state.walk is None or not causes:
        return state
    return with_walk(state, page_says=tuple(dict.fromkeys((*state.walk.page_says, *causes))))


def take_secret(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Warns whoever types a code or a password into the chat; the step stays, as it is to be done in the app."""
    secret, topic = str(reading.arguments["secret"]), context.topic(state)
    if topic is None or state.walk is None or not state.step or state.awaiting is not None:
        return after_digression(context, replace(state, offer=None), context.replies.on_secret(secret))
    is_here = secret == CODE and CODE_WORD in topic.steps[state.step - 1].title
    reply = context.replies.on_secret(secret, is_here=is_here)
    return Turn(replace(with_walk(state, interrupted=False), offer=None), (reply,))


def look_up(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says that the account cannot be seen from here, and goes on with what the user can do."""
    topic = context.topic(state)
    if state.awaiting is Awaiting.DETAIL:
        turn = skip_detail(context, replace(state, offer=None)).after(Reply("utter_cannot_look_up_detail"))
        # 「那我咋看」 asks where it stands.
        return (
            Turn(replace(turn.state, asked_about=f"{topic.id}/{topic.step_id(state.step)}"), turn.replies)
            if topic
            else turn
        )
    if topic is not None and topic.kind == "diagnosis" and state.walk is not None and not state.step:
        return next_check(context, replace(state, offer=None)).after(Reply("utter_cannot_look_up"))
    if topic is not None and state.walk is not None:
        return Turn(replace(with_walk(state, interrupted=False), offer=None), (Reply("utter_cannot_look_up_here"),))
    return offering_human(state, HandoffReason.USER_REQUEST, Reply("utter_cannot_look_up_alone"))


def tried_all(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Offers a human to somebody who has tried everything, and takes what is left as tried."""
    topic = context.topic(state)
    if topic is None or state.walk is None:
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    ids = tuple(step.id for step in topic.steps)
    if topic.kind == "diagnosis":
        state = with_walk(state, problem_steps=ids, visited_steps=ids, awaiting=None)
    event = Event(EventKind.STEP_PROBLEM, topic.id, state.step or None)
    return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_tried_all", event=event))


def not_that(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Accepts that the matter is another one and asks which."""
    matter = str(reading.arguments["matter"])
    if state.topic == matter:
        state = replace(leave(state, AttemptOutcome.ABANDONED), offer=None)
    waiting = tuple(request for request in state.requests if request.intent != matter)
    suspended = tuple(walk for walk in state.suspended if walk.topic != matter)
    if len(waiting) < len(state.requests) or len(suspended) < len(state.suspended):
        left = replace(state, requests=waiting, suspended=suspended, offer=None)
        return after_digression(context, left, Reply("utter_request_declined"))
    let_be = context.knowledge.topics[matter].cancelled if reading.arguments.get("is_let_be") else None
    if let_be:
        reply = Reply("utter_answer", {"answer": context.replies.fill(let_be)})
        return after_digression(context, replace(state, offer=None), reply)
    title = context.replies.label(matter) if context.replies.has_label(matter) else ""
    response = "utter_not_that" if title else "utter_not_that_unnamed"
    buttons = tuple(button for button in context.replies.menu() if button.payload != payload(matter))
    return Turn(state, (Reply(response, {"title": title}, () if state.walk else buttons, is_list=not state.walk),))


def deny_human(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Leaves the human out, as wished, and goes on where it was."""
    topic = context.topic(state)
    is_all_checked = topic is None or topic.kind == "diagnosis"
    if state.offer is Offer.HUMAN and state.offer_reason is HandoffReason.NOT_SOLVED and is_all_checked:
        return decline_human(context, state)
    return after_digression(context, replace(state, offer=None), Reply("utter_no_human_then"))


def honest(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says that nothing is known about a matter of the wallet; that is no failure of understanding."""
    is_of_other = reading.arguments.get("about") == "other_person"
    event = Event(EventKind.NOT_UNDERSTOOD, state.topic, state.step or None)
    is_asked = bool(asking_in(reading.message)) or asks(normalize(reading.message.text))
    words = words_asked(reading.message) if is_asked and not is_of_other else ""
    if state.handed_over:
        # A human is on the way already.
        return after_digression(context, replace(state, offer=None), Reply("utter_no_information_waiting", event=event))
    if words:
        # Of what nothing is known is said, so that nobody wonders whether they were understood.
        named_reply = Reply("utter_no_information_of", {"words": words}, event=event)
        return offering_human(state, HandoffReason.USER_REQUEST, named_reply)
    name = "utter_unknown_other_person" if is_of_other else "utter_no_information"
    return offering_human(state, HandoffReason.USER_REQUEST, Reply(name, event=event))


def wait_complaint(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Regrets the waiting and has the gateway say how far it is; the place in the queue stays."""
    message = reading.message
    has_no_place = message.human_available is not None and not message.is_queued
    name = "utter_sorry_nobody_there" if has_no_place else "utter_sorry_for_waiting"
    return ticket_status(context, state, message).after(Reply(name))


def menu(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Shows the topics, whatever is under way."""
    turn = with_menu(context, state, "utter_menu")
    left_out = {payload(matter) for matter in reading.arguments.get("without") or ()}
    buttons = tuple(button for button in context.replies.menu() if button.payload not in left_out)
    shown = tuple(
        replace(reply, buttons=buttons, is_list=True) if reply.response == "utter_menu" else reply
        for reply in turn.replies
    )
    return Turn(turn.state, shown)


def read_back(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Says what has been noted down so far."""
    lines = context.replies.everything_collected(state)
    reply = Reply("utter_read_back", {"details": lines}) if lines else Reply("utter_nothing_noted")
    return after_digression(context, state, reply)


def fragment(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Lets somebody who has said too little go on; the second time in a row it is not understood."""
    if state.fragment is not None and not reading.arguments.get("leads_in"):
        return not_understood(context, state, reading.message)
    state = replace(state, fragment=reading.message.text.strip()[:_LONGEST_FRAGMENT])
    if state.walk:
        return after_digression(context, state, Reply("utter_tell_me_more_in_step"))
    return with_menu(context, state, "utter_tell_me_more")


def what_now(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Helps somebody who asks what to do then: with the step on the screen, or with a human."""
    topic = context.topic(state)
    step = topic.steps[state.step - 1] if topic and state.walk and state.step else None
    if topic and step and step.collect and topic.kind == "procedure":
        # What was to be told is told: what comes next is the next step.
        return walkthrough.go_on(context, with_walk(state, interrupted=False), reading.message)
    if topic and step and topic.kind == "diagnosis" and state.walk and step.id in state.walk.problem_steps:
        return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))
    if topic and step and topic.kind == "diagnosis":
        reply = Reply("utter_step_here", {"step_text": context.replies.fill(step.text, topic)})
        return Turn(replace(with_walk(state, interrupted=False), offer=None), (reply,))
    if topic and state.walk and step and step.id not in state.walk.problem_steps:
        return walkthrough.problem(context, replace(state, offer=None), reading.message)
    return offering_human(state, HandoffReason.NOT_SOLVED, Reply("utter_offer_human"))


def join(context: Context, state: DialogueState, reading: Reading) -> Turn:
    """Takes up a procedure at the step that the user has come to by themselves."""
    topic = context.knowledge.topics[reading.message.intent]
    opened = topics.start(context, state, topic, UserMessage()).state
    number = int(reading.arguments["step"])
    shown = show_step(context, opened, min(number, len(topic.steps)))
    if reading.arguments.get("is_trouble"):
        return walkthrough.problem(context, shown.state, replace(reading.message, entities={}))
    return shown
