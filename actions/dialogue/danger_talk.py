"""The conversation after a fraud or a theft: a reaction to what was said, then what helps next and is not done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from actions.dialogue.messages import Reply
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.knowledge.danger import Measure, Reaction
from actions.reading.hearing import Heard, known_after, known_now

# What is noted of each text in `answered`: reactions and measures beside the answers of `safety.yml`.
_OPENING, _REACTION, _MEASURE = "opening:", "danger:", "measure:"
_HUMAN = "human"
_FIRST, _ASKS, _TELLS = "asks_first", "asks", "tells"
# What comes first says what to do, and offers a human.
_OF_ITSELF = frozenset({_FIRST, "asks_handoff", "asks_you", "asks_number", "asks_close"})
# Whoever asks what to do is told this many things at once.
_MOST_AT_ONCE = 2
# With somebody near who is deceived, these are mostly said of them.
_OF_CULPRIT = frozenset({"still_in_touch", "blocked_by_them", "contact_broken", "demanded", "threatened", "secrecy"})
_NOT_BELIEVED = "not_believed"
# In a procedure these are what it asks for.
_OF_A_PROCEDURE = frozenset(
    {"code_told", "password_told", "card_told", "id_told", "link", "installed", "cannot_change"}
)


@dataclass(frozen=True)
class Said:
    """What is said, and what comes of it.

    Attributes:
        state: The state after it.
        replies: What is said.
        offers_human: Whether a human is offered with it.
        is_understood: Whether it fits what was said, as far as anybody can tell.
    """

    state: DialogueState
    replies: tuple[Reply, ...]
    offers_human: bool = False
    is_understood: bool = True


def noted(context: Context, state: DialogueState, heard: Heard) -> DialogueState:
    """Returns the state that knows what was told; in a procedure, what answers it is no news of the danger."""
    told = tuple(fact for fact in heard.facts if not (state.walk and fact in _OF_A_PROCEDURE))
    if _speaks_of_relative(state, heard):
        told = tuple(fact for fact in told if fact not in _OF_CULPRIT)
    return replace(state, danger_facts=known_after(context.knowledge.danger, state.danger_facts, told))


def _speaks_of_relative(state: DialogueState, heard: Heard) -> bool:
    """Whether 「他」 and 「她」 are the one who is deceived, and not the culprit."""
    return "others" in (*state.danger_facts, *heard.facts) and not heard.names_culprit


def open_talk(context: Context, state: DialogueState) -> Said | None:
    """Says what comes first in the situation that is known; None when nothing is known of it, or it was said."""
    known = known_now(state)
    for number, opening in enumerate(context.knowledge.danger.openings):
        if opening.fits(known):
            key = f"{_OPENING}{number}"
            if key in state.answered:
                return None
            state = told(replace(state, answered={**state.answered, key: 1}), opening.tells)
            return Said(state, _replies(context, opening.says), offers_human=True)
    return None


def answering(context: Context, said: Said, heard: Heard) -> Said:
    """Returns what comes first with the answer to what was asked in its place, if something was."""
    if heard.question is None or heard.question in _OF_ITSELF:
        return said
    index, reaction = _fitting(context.knowledge.danger.reactions, heard.question, known_now(said.state))
    state, text = _next_variant(said.state, f"{_REACTION}{heard.question}:{index}", reaction.says)
    return replace(said, state=state, replies=(*_replies(context, [text]), *said.replies[1:2]))


def told(state: DialogueState, measures: Sequence[str]) -> DialogueState:
    """Returns the state that remembers which measures were told."""
    answered: dict[str, int] = dict(state.answered)
    for measure in measures:
        answered[_MEASURE + measure] = answered.get(_MEASURE + measure, 0) + 1
    return replace(state, answered=answered)


def react(context: Context, before: DialogueState, state: DialogueState, heard: Heard, label: str | None) -> Said:
    """Says what fits what was said, and the next thing that helps.

    Args:
        context: Knowledge and replies.
        before: The state before the message.
        state: The same with what the message tells.
        heard: What it tells and asks.
        label: What the classifier hears, or None.
    """
    danger = context.knowledge.danger
    known = known_now(state)
    name = _reaction_to(context, before, heard, label)
    if name in _OF_CULPRIT and _speaks_of_relative(before, heard):
        name = _NOT_BELIEVED
    if name == _FIRST:
        return _first(context, state, known)
    index, reaction = _fitting(danger.reactions, name, known)
    state, text = _next_variant(state, f"{_REACTION}{name}:{index}", reaction.says)
    news = [fact for fact in heard.facts if fact not in before.danger_facts and fact != name]
    acknowledged = [danger.facts[fact].acknowledged for fact in news if fact in known] if _is_question(name) else []
    parts = [*filter(None, acknowledged[:1]), text]
    state = told(state, [*reaction.tells, *([_HUMAN] if reaction.offer_human else [])])
    replies, offers_human = ["".join(parts)], reaction.offer_human
    if not reaction.is_whole:
        measure = _next_measure(danger.measures, state, known)
        if measure:
            state = told(state, [measure.does])
            replies.append(measure.says[0])
            offers_human = offers_human or measure.offer_human
    return Said(state, _replies(context, replies), offers_human, name != _ASKS)


def _reaction_to(context: Context, before: DialogueState, heard: Heard, label: str | None) -> str:
    """Returns the name of the reaction: to what is asked, to what is new, then to what the classifier hears."""
    danger = context.knowledge.danger
    if heard.question:
        return heard.question
    named = danger.labels.get(label or "", label or "")
    if _is_question(named) and named in danger.reactions:
        return named
    news = [fact for fact in heard.facts if fact not in before.danger_facts]
    found = next(iter(news or heard.facts), None)
    if found:
        return found
    if heard.is_question and (named == _TELLS or named not in danger.reactions):
        # 「好，我听着」 would pass over it.
        return _ASKS
    return named if named in danger.reactions else _TELLS


def _is_question(name: str) -> bool:
    return name.startswith(_ASKS)


def _fitting(reactions: Mapping[str, list[Reaction]], name: str, known: set[str]) -> tuple[str, Reaction]:
    for found in (name, _TELLS):
        for index, reaction in enumerate(reactions[found]):
            if reaction.fits(known):
                return str(index) if found == name else found, reaction
    raise ValueError(f"danger.yml: reactions.{_TELLS} must fit whatever is known")


def _next_variant(state: DialogueState, key: str, says: Sequence[str]) -> tuple[DialogueState, str]:
    count = state.answered.get(key, 0)
    return replace(state, answered={**state.answered, key: count + 1}), says[count % len(says)]


def _next_measure(measures: list[Measure], state: DialogueState, known: set[str]) -> Measure | None:
    return next((one for one in measures if one.fits(known) and not _was_told(state, one)), None)


def _was_told(state: DialogueState, measure: Measure) -> bool:
    return bool(state.answered.get(_MEASURE + measure.does))


def _first(context: Context, state: DialogueState, known: set[str]) -> Said:
    """Tells what is to be done, also what was told before: it was asked for again."""
    danger = context.knowledge.danger
    fitting: dict[str, Measure] = {}
    for measure in danger.measures:
        if measure.fits(known):
            fitting.setdefault(measure.does, measure)
    pressing = [one for one in fitting.values() if not one.offer_human]
    chosen = sorted(pressing, key=lambda one: state.answered.get(_MEASURE + one.does, 0))[:_MOST_AT_ONCE]
    # Once everything was told twice, nothing is gained by a third time.
    if not chosen or all(state.answered.get(_MEASURE + one.does, 0) > 1 for one in chosen):
        _, reaction = _fitting(danger.reactions, _FIRST, known)
        state, text = _next_variant(state, _REACTION + _FIRST, reaction.says)
        return Said(state, _replies(context, [text]))
    chosen = [one for one in pressing if one in chosen]
    state = told(state, [one.does for one in chosen])
    return Said(state, _replies(context, [one.says[0] for one in chosen]))


def _replies(context: Context, texts: Sequence[str]) -> tuple[Reply, ...]:
    return tuple(Reply("utter_care", {"answer": context.replies.fill(text)}) for text in texts)
