"""Statistics and misunderstood messages, as supervisors see them (docs/support/statistics.md)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from uwallet_gateway.protocol.base import MAX_ID, Moment, Request, View


class MisunderstandingKind(StrEnum):
    """Why a message is worth a look.

    Attributes:
        NOT_UNDERSTOOD: The bot said so.
        OUT_OF_SCOPE: The bot knows nothing about it, or it is none of its business.
        NOT_MEANT: None of the choices that it led to was meant.
        CHOSEN: The user had to choose what was meant.
        STEP_PROBLEM: A step does not work.
        UNHELPFUL: Its answer got a 踩.
        MARKED: An agent says that the answer was wrong.
    """

    NOT_UNDERSTOOD = "not_understood"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_MEANT = "not_meant"
    CHOSEN = "chosen"
    STEP_PROBLEM = "step_problem"
    UNHELPFUL = "unhelpful"
    MARKED = "marked"


# What is put into groups: asked in vain. Having to choose, or trouble with a step, is no question without an answer.
UNANSWERED = (
    MisunderstandingKind.NOT_UNDERSTOOD,
    MisunderstandingKind.OUT_OF_SCOPE,
    MisunderstandingKind.NOT_MEANT,
    MisunderstandingKind.UNHELPFUL,
    MisunderstandingKind.MARKED,
)


@dataclass(frozen=True, slots=True)
class Rating:
    """Ratings from 1 to 5: how many, their average, and how many of each."""

    count: int
    average: float | None
    distribution: list[int]


@dataclass(frozen=True, slots=True)
class Seconds:
    """Durations in seconds: how many, the median, and the 95th percentile by nearest rank."""

    count: int
    median: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day, of a topic, or of everything.

    Attributes:
        handed_off: Tickets; a conversation may have several.
        conversations_handed_off: Of `conversations`, those with a ticket.
    """

    conversations: int
    solved: int
    not_solved: int
    abandoned: int
    left: int
    handed_off: int
    reasons: dict[str, int]
    bot_rating: Rating
    agent_rating: Rating
    waiting: Seconds
    first_reply: Seconds
    helpful: int = 0
    unhelpful: int = 0
    conversations_handed_off: int = 0


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """What an agent did in some days, or all agents together.

    Attributes:
        handled: Tickets that were closed while they were theirs, after they had taken them up.
        first_reply: From taking up to their first message.
        handling: From taking up to the end.
        transfers: Chats given to a colleague or back to the queue.
        rating: Of the tickets handled.
        online_seconds: With a desk that takes chats.
        away_seconds: With a desk that takes none.
        quality: Average score of the reviews that were made.
        reviews: How many.
    """

    handled: int
    first_reply: Seconds
    handling: Seconds
    transfers: int
    rating: Rating
    online_seconds: int
    away_seconds: int
    quality: float | None
    reviews: int


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """What users say of an answer.

    Attributes:
        topic: What it is about, if known.
        text: The answer.
        helpful: How many 赞.
        unhelpful: How many 踩.
        reasons: How many of the 踩 gave which reason.
        comments: The newest words of users, redacted.
        title: Title of the topic, if known.
    """

    topic: str | None
    text: str
    helpful: int
    unhelpful: int
    reasons: dict[str, int]
    comments: list[str]
    title: str | None = None


@dataclass(frozen=True, slots=True)
class StepFigures:
    """How many conversations did what at a step.

    Attributes:
        topic: The procedure.
        step: Id of the step; empty before the first.
        number: Number of the step when it was seen last, from 1; None before the first.
        shown: Conversations that saw the step.
        problems: Conversations that said it does not work.
        abandoned: Conversations that stopped there and said so.
        left: Conversations that stopped there without a word.
        handed_off: Conversations that went on from there with a human.
        title: Title of the topic, if known.
        step_title: Title of the step, as the knowledge files have it now.
    """

    topic: str
    step: str
    number: int | None = None
    shown: int = 0
    problems: int = 0
    abandoned: int = 0
    left: int = 0
    handed_off: int = 0
    title: str | None = None
    step_title: str | None = None


@dataclass(frozen=True, slots=True)
class Misunderstandings:
    """How many messages are worth a look, by kind, and how many of them are labelled."""

    not_understood: int
    out_of_scope: int
    not_meant: int
    chosen: int
    step_problem: int
    unhelpful: int
    marked: int
    labelled: int


