"""The conversation after an alarm: a reaction to what was said, then what helps next and is not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from actions.dialogue.messages import Reply, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, DialogueState
from actions.dialogue.turn import Context
from actions.knowledge.danger import Danger, Measure, Reaction
from actions.reading.hearing import Heard, known_after, known_now, known_without, person_known, person_noted

# What is noted of each text in `answered`: reactions and measures beside the answers of `safety.yml`.
_OPENING, _REACTION, _MEASURE = "opening:", "danger:", "measure:"
_APOLOGY, _EVERYTHING, _AGAIN = "apology", "everything_told", "told_again"
_HUMAN = "human"
_FIRST, _ASKS, _TELLS, _ALL_TOLD = "asks_first", "asks", "tells", "all_told"
# Who says again what they asked is not given the same answer again; how they feel is taken up once.
_LAST, _FELT = "last:", "felt:"
_WORDS = "{words}"
# What is said to a further question that nothing is known of.
_MORE = "asks_more"
# What comes first says what to do, and offers a human.
_OF_ITSELF = frozenset({_FIRST, "asks_handoff", "asks_you", "asks_number", "asks_close"})
# Whoever asks what to do is told this many things at once.
_MOST_AT_ONCE = 2
# With somebody near who is deceived, these are mostly said of them.
_OF_CULPRIT = frozenset({"still_in_touch", "blocked_by_them", "contact_broken", "demanded", "threatened", "secrecy"})
_GIVEN_AWAY, _DEMANDED = frozenset({"code_told", "password_told", "card_told", "id_told"}), "demanded"
_NOT_BELIEVED = "not_believed"
# Less than this of all that is about a subject, and it is not spoken of.
_INKLING = 0.1
_FELT_SUBJECTS = ("about_feelings", "about_victim", "about_pain")
# Beside something surer, what is less sure than this share of it does not count.
_AS_SURE = 0.8
# What is less sure than this is not said to have been heard.
_SURELY_TOLD = 0.75
# Without the form of a question, one must be as sure as this.
_SURE_WITHOUT_FORM = 0.75
# A question of which half is doubted does not stand before what is told beyond doubt.
_BEYOND_DOUBT, _DOUBTED = 0.9, 0.6
_OTHERS, _MINE_TOLD, _PHONE_LOST = "others", "mine", "phone_lost"
# What was said speaks for somebody else from the first on, until it falls below the second. The first message counts
# twice.
_SURELY_OTHERS, _MINE, _FIRST_WEIGHT, _MOST_WEIGHT = 2.0, -1.0, 2.0, 4.0
# The answer of `safety.yml` to a cry for help of somebody else.
_OTHER_PERSON = "crisis_other_person"
# It has happened to somebody near.
_OF_OTHER = "of_other"
_NEAR = frozenset({_OTHERS, _OF_OTHER})
_OF_DESPAIR = frozenset({"speaks_of_dying", "wants_to_die", "wish_to_vanish"})
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


def script_of(context: Context, alarm: Alarm) -> Danger:
    """Returns what is heard and said after an alarm of this kind."""
    return context.knowledge.crisis if alarm is Alarm.CRISIS else context.knowledge.danger


def believed(script: Danger, state: DialogueState, heard: Heard) -> Heard:
    """Returns what was heard without what cannot be so: 「钱没少」 is misheard when money is known to be gone."""
    known = {*known_now(state), *heard.facts}
    cannot_be = {name for name, fact in script.facts.items() if known & set(fact.unless)}
    if _OTHERS in state.danger_facts and heard.whose > 0:
        # 「她手机没带」
        cannot_be.add(_PHONE_LOST)
    return replace(
        heard,
        facts=tuple(fact for fact in heard.facts if fact not in cannot_be),
        learnt=heard.learnt - cannot_be,
        shares={name: share for name, share in heard.shares.items() if name not in cannot_be},
    )


def noted(script: Danger, state: DialogueState, heard: Heard) -> DialogueState:
    """Returns the state that knows what was told; in a procedure, what answers it is no news of the danger."""
    facts = tuple(fact for fact in heard.facts if not (state.walk and fact in _OF_A_PROCEDURE))
    if _speaks_of_relative(state, heard):
        # What the model hears, it hears as said of the one or of the other.
        facts = tuple(fact for fact in facts if fact not in _OF_CULPRIT or fact in heard.learnt)
    state = _weighed(script, state, heard)
    is_others = state.whose_danger >= _SURELY_OTHERS or (_OTHERS in state.danger_facts and state.whose_danger > _MINE)
    if _OTHERS in script.facts and not _tells_of_own(script, facts):
        facts = tuple(fact for fact in facts if fact != _OTHERS) + ((_OTHERS,) if is_others else ())
    known = known_after(script, known_without(script, state.danger_facts, heard), facts)
    if not is_others:
        known = tuple(fact for fact in known if fact != _OTHERS)
    is_own = _MINE_TOLD in facts or _despairs_too(heard)
    if is_own and _OTHER_PERSON in state.answered:
        # It is the user's own after all, or theirs, too.
        state = replace(state, answered={name: n for name, n in state.answered.items() if name != _OTHER_PERSON})
    is_near = bool(_NEAR & {*known, *known_now(state)})
    return replace(state, danger_facts=person_noted(known, heard.person if is_near else None))


def is_of_others(state: DialogueState) -> bool:
    """Whether all that was told is surely of somebody else."""
    return _OTHERS in state.danger_facts and state.whose_danger >= _SURELY_OTHERS


def _despairs_too(heard: Heard) -> bool:
    """Whether it is surely the user who despairs now, whoever was spoken of before."""
    return bool(_OF_DESPAIR & {*heard.facts, *heard.moods}) and heard.whose <= _MINE and not heard.names_somebody


def _tells_of_own(script: Danger, facts: Iterable[str]) -> bool:
    """Whether a fact says in so many words that it has happened to the user."""
    return any(_OTHERS in script.facts[fact].corrects for fact in facts)


def _weighed(script: Danger, state: DialogueState, heard: Heard) -> DialogueState:
    """Returns the state that has weighed whose misfortune it is: what is said in so many words counts alone."""
    is_first = not state.whose_danger
    # Who begins with somebody else's misfortune names them.
    is_heavy = is_first and (heard.whose < 0 or heard.names_somebody)
    whose = state.whose_danger + heard.whose * (_FIRST_WEIGHT if is_heavy else 1.0)
    if _tells_of_own(script, heard.facts):
        whose = min(whose, 2 * _MINE)
    elif _OTHERS in heard.facts:
        whose = max(whose, _SURELY_OTHERS)
    return replace(state, whose_danger=max(-_MOST_WEIGHT, min(_MOST_WEIGHT, whose)))


def _speaks_of_relative(state: DialogueState, heard: Heard) -> bool:
    """Whether 「他」 and 「她」 are the one who is deceived, and not the culprit."""
    return "others" in (*state.danger_facts, *heard.facts) and not heard.names_culprit


def open_talk(context: Context, script: Danger, state: DialogueState) -> Said | None:
    """Says what comes first in the situation that is known; None when nothing is known of it, or it was said."""
    known = known_now(state)
    for number, opening in enumerate(script.openings):
        if opening.fits(known):
            key = f"{_OPENING}{number}"
            if key in state.answered:
                return None
            state = told(replace(state, answered={**state.answered, key: 1}), opening.tells)
            return Said(state, _replies(context, script, state, opening.says), offers_human=True)
    return None


def answering(context: Context, script: Danger, said: Said, heard: Heard) -> Said:
    """Returns what comes first with the answer to what was asked in its place, if something was."""
    if heard.question is None or heard.question in _OF_ITSELF or not heard.has_form:
        return said
    state, texts = said.state, []
    for question in (name for name in heard.questions if name not in script.subjects):
        _, state, text = _reacted(script, state, question, heard.words)
        texts.append(text)
    known = known_now(state)
    is_pressing = any(one.is_first and one.fits(known) for one in script.measures)
    # What must be done at once goes before the answer.
    before, after = (said.replies[:1], said.replies[1:2]) if is_pressing else ((), said.replies[1:2])
    return replace(said, state=state, replies=(*before, *_replies(context, script, state, texts, heard.act), *after))


def told(state: DialogueState, measures: Sequence[str]) -> DialogueState:
    """Returns the state that remembers which measures were told."""
    answered: dict[str, int] = dict(state.answered)
    for measure in measures:
        answered[_MEASURE + measure] = answered.get(_MEASURE + measure, 0) + 1
    return replace(state, answered=answered)


def react(
    context: Context, script: Danger, before: DialogueState, state: DialogueState, heard: Heard, label: str | None
) -> Said:
    """Says what fits what was said, and the next thing that helps.

    Args:
        context: Knowledge and replies.
        script: What is said after this kind of alarm.
        before: The state before the message.
        state: The same with what the message tells.
        heard: What it tells and asks.
        label: What the classifier of one label hears, or None.
    """
    if _OTHERS not in script.facts and _OTHER_PERSON not in before.answered:
        # It was never thought to be somebody else's.
        heard = replace(heard, facts=tuple(fact for fact in heard.facts if fact != _MINE_TOLD))
    known = known_now(state)
    first, *others = reactions_to(script, before, heard, label)
    if first in _OF_CULPRIT and first not in heard.learnt and _speaks_of_relative(before, heard):
        first = _NOT_BELIEVED
    state, apology = _apology(script, before, state, heard)
    state = _recalled(script, before, state, heard)
    pressing = _pressing(script, state, known)
    if pressing:
        state = told(state, [pressing.does])
    if first == _FIRST and not pressing:
        state, taken_up = _taken_up(script, before, state, heard, known, first)
        return _first(context, script, state, "".join(filter(None, (apology, *taken_up))))
    if first == _TELLS and _ALL_TOLD in script.reactions and not state.answered.get(_EVERYTHING):
        # With nothing left to tell, somebody who listens and a human are all that helps.
        is_left = _next_measure(script.measures, state, known, is_answer=False)
        first = first if is_left else _ALL_TOLD
        state = state if is_left else replace(state, answered={**state.answered, _EVERYTHING: 1})
    first = _taken_back(script, before, heard, first)
    reaction, state, text = _reacted(script, state, first, heard.words)
    state, taken_up = _taken_up(script, before, state, heard, known, first)
    opening = "".join(filter(None, (apology, *taken_up)))
    state = replace(state, danger_offer=reaction.offers)
    replies, offers_human = [opening + text], reaction.offer_human
    for name in others:
        further, state, text = _reacted(script, state, name, heard.words)
        replies.append(text)
        offers_human = offers_human or further.offer_human
        state = replace(state, danger_offer=state.danger_offer or further.offers)
    if heard.asks_more and heard.questions and first != _ASKS and _MORE in script.reactions:
        # Nothing that is asked is passed over in silence.
        _, state, text = _reacted(script, state, _MORE, heard.words)
        replies.append(text)
        measure = _most_useful(script.measures, state, known)
        if measure and not pressing:
            state = told(state, [measure.does])
            replies.append(measure.says[0])
    if pressing:
        replies.insert(0, pressing.says[0])
    elif len(replies) == 1 and not reaction.is_whole:
        # Only what cannot wait is told: the rest when it is asked for.
        measure = _next_measure(script.measures, state, known, is_answer=True)
        if first == _ASKS:
            measure = _most_useful(script.measures, state, known) or measure
        if measure and not (measure.offer_human and (reaction.offers or offers_human)):
            state = told(state, [measure.does])
            replies.append(measure.says[0])
            offers_human = offers_human or measure.offer_human
    state = _remembered(state, first)
    return Said(state, _replies(context, script, state, dict.fromkeys(replies), heard.act), offers_human)


def _taken_up(
    script: Danger, before: DialogueState, state: DialogueState, heard: Heard, known: set[str], first: str
) -> tuple[DialogueState, list[str]]:
    """Returns what is said before the answer: to how somebody feels, once, and to what is surely news."""
    sure = [
        name
        for name in (*heard.moods, *heard.facts)
        if name != first
        and (
            heard.shares.get(name, 0.0) >= script.sure
            if name in heard.learnt or name in heard.moods
            else _counts_alone(script, heard, name)
        )
    ]
    is_others = _OF_OTHER in known
    feeling = next(
        (name for name in sure if name in script.felt and _FELT + name not in state.answered and not is_others), None
    )
    if feeling:
        state = replace(state, answered={**state.answered, _FELT + feeling: 1})
    news = [
        fact
        for fact in heard.facts
        if fact not in before.danger_facts
        and fact != first
        and fact in known
        and not (fact in _OF_CULPRIT and _speaks_of_relative(before, heard))
        and (heard.shares[fact] >= _SURELY_TOLD if fact in heard.learnt else _counts_alone(script, heard, fact))
    ]
    acknowledged = next(filter(None, (script.facts[fact].acknowledged for fact in news)), None)
    # What is answered first says it itself, or takes up what goes with it.
    is_plain = _is_question(first) or first in script.facts or first in script.subjects
    return state, [
        *([script.felt[feeling]] if feeling else []),
        *([acknowledged] if acknowledged and is_plain else []),
    ]


def _counts_alone(script: Danger, heard: Heard, fact: str) -> bool:
    """Whether an expression is enough to say that a fact was heard: it has no examples, or nobody has listened."""
    return fact in script.by_words or not heard.is_listened


def _remembered(state: DialogueState, first: str) -> DialogueState:
    """Returns the state that remembers what was answered last."""
    left = {name: count for name, count in state.answered.items() if not name.startswith(_LAST)}
    return replace(state, answered={**left, _LAST + first: 1})


def _reacted(script: Danger, state: DialogueState, name: str, words: str) -> tuple[Reaction, DialogueState, str]:
    """Returns a reaction, the state that remembers it, and its text, with the user's own words if it takes them up."""
    index, reaction = _fitting(script.reactions, name, known_now(state))
    says = [text for text in reaction.says if words or _WORDS not in text] or reaction.says
    state, text = _next_variant(state, f"{_REACTION}{name}:{index}", says)
    text = text.replace(_WORDS, words)
    return reaction, told(state, [*reaction.tells, *([_HUMAN] if reaction.offer_human else [])]), text


