"""The state machine of the conversation.

`Dialogue.respond` takes the state, what the user does (an `Act`) and their message, and returns the new state and the
replies. It reads no clock, no network and no file. docs/conversation.md draws it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from actions.dialogue import (
    alarms,
    choices,
    danger_talk,
    details,
    faqs,
    mended,
    notices,
    repair,
    requests,
    returning,
    situated,
    support,
    topics,
    walkthrough,
    yes_and_no,
)
from actions.dialogue.acts import CONTROL, STEERING, UNCLEAR, Act, act_of
from actions.dialogue.endings import after_digression, rate
from actions.dialogue.events import events_of
from actions.dialogue.handing_over import hand_off
from actions.dialogue.messages import AnswerBand, Reply, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import (
    MAX_UNANSWERED,
    NONE_OF_THESE,
    Alarm,
    Awaiting,
    DialogueState,
    HandoffReason,
    ListedOption,
    Offer,
    has_alarm,
    with_walk,
    without_leftovers,
)
from actions.dialogue.steps import show_step
from actions.dialogue.turn import Context, Turn
from actions.knowledge import Knowledge
from actions.reading import reach
from actions.reading.hearing import hear
from actions.reading.questions import asks, names_human, wants
from actions.reading.reader import interpret
from actions.reading.reading import Reading
from actions.reading.secrets import secret_in
from actions.reading.values import details_said
from language.text_normalization import normalize

# A human is not sent for by a guess without a word of one (「我想请教个问题」).
_GUESS = 0.4
_SOCIAL_RESPONSES = {Act.THANK: "utter_thank", Act.BOT_CHALLENGE: "utter_bot_challenge"}
_MENU_RESPONSES = {Act.GREET: "utter_greet", Act.CAPABILITIES: "utter_capabilities"}
# Leading somewhere, these end a row of failures.
_PROGRESS = frozenset(Act) - UNCLEAR - {Act.PROBLEM, Act.TROUBLE, Act.DENY, Act.FRAGMENT, Act.MISFIT, Act.HONEST}

_LONGEST_QUESTION = 40
_LONGEST_UNANSWERED = 60
# What is said where nothing is known; an agent wants to know of what.
_NOTHING_KNOWN = frozenset(
    {
        "utter_no_information",
        "utter_no_information_of",
        "utter_no_information_waiting",
        "utter_step_unknown",
        "utter_step_unknown_of",
        "utter_unknown_other_person",
        "utter_unsupported_topic",
        "utter_not_understood",
        "utter_not_understood_again",
    }
)
# After these the talk is still about the danger that was spoken of.
_STAYS_WITH_ALARM = frozenset({Act.HUMAN, Act.NOTE_CONTACT, Act.WAIT_COMPLAINT, Act.TICKET_STATUS, Act.AFFIRM})
_DANGERS = (Alarm.CRISIS, Alarm.FRAUD, Alarm.VICTIM, Alarm.BEREAVED)

Handler = Callable[[Context, DialogueState, UserMessage], Turn]
ReadingHandler = Callable[[Context, DialogueState, Reading], Turn]
# Acts that no sentence says by itself: the reading has found what they need.
READ: Mapping[Act, ReadingHandler] = {
    Act.ALARM: alarms.answer_alarm,
    Act.ALARM_DENIED: alarms.take_denial,
    Act.DONE: situated.done,
    Act.WAIT: situated.wait,
    Act.TROUBLE: situated.trouble,
    Act.ASK_STEP: situated.ask,
    Act.RULED_OUT: situated.ruled_out,
    Act.CAUSE_FOUND: situated.cause_found,
    Act.TRIED_ALL: situated.tried_all,
    Act.NOT_CHECKED: situated.not_checked,
    Act.STEPS_LEFT: situated.steps_left,
    Act.LET_BE: situated.let_be,
    Act.NOT_THAT: situated.not_that,
    Act.DENY_HUMAN: situated.deny_human,
    Act.HONEST: situated.honest,
    Act.WAIT_COMPLAINT: situated.wait_complaint,
    Act.READ_BACK: situated.read_back,
    Act.MENU: situated.menu,
    Act.FRAGMENT: situated.fragment,
    Act.WHAT_NOW: situated.what_now,
    Act.JOIN: situated.join,
    Act.NOTE: details.note,
    Act.MISFIT: details.misfit,
    Act.SKIP_DETAIL: details.skip,
    Act.STOP_NOTING: details.stop,
    Act.CORRECT: details.correct,
    Act.NOTE_CONTACT: details.confirm_contact,
    Act.MEANT: mended.take_up_meant,
    Act.HEARD: mended.heard,
    Act.ASK_WAIT: mended.ask_wait,
    Act.ONE_THING: mended.one_thing,
    Act.SHOW_STEPS: situated.show_steps,
    Act.LOOK_UP: situated.look_up,
    Act.SECRET: situated.take_secret,
}


class Dialogue:
    """The conversation over one body of knowledge."""

    def __init__(self, knowledge: Knowledge, placeholder_values: Mapping[str, str]) -> None:
        """Keeps the knowledge and the values of the placeholders in its texts."""
        self._context = Context(knowledge, ReplyBuilder(knowledge, placeholder_values))
        self._handlers: dict[Act, Handler] = {
            Act.OPEN_TOPIC: topics.open_topic,
            Act.FAQ: faqs.tell,
            Act.NEXT: walkthrough.go_on,
            Act.PREVIOUS: walkthrough.go_back,
            Act.REPEAT: walkthrough.say_again,
            Act.PROBLEM: walkthrough.problem,
            Act.SOLVED: walkthrough.solved,
            Act.CANCEL: yes_and_no.cancel_and_go_on,
            Act.AFFIRM: yes_and_no.affirm,
            Act.DENY: yes_and_no.deny,
            Act.LEAVE_QUEUE: support.leave_queue,
            Act.TICKET_STATUS: support.ticket_status,
            Act.OUT_OF_SCOPE: repair.out_of_scope,
            Act.NOT_UNDERSTOOD: repair.not_understood,
            Act.RESTART: self._restart,
        }

    def respond(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        """Returns the new state and the replies.

        Args:
            state: The state before the message.
            act: What the user does.
            message: The message itself.
        """
        message = choices.doubted(self._context, requests.with_named(self._context, message))
        before = returning.welcome(self._context, state, message)
        before = mended.without_denied(self._context, before, message)
        interpretation = interpret(self._context, before, act, message)
        act, message = interpretation.chosen.act, interpretation.chosen.message
        is_angry = repair.shows_anger(act, message)
        own: tuple[ListedOption, ...] | None = None
        if message.further_requests and not message.is_payload:
            before = requests.listed(before, message)
            own = before.lists[0]
        stays = act in _STAYS_WITH_ALARM or (act is Act.DENY and before.offer is Offer.HUMAN)
        is_open = stays and has_alarm(before, *_DANGERS) and before.walk is None
        heard = replace(
            before,
            frustrated=before.frustrated or is_angry,
            open_alarm=before.open_alarm if is_open else None,
            danger_offer=None,
            reach=reach.told(self._context, before, message),
        )
        turn = self._act_on(heard, interpretation.chosen)
        if has_alarm(turn.state, Alarm.FRAUD, Alarm.VICTIM) and act is not Act.ALARM and not message.is_payload:
            script = self._context.knowledge.danger
            turn = replace(turn, state=danger_talk.noted(script, turn.state, hear(script, message)))
        turn = self._warned(before, turn, act, message)
        turn = support.asked_beside(self._context, turn, act, message)
        turn = Turn(_remembering(turn, message), turn.replies)
        if turn.state.failures_in_row == before.failures_in_row and act in _PROGRESS:
            turn = Turn(replace(turn.state, failures_in_row=0), turn.replies)
        if act is not Act.FRAGMENT and turn.state.fragment is not None:
            turn = Turn(replace(turn.state, fragment=None), turn.replies)
        if is_angry and not (act is Act.ALARM and has_alarm(before, *_DANGERS)):
            turn = repair.apologised(turn)
        turn = returning.recap(self._context, state, message, turn)
        turn = notices.announced(self._context, state, turn, act, message)
        if turn.state.frustrated or turn.state.alarms:
            turn = Turn(turn.state, repair.shortened(turn.replies))
        # A walkthrough may have ended by the time that has passed, before anything was answered.
        events = events_of(replace(before, attempts=state.attempts), turn)
        state = without_leftovers(_with_lists(turn.state, turn.replies, own))
        return Turn(state, turn.replies, events, interpretation)

    def _act_on(self, state: DialogueState, reading: Reading) -> Turn:
        """Does what the message means: what the reading has found, or what the sentence says by itself."""
        handler = READ.get(reading.act)
        if handler is None:
            turn = self._respond(state, reading.act, reading.message)
            if reading.arguments.get("asks_wait"):
                turn = Turn(turn.state, (*turn.replies, Reply("utter_wait_unknown_sent")))
            return yes_and_no.taken_up(self._context, turn) if reading.arguments.get("goes_on") else turn
        if state.offer is Offer.CHOICE:
            state = choices.record(state, None)
        if reading.act is Act.ALARM:
            # What is told of a payment beside a complaint is not lost.
            told = dict(reading.arguments.get("values") or {}) or self._payment_told(reading)
            state = replace(state, collected_details={**told, **state.collected_details})
        beside = requests.topics_beside(self._context, reading.message)
        if reading.arguments.get("is_doubtful"):
            # What they had come for is not lost by our asking.
            beside = requests.with_own(self._context, beside)
        elif reading.act is Act.ALARM and reading.arguments.get("alarm") in _DANGERS:
            # 「填了卡号 还有验证码」 tells of a danger, and asks for nothing that could be offered later.
            wanted = tuple(request for request in beside.further_requests if wants(folded(request.text)))
            beside = replace(beside, further_requests=wanted)
        state = requests.remember(details.note_contact(self._context, state, beside), beside)
        turn = handler(self._context, state, reading)
        if reading.act is Act.ALARM_DENIED:
            turn = _talked_beside(self._context, turn, reading.message)
        is_cleared = reading.act is Act.ALARM_DENIED and turn.state.offer is Offer.REQUEST
        return yes_and_no.taken_up(self._context, turn) if is_cleared else turn

    def _warned(self, before: DialogueState, turn: Turn, act: Act, message: UserMessage) -> Turn:
        """Returns the turn with a word on the secret that the message gives away beside something else."""
        secret = secret_in(self._context, before, message)
        if secret is None or act in (Act.SECRET, Act.ALARM) or before.open_alarm or turn.replies[:1] == ():
            return turn
        return turn.after(self._context.replies.on_secret(secret))

    def _payment_told(self, reading: Reading) -> dict[str, str]:
        """Returns what the account of a theft or a fraud tells of a payment, which a dispute of it asks for later."""
        if reading.arguments.get("alarm") not in (Alarm.VICTIM, Alarm.FRAUD) or reading.arguments.get("is_doubtful"):
            return {}
        topics = (topic for topic in self._context.knowledge.topics.values() if topic.collected_details)
        for topic in topics:
            told = details_said(self._context, topic, reading.message)
            kinds = {detail.accepts for detail in topic.collected_details if detail.id in told}
            if {"time", "amount"} & kinds and not asks(normalize(reading.message.text)):
                return told
        return {}

    def _respond(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        context = self._context
        act, message = requests.first_served(context, act, message)
        is_guess = message.band is AnswerBand.CHOICE and message.confidence < _GUESS and not names_human(message.key)
        if (act is Act.HUMAN and not is_guess) or requests.shows_urgency(context, message):
            # What must not be missed is not asked about: a human and the advice for a stolen account cost nothing.
            return self._serve(choices.record(state, None), act, message)
        rated = self._rating(state, message)
        if rated:
            return rate(state, rated)
        if state.offer is Offer.CHOICE:
            chosen = self._answer_choice(state, act, message)
            if chosen:
                return chosen
            state = choices.record(state, None)
        is_doubtful = message.band is AnswerBand.CHOICE and not message.is_payload
        turn = self._in_passing(state, Act.NOT_UNDERSTOOD if is_doubtful and act not in CONTROL else act, message)
        if turn is None:
            turn = self._disambiguate(state, message) if is_doubtful else self._serve(state, act, message)
        return turn

    def _rating(self, state: DialogueState, message: UserMessage) -> str | None:
        """Returns the rating that the message gives: typed when asked for, or by its button at any time."""
        reader = self._context.knowledge.wording.rating
        if message.is_payload:
            return message.single_value("rating", set(reader.values))
        return reader.read(message.key) if state.offer is Offer.RATING else None

    def _answer_choice(self, state: DialogueState, act: Act, message: UserMessage) -> Turn | None:
        """Takes the message as the answer to 「您是不是想问」; None when it is none."""
        context = self._context
        chosen = choices.resolve(context, state, act, message)
        if chosen is None:
            return choices.ask_again(context, state) if act is Act.AFFIRM else None
        after = choices.record(state, chosen)
        if chosen == NONE_OF_THESE:
            return repair.none_of_these(context, after, message)
        act = act_of(chosen, context.knowledge)
        if act in STEERING and after.walk:
            # It was said of the step at hand, whatever had been said in between.
            after = with_walk(after, interrupted=False)
        return self._serve(after, act, choices.chosen_message(context, state, chosen, message))

    def _disambiguate(self, state: DialogueState, message: UserMessage) -> Turn:
        """Serves the meaning that the state leaves, or asks which one is meant."""
        context = self._context
        act = act_of(message.intent, context.knowledge)
        if message.key in context.knowledge.wording.done_phrases and act in (Act.NEXT, Act.SOLVED) and not state.walk:
            # 「好了」 with nothing under way is heard, however sure its intent is.
            return self._serve(state, act, message)
        decision = choices.decide(context, state, message)
        if decision == NONE_OF_THESE:
            return repair.none_of_these(context, state, message)
        if isinstance(decision, str):
            return self._serve(state, act_of(decision, context.knowledge), replace(message, intent=decision))
        if decision:
            return choices.ask(context, requests.remember(state, message), message, decision)
        if act_of(message.intent, context.knowledge) in (Act.AFFIRM, Act.DENY, Act.CANCEL) and not state.walk:
            # 「不用查了」 with nothing under way is heard all the same.
            return after_digression(context, replace(state, offer=None), Reply("utter_acknowledge"))
        return repair.not_understood(context, state, message)

    def _in_passing(self, state: DialogueState, act: Act, message: UserMessage) -> Turn | None:
        """Answers what the state makes clear whatever the intent is; None when it does not."""
        context = self._context
        if choices.was_wrong(message) and _names_another(state, act, message):
            # 「点错了 我要申诉」: what was chosen is dropped for what was meant.
            return self._serve(replace(state, walk=None, offer=None), act, message)
        if choices.was_wrong(message) and state.awaiting is Awaiting.WARNING:
            # 「点错了」: nothing has begun yet.
            return walkthrough.cancel(context, state, message)
        if choices.was_wrong(message):
            return choices.choose_again(context, state)
        if walkthrough.names_step(state, act, message):
            return walkthrough.jump(context, replace(state, offer=None), act, message)
        named = walkthrough.named_part(context, state, act, message)
        if named:
            return show_step(context, state, named)
        if walkthrough.rules_out(context, state, act, message):
            return walkthrough.problem(context, replace(state, offer=None), message)
        return None

    def _serve(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        """Serves one request and remembers the others of the message."""
        context = self._context
        state = details.note_contact(context, state, message)
        state = requests.remember(state, message)
        return requests.noted(context, self._perform(state, act, message), message)

    def _hand_off(self, state: DialogueState, message: UserMessage) -> Turn:
        """Hands over; of a stolen account it says first what to do until somebody comes."""
        context = self._context
        urgent = [context.knowledge.topics[request.intent] for request in message.further_requests]
        advice = [context.replies.advice(topic) for topic in urgent if topic.urgent]
        if not advice:
            return hand_off(context, state, message)
        return hand_off(context, state, message, HandoffReason.ACCOUNT_COMPROMISED).after(*advice)

    def _restart(self, context: Context, state: DialogueState, message: UserMessage) -> Turn:
        fresh = replace(returning.afresh(context, state), alarms=state.alarms, answered=state.answered)
        return repair.with_menu(context, fresh, "utter_greet")

    def _perform(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        context = self._context
        if walkthrough.consents(state, act, message):
            return show_step(context, state, 1)
        act = walkthrough.meaning_now(context, state, act, message)
        act = support.meaning_now(context, state, act, message)
        if act is Act.HUMAN:
            return self._hand_off(state, message)
        if repair.shows_anger(act, message):
            calmed = repair.calm(context, state, act, message)
            if calmed:
                return calmed
        accepted = yes_and_no.goes_on_elsewhere(context, state, act, message)
        if accepted:
            return accepted
        if act not in (Act.AFFIRM, Act.DENY) and not (act is Act.PROBLEM and state.offer is Offer.HUMAN):
            # Whoever speaks of something else has not answered what was offered.
            state = replace(state, offer=None)
        if act is Act.OPEN_TOPIC:
            state = walkthrough.reported_beside(context, state, message)
        if act is Act.GOODBYE:
            return Turn(state, (Reply("utter_goodbye"),))
        if act in _SOCIAL_RESPONSES:
            return after_digression(context, state, Reply(_SOCIAL_RESPONSES[act]))
        if act is Act.GREET and _is_midway(state, message):
            # 「还在吗」 in the middle of something wants no introduction, and loses no place.
            return Turn(state, (Reply("utter_here"),))
        if act in _MENU_RESPONSES:
            return repair.with_menu(context, state, _MENU_RESPONSES[act])
        return self._handlers[act](context, state, message)


def _is_midway(state: DialogueState, message: UserMessage) -> bool:
    """Whether something is under way, and nobody has just come back to it."""
    is_fresh = (
        message.is_payload
        or not message.text
        or message.text.startswith("/")
        or message.is_new_session
        or message.after_agent
        or returning.was_away(message)
    )
    return state.walk is not None and state.awaiting is not Awaiting.DETAIL and not is_fresh


def _talked_beside(context: Context, turn: Turn, message: UserMessage) -> Turn:
    """Returns the turn with the answer to what is asked of the bot beside a denial (「我说我不信你是官方的」)."""
    kind = repair.small_talk_of(context, message)
    if kind is None or not kind.of_itself:
        return turn
    return Turn(turn.state, (*turn.replies, Reply("utter_small_talk", {"answer": context.replies.fill(kind.text)})))


def _remembering(turn: Turn, message: UserMessage) -> DialogueState:
    """Returns the state that knows what was asked in this turn, which answer was given, and whether none was known."""
    is_answered = any(reply.response == "utter_step_answer" for reply in turn.replies)
    asked = message.key[:_LONGEST_QUESTION] if asks(normalize(message.text)) and not message.is_payload else None
    unanswered = turn.state.unanswered
    if any(reply.response in _NOTHING_KNOWN for reply in turn.replies) and not message.is_payload:
        unanswered = tuple(dict.fromkeys((*unanswered, message.text[:_LONGEST_UNANSWERED])))[-MAX_UNANSWERED:]
    last_answer = turn.state.last_answer if is_answered else None
    return replace(turn.state, last_answer=last_answer, question=asked, unanswered=unanswered)


def _with_lists(
    state: DialogueState, replies: tuple[Reply, ...], own: tuple[ListedOption, ...] | None
) -> DialogueState:
    """Returns the state with the lists that these replies show, so that the user may point into them.

    A list that the user has just made themselves stays the newest: 「第二个」 is their second.
    """
    lists = [
        tuple(ListedOption(button.title, button.payload) for button in reply.buttons)
        for reply in replies
        if reply.is_list and len(reply.buttons) > 1
    ]
    if not lists:
        return replace(state, list_is_fresh=own is not None)
    newest = [listed for listed in (own, lists[-1]) if listed]
    older = tuple(listed for listed in state.lists if listed not in newest)
    return replace(state, lists=(*newest, *older), list_is_fresh=True)


def _names_another(state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the message surely names a topic other than the one under way."""
    is_topic = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER and message.intent != state.topic
    return is_topic and message.intent in message.matters()
