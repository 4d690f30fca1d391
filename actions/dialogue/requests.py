"""Several requests in one message: which is served first, which are remembered."""

from __future__ import annotations

from actions.dialogue.acts import SOCIAL, SUPPORT, UNCLEAR, Act, act_of
from actions.dialogue.messages import AnswerBand, Button, Reply, UserMessage, request_payload
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState, ListedOption, Request
from actions.dialogue.turn import Context, Turn

# Certainties from which a message is a report, and gives nothing away.
_PLAIN_REPORT, _NO_ALARM = 0.9, 0.9
_SURELY_NONE = 0.98


def first_served(context: Context, act: Act, message: UserMessage) -> tuple[Act, UserMessage]:
    """Returns the request to serve now and, as its further requests, the topics to remember.

    A stolen account and the wish for a human come first wherever they stand; a greeting is no request when there is
    another one, and what is asked about queue and ticket is passed on beside it.
    """
    own = own_request(message)
    candidates = [own, *message.further_requests]
    urgent = [request for request in candidates if is_urgent(context, request)]
    human = [request for request in candidates if act_of(request.intent, context.knowledge) is Act.HUMAN]
    first = (human or urgent or [own])[0]
    if first is own and act in SOCIAL | SUPPORT:
        first = next((request for request in message.further_requests if _is_topic(context, request)), own)
    others = tuple(
        request
        for request in candidates
        if request is not first and request.intent != first.intent and _is_topic(context, request)
    )
    if first is own:
        return act, replace(message, further_requests=others)
    served = replace(
        message,
        intent=first.intent,
        entities=first.entities,
        rejected={},
        band=AnswerBand.ANSWER,
        further_requests=others,
    )
    return act_of(first.intent, context.knowledge), served


def own_request(message: UserMessage) -> Request:
    """Returns what the message itself asks for, without its further requests."""
    return Request(message.intent, message.text, message.entities)


def _is_topic(context: Context, request: Request) -> bool:
    return request.intent in context.knowledge.topics


def is_urgent(context: Context, request: Request) -> bool:
    """Whether the request cannot wait: a stolen account."""
    topic = context.knowledge.topics.get(request.intent)
    return topic is not None and topic.urgent


def shows_urgency(context: Context, message: UserMessage) -> bool:
    """Whether the message asks for what cannot wait.

    The report of a step does not (「接着弄，号码填了」), nor does a doubtful intent without a word of a danger in which
    nothing else hears one.
    """
    if not is_urgent(context, own_request(message)):
        return False
    is_doubtful = message.band is AnswerBand.CHOICE and not message.is_payload
    harmless = message.alarms.get("none", 0.0)
    is_report = message.acts.get("done", 0.0) >= _PLAIN_REPORT and harmless >= _NO_ALARM
    is_unheard = is_report or harmless >= _SURELY_NONE
    return not (is_doubtful and is_unheard and not message.matters("named", "past"))


def topics_beside(context: Context, message: UserMessage) -> UserMessage:
    """Returns the message with those of its further requests that can be remembered: topics."""
    topics = tuple(request for request in message.further_requests if _is_topic(context, request))
    return replace(message, further_requests=topics)


def with_named(context: Context, message: UserMessage) -> UserMessage:
    """Returns the message in which a further request that is unclear is the topic named beside the first.

    「我想找回密码，顺便问下怎么注销我另一个号」 names the closure, whatever its second half sounds like.
    """
    unclear = [request for request in message.further_requests if not _is_known(context, request)]
    spoken_for = {message.intent, *(request.intent for request in message.further_requests)}
    denied = set(message.matters("negated", "past", "other_person"))
    named = [
        name
        for name in dict.fromkeys(message.matters("named"))
        if name in context.knowledge.topics and name not in spoken_for | denied
    ]
    if len(unclear) != 1 or len(named) != 1 or message.is_payload:
        return message
    further = tuple(
        replace(request, intent=named[0]) if request is unclear[0] else request for request in message.further_requests
    )
    return replace(message, further_requests=further)


def _is_known(context: Context, request: Request) -> bool:
    return request.intent in context.knowledge.topics or act_of(request.intent, context.knowledge) not in UNCLEAR


def with_own(context: Context, message: UserMessage) -> UserMessage:
    """Returns the message whose own topic is remembered first, where it names one."""
    wanted = message.intent
    if message.band is not AnswerBand.ANSWER:
        wanted = next((name for name, _ in message.choices if name in context.knowledge.topics), "")
    own = Request(wanted, message.text, message.entities)
    if not _is_topic(context, own) or is_urgent(context, own):
        return message
    return replace(message, further_requests=(own, *message.further_requests))


def remember(state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state with the further requests of the message at the end of the queue, each topic once."""
    # What is under way, or was talked of last, is no further request.
    known = {*(request.intent for request in state.requests), state.topic}
    new = {request.intent: request for request in message.further_requests if request.intent not in known}
    return replace(state, requests=(*state.requests, *new.values()))


def listed(state: DialogueState, message: UserMessage) -> DialogueState:
    """Returns the state with the requests of the message as the newest list, in the order of the text."""
    places = [(message.text.find(request.text), request) for request in message.further_requests]
    own = -1 if all(place > 0 for place, _ in places) else len(message.text)
    ordered = sorted([(own, Request(message.intent)), *places], key=lambda pair: pair[0])
    options = tuple(ListedOption(request.intent, request_payload(request)) for _, request in ordered)
    return replace(state, lists=(options, *state.lists), list_is_fresh=True)


def noted(context: Context, turn: Turn, message: UserMessage) -> Turn:
    """Adds a line that names the further requests, unless one is being offered anyway or none is left."""
    new = {request.intent for request in message.further_requests}
    waiting = [request for request in turn.state.requests if request.intent in new]
    if not waiting or turn.state.offer is not None:
        return turn
    titles = context.replies.listed(context.replies.label(request.intent) for request in waiting)
    buttons = tuple(Button(context.replies.label(request.intent), request_payload(request)) for request in waiting)
    return Turn(turn.state, (*turn.replies, Reply("utter_request_noted", {"titles": titles}, buttons)))