def _pressing(script: Danger, state: DialogueState, known: set[str]) -> Measure | None:
    """Returns what must be done before anything else is talked of, and was not told."""
    return next(
        (one for one in script.measures if one.is_first and one.fits(known) and not _was_told(state, one)), None
    )


def subject_with(script: Danger, label: str | None) -> str | None:
    """Returns the subject of a label: what the classifier of one label hears is rather right of that than of itself."""
    named = script.labels.get(label or "", label or "")
    return next((subject for subject, names in script.subjects.items() if named in names), label)


def is_backed(script: Danger, label: str, message: UserMessage) -> bool:
    """Whether the model of all labels has an inkling of how somebody feels, which the classifier of one label hears.

    What is about something else needs none.
    """
    named = script.labels.get(label, label)
    about = next(
        (names for subject, names in script.subjects.items() if subject in _FELT_SUBJECTS and named in names), []
    )
    if not about or not message.is_listened:
        return True
    return any(script.labels.get(name, name) in about and share >= _INKLING for name, share in message.said.items())


def reactions_to(script: Danger, before: DialogueState, heard: Heard, label: str | None) -> list[str]:
    """Returns the names of the reactions: to what is grave, to all that is asked, or to what is new, felt, repeated."""
    news = [fact for fact in heard.facts if fact not in before.danger_facts]
    told_now = (fact for fact in heard.facts if fact in news or script.facts[fact].each_time)
    grave = next((fact for fact in told_now if script.facts[fact].is_grave), None)
    if grave:
        return [grave]
    surest = max((heard.shares.get(name, 0.0) for name in (*heard.facts, *heard.moods)), default=0.0)
    least = 0.0 if heard.has_form else max(_SURE_WITHOUT_FORM, surest)
    asked = [
        name
        for name in heard.questions
        if heard.shares.get(name, 1.0) >= least
        and not (surest >= _BEYOND_DOUBT and heard.shares.get(name, 1.0) < _DOUBTED)
        and not (heard.insists and _LAST + name in before.answered and len(heard.questions) > 1)
    ]
    named = script.labels.get(label or "", label or "")
    is_known = named != _ASKS and named in script.reactions
    if asked and set(asked) <= set(script.subjects) and _is_question(named) and is_known:
        # What the classifier of one label surely hears says more than the subject.
        return [named]
    if asked:
        return asked
    if heard.asks_more:
        # What is asked is not passed over for what is told beside it.
        return [heard.subject or _ASKS]
    return [_told_reaction(script, news, heard, label)]


