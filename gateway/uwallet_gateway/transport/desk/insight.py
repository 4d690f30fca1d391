"""What supervisors want to know: figures, misunderstood messages, labels, files to download."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.clock import now, to_text
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import load_export_texts, misunderstood_csv, statistics_csv
from uwallet_gateway.insight.days import Period, PeriodError
from uwallet_gateway.insight.figures import Figures
from uwallet_gateway.insight.misunderstood import CursorError, LabelError, Line, MisunderstoodMessage
from uwallet_gateway.insight.recording import Trouble
from uwallet_gateway.insight.statistics import Insight, Misunderstandings
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import SupervisorNeeded
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter(prefix="/insight")
# Days shown when none are asked for.
_USUAL_DAYS = 7
# Messages in one file, the newest.
_MOST_IN_FILE = 20_000
_LONGEST_CURSOR = 200
_ConversationId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
_MessageId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class DayShown(BaseModel):
    """The figures of a day."""

    date: date
    figures: Figures


class TopicShown(BaseModel):
    """The figures of a topic; null stands for tickets without one."""

    topic: str | None
    title: str | None
    figures: Figures


class RowShown(TopicShown):
    """The figures of a topic on a day."""

    date: date


class StepShown(BaseModel):
    """How many conversations did what at a step."""

    topic: str
    title: str | None
    step: int
    shown: int
    problems: int
    abandoned: int
    left: int
    handed_off: int


class InsightShown(BaseModel):
    """All figures of some days of the organisation's time zone, both ends included."""

    model_config = ConfigDict(populate_by_name=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    time_zone: str
    total: Figures
    days: list[DayShown]
    topics: list[TopicShown]
    rows: list[RowShown]
    steps: list[StepShown]
    misunderstood: Misunderstandings


class MisunderstoodShown(BaseModel):
    """A message that is worth a look."""

    conversation_id: str
    message_id: int
    text: str
    context: list[Line]
    intent: str | None
    confidence: float | None
    kind: Trouble
    label: str | None
    created_at: str


class MisunderstoodPage(BaseModel):
    """Messages, newest first; `next` is the `before` of the next page, null at the end."""

    messages: list[MisunderstoodShown]
    has_more: bool
    next: str | None


class LabelWanted(BaseModel):
    """What a message means: the name of an intent, or null to take a label back."""

    model_config = ConfigDict(extra="forbid")

    intent: str | None = Field(max_length=64)


def _period(
    services: ServicesNeeded,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Period:
    """The days asked for.

    Raises:
        InputError: malformed.
    """
    zone = services.opening_hours.zone
    last = last or max(now().astimezone(zone).date(), first or date.min)
    try:
        return Period(first or last - timedelta(days=_USUAL_DAYS - 1), last, zone)
    except (PeriodError, OverflowError) as error:
        raise InputError(ErrorCode.MALFORMED) from error


_PeriodWanted = Annotated[Period, Depends(_period)]


@router.get("", responses=responses(401, 403, 422, 429, 503))
async def read_insight(_session: SupervisorNeeded, services: ServicesNeeded, period: _PeriodWanted) -> InsightShown:
    """The figures, by day and topic; the last seven days if none are given, at most 366."""
    insight = await services.statistics.read(period)
    titles = await _titles(services, insight)
    overview = insight.overview
    return InsightShown(
        first=period.first,
        last=period.last,
        time_zone=period.zone.key,
        total=overview.total,
        days=[DayShown(date=day, figures=figures) for day, figures in overview.days],
        topics=[
            TopicShown(topic=topic, title=titles.get(topic or ""), figures=figures)
            for topic, figures in overview.topics
        ],
        rows=[
            RowShown(date=day, topic=topic, title=titles.get(topic or ""), figures=figures)
            for day, topic, figures in overview.rows
        ],
        steps=[
            StepShown(
                topic=it.topic,
                title=titles.get(it.topic),
                step=it.step,
                shown=it.shown,
                problems=it.problems,
                abandoned=it.abandoned,
                left=it.left,
                handed_off=it.handed_off,
            )
            for it in insight.steps
        ],
        misunderstood=insight.misunderstood,
    )


@router.get("/misunderstood", responses=responses(401, 403, 422, 429, 503))
async def read_misunderstood(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    kind: Trouble | None = None,
    labelled: bool | None = None,
    before: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MisunderstoodPage:
    """Messages that the bot did not understand or guessed wrong, newest first."""
    try:
        messages, following = await services.misunderstood.page(
            kind=kind, labelled=labelled, before=before, limit=limit
        )
    except CursorError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    return MisunderstoodPage(
        messages=[_message(message) for message in messages], has_more=following is not None, next=following
    )


@router.put(
    "/labels/{conversation_id}/{message_id}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503)
)
async def label(
    conversation_id: _ConversationId,
    message_id: _MessageId,
    wanted: LabelWanted,
    session: SupervisorNeeded,
    services: ServicesNeeded,
) -> None:
    """Says what a misunderstood message means, or takes that back."""
    try:
        there = await services.misunderstood.label(conversation_id, message_id, wanted.intent, session.agent.id)
    except LabelError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    if not there:
        raise InputError(ErrorCode.NOT_FOUND)


@router.get(
    "/export.csv",
    responses=responses(401, 403, 422, 429, 503) | {200: {"content": {"text/csv": {}}, "description": "The file"}},
    response_class=Response,
)
async def export(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    period: _PeriodWanted,
    content: Literal["statistics", "misunderstood"] = "statistics",
) -> Response:
    """A file for spreadsheets, in which no cell is a formula."""
    texts = load_export_texts()
    if content == "statistics":
        insight = await services.statistics.read(period)
        titles = await _titles(services, insight)
        data = await asyncio.to_thread(statistics_csv, insight, titles, texts)
    else:
        messages = await services.misunderstood.of(period, _MOST_IN_FILE)
        data = await asyncio.to_thread(misunderstood_csv, messages, period.zone, texts)
    name = f"uwallet_{content}_{period.first}_{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


async def _titles(services: Services, insight: Insight) -> dict[str, str]:
    """What topics are called, by the intents that are named like them; while the engine is away, by tickets."""
    try:
        intents = await services.assistant.intents()
    except InputError:
        intents = []
    return {**insight.titles, **{intent.name: intent.title for intent in intents}}


def _message(message: MisunderstoodMessage) -> MisunderstoodShown:
    return MisunderstoodShown(
        conversation_id=message.conversation_id,
        message_id=message.message_id,
        text=message.text,
        context=message.context,
        intent=message.intent,
        confidence=message.confidence,
        kind=message.kind,
        label=message.label,
        created_at=to_text(message.created_at),
    )
