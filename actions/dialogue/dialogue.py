"""The state machine of the conversation.

`Dialogue.respond` takes the state, what the user wants to do (an `Act`) and their message, and returns the new state
and the replies. It reads no clock, no network and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from actions.dialogue.handoff import handoff_payload
from actions.dialogue.messages import Button, Reply, UserMessage, payload
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Attempt, AttemptOutcome, Awaiting, DialogueState, HandoffReason
from actions.knowledge import Knowledge, Topic

# While free text is asked for, a longer message is the story itself even if it sounds like a command
# (「我让他取消订单他就是不肯退」); commands such as 「算了不填了」 are shorter.
_LONGEST_COMMAND = 10
_LONGEST_DETAIL = 200
# A yes that starts what cannot be undone must be beyond doubt. On the development set every yes lies above this, and
# what only resembles one (「qwerqwer」) below.
_CLEAR_YES = 0.95


class Act(str, Enum):
    """What the user does."""

    OPEN_TOPIC = "open_topic"
    NEXT = "next"
    PREVIOUS = "previous"
    REPEAT = "repeat"
    PROBLEM = "problem"
    SOLVED = "solved"
    CANCEL = "cancel"
    AFFIRM = "affirm"
    DENY = "deny"
    HUMAN = "human"
    GREET = "greet"
    GOODBYE = "goodbye"
    THANK = "thank"
    CAPABILITIES = "capabilities"
    BOT_CHALLENGE = "bot_challenge"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_UNDERSTOOD = "not_understood"


_CONTROL = frozenset({Act.NEXT, Act.PREVIOUS, Act.REPEAT, Act.PROBLEM, Act.SOLVED, Act.CANCEL, Act.AFFIRM, Act.DENY})
_SOCIAL_RESPONSES = {
    Act.THANK: "utter_thank",
    Act.BOT_CHALLENGE: "utter_bot_challenge",
}
_UNCLEAR = frozenset({Act.NOT_UNDERSTOOD, Act.OUT_OF_SCOPE})


@dataclass(frozen=True)
class Turn:
    """What a message leads to."""

    state: DialogueState
    replies: tuple[Reply, ...]


def _without_leftovers(state: DialogueState) -> DialogueState:
    """Returns the state without what belongs to a question that is no longer open."""
    return replace(
        state,
        requested_detail=state.requested_detail if state.awaiting is Awaiting.DETAIL else None,
        offer_reason=state.offer_reason if state.awaiting is Awaiting.HUMAN_OFFER else None,
    )


class Dialogue:
    """The conversation over one body of knowledge."""

    def __init__(self, knowledge: Knowledge, placeholder_values: Mapping[str, str]) -> None:
        """Keeps the knowledge and the values of the placeholders in its texts."""
        self._knowledge = knowledge
        self._replies = ReplyBuilder(knowledge, placeholder_values)
        self._handlers: dict[Act, Callable[[DialogueState, UserMessage], Turn]] = {
            Act.OPEN_TOPIC: self._open_topic,
            Act.NEXT: self._next,
            Act.PREVIOUS: self._previous,
            Act.REPEAT: self._repeat,
            Act.PROBLEM: self._problem,
            Act.SOLVED: self._solved,
            Act.CANCEL: self._cancel,
            Act.AFFIRM: self._affirm,
            Act.DENY: self._deny,
            Act.HUMAN: self._hand_off,
            Act.GREET: self._greet,
            Act.CAPABILITIES: self._capabilities,
            Act.OUT_OF_SCOPE: self._out_of_scope,
            Act.NOT_UNDERSTOOD: self._not_understood,
        }

    def respond(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        """Returns the new state and the replies.

        Args:
            state: The state before the message.
            act: What the user does.
            message: The message itself.
        """
        turn = self._respond(state, act, message)
        return Turn(_without_leftovers(turn.state), turn.replies)

    def _respond(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        if self._answers_detail(state, act, message):
            state = replace(state, not_understood_in_row=0)
            if "declined_answer" in message.entities and len(message.text.strip()) <= _LONGEST_COMMAND:
                return self._skip_detail(state)
            return self._note_detail(state, message)
        if act is not Act.NOT_UNDERSTOOD:
            state = replace(state, not_understood_in_row=0)
        if self._consents(state, act, message):
            return self._show_step(state, 1)
        if self._names_step(state, act, message):
            return self._jump(state, act, message)
        named = self._named_part(state, act, message)
        if named:
            return self._show_step(state, named)
        if self._rules_out(state, act, message):
            return self._problem(state, message)
        if act is Act.GOODBYE:
            return Turn(state, (Reply("utter_goodbye"),))
        if act in _SOCIAL_RESPONSES:
            return self._after_digression(state, Reply(_SOCIAL_RESPONSES[act]))
        return self._handlers[act](state, message)

    # Opening a topic

    def _open_topic(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._knowledge.topics[message.intent]
        answered = self._answer_part(state, topic, message)
        if answered:
            return answered
        if not topic.is_walkthrough:
            return self._answer(state, topic)
        if topic.id == state.topic and state.step > 1 and not message.is_payload and not self._picks(topic, message):
            # Who describes their trouble names the topic again; that must not cost the steps already done.
            current = self._show_current(state)
            return Turn(current.state, (Reply("utter_already_in_procedure", {"title": topic.title}), *current.replies))
        return self._start(state, topic, message)

    def _picks(self, topic: Topic, message: UserMessage) -> bool:
        return message.single_value(topic.entity, {step.value for step in topic.steps if step.value}) is not None

    def _answer_part(self, state: DialogueState, topic: Topic, message: UserMessage) -> Turn | None:
        """Answers a question about one part of the topic, if the message names exactly one."""
        value = message.single_value(topic.entity, {item.value for item in topic.items})
        for item in topic.items:
            if item.value == value:
                if item.opens:
                    opened = self._start(state, self._knowledge.topics[item.opens], UserMessage())
                    return Turn(opened.state, (self._replies.item(item, ()), *opened.replies))
                reply = self._replies.item(item, self._replies.related(topic, state))
                return self._offering_human(state, topic, reply, offer=item.offer_human)
        asked = message.single_value("detail", {detail.value for detail in topic.details})
        for detail in topic.details:
            if detail.value == asked:
                reply = self._replies.detail(detail.text, (self._replies.topic_button(topic),))
                return self._after_digression(replace(state, last_topic=topic.id), reply)
        return None

    def _answer(self, state: DialogueState, topic: Topic) -> Turn:
        if topic.urgent:
            state = replace(
                self._leave(state, AttemptOutcome.LEFT),
                awaiting=Awaiting.HUMAN_OFFER,
                offer_reason=HandoffReason.ACCOUNT_COMPROMISED,
                last_topic=topic.id,
            )
            return Turn(state, (self._replies.answer(topic, self._replies.related(topic, state)),))
        parts = tuple(Button(item.label, payload(topic.id, **{topic.entity or "": item.value})) for item in topic.items)
        reply = self._replies.answer(topic, parts or self._replies.related(topic, state))
        return self._offering_human(state, topic, reply, offer=topic.offer_human)

    def _offering_human(self, state: DialogueState, topic: Topic, reply: Reply, *, offer: bool) -> Turn:
        state = replace(state, last_topic=topic.id)
        if offer and state.topic is None:
            offered = replace(state, awaiting=Awaiting.HUMAN_OFFER, offer_reason=HandoffReason.NOT_SOLVED)
            return Turn(offered, (reply,))
        return self._after_digression(state, reply)

    def _start(self, state: DialogueState, topic: Topic, message: UserMessage) -> Turn:
        state = self._leave(state, AttemptOutcome.LEFT)
        state = replace(state, topic=topic.id, last_topic=topic.id)
        if topic.collected_details:
            state = replace(state, collected_details=self._details_in(topic, message), skipped_details=())
        intro = self._replies.intro(topic)
        if topic.warning:
            return Turn(replace(state, awaiting=Awaiting.WARNING), (intro, self._replies.warning(topic)))
        value = message.single_value(topic.entity, {step.value for step in topic.steps if step.value})
        for number, step in enumerate(topic.steps, start=1):
            if value is not None and step.value == value:
                return self._show_step(state, number)
        if "step_number" in message.entities:
            return self._jump(replace(state, step=1), Act.REPEAT, message)
        if topic.kind == "diagnosis":
            return Turn(state, (intro,))
        shown = self._show_step(state, 1)
        return Turn(shown.state, (intro, *shown.replies))

    # Walking through steps

    def _topic(self, state: DialogueState) -> Topic | None:
        return self._knowledge.topics.get(state.topic or "")

    def _show_step(self, state: DialogueState, number: int) -> Turn:
        topic = self._knowledge.topics[state.topic or ""]
        step = topic.steps[number - 1]
        visited = state.visited_steps if step.id in state.visited_steps else (*state.visited_steps, step.id)
        state = replace(state, step=number, visited_steps=visited, awaiting=None, interrupted=False)
        wanted = self._next_detail(topic, state)
        if wanted is None:
            return Turn(state, (self._replies.step(topic, state),))
        asked = replace(state, awaiting=Awaiting.DETAIL, requested_detail=wanted)
        return Turn(
            asked, (self._replies.step(topic, state, asks_detail=True), self._replies.ask_detail(topic, wanted))
        )

    def _show_warning(self, state: DialogueState, topic: Topic) -> Turn:
        asked = replace(state, awaiting=Awaiting.WARNING, interrupted=False)
        return Turn(asked, (self._replies.warning(topic),))

    def _consents(self, state: DialogueState, act: Act, message: UserMessage) -> bool:
        """Whether the message accepts the warning: a clear yes, or in words of its own (「确定要注销」)."""
        if state.awaiting is not Awaiting.WARNING or state.interrupted:
            return False
        if act is Act.AFFIRM:
            return message.confidence >= _CLEAR_YES
        return "explicit_consent" in message.entities and (
            act is Act.NEXT or (act is Act.OPEN_TOPIC and message.intent == state.topic)
        )

    def _show_current(self, state: DialogueState) -> Turn:
        """Shows again whatever the walkthrough stands at."""
        topic = self._topic(state)
        if topic is None:
            return Turn(state, (Reply("utter_nothing_in_progress", buttons=self._replies.menu()),))
        if state.awaiting is Awaiting.OUTCOME:
            return self._ask_outcome(state)
        if state.step:
            return self._show_step(state, state.step)
        if topic.warning:
            return self._show_warning(state, topic)
        return Turn(replace(state, awaiting=None, interrupted=False), (self._replies.intro(topic),))

    def _next(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if topic is None or (state.step == 0 and topic.warning) or state.awaiting is Awaiting.OUTCOME:
            return self._show_current(state)
        if state.awaiting is Awaiting.DETAIL:
            return self._skip_detail(state)
        if state.interrupted and not message.is_payload:
            # 「继续」 after a digression asks for the step that was left, which may not have been done yet.
            return self._show_current(state)
        if topic.kind == "diagnosis":
            return self._next_check(state, topic)
        if state.step < len(topic.steps):
            return self._show_step(state, state.step + 1)
        return self._ask_outcome(state)

    def _next_check(self, state: DialogueState, topic: Topic) -> Turn:
        """Goes to the next check not made yet, from the current one on and then from the beginning."""
        count = len(topic.steps)
        order = [(state.step + offset) % count for offset in range(count)]
        for index in order:
            if topic.steps[index].id not in state.visited_steps:
                return self._show_step(state, index + 1)
        return self._offer_human(state, "utter_all_checked", HandoffReason.NOT_SOLVED)

    def _previous(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if topic is None or state.step == 0:
            return self._show_current(state)
        if state.awaiting is Awaiting.OUTCOME:
            return self._show_step(state, state.step)
        if state.step > 1:
            return self._show_step(state, state.step - 1)
        shown = self._show_step(state, 1)
        return Turn(shown.state, (Reply("utter_already_first_step"), *shown.replies))

    def _repeat(self, state: DialogueState, message: UserMessage) -> Turn:
        return self._show_current(state)

    def _names_step(self, state: DialogueState, act: Act, message: UserMessage) -> bool:
        if state.topic is None or "step_number" not in message.entities:
            return False
        return act in _CONTROL | _UNCLEAR or (act is Act.OPEN_TOPIC and message.intent == state.topic)

    def _rules_out(self, state: DialogueState, act: Act, message: UserMessage) -> bool:
        """Whether the message says that the current check is not the cause (「余额够的」)."""
        topic = self._topic(state)
        checking = topic is not None and topic.kind == "diagnosis" and state.step > 0
        return checking and act in _UNCLEAR and "ruled_out_cause" in message.entities

    def _named_part(self, state: DialogueState, act: Act, message: UserMessage) -> int | None:
        """The number of the check that a message names in passing (「网络？」) while a diagnosis is under way."""
        topic = self._topic(state)
        if topic is None or topic.kind != "diagnosis" or act not in _UNCLEAR:
            return None
        value = message.single_value(topic.entity, {step.value for step in topic.steps if step.value})
        return next((n for n, step in enumerate(topic.steps, start=1) if value and step.value == value), None)

    def _jump(self, state: DialogueState, act: Act, message: UserMessage) -> Turn:
        """Goes to the step that the message names; 「第三步找不到按钮」 goes there and says what to try."""
        topic = self._knowledge.topics[state.topic or ""]
        if state.step == 0 and topic.warning:
            return self._show_warning(state, topic)
        wanted = message.entities["step_number"][-1]
        if wanted == "all":
            state = replace(state, step=max(state.step, 1), awaiting=None, interrupted=False)
            return Turn(state, (self._replies.all_steps(topic),))
        if not wanted.isdecimal() or not 1 <= int(wanted) <= len(topic.steps):
            values = {"wanted_step": wanted, "step_count": len(topic.steps)}
            return self._after_digression(state, Reply("utter_no_such_step", values))
        number = int(wanted)
        if act is Act.PROBLEM:
            return self._problem(self._show_step(state, number).state, replace(message, entities={}))
        # Whoever names a step has decided against noting details first.
        skipped = tuple(detail.id for detail in topic.collected_details)
        shown = self._show_step(replace(state, skipped_details=skipped), number)
        return Turn(replace(shown.state, skipped_details=state.skipped_details), shown.replies)

    def _problem(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if topic is None:
            return Turn(state, (Reply("utter_problem_without_procedure", buttons=self._replies.menu()),))
        if state.awaiting in (Awaiting.OUTCOME, Awaiting.HUMAN_OFFER):
            return self._offer_human(state, "utter_offer_human", HandoffReason.NOT_SOLVED)
        if state.step == 0:
            return self._show_current(state) if topic.warning else self._next(state, message)
        step = topic.steps[state.step - 1]
        if step.id in state.problem_steps:
            return self._offer_human(state, "utter_offer_human_after_trouble", HandoffReason.STEP_PROBLEM)
        state = replace(
            state,
            problem_steps=(*state.problem_steps, step.id),
            awaiting=None,
            interrupted=False,
        )
        trouble = self._replies.trouble(topic, state)
        if topic.kind == "diagnosis":
            following = self._next_check(state, topic)
            return Turn(following.state, (trouble, *following.replies))
        return Turn(state, (trouble,))

    # Details noted down

    def _details_in(self, topic: Topic, message: UserMessage) -> dict[str, str]:
        return {
            detail.id: message.entities[detail.entity][0]
            for detail in topic.collected_details
            if detail.entity and detail.entity in message.entities
        }

    def _next_detail(self, topic: Topic, state: DialogueState) -> str | None:
        done = {*state.collected_details, *state.skipped_details}
        return next((name for name in topic.steps[state.step - 1].collect if name not in done), None)

    def _answers_detail(self, state: DialogueState, act: Act, message: UserMessage) -> bool:
        """Whether the message answers the detail asked for, rather than being something else."""
        topic = self._topic(state)
        if state.awaiting is not Awaiting.DETAIL or topic is None or message.is_payload or act is Act.HUMAN:
            return False
        if not message.text.strip():
            return False
        detail = next(detail for detail in topic.collected_details if detail.id == state.requested_detail)
        if self._details_in(topic, message) or "declined_answer" in message.entities:
            return True
        opened = self._knowledge.topics.get(message.intent) if act is Act.OPEN_TOPIC else None
        if opened is not None and (opened.kind == "answer" or detail.entity):
            return opened.id == topic.id
        if act in _CONTROL or "step_number" in message.entities:
            return not detail.entity and len(message.text.strip()) > _LONGEST_COMMAND
        return act in _UNCLEAR or act is Act.OPEN_TOPIC

    def _note_detail(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._knowledge.topics[state.topic or ""]
        wanted = next(detail for detail in topic.collected_details if detail.id == state.requested_detail)
        found = self._details_in(topic, message)
        if not wanted.entity or not found:
            found = {wanted.id: message.text.strip()[:_LONGEST_DETAIL], **found}
        # What was given before is not overwritten by a number that occurs in the story.
        known = {**found, **state.collected_details}
        in_order = {detail.id: known[detail.id] for detail in topic.collected_details if detail.id in known}
        return self._continue_details(replace(state, collected_details=in_order), topic)

    def _skip_detail(self, state: DialogueState) -> Turn:
        topic = self._knowledge.topics[state.topic or ""]
        skipped = (*state.skipped_details, state.requested_detail or "")
        return self._continue_details(replace(state, skipped_details=skipped), topic)

    def _continue_details(self, state: DialogueState, topic: Topic) -> Turn:
        wanted = self._next_detail(topic, state)
        if wanted:
            asked = replace(state, requested_detail=wanted, interrupted=False)
            return Turn(asked, (self._replies.ask_detail(topic, wanted),))
        state = replace(state, awaiting=None, interrupted=False)
        if not state.collected_details:
            return self._next(state, UserMessage())
        return Turn(state, (Reply("utter_details_recap", {"details": self._replies.collected(topic, state)}),))

    # Ending a walkthrough

    def _leave(self, state: DialogueState, outcome: AttemptOutcome) -> DialogueState:
        """Returns the state after the walkthrough has ended, with its outcome on record."""
        attempts = state.attempts
        if state.topic:
            attempts = (*attempts, Attempt(state.topic, state.step, outcome))
        return DialogueState(
            collected_details=state.collected_details,
            skipped_details=state.skipped_details,
            last_topic=state.last_topic,
            attempts=attempts,
            not_understood_in_row=state.not_understood_in_row,
        )

    def _ask_outcome(self, state: DialogueState) -> Turn:
        return Turn(replace(state, awaiting=Awaiting.OUTCOME, interrupted=False), (Reply("utter_ask_outcome"),))

    def _solved(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if topic is None:
            return Turn(replace(state, awaiting=None), (Reply("utter_glad"),))
        return Turn(
            self._leave(state, AttemptOutcome.SOLVED),
            (Reply("utter_solved", buttons=self._replies.related(topic, state, limit=2)),),
        )

    def _cancel(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if topic is None:
            cleared = replace(state, awaiting=None)
            return Turn(cleared, (Reply("utter_nothing_to_cancel", buttons=self._replies.menu()),))
        left = self._leave(state, AttemptOutcome.STOPPED)
        if topic.cancelled:
            return Turn(left, (Reply("utter_answer", {"answer": self._replies.fill(topic.cancelled)}),))
        return Turn(left, (Reply("utter_cancelled", {"title": topic.title}, self._replies.menu()),))

    # Yes and no

    def _affirm(self, state: DialogueState, message: UserMessage) -> Turn:
        if state.awaiting is Awaiting.HUMAN_OFFER:
            return self._hand_off(state, message)
        if state.topic is None:
            return Turn(state, (Reply("utter_acknowledge", buttons=self._replies.menu()),))
        if state.interrupted or state.awaiting is Awaiting.DETAIL:
            return self._show_current(state)
        if state.awaiting is Awaiting.WARNING:
            return self._show_current(state)
        if state.awaiting is Awaiting.OUTCOME:
            return self._solved(state, message)
        return self._next(state, message)

    def _deny(self, state: DialogueState, message: UserMessage) -> Turn:
        topic = self._topic(state)
        if state.awaiting is Awaiting.HUMAN_OFFER:
            declined = replace(state, awaiting=None)
            if topic is None:
                return Turn(declined, (Reply("utter_human_declined", buttons=self._replies.menu()),))
            return Turn(replace(declined, interrupted=True), (Reply("utter_human_declined_in_procedure"),))
        if topic is None:
            return Turn(state, (Reply("utter_acknowledge", buttons=self._replies.menu()),))
        if state.awaiting is Awaiting.DETAIL:
            return self._skip_detail(state)
        if (state.step == 0 and topic.warning) or state.interrupted:
            return self._cancel(state, message)
        return self._problem(state, message)

    # Handing over

    def _offer_human(self, state: DialogueState, response: str, reason: HandoffReason) -> Turn:
        offered = replace(state, awaiting=Awaiting.HUMAN_OFFER, offer_reason=reason, interrupted=False)
        return Turn(offered, (Reply(response),))

    def _hand_off(self, state: DialogueState, message: UserMessage) -> Turn:
        reason = HandoffReason.USER_REQUEST
        if state.awaiting is Awaiting.HUMAN_OFFER and state.offer_reason:
            reason = state.offer_reason
        custom = handoff_payload(state, reason, self._knowledge, message.entities)
        return Turn(self._leave(state, AttemptOutcome.HANDED_OFF), (self._replies.handoff(), Reply(custom=custom)))

    # Everything else

    def _after_digression(self, state: DialogueState, reply: Reply) -> Turn:
        """Answers something else and offers the walkthrough back, if there is one."""
        topic = self._topic(state)
        if topic is None:
            return Turn(replace(state, awaiting=None), (reply,))
        if state.awaiting is Awaiting.DETAIL:
            return Turn(state, (reply, self._replies.ask_detail(topic, state.requested_detail or "")))
        values = {"title": topic.title, "step_number": state.step}
        hint = Reply("utter_resume_hint" if state.step else "utter_resume_hint_at_start", values)
        awaiting = None if state.awaiting is Awaiting.HUMAN_OFFER else state.awaiting
        return Turn(replace(state, awaiting=awaiting, interrupted=True), (reply, hint))

    def _greet(self, state: DialogueState, message: UserMessage) -> Turn:
        return self._with_menu(state, "utter_greet")

    def _capabilities(self, state: DialogueState, message: UserMessage) -> Turn:
        return self._with_menu(state, "utter_capabilities")

    def _with_menu(self, state: DialogueState, response: str) -> Turn:
        if state.topic:
            return self._after_digression(state, Reply(response))
        return self._after_digression(state, Reply(response, buttons=self._replies.menu()))

    def _out_of_scope(self, state: DialogueState, message: UserMessage) -> Turn:
        known = "unsupported_topic" in message.entities
        return self._with_menu(state, "utter_unsupported_topic" if known else "utter_chitchat")

    def _not_understood(self, state: DialogueState, message: UserMessage) -> Turn:
        count = state.not_understood_in_row + 1
        state = replace(state, not_understood_in_row=count)
        if count > 1:
            offered = self._offer_human(state, "utter_not_understood_again", HandoffReason.NOT_UNDERSTOOD)
            return Turn(offered.state, (replace(offered.replies[0], buttons=self._replies.menu()),))
        return self._with_menu(state, "utter_not_understood")