def _told_reaction(script: Danger, news: list[str], heard: Heard, label: str | None) -> str:
    named = script.labels.get(label or "", label or "")
    again = (fact for fact in heard.facts if fact in news or script.facts[fact].each_time)
    if _GIVEN_AWAY & set(news):
        # What is out already goes before who wanted it.
        news = [fact for fact in news if fact != _DEMANDED]
    told = (*news, *heard.moods)
    surest = max((heard.shares.get(name, 1.0) for name in told), default=0.0)
    is_asked = (_is_question(named) or named in script.subjects) and named != _ASKS and named in script.reactions
    if is_asked and heard.has_form and surest < _SURELY_TOLD:
        return named
    leading = next((fact for fact in again if script.facts[fact].leads), None)
    if leading and heard.shares.get(leading, 1.0) >= surest * _AS_SURE:
        return leading
    # Of what is about as sure, the order in the file tells what goes first.
    places = {name: place for place, name in enumerate(script.reactions)}
    sure = [name for name in told if heard.shares.get(name, 1.0) >= max(script.sure, surest * _AS_SURE)]
    found = min(sure, key=lambda name: places[name], default=None)
    if found is None and heard.subject:
        return heard.subject
    if found is None and heard.is_question and (named == _TELLS or named not in script.reactions):
        # A word of having heard would pass over it.
        return _ASKS
    found = found or next(iter(heard.facts), None)
    return found or (named if named in script.reactions else _TELLS)


