"""Statistics, misunderstood messages, labels and CSV files, for supervisors."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.busy_hours import busy_hours
from uwallet_gateway.insight.coverage import coverage
from uwallet_gateway.insight.csv_export import load_export_texts, misunderstood_csv, statistics_csv
from uwallet_gateway.insight.days import Period, PeriodError
from uwallet_gateway.insight.label_export import known_here, review, zipped
from uwallet_gateway.insight.misunderstood import CursorError, LabelError
from uwallet_gateway.insight.service import service_figures
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.insight import (
    AgentAnswersPage,
    BusyHours,
    CoverageView,
    DayFigures,
    Figures,
    InsightView,
    LabelRequest,
    MisunderstandingKind,
    MisunderstoodPage,
    QuestionGroupLabelRequest,
    QuestionGroupRequest,
    QuestionGroupsPage,
    QuestionGroupState,
    SettledPairsRequest,
    TopicDayFigures,
    TopicFigures,
)
from uwallet_gateway.protocol.service import ServiceFigures
from uwallet_gateway.services import Services
from uwallet_gateway.settings import REPOSITORY
from uwallet_gateway.transport.desk.guard import SupervisorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/insight")
# Days shown when none are asked for.
_USUAL_DAYS = 7
# Messages in one file, the newest.
_MOST_IN_FILE = 20_000
_LONGEST_CURSOR = 200
_ConversationId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
_GroupId = Annotated[int, Path(ge=1, le=MAX_ID)]
_MessageId = Annotated[int, Path(ge=1, le=MAX_ID)]


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


PeriodWanted = Annotated[Period, Depends(_period)]


@router.get("", responses=responses(401, 403, 422, 429, 503))
async def read_insight(_session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted) -> InsightView:
    """Returns the figures by day and topic: of the last seven days by default, of 366 days at most."""
    insight = await services.statistics.read(period)
    titles = await _titles(services, insight.titles)
    overview = insight.overview
    return InsightView(
        first=period.first,
        last=period.last,
        time_zone=period.zone.key,
        total=overview.total,
        before=await _before(services, period),
        days=[DayFigures(date=day, figures=figures) for day, figures in overview.days],
        topics=[
            TopicFigures(topic=topic, title=titles.get(topic or ""), figures=figures)
            for topic, figures in overview.topics
        ],
        rows=[
            TopicDayFigures(date=day, topic=topic, title=titles.get(topic or ""), figures=figures)
            for day, topic, figures in overview.rows
        ],
        steps=[
            dataclasses.replace(
                step,
                title=titles.get(step.topic),
                step_title=services.step_titles.get((step.topic, step.step)),
            )
            for step in insight.steps
        ],
        answers=[dataclasses.replace(answer, title=titles.get(answer.topic or "")) for answer in insight.answers],
        misunderstood=insight.misunderstood,
    )


@router.get("/hours", responses=responses(401, 403, 422, 429, 503))
async def read_busy_hours(_session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted) -> BusyHours:
    """Returns when users come: conversations and handoffs by weekday and hour."""
    return await busy_hours(services.database, period)


@router.get("/service", responses=responses(401, 403, 422, 429, 503))
async def read_service(_session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted) -> ServiceFigures:
    """Returns how well service targets were kept, of tickets that were made in these days."""
    return await service_figures(services.database, period)


@router.get("/misunderstood", responses=responses(401, 403, 422, 429, 503))
async def read_misunderstood(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    kind: MisunderstandingKind | None = None,
    labelled: bool | None = None,
    handed_over: bool | None = None,
    group: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    before: Annotated[str | None, Query(max_length=_LONGEST_CURSOR)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MisunderstoodPage:
    """Returns messages that the bot did not understand or guessed wrong, newest first."""
    try:
        messages, following = await services.misunderstood.page(
            kind=kind, labelled=labelled, handed_over=handed_over, group=group, before=before, limit=limit
        )
    except CursorError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    return MisunderstoodPage(messages=messages, has_more=following is not None, next=following)


@router.get("/groups", responses=responses(401, 403, 422, 429, 503))
async def read_groups(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    days: Annotated[int, Query(ge=1, le=366)] = _USUAL_DAYS,
    state: QuestionGroupState = "open",
    kind: MisunderstandingKind | None = None,
    handed_over: bool = False,
    offset: Annotated[int, Query(ge=0, le=_MOST_IN_FILE)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> QuestionGroupsPage:
    """Returns what users asked in vain, by meaning, the most asked first."""
    return await services.question_groups.page(
        days=days, state=state, kind=kind, handed_over=handed_over, offset=offset, limit=limit
    )


@router.put("/groups/{group_id}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def change_group(
    group_id: _GroupId, body: QuestionGroupRequest, session: SupervisorNeeded, services: ServicesNeeded
) -> None:
    """Keeps what was done about a group: its messages so far are settled, or wait again."""
    if not await services.question_groups.change(group_id, body, session.agent.id):
        raise InputError(ErrorCode.NOT_FOUND)


@router.put("/groups/{group_id}/label", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def label_group(
    group_id: _GroupId, body: QuestionGroupLabelRequest, session: SupervisorNeeded, services: ServicesNeeded
) -> None:
    """Labels all messages of a group with an intent."""
    try:
        count = await services.question_groups.label(group_id, body.intent, session.agent.id)
    except LabelError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    if count is None:
        raise InputError(ErrorCode.NOT_FOUND)


@router.get("/agent-answers", responses=responses(401, 403, 422, 429, 503))
async def read_agent_answers(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    state: QuestionGroupState = "open",
    offset: Annotated[int, Query(ge=0, le=_MOST_IN_FILE)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> AgentAnswersPage:
    """Returns what agents have answered in closed chats, by meaning, redacted, for answers of the bot."""
    return await services.proposals.page(days=days, state=state, offset=offset, limit=limit)


@router.put("/agent-answers", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def settle_agent_answers(body: SettledPairsRequest, _session: SupervisorNeeded, services: ServicesNeeded) -> None:
    """Keeps what was done about a proposal."""
    await services.proposals.settle(body)


@router.get("/coverage", responses=responses(401, 403, 422, 429, 503))
async def read_coverage(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    weeks: Annotated[int, Query(ge=1, le=26)] = 8,
) -> CoverageView:
    """Returns what users ask about, week by week, and how much of it is answered."""
    found = await coverage(services.database, weeks, services.opening_hours.zone)
    titles = await _titles(services, {})
    topics = [row.model_copy(update={"title": titles.get(row.topic or "")}) for row in found.topics]
    return found.model_copy(update={"topics": topics})


@router.put(
    "/labels/{conversation_id}/{message_id}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503)
)
async def label(
    conversation_id: _ConversationId,
    message_id: _MessageId,
    body: LabelRequest,
    session: SupervisorNeeded,
    services: ServicesNeeded,
) -> None:
    """Labels a misunderstood message with an intent, or removes the label."""
    try:
        exists = await services.misunderstood.label(conversation_id, message_id, body.intent, session.agent.id)
    except LabelError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    if not exists:
        raise InputError(ErrorCode.NOT_FOUND)


@router.get(
    "/labels.zip",
    responses=responses(401, 403, 429, 503) | {200: {"content": {"application/zip": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_labels(_session: SupervisorNeeded, services: ServicesNeeded) -> Response:
    """Returns what was labelled as NLU examples for review, a file for each intent (docs/labelling.md)."""
    intents = [intent.name for intent in await services.assistant.intents()]
    labelled = await services.misunderstood.labelled()
    known = await asyncio.to_thread(known_here, REPOSITORY, intents)
    # Of an intent that is gone nothing can become an example.
    result = await asyncio.to_thread(review, [it for it in labelled if it.label in known.intents], known)
    await services.audit.write(Action.LABELS_EXPORTED, examples=result.count)
    headers = {"Content-Disposition": 'attachment; filename="uwallet_labels.zip"', "Cache-Control": "no-store"}
    return Response(zipped(result), media_type="application/zip", headers=headers)


@router.get(
    "/export.csv",
    responses=responses(401, 403, 422, 429, 503) | {200: {"content": {"text/csv": {}}, "description": "The file"}},
    response_class=Response,
)
async def export(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    period: PeriodWanted,
    content: Literal["statistics", "misunderstood"] = "statistics",
) -> Response:
    """Returns a CSV file for spreadsheets, in which no cell is a formula."""
    texts = load_export_texts()
    action = Action.STATISTICS_EXPORTED if content == "statistics" else Action.MESSAGES_EXPORTED
    await services.audit.write(action, first=str(period.first), last=str(period.last))
    if content == "statistics":
        insight = await services.statistics.read(period)
        titles = await _titles(services, insight.titles)
        data = await asyncio.to_thread(statistics_csv, insight, titles, texts)
    else:
        messages = await services.misunderstood.of(period, _MOST_IN_FILE)
        data = await asyncio.to_thread(misunderstood_csv, messages, period.zone, texts)
    name = f"uwallet_{content}_{period.first}_{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


async def _before(services: Services, period: Period) -> Figures | None:
    try:
        return (await services.statistics.read(period.before)).overview.total
    except PeriodError:
        return None


async def _titles(services: Services, known: Mapping[str, str]) -> dict[str, str]:
    """Titles of topics, intents and FAQs; while the engine is away those in `known`, from tickets."""
    titles = dict(known)
    with contextlib.suppress(InputError):
        titles |= {answer.id: answer.title for answer in await services.assistant.answers()}
        titles |= {intent.name: intent.title for intent in await services.assistant.intents()}
    return titles