@dataclass(frozen=True, slots=True)
class Line:
    """A message around the one in question, shortened."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class MisunderstoodMessage:
    """A message that the bot misunderstood.

    Attributes:
        context: The messages right before and after it.
        intent: The intent that the bot chose.
        confidence: Its confidence, 0 to 1.
        kind: Why the message is listed.
        label: The intent that a supervisor gave it.
        ticket_id: The ticket that the conversation was handed over with afterwards; None if it was not.
    """

    conversation_id: str
    message_id: int
    text: str
    context: list[Line]
    intent: str | None
    confidence: float | None
    kind: MisunderstandingKind
    label: str | None
    created_at: Moment
    ticket_id: int | None = None


QuestionGroupState = Literal["open", "handled", "ignored"]
HandledAs = Literal["similar", "faq", "label"]


class NearAnswerView(View):
    """A known answer: a topic, or `faq/<id>`."""

    id: str
    title: str
    likeness: float = Field(description="-1 to 1; above 0.05 the bot may have read it so")


class QuestionGroupView(View):
    """Messages that the bot could not answer and that mean the same."""

    id: int
    state: QuestionGroupState
    count: int = Field(description="Messages of the period that wait for somebody")
    before: int = Field(description="Of as many days before")
    handed_over: int = Field(description="After how many of them the conversation was handed over")
    kinds: dict[MisunderstandingKind, int]
    last_at: Moment
    examples: list[str] = Field(description="Different ones, the most frequent first")
    nearest: list[NearAnswerView] = Field(description="Best first; empty while nobody has asked the engine")
    handled_as: HandledAs | None
    answer: str | None = Field(description="The topic or `faq/<id>` that it was handled for")
    handled_by: str | None
    handled_at: Moment | None = Field(description="Of an open group: it was handled then, and is asked again")


class QuestionGroupsPage(View):
    """Groups, those with the most messages first. `next` is the `offset` of the next page, null at the end."""

    groups: list[QuestionGroupView]
    next: int | None
    waiting: int = Field(description="Messages that are not in any group yet")


class QuestionGroupRequest(Request):
    """What was done about a group: its messages so far are settled, or wait again."""

    state: QuestionGroupState
    handled_as: HandledAs | None = None
    answer: str | None = Field(default=None, max_length=80)


class QuestionGroupLabelRequest(Request):
    """The intent that all messages of a group mean."""

    intent: str = Field(max_length=64)


class CoverageCell(View):
    """Questions of a week: asked, and those of them that were answered as far as anybody has said."""

    asked: int
    answered: int


class CoverageRow(View):
    """A topic, week by week. `topic` is null for what was about none."""

    topic: str | None
    title: str | None
    weeks: list[CoverageCell]


class CoverageView(View):
    """What users ask about, and how much of it is answered; weeks begin on Monday, the last one is the current one."""

    time_zone: str
    weeks: list[dt.date]
    total: list[CoverageCell]
    topics: list[CoverageRow] = Field(description="The most asked first")


class DayFigures(View):
    """The figures of a day."""

    date: dt.date
    figures: Figures


class TopicFigures(View):
    """The figures of a topic. `topic` is null for tickets without one."""

    topic: str | None
    title: str | None
    figures: Figures


class TopicDayFigures(TopicFigures):
    """The figures of a topic on a day."""

    date: dt.date


class InsightView(View):
    """All figures of a period in the organisation's time zone; both ends are included."""

    model_config = ConfigDict(populate_by_name=True)

    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    time_zone: str
    total: Figures
    before: Figures | None = Field(description="Of as many days before; null where they are too long ago")
    days: list[DayFigures]
    topics: list[TopicFigures]
    rows: list[TopicDayFigures]
    steps: list[StepFigures]
    answers: list[AnswerFigures]
    misunderstood: Misunderstandings


class BusyHours(View):
    """When users come, in the organisation's time zone; both ends of the period are included.

    A table has a row for each weekday, Monday first, with 24 hours.
    """

    model_config = ConfigDict(populate_by_name=True)

    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    time_zone: str
    days: list[int] = Field(description="How many of each weekday are in the period, Monday first")
    conversations: list[list[int]] = Field(description="In which a user said something within the hour")
    handed_over: list[list[int]] = Field(description="Tickets that were made")


class MisunderstoodPage(View):
    """Misunderstood messages, newest first. `next` is the `before` of the next page, null at the end."""

    messages: list[MisunderstoodMessage]
    has_more: bool
    next: str | None


class PairKey(Request):
    """The message that asks, of a question and an agent's answer."""

    conversation_id: str = Field(min_length=32, max_length=32)
    message_id: int = Field(ge=1, le=MAX_ID)


class AgentAnswerView(View):
    """What users have asked agents, by meaning, and what was answered. Redacted."""

    question: str
    questions: list[str] = Field(description="Other wordings")
    answer: str
    others: list[str] = Field(description="What questions of about the same meaning were answered otherwise")
    count: int = Field(description="How often agents have given this answer, in about the same words")
    helped: int = Field(description="After how many of them the user has said that it helped")
    last_at: Moment
    nearest: list[NearAnswerView]
    pairs: list[PairKey]


class AgentAnswersPage(View):
    """Proposals, those with the same answer most often first."""

    answers: list[AgentAnswerView]
    chats: int = Field(description="Closed chats that were read")
    next: int | None = Field(description="`offset` of the next page, null at the end")


class SettledPairsRequest(Request):
    """What was done about a proposal."""

    pairs: list[PairKey] = Field(min_length=1, max_length=500)
    state: QuestionGroupState
    handled_as: Literal["similar", "faq"] | None = None
    answer: str | None = Field(default=None, max_length=80, description="For which answer: `faq/<id>`")


class MarkRequest(Request):
    """Whether the answer to a message was wrong."""

    marked: bool


class LabelRequest(Request):
    """The intent that a message means, null to remove the label."""

    intent: str | None = Field(max_length=64)


class TeamFigures(View):
    """All agents together; those who left the queue before anybody came, and how long the others waited."""

    agent: AgentFigures
    abandoned: int
    waiting: Seconds


class AgentPerformance(View):
    """An agent in some days, and in as many days before."""

    id: int
    name: str
    figures: AgentFigures
    before: AgentFigures


class PerformanceView(View):
    """All agents in some days (`from` to `to`), by name, and all together."""

    model_config = ConfigDict(populate_by_name=True)

    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    agents: list[AgentPerformance]
    team: TeamFigures
    before: TeamFigures


class BoardAgent(View):
    """An agent on the board: now, and today."""

    id: int
    name: str
    presence: Literal["online", "away", "offline"]
    chats: int
    max_chats: int
    today: AgentFigures


class BoardView(View):
    """What supervisors see at a glance: who waits, who serves, and what was done today."""

    waiting: int
    urgent: int
    messages: int
    requests: int = Field(description="Users who wanted a human while nobody was there, and left nothing")
    active: int
    waiting_since: Moment | None = Field(description="Since when the one waits who waits longest")
    today: TeamFigures
    agents: list[BoardAgent]