def _taken_back(script: Danger, before: DialogueState, heard: Heard, first: str) -> str:
    """Returns what is said to whoever has not done it after all (「没打呢」): that it is still to be done."""
    if not heard.takes_back or heard.questions:
        return first
    left = known_without(script, before.danger_facts, heard)
    taken = next((fact for fact in before.danger_facts if fact not in left), None)
    return script.deeds[taken].asks or first if taken else first


def _is_question(name: str) -> bool:
    return name.startswith(_ASKS)


def _recalled(script: Danger, before: DialogueState, state: DialogueState, heard: Heard) -> DialogueState:
    """Returns the state in which a measure may be told again where news call for it (「电话还没挂」)."""
    news = (fact for fact in heard.facts if fact not in before.danger_facts)
    again = {_MEASURE + measure for fact in news for measure in script.facts[fact].recalls}
    return replace(state, answered={key: count for key, count in state.answered.items() if key not in again})


def _apology(
    script: Danger, before: DialogueState, state: DialogueState, heard: Heard
) -> tuple[DialogueState, str | None]:
    """Returns what is said to whoever was misheard, once."""
    misheard = {fact for name in heard.facts for fact in script.facts[name].corrects} & set(before.danger_facts)
    misheard |= {fact for fact in before.danger_facts if fact not in known_without(script, before.danger_facts, heard)}
    if not (misheard or heard.insists) or state.answered.get(_APOLOGY) or not script.apologies:
        return state, None
    return _next_variant(state, _APOLOGY, script.apologies)


