"""What the bot remembers between two messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from actions.dialogue.replacing import replace
from actions.knowledge import Knowledge
from actions.knowledge.faqs import faq_id

# Deeper than this nobody remembers what they had begun with.
MAX_SUSPENDED = 3
# Enough for the summary of a handoff and for a training set; a conversation can go on for weeks.
MAX_ATTEMPTS = 20
MAX_DISAMBIGUATIONS = 20
MAX_REQUESTS = 3
MAX_UNANSWERED = 3
# An ordinal points to the newest list; somebody may come back to one before.
MAX_LISTS = 3
_LONGEST_QUOTE = 60


class Awaiting(str, Enum):
    """The question that a walkthrough has asked, if any."""

    WARNING = "warning"
    DETAIL = "detail"
    OUTCOME = "outcome"


class Offer(str, Enum):
    """A question beside the walkthrough. It holds for the next message only."""

    HUMAN = "human"
    CHOICE = "choice"
    REQUEST = "request"
    RESUME = "resume"
    CORRECTION = "correction"
    RATING = "rating"


class HandoffReason(str, Enum):
    """Why a conversation goes to a human; part of the handoff payload."""

    USER_REQUEST = "user_request"
    STEP_PROBLEM = "step_problem"
    NOT_SOLVED = "not_solved"
    NOT_UNDERSTOOD = "not_understood"
    FRUSTRATED = "frustrated"
    ACCOUNT_COMPROMISED = "account_compromised"
    CRISIS = "crisis"
    FRAUD = "fraud"
    BEREAVED = "bereaved"
    COMPLAINT = "complaint"


class Alarm(str, Enum):
    """What a message gives away that must not be missed: the labels of `data/alarms/`. They stay for the session."""

    CRISIS = "crisis"
    FRAUD = "fraud_underway"
    VICTIM = "victim"
    BEREAVED = "bereaved"
    COMPLAINT = "complaint"


class AttemptOutcome(str, Enum):
    """How a walkthrough ended."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    ABANDONED = "abandoned"
    HANDED_OFF = "handed_off"


@dataclass(frozen=True)
class Attempt:
    """A walkthrough that has ended, and at which step (0: before the first)."""

    topic: str
    step: int
    outcome: AttemptOutcome


@dataclass(frozen=True)
class Walk:
    """A walkthrough under way, or suspended.

    Attributes:
        topic: Id of its topic.
        step: Number of the step shown last, from 1; 0 before the first (the warning, or the choice of a cause).
        awaiting: The question asked last.
        interrupted: Whether something else was said since that question, so that a bare yes is no answer to it.
        requested_detail: Id of the detail asked for while `awaiting` is `DETAIL`.
        visited_steps: Ids of the steps shown.
        problem_steps: Ids of the steps reported as not working.
        unchecked_steps: Ids of the checks that were shown but not made.
        page_says: Values of the causes that the page named, whatever the user sees.
    """

    topic: str
    step: int = 0
    awaiting: Awaiting | None = None
    interrupted: bool = False
    requested_detail: str | None = None
    visited_steps: tuple[str, ...] = ()
    problem_steps: tuple[str, ...] = ()
    unchecked_steps: tuple[str, ...] = ()
    page_says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """Something the user wants.

    Attributes:
        intent: The recognised intent.
        text: The words in which it was said.
        entities: Canonical values by entity.
    """

    intent: str
    text: str = ""
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """「您是不是想问」, asked and not yet answered.

    Attributes:
        text: What the user had typed.
        key: The same, normalized, so that the same wording is recognised again.
        options: The intents offered, in the order of the buttons.
        entities: The entities of what the user had typed.
    """

    text: str
    key: str
    options: tuple[str, ...]
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Disambiguation:
    """A choice that was offered and what became of it; material for training.

    Attributes:
        text: What the user had typed.
        key: The same, normalized.
        options: The intents offered.
        chosen: The intent chosen, `NONE_OF_THESE`, or None when the user said something else.
    """

    text: str
    key: str
    options: tuple[str, ...]
    chosen: str | None


NONE_OF_THESE = "none_of_these"


@dataclass(frozen=True)
class ListedOption:
    """One thing of a list that the user has seen, or has made: what it says and the payload that picks it."""

    title: str
    payload: str


