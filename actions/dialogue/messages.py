"""What comes in from the user and what goes out to them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from actions.dialogue.state import Request
from actions.knowledge.faqs import INTENT, faq_id

# `type` of a custom payload.
HANDOFF = "handoff"
SUPPORT_REQUEST = "support_request"
# Words of the knowledge, titles of buttons, and the clauses of some turns: a turn folds some 250 texts.
_FOLDED = 4096


class AnswerBand(str, Enum):
    """How far the NLU trusts its intent: answer it, ask which of several is meant, or say that it is not understood."""

    ANSWER = "answer"
    CHOICE = "choice"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class Operator:
    """What the sentence does with a matter that it names; see `engine.nlu.operators.Operator`.

    Attributes:
        name: `named` alone, `negated`, `past`, `hypothetical` or `other_person`.
        matter: The intent or danger that is named.
    """

    name: str
    matter: str


@dataclass(frozen=True)
class Clause:
    """One clause of a message.

    Attributes:
        text: Normalized.
        acts: What it does, with the confidence of each; the likeliest only.
        steps: The steps of procedures that it speaks of, by address, with their likeness.
        asked_answers: The answers whose questions it is most alike to, if it may ask something.
        said: What it says if somebody in danger says it, each with a probability of its own.
    """

    text: str
    acts: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    asked_answers: Mapping[str, float] = field(default_factory=dict)
    said: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class UserMessage:
    """One message of the user.

    Attributes:
        intent: The recognised intent.
        text: What was typed; for a button, its payload.
        key: What was typed, normalized and without spaces and punctuation.
        entities: Canonical values by entity, in the order of the text, without repetitions.
        rejected: Values that the message names only to say that they are wrong (「金额是200不是300」), by entity.
        is_payload: Whether a button was pressed.
        confidence: How sure the NLU is of the intent, from 0 to 1; 1 for a button.
        band: What the NLU advises.
        choices: The likeliest intents with their confidence, best first, while `band` is `CHOICE`.
        further_requests: Other requests in the same message, in the order of the text.
        pause: Seconds since the message before; 0 for the first.
        is_new_session: Whether the session of the message before has ended since.
        after_agent: Whether a human has had the conversation since the message before.
        human_available: Whether somebody can take the conversation now; None where nobody tells the bot.
        is_queued: Whether the user waits in the queue for a human, as far as the bot is told.
        syllables: The Mandarin syllables of `key`, by which typos and typed pinyin are the same.
        acts: What it does if it is said in the middle of something (`data/situated/`), with the confidence of each.
        alarms: What it gives away (`data/alarms/`), with the confidence of each.
        after_alarm: What it says if somebody in danger says it next (`data/after_alarm/`), with the confidence of each.
        said: What it says if somebody in danger says it (`data/said/`), each with a probability of its own.
        is_listened: Whether a model has listened for what it says; what is not in `said` then is not heard.
        operators: What it does with the matters that it names.
        said_at: When it was said, in the users' time zone; None where nobody knows.
        asked_answers: The answers whose questions (`data/questions/`) it is most alike to, by address, with how much.
        steps: The steps of procedures that it speaks of, by address, with their likeness.
        faqs: The questions of `data/knowledge/faq/` that it may ask, by id, with the probability of each.
        site: Key of the site that it comes from; None where nobody tells.
        channel: Name of the channel that it comes through; None where nobody tells.
        clauses: Its clauses when there are several: what each does and speaks of.
    """

    intent: str = ""
    text: str = ""
    key: str = ""
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rejected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    is_payload: bool = False
    confidence: float = 1.0
    band: AnswerBand = AnswerBand.ANSWER
    choices: tuple[tuple[str, float], ...] = ()
    further_requests: tuple[Request, ...] = ()
    pause: float = 0
    is_new_session: bool = False
    after_agent: bool = False
    human_available: bool | None = None
    is_queued: bool = False
    syllables: tuple[str, ...] = ()
    acts: Mapping[str, float] = field(default_factory=dict)
    alarms: Mapping[str, float] = field(default_factory=dict)
    after_alarm: Mapping[str, float] = field(default_factory=dict)
    said: Mapping[str, float] = field(default_factory=dict)
    is_listened: bool = False
    operators: tuple[Operator, ...] = ()
    said_at: datetime.datetime | None = None
    asked_answers: Mapping[str, float] = field(default_factory=dict)
    steps: Mapping[str, float] = field(default_factory=dict)
    clauses: tuple[Clause, ...] = ()
    faqs: Mapping[str, float] = field(default_factory=dict)
    site: str | None = None
    channel: str | None = None

    def matters(self, *names: str) -> tuple[str, ...]:
        """Returns the matters with which the sentence does one of `names`; without names, all that it names."""
        found = (operator.matter for operator in self.operators if not names or operator.name in names)
        return tuple(dict.fromkeys(found))

    def single_value(self, entity: str | None, known: set[str]) -> str | None:
        """Returns the one value of `entity` among `known`; None when there is none, or more than one."""
        values = [value for value in self.entities.get(entity or "", ()) if value in known]
        return values[0] if len(values) == 1 else None


class Role(str, Enum):
    """How much a button weighs, for a client that draws it."""

    PRIMARY = "primary"
    NORMAL = "normal"
    DANGER = "danger"


@dataclass(frozen=True)
class Button:
    """A quick reply: what it says, the payload it sends, and how much it weighs."""

    title: str
    payload: str
    role: Role = Role.NORMAL


@dataclass(frozen=True)
class Card:
    """What stands under an answer.

    Attributes:
        picture: `url` and `alt` of a picture.
        link: `title` and `url` of a page, or of a screen of the app.
    """

    picture: Mapping[str, str] | None = None
    link: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Progress:
    """How far a walkthrough is, for a client that draws it.

    Attributes:
        topic: Id of the topic.
        title: Its title.
        kind: `procedure`, or `diagnosis` whose steps are checks that may be made in any order.
        number: The step shown, from 1.
        steps: Titles of all steps.
        picture: `url` and `alt` of a picture of the step, if it has one.
        link: `title` and `url` of the place in the app where the step is done, if it has one.
    """

    topic: str
    title: str
    kind: str
    number: int
    steps: tuple[str, ...]
    picture: Mapping[str, str] | None = None
    link: Mapping[str, str] | None = None


class EventKind(str, Enum):
    """What can happen in a turn, for the statistics."""

    TOPIC_OPENED = "topic_opened"
    ANSWERED = "answered"
    STEP_SHOWN = "step_shown"
    STEP_PROBLEM = "step_problem"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    ABANDONED = "abandoned"
    RATED = "rated"
    NOT_UNDERSTOOD = "not_understood"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_MEANT = "not_meant"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Event:
    """Something that has happened in a turn; docs/support.md says when.

    Attributes:
        kind: What.
        topic: Id of the topic that it is about.
        step: Number of the step that it is about, from 1.
        value: The rating, from 1 to 5.
        answer: Place and id of the answer that was given to a question about the topic.
    """

    kind: EventKind
    topic: str | None = None
    step: int | None = None
    value: int | None = None
    answer: str | None = None


@dataclass(frozen=True)
class Reply:
    """One message of the bot.

    Attributes:
        response: Name of a response in `domain.yml`.
        values: Values for the placeholders of the response.
        buttons: Buttons beside those of the response itself, which come first, or last beside a list.
        custom: A custom payload for the channel; then there is no response.
        progress: Set on the steps of a walkthrough.
        ask: What kind of answer is wanted, for a client that treats it in its own way: `rating`, `choice` or `contact`.
        event: What the reply is an answer to, or does, if the statistics are to know. Not shown to anybody.
        is_list: Whether its buttons are a list that the user may point into (「第二个」), beside what can be done next.
        is_warning: Whether what it says must not be read over.
        card: What stands under it.
    """

    response: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    custom: Mapping[str, Any] | None = None
    progress: Progress | None = None
    ask: str | None = None
    event: Event | None = None
    is_list: bool = False
    is_warning: bool = False
    card: Card | None = None

    @property
    def is_handoff(self) -> bool:
        """Whether it hands the conversation to a human."""
        return self.custom is not None and self.custom.get("type") == HANDOFF


@lru_cache(maxsize=_FOLDED)
def folded(text: str) -> str:
    """Returns a text in lower case without spaces and punctuation, for comparing what was typed."""
    return "".join(character for character in text.lower() if character.isalnum())


def payload(intent: str, **entities: str) -> str:
    """Returns the payload that Rasa reads as an intent with entities."""
    if faq := faq_id(intent):
        # Rasa knows one intent for all of these.
        return payload(INTENT, **{INTENT: faq})
    return f"/{intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{intent}"


def request_payload(request: Request) -> str:
    """Returns the payload that makes a request; an entity with several values keeps them all."""
    if faq_id(request.intent):
        return payload(request.intent)
    entities = {name: values[0] if len(values) == 1 else list(values) for name, values in request.entities.items()}
    return f"/{request.intent}{json.dumps(entities, ensure_ascii=False)}" if entities else f"/{request.intent}"