def _fitting(reactions: Mapping[str, list[Reaction]], name: str, known: set[str]) -> tuple[str, Reaction]:
    for found in (name, _TELLS):
        for index, reaction in enumerate(reactions[found]):
            if reaction.fits(known):
                return str(index) if found == name else found, reaction
    raise ValueError(f"reactions.{_TELLS} must fit whatever is known")


def _next_variant(state: DialogueState, key: str, says: Sequence[str]) -> tuple[DialogueState, str]:
    count = state.answered.get(key, 0)
    return replace(state, answered={**state.answered, key: count + 1}), says[count % len(says)]


def _next_measure(measures: list[Measure], state: DialogueState, known: set[str], *, is_answer: bool) -> Measure | None:
    left = (one for one in measures if one.fits(known) and not (is_answer and one.can_wait))
    return next((one for one in left if not _was_told(state, one)), None)


def _most_useful(measures: list[Measure], state: DialogueState, known: set[str]) -> Measure | None:
    """Returns what helps most now beside a question that nothing is known of: it may have been told before."""
    left = [one for one in measures if one.fits(known) and not one.can_wait and not one.offer_human]
    return next((one for one in left if not _was_told(state, one)), next(iter(left), None))


def _was_told(state: DialogueState, measure: Measure) -> bool:
    return bool(state.answered.get(_MEASURE + measure.does))


