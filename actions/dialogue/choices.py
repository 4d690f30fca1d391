"""「您是不是想问」: asks which of several intents is meant, reads the answer and remembers it."""

from __future__ import annotations

from actions.dialogue.acts import SOCIAL, STEERING, Act, act_of
from actions.dialogue.endings import after_digression
from actions.dialogue.messages import AnswerBand, Event, EventKind, Reply, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import NONE_OF_THESE, Choice, DialogueState, Disambiguation, Offer, with_walk
from actions.dialogue.steps import show_current
from actions.dialogue.turn import Context, Turn
from actions.dialogue.walkthrough import go_back
from actions.knowledge.faqs import faq_id
from actions.reading.causes import ruled_out
from actions.reading.corrections import LONGEST_COMMAND
from actions.reading.questions import asks_how

MAX_OPTIONS = 3
# The value of the entity `correction` that takes back a choice rather than a detail.
_WRONG_CHOICE = "choice"
# An intent with a smaller share of the best one's confidence than this is no serious candidate.
_SERIOUS = 0.25
# What cannot be undone is not begun on a guess: without a word of it the intent must be this sure.
_SURE_OF_WARNED = 0.9
# What answers the question or the step at hand is preferred to a new topic from this share on.
_FITTING = 0.5


def resolve(context: Context, state: DialogueState, act: Act, message: UserMessage) -> str | None:
    """Returns the intent picked from the open choice, `NONE_OF_THESE`, or None when nothing is picked."""
    choice, words = state.choice, context.knowledge.wording.choices
    if choice is None:
        return None
    if message.is_payload:
        if message.intent in choice.options:
            return message.intent
        return NONE_OF_THESE if act is Act.DENY else None
    ordinal = words.ordinals.read(message.key)
    if ordinal and int(ordinal) <= len(choice.options):
        return choice.options[int(ordinal) - 1]
    for intent in choice.options:
        if message.key == folded(context.replies.label(intent)):
            return intent
    if message.key in words.none_phrases or act is Act.DENY:
        return NONE_OF_THESE
    if act is Act.AFFIRM and len(choice.options) == 1:
        return choice.options[0]
    return next((intent for intent in choice.options if _tells_of(context, intent, message)), None)


def _tells_of(context: Context, intent: str, message: UserMessage) -> bool:
    """Whether the message goes on about an option: 「网好得很」, when a payment that fails may be meant."""
    topic = context.knowledge.topics.get(intent)
    return topic is not None and topic.kind == "diagnosis" and bool(ruled_out(topic, message.text))


def doubted(context: Context, message: UserMessage) -> UserMessage:
    """Returns the message as doubtful where it sounds like what cannot be undone without a word of it."""
    is_guess = message.band is AnswerBand.ANSWER and message.confidence < _SURE_OF_WARNED and not message.is_payload
    if not is_guess or not _is_warned_of(context, message.intent) or message.intent in message.matters():
        return message
    return replace(message, band=AnswerBand.CHOICE, choices=((message.intent, message.confidence),))


def record(state: DialogueState, chosen: str | None) -> DialogueState:
    """Returns the state with the open choice closed and on record."""
    if state.choice is None:
        return state
    entry = Disambiguation(state.choice.text, state.choice.key, state.choice.options, chosen)
    return replace(state, offer=None, choice=None, disambiguations=(*state.disambiguations, entry))


def chosen_message(context: Context, state: DialogueState, intent: str, message: UserMessage) -> UserMessage:
    """Returns the message as if it had been said clearly at once: the chosen intent, the entities of both messages."""
    choice = state.choice
    entities = {**(choice.entities if choice else {}), **message.entities}
    text = choice.text if choice else message.text
    if choice and _tells_of(context, intent, message):
        text = f"{choice.text}，{message.text}"
    return replace(
        message,
        intent=intent,
        text=text,
        entities=entities,
        is_payload=False,
        band=AnswerBand.ANSWER,
    )