@dataclass(frozen=True)
class Told:
    """Something said before that must be remembered.

    Attributes:
        alarm: What was given away.
        text: The user's words, as far as they may be kept.
    """

    alarm: Alarm
    text: str


@dataclass(frozen=True)
class DialogueState:
    """The whole state of a conversation.

    Attributes:
        walk: The walkthrough under way.
        suspended: Walkthroughs interrupted by another one or by the end of a session, oldest first.
        offer: The question asked last beside the walkthrough.
        offer_reason: Why a human is offered while `offer` is `HUMAN`.
        choice: What is offered while `offer` is `CHOICE`.
        correcting: Id of the detail whose new value is asked for while `offer` is `CORRECTION`.
        requests: What the user asked for beside what is being answered, in their order.
        disambiguations: Choices offered so far, oldest first.
        collected_details: Details noted down, by id, as the user gave them or as canonical values.
        skipped_details: Ids of the details that the user did not want to give.
        last_topic: Id of the topic that was opened last, answers included.
        attempts: Walkthroughs that have ended, oldest first.
        failures_in_row: Messages since the last one that led anywhere.
        frustrated: Whether the user has shown anger or impatience in this session.
        apologised: Whether the bot has apologised for it.
        rating: What the user gave, from 1 to 5.
        rating_asked: Whether the rating has been asked for.
        handed_over: Whether a human has been sent for in this session, so that the user may be waiting for one.
        shown: The buttons of the bot's last turn, in their order.
        lists: The lists seen last, newest first: menu, causes, channels, the user's own requests.
        list_is_fresh: Whether the newest list was part of the last turn, so that a bare digit points into it.
        alarms: What was given away so far, each kind once, oldest first.
        open_alarm: The kind that the bot's last turn was about; what is said next is heard in its light.
        denied_alarms: Kinds that the user has said are not so.
        danger_facts: What is known of a danger by now: facts of `danger.yml` and `crisis.yml`.
        whose_danger: How much what was said speaks for somebody else as the victim; below zero, for the user.
        danger_offer: Id of the topic whose procedure the bot's last turn has offered in a danger.
        answered: How often each answer was given, by its id; so that nobody reads the same paragraph twice in a row.
        misfits: Answers in a row that did not fit the question asked.
        reach: What was told of the ways to reach the account: its number, its mail address.
        fragment: The last message that said too little to be understood; the next may complete it.
        asked_about: What was answered about last: id of the topic, a slash, id of the step, detail or part.
        last_answer: The fingerprint of the answer that the last turn gave, so that it is not given twice in a row.
        unanswered: What nothing was known about, as it was said, oldest first; whoever takes over reads it.
        question: What the last message asked, normalized, so that 「我问的是注销」 asks it of another matter.
    """

    walk: Walk | None = None
    suspended: tuple[Walk, ...] = ()
    offer: Offer | None = None
    offer_reason: HandoffReason | None = None
    choice: Choice | None = None
    correcting: str | None = None
    requests: tuple[Request, ...] = ()
    disambiguations: tuple[Disambiguation, ...] = ()
    collected_details: Mapping[str, str] = field(default_factory=dict)
    skipped_details: tuple[str, ...] = ()
    last_topic: str | None = None
    attempts: tuple[Attempt, ...] = ()
    failures_in_row: int = 0
    frustrated: bool = False
    apologised: bool = False
    rating: int | None = None
    rating_asked: bool = False
    handed_over: bool = False
    shown: tuple[ListedOption, ...] = ()
    lists: tuple[tuple[ListedOption, ...], ...] = ()
    list_is_fresh: bool = False
    alarms: tuple[Told, ...] = ()
    open_alarm: Alarm | None = None
    denied_alarms: tuple[Alarm, ...] = ()
    danger_facts: tuple[str, ...] = ()
    whose_danger: float = 0.0
    danger_offer: str | None = None
    answered: Mapping[str, int] = field(default_factory=dict)
    misfits: int = 0
    reach: tuple[str, ...] = ()
    fragment: str | None = None
    asked_about: str | None = None
    last_answer: int | None = None
    question: str | None = None
    unanswered: tuple[str, ...] = ()

    @property
    def topic(self) -> str | None:
        """Id of the topic of the walkthrough under way."""
        return self.walk.topic if self.walk else None

    @property
    def step(self) -> int:
        """Number of the step that the walkthrough under way stands at; 0 without one."""
        return self.walk.step if self.walk else 0

    @property
    def awaiting(self) -> Awaiting | None:
        """The question that the walkthrough under way has asked."""
        return self.walk.awaiting if self.walk else None