def _first(context: Context, script: Danger, state: DialogueState, apology: str | None) -> Said:
    """Tells what is to be done, also what was told before: it was asked for again."""
    known = known_now(state)
    fitting: dict[str, Measure] = {}
    for measure in script.measures:
        if measure.fits(known):
            fitting.setdefault(measure.does, measure)
    pressing = [one for one in fitting.values() if not one.offer_human]
    untold = [one for one in pressing if not _was_told(state, one)]
    is_again = bool(state.answered.get(_AGAIN))
    # Once everything was told again, nothing is gained by a third time.
    urgent = [one for one in untold if not one.can_wait]
    if not urgent and not is_again:
        urgent = [one for one in pressing if not one.can_wait]
        state = replace(state, answered={**state.answered, _AGAIN: 1})
    chosen = (urgent or untold)[:_MOST_AT_ONCE]
    if not chosen:
        index, reaction = _fitting(script.reactions, _FIRST, known)
        state, text = _next_variant(state, f"{_REACTION}{_FIRST}:{index}", reaction.says)
        is_first = not state.answered.get(_EVERYTHING) and not state.handed_over
        state = replace(state, answered={**state.answered, _EVERYTHING: 1})
        return Said(state, _replies(context, script, state, [text]), offers_human=is_first)
    state = told(state, [one.does for one in chosen])
    texts: list[str] = [one.says[0] for one in chosen]
    return Said(state, _replies(context, script, state, [f"{apology or ''}{texts[0]}", *texts[1:]]))


def _replies(
    context: Context, script: Danger, state: DialogueState, texts: Iterable[str], act: str = ""
) -> tuple[Reply, ...]:
    person = person_known(script, state.danger_facts)
    spoken = (text.replace("{person}", person).replace("{act}", act or script.act) for text in texts)
    filled = (context.replies.fill(text) for text in spoken)
    return tuple(Reply("utter_care", {"answer": text}) for text in filled)