def decide(context: Context, state: DialogueState, message: UserMessage) -> str | tuple[str, ...]:
    """Decides what a message in the band `CHOICE` means, as far as the state can tell.

    Returns:
        The intent to serve, `NONE_OF_THESE`, or the intents among which the user must choose; () when none makes
        sense now.
    """
    for earlier in reversed(state.disambiguations):
        if earlier.key == message.key and earlier.chosen:
            return earlier.chosen
    # The likeliest intent may be none that can be asked about, and stand beside the choices.
    likely = dict([(message.intent, message.confidence), *message.choices])
    best = max(likely.values())
    ranked = sorted(likely.items(), key=_confidence, reverse=True)
    serious = [(intent, confidence) for intent, confidence in ranked if confidence >= best * _SERIOUS]
    possible = [pair for pair in serious if _makes_sense(context, state, act_of(pair[0], context.knowledge))]
    if not possible:
        return ()
    if any(faq_id(intent) for intent, _ in possible):
        # A question that is only likely is never answered unasked.
        return tuple(intent for intent, _ in possible if context.replies.has_label(intent))[:MAX_OPTIONS]
    fitting = [
        intent for intent, confidence in possible if _fits(context, state, intent, message, confidence / (best or 1))
    ]
    if len(possible) == 1 and _is_warned_of(context, possible[0][0]) and possible[0][0] not in message.matters():
        # Nobody is led towards what cannot be undone by a guess.
        return (possible[0][0],)
    (first, confidence), *others = possible
    if (
        not others
        and confidence < best * _FITTING
        and _is_walkthrough(context, first)
        and first not in message.matters()
    ):
        # What is left when the likeliest makes no sense here is no meaning by itself.
        return ()
    if len(possible) == 1 or act_of(possible[0][0], context.knowledge) in SOCIAL:
        return possible[0][0]
    if len(fitting) == 1:
        return fitting[0]
    walks = [intent for intent, _ in possible if _is_walkthrough(context, intent)]
    related = {walks[0], *context.knowledge.topics[walks[0]].related} if len(walks) == 1 else set()
    if walks and all(intent in related for intent, _ in possible) and asks_how(message.key):
        # 「怎么申诉」 wants to be led through it.
        return walks[0]
    topics = [context.knowledge.topics[intent] for intent, _ in possible if intent in context.knowledge.topics]
    warned = next((topic for topic in topics if topic.warning), None)
    if (
        warned
        and all(topic is warned or topic.id in warned.related for topic in topics)
        and len(topics) == len(possible)
    ):
        # The warning says what the other one would.
        return warned.id
    offered = tuple(intent for intent, _ in possible if context.replies.has_label(intent))
    return offered[:MAX_OPTIONS] or possible[0][0]


def _is_warned_of(context: Context, intent: str) -> bool:
    topic = context.knowledge.topics.get(intent)
    return topic is not None and topic.warning is not None


def _is_walkthrough(context: Context, intent: str) -> bool:
    topic = context.knowledge.topics.get(intent)
    return topic is not None and topic.is_walkthrough


def _confidence(pair: tuple[str, float]) -> float:
    return pair[1]


def _makes_sense(context: Context, state: DialogueState, act: Act) -> bool:
    """Whether an act means anything in the present state."""
    if act is Act.NOT_UNDERSTOOD:
        return False
    if act in (Act.AFFIRM, Act.DENY):
        return state.walk is not None or state.offer is not None
    if act is Act.LEAVE_QUEUE or (act is Act.CANCEL and state.handed_over):
        return state.handed_over
    if act is Act.NEXT or act is Act.REPEAT or act is Act.CANCEL:
        return state.walk is not None or state.offer in (Offer.RESUME, Offer.REQUEST)
    if act in (Act.PREVIOUS, Act.PROBLEM, Act.SOLVED):
        return state.walk is not None
    return True


def _fits(context: Context, state: DialogueState, intent: str, message: UserMessage, share: float) -> bool:
    """Whether a short message answers the question or the step at hand, rather than opening something new."""
    if len(message.text.strip()) > LONGEST_COMMAND or share < _FITTING:
        return False
    act = act_of(intent, context.knowledge)
    if state.offer in (Offer.HUMAN, Offer.REQUEST, Offer.RESUME):
        return act in (Act.AFFIRM, Act.DENY)
    return state.step > 0 and act in STEERING


def ask(context: Context, state: DialogueState, message: UserMessage, options: tuple[str, ...]) -> Turn:
    """Asks which of the intents is meant."""
    choice = Choice(message.text, message.key, options, message.entities)
    # The likeliest meaning is none that can be offered, such as that the bot knows nothing about it.
    unclear = message.intent not in options
    event = Event(EventKind.NOT_UNDERSTOOD, state.topic, state.step or None) if unclear else None
    return ask_again(context, replace(state, offer=Offer.CHOICE, choice=choice), event)


def ask_again(context: Context, state: DialogueState, event: Event | None = None) -> Turn:
    """Shows the open choice; with what the statistics are to know of it."""
    buttons = context.replies.choice_buttons(state.choice) if state.choice else ()
    return Turn(state, (Reply("utter_ask_choice", buttons=buttons, ask="choice", event=event, is_list=True),))


def was_wrong(message: UserMessage) -> bool:
    """Whether the message takes back a choice (「我选错了」)."""
    return _WRONG_CHOICE in message.entities.get("correction", ()) and not message.is_payload


def choose_again(context: Context, state: DialogueState) -> Turn:
    """Goes back to where a choice was made: 「您是不是想问」, a cause of a diagnosis, a step, the main topics."""
    last = state.disambiguations[-1] if state.disambiguations else None
    if last and last.chosen and last.chosen == state.last_topic and state.topic in (None, last.chosen):
        choice = Choice(last.text, last.key, last.options)
        state = replace(state, walk=None, disambiguations=state.disambiguations[:-1])
        return ask_again(context, replace(state, offer=Offer.CHOICE, choice=choice))
    topic = context.topic(state)
    if topic is None:
        return after_digression(context, state, Reply("utter_choose_again", buttons=context.replies.menu()))
    if topic.kind == "diagnosis":
        return show_current(context, with_walk(state, step=0, awaiting=None))
    return go_back(context, state, UserMessage())
