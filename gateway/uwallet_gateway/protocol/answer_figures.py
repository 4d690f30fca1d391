"""What became of each answer of the knowledge (docs/support/knowledge-api.md)."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import ConfigDict, Field

from uwallet_gateway.protocol.base import Moment, View
from uwallet_gateway.protocol.knowledge import EntryKind

AnswerKind = Literal["faq", "procedure", "diagnosis", "answer", "step", "cause", "part", "follow_up", "gone"]
Granularity = Literal["day", "week"]


class AnswerCounts(View):
    """Of one answer in some days, by the day on which it was shown."""

    shown: int = Field(description="Turns")
    conversations: int
    helpful: int = Field(description="赞")
    unhelpful: int = Field(description="踩")
    solved: int = Field(description="Conversations with a walkthrough that the user calls solved, soon after it")
    handed_off: int = Field(description="Conversations with a ticket soon after it")
    not_understood: int = Field(description="Turns after which the user's next message could not be answered")


class AnswerName(View):
    """Which answer it is."""

    topic: str = Field(description="Id of the topic, or faq/<id>")
    place: str | None = Field(description="Id of the step, or place and id of an answer; null: the whole topic")
    kind: AnswerKind = Field(description="gone: what is published has it no more")
    title: str
    topic_title: str | None = Field(description="Of the topic that a step or an answer belongs to")
    category: str | None = Field(description="Of a question, the id of its category")
    entry_kind: EntryKind | None = Field(description="Where it is edited; null: nowhere any more")
    entry_id: str | None


class AnswerFiguresRow(AnswerName):
    """An answer with its figures."""

    now: AnswerCounts
    before: AnswerCounts | None = Field(description="Of as many days before; null where they are too long ago")


class AnswerFiguresList(View):
    """All answers of what is published, and those that were shown in these days."""

    model_config = ConfigDict(populate_by_name=True)

    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    time_zone: str
    answers: list[AnswerFiguresRow]


class AnswerComment(View):
    """A user's own words beside a 赞 or 踩, redacted."""

    text: str
    helpful: bool
    reasons: list[str]
    at: Moment


class AnswerTrend(View):
    """A day or a week, beside the one as many days before."""

    first: dt.date
    last: dt.date
    now: AnswerCounts
    before: AnswerCounts | None


class AnswerFiguresDetail(AnswerFiguresRow):
    """An answer with its trend and what users said of it."""

    model_config = ConfigDict(populate_by_name=True)

    first: dt.date = Field(alias="from")
    last: dt.date = Field(alias="to")
    time_zone: str
    text: str | None = Field(description="As it is published")
    every: Granularity
    trend: list[AnswerTrend]
    reasons: dict[str, int] = Field(description="How many of the 踩 gave which reason, the most frequent first")
    comments: list[AnswerComment] = Field(description="The newest, of 踩 first")
