"""What a user can do in the conversation, and which intent does it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from actions.knowledge import Knowledge
from actions.knowledge.faqs import faq_id


class Act(str, Enum):
    """What the user does."""

    OPEN_TOPIC = "open_topic"
    FAQ = "faq"
    NEXT = "next"
    PREVIOUS = "previous"
    REPEAT = "repeat"
    PROBLEM = "problem"
    SOLVED = "solved"
    CANCEL = "cancel"
    AFFIRM = "affirm"
    DENY = "deny"
    HUMAN = "human"
    LEAVE_QUEUE = "leave_queue"
    TICKET_STATUS = "ticket_status"
    GREET = "greet"
    GOODBYE = "goodbye"
    THANK = "thank"
    CAPABILITIES = "capabilities"
    BOT_CHALLENGE = "bot_challenge"
    OUT_OF_SCOPE = "out_of_scope"
    RESTART = "restart"
    NOT_UNDERSTOOD = "not_understood"
    # What no intent says by itself: the reading in context finds these.
    ALARM = "alarm"
    ALARM_DENIED = "alarm_denied"
    DONE = "done"
    WAIT = "wait"
    TROUBLE = "trouble"
    ASK_STEP = "ask_step"
    RULED_OUT = "ruled_out"
    CAUSE_FOUND = "cause_found"
    TRIED_ALL = "tried_all"
    NOT_CHECKED = "not_checked"
    STEPS_LEFT = "steps_left"
    LET_BE = "let_be"
    NOT_THAT = "not_that"
    DENY_HUMAN = "deny_human"
    HONEST = "honest"
    WAIT_COMPLAINT = "wait_complaint"
    READ_BACK = "read_back"
    MENU = "menu"
    FRAGMENT = "fragment"
    WHAT_NOW = "what_now"
    JOIN = "join"
    NOTE = "note"
    MISFIT = "misfit"
    SKIP_DETAIL = "skip_detail"
    STOP_NOTING = "stop_noting"
    CORRECT = "correct"
    NOTE_CONTACT = "note_contact"
    MEANT = "meant"
    HEARD = "heard"
    ASK_WAIT = "ask_wait"
    ONE_THING = "one_thing"
    SHOW_STEPS = "show_steps"
    LOOK_UP = "look_up"
    SECRET = "secret"


# What each intent does that is no topic. The only place that says so: Rasa's rules are made of it (actions/rules.py).
# The last four are Rasa's own.
CONTROL_INTENTS: Mapping[str, Act] = {
    "faq": Act.FAQ,
    "next_step": Act.NEXT,
    "previous_step": Act.PREVIOUS,
    "repeat_step": Act.REPEAT,
    "step_problem": Act.PROBLEM,
    "problem_solved": Act.SOLVED,
    "cancel": Act.CANCEL,
    "affirm": Act.AFFIRM,
    "deny": Act.DENY,
    "human_handoff": Act.HUMAN,
    "leave_queue": Act.LEAVE_QUEUE,
    "ask_ticket_status": Act.TICKET_STATUS,
    "greet": Act.GREET,
    "goodbye": Act.GOODBYE,
    "thank": Act.THANK,
    "capabilities": Act.CAPABILITIES,
    "bot_challenge": Act.BOT_CHALLENGE,
    "out_of_scope": Act.OUT_OF_SCOPE,
    "nlu_fallback": Act.NOT_UNDERSTOOD,
    "restart": Act.RESTART,
    "back": Act.PREVIOUS,
    "session_start": Act.GREET,
}
STEERING = frozenset({Act.NEXT, Act.PREVIOUS, Act.REPEAT, Act.PROBLEM})
CONTROL = frozenset({*STEERING, Act.SOLVED, Act.CANCEL, Act.AFFIRM, Act.DENY})
SOCIAL = frozenset({Act.GREET, Act.GOODBYE, Act.THANK, Act.CAPABILITIES, Act.BOT_CHALLENGE})
# What only whoever knows queue and tickets can do or answer.
SUPPORT = frozenset({Act.LEAVE_QUEUE, Act.TICKET_STATUS})
UNCLEAR = frozenset({Act.NOT_UNDERSTOOD, Act.OUT_OF_SCOPE})


def act_of(intent: str, knowledge: Knowledge) -> Act:
    """Returns what an intent does; an unknown one is not understood."""
    if intent in knowledge.topics:
        return Act.OPEN_TOPIC
    if faq_id(intent) in knowledge.faqs:
        return Act.FAQ
    return CONTROL_INTENTS.get(intent, Act.NOT_UNDERSTOOD)
