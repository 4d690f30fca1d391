"""When the bot could not help: what was not understood, what it does not know, anger; and a human after three times."""

from __future__ import annotations

import re

from actions.dialogue.acts import SOCIAL, UNCLEAR, Act
from actions.dialogue.endings import after_digression
from actions.dialogue.handing_over import hand_off
from actions.dialogue.messages import Event, EventKind, Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, HandoffReason
from actions.dialogue.turn import Context, Turn, offering_human
from actions.knowledge.wording import SmallTalk
from actions.reading.questions import vents, without_particles

# Whoever has got nowhere this many times in a row gets a human.
MAX_FAILURES = 3
# 「谢谢！！！」 is no anger.
_GLAD = frozenset({Act.GREET, Act.GOODBYE, Act.THANK, Act.SOLVED})
_IN_WALK = {"utter_chitchat": "utter_chitchat_in_walk", "utter_not_understood": "utter_not_understood_in_walk"}
# Tell what there is in a sentence, whatever is added at the desk.
_NAMES_TOPICS = frozenset({"utter_greet", "utter_capabilities"})
# What is longer has something to say beside it.
_LONGEST_TALK, _LONGEST_OF_ITSELF = 16, 26
# What an angry user is spared.
_NICETIES = frozenset({"utter_procedure_intro", "utter_request_noted", "utter_already_in_procedure"})


def failed(
    context: Context,
    state: DialogueState,
    message: UserMessage,
    reason: HandoffReason,
    event: Event | None = None,
) -> Turn | DialogueState:
    """Counts a failure; the third in a row hands over.

    Args:
        context: Knowledge and replies.
        state: The state before.
        message: The message that led here.
        reason: Why it is handed over.
        event: What the statistics are to know if it is; whoever answers otherwise has to tell them.

    Returns:
        The turn of the handoff, or the state in which something else may still be tried.
    """
    state = replace(state, failures_in_row=state.failures_in_row + 1)
    if state.failures_in_row < MAX_FAILURES:
        return state
    return hand_off(context, state, message, reason).after(Reply("utter_third_failure", event=event))


def _unclear(state: DialogueState) -> Event:
    return Event(EventKind.NOT_UNDERSTOOD, state.topic, state.step or None)


def not_understood(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Says that the message was not understood; the second time in a row offers a human first."""
    event = _unclear(state)
    after = failed(context, state, message, HandoffReason.NOT_UNDERSTOOD, event)
    if isinstance(after, Turn):
        return after
    if after.failures_in_row > 1:
        reply = Reply("utter_not_understood_again", buttons=context.replies.menu(), event=event)
        return offering_human(after, HandoffReason.NOT_UNDERSTOOD, reply)
    return with_menu(context, after, "utter_not_understood", event)


def none_of_these(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Answers 都不是: regrets, and offers a human."""
    event = Event(EventKind.NOT_MEANT, state.topic, state.step or None)
    after = failed(context, state, message, HandoffReason.NOT_UNDERSTOOD, event)
    if isinstance(after, Turn):
        return after
    return offering_human(after, HandoffReason.NOT_UNDERSTOOD, Reply("utter_none_of_these", event=event))


def out_of_scope(context: Context, state: DialogueState, message: UserMessage) -> Turn:
    """Declines a matter of the wallet that the bot knows nothing about, or chit-chat; neither is a failure."""
    talk = small_talk(context, message)
    if talk:
        return talk_small(context, state, talk)
    event = Event(EventKind.OUT_OF_SCOPE, state.topic, state.step or None)
    response = "utter_unsupported_topic" if "unsupported_topic" in message.entities else "utter_chitchat"
    return with_menu(context, state, response, event)


def small_talk(context: Context, message: UserMessage) -> str | None:
    """Returns what is said to small talk; None when it is none."""
    kind = small_talk_of(context, message)
    return context.replies.fill(kind.text) if kind else None


def small_talk_of(context: Context, message: UserMessage) -> SmallTalk | None:
    """Returns the kind of small talk that a message is; None when it is none."""
    key = without_particles(message.key)
    for kind in context.knowledge.wording.small_talk:
        longest = _LONGEST_OF_ITSELF if kind.of_itself else _LONGEST_TALK
        if len(message.key) > longest or ("unsupported_topic" in message.entities and not kind.of_itself):
            continue
        if re.search(kind.about, message.key) or re.search(kind.about, key):
            return kind
    return None


def talk_small(context: Context, state: DialogueState, text: str) -> Turn:
    """Answers small talk kindly; what is under way stays."""
    event = Event(EventKind.OUT_OF_SCOPE, state.topic, state.step or None)
    reply = Reply("utter_small_talk", {"answer": text}, event=event)
    return after_digression(context, state, reply)


def with_menu(context: Context, state: DialogueState, response: str, event: Event | None = None) -> Turn:
    """Says something; when nothing is under way, with the buttons of the main topics."""
    buttons = () if state.walk else context.replies.menu()
    if state.walk:
        # No sentence announces choices that do not follow.
        response = _IN_WALK.get(response, response)
    values = {"topics": context.replies.menu_titles()} if response in _NAMES_TOPICS else {}
    reply = Reply(response, values, buttons, event=event, is_list=bool(buttons))
    return after_digression(context, state, reply)


def shows_anger(act: Act, message: UserMessage) -> bool:
    """Whether the message shows anger or impatience: rude words, 「说了多少遍」, repeated punctuation."""
    is_shown = "frustration" in message.entities or vents(message.key)
    return is_shown and act not in _GLAD and not message.is_payload


def apologised(turn: Turn) -> Turn:
    """Returns the turn with an apology in front, said once.

    Not when a human takes over, nor when the user has enough of waiting for one: the apology offers one.
    """
    if turn.state.apologised or any(reply.custom for reply in turn.replies):
        return turn
    return Turn(replace(turn.state, apologised=True), (Reply("utter_apologise"), *turn.replies))


def calm(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Turn | None:
    """Answers anger that says nothing else: apologises once and offers a human. None when there is more to answer."""
    if act not in UNCLEAR | SOCIAL or "unsupported_topic" in message.entities:
        return None
    event = _unclear(state) if act is Act.NOT_UNDERSTOOD else None
    after = failed(context, state, message, HandoffReason.FRUSTRATED, event)
    if isinstance(after, Turn):
        return after
    reply = Reply("utter_offer_human_shortly" if after.apologised else "utter_apologise_and_offer_human", event=event)
    after = replace(after, apologised=True)
    return offering_human(after, HandoffReason.FRUSTRATED, reply)


def shortened(replies: tuple[Reply, ...]) -> tuple[Reply, ...]:
    """Returns the replies without niceties, if anything else is left."""
    return tuple(reply for reply in replies if reply.response not in _NICETIES) or replies