def with_walk(state: DialogueState, **changes: object) -> DialogueState:
    """Returns the state with changes to the walkthrough under way.

    Raises:
        ValueError: There is none.
    """
    if state.walk is None:
        raise ValueError("no walkthrough is under way")
    return replace(state, walk=replace(state.walk, **changes))  # type: ignore[arg-type] # names of Walk's fields


def without_leftovers(state: DialogueState) -> DialogueState:
    """Returns the state without what belongs to a question that is no longer open, and lists cut to their limits."""
    if state.walk and state.walk.awaiting is not Awaiting.DETAIL and state.walk.requested_detail:
        state = with_walk(state, requested_detail=None)
    return replace(
        state,
        offer_reason=state.offer_reason if state.offer is Offer.HUMAN else None,
        choice=state.choice if state.offer is Offer.CHOICE else None,
        correcting=state.correcting if state.offer is Offer.CORRECTION else None,
        requests=state.requests[:MAX_REQUESTS],
        attempts=state.attempts[-MAX_ATTEMPTS:],
        disambiguations=state.disambiguations[-MAX_DISAMBIGUATIONS:],
        lists=state.lists[:MAX_LISTS],
        unanswered=state.unanswered[-MAX_UNANSWERED:],
    )


def with_alarm(state: DialogueState, alarm: Alarm, text: str) -> DialogueState:
    """Returns the state in which something was given away, in the user's words; each kind is kept once."""
    if has_alarm(state, alarm):
        return state
    return replace(state, alarms=(*state.alarms, Told(alarm, text.strip()[:_LONGEST_QUOTE])))


def has_alarm(state: DialogueState, *alarms: Alarm) -> bool:
    """Whether any of these was given away in this session."""
    return any(told.alarm in alarms for told in state.alarms)


def fitted(state: DialogueState, knowledge: Knowledge) -> DialogueState:
    """Returns the state as far as the knowledge still has what it speaks of.

    A conversation may be older than the knowledge: a topic that is gone is left, a step beyond the last one becomes
    the last one, a question about a detail that is gone is dropped.
    """
    walk = _fitted_walk(state.walk, knowledge) if state.walk else None
    suspended = tuple(fit for kept in state.suspended if (fit := _fitted_walk(kept, knowledge)))
    requests = tuple(request for request in state.requests if request.intent in knowledge.topics)
    if state.choice:
        options = tuple(name for name in state.choice.options if faq_id(name) is None or faq_id(name) in knowledge.faqs)
        state = replace(state, choice=replace(state.choice, options=options))
    state = replace(state, walk=walk, suspended=suspended[-MAX_SUSPENDED:], requests=requests)
    gone = (
        (state.offer is Offer.RESUME and not suspended)
        or (state.offer is Offer.REQUEST and not requests)
        or (state.offer is Offer.CHOICE and (state.choice is None or not state.choice.options))
        or (state.offer is Offer.HUMAN and state.offer_reason is None)
        or (state.offer is Offer.CORRECTION and state.correcting is None)
    )
    return without_leftovers(replace(state, offer=None) if gone else state)


def _fitted_walk(walk: Walk, knowledge: Knowledge) -> Walk | None:
    topic = knowledge.topics.get(walk.topic)
    if topic is None or not topic.is_walkthrough:
        return None
    step = min(walk.step, len(topic.steps))
    awaiting = walk.awaiting
    if awaiting is Awaiting.DETAIL and (
        step == 0 or walk.requested_detail not in {detail.id for detail in topic.collected_details}
    ):
        awaiting = None
    if awaiting is Awaiting.WARNING and (step or not topic.warning):
        awaiting = None
    if awaiting is Awaiting.OUTCOME and step == 0:
        awaiting = None
    detail = walk.requested_detail if awaiting is Awaiting.DETAIL else None
    return replace(walk, step=step, awaiting=awaiting, requested_detail=detail)
