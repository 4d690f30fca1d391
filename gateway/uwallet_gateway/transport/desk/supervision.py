"""What supervisors do: the board, words in others' chats, reports on agents, quality checks."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.insight.csv_export import load_export_texts, performance_csv
from uwallet_gateway.insight.days import Period, PeriodError
from uwallet_gateway.insight.performance import NOTHING
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.insight import AgentPerformance, BoardAgent, BoardView, PerformanceView
from uwallet_gateway.protocol.quality import (
    QualitySheet,
    Review,
    ReviewRequest,
    Reviews,
    Sample,
    SampleRule,
    TicketReview,
)
from uwallet_gateway.protocol.tickets import BargeInRequest, DeskMessageView, Ticket, WhisperRequest
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.events import AgentsChanged
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded, check_visible
from uwallet_gateway.transport.desk.insight import PeriodWanted
from uwallet_gateway.transport.desk.tickets import TicketId
from uwallet_gateway.transport.http import ServicesNeeded, responses
from uwallet_gateway.transport.picture_access import agent_reader

router = APIRouter()
_COMMENT_LENGTH = 1000
_AgentId = Annotated[int | None, Query(ge=1, le=MAX_ID)]


@router.get("/board", responses=responses(401, 403, 429, 503))
async def read_board(_session: SupervisorNeeded, services: ServicesNeeded) -> BoardView:
    """Returns who waits, who serves with how many chats, and what was done today."""
    today = now().astimezone(services.opening_hours.zone).date()
    performance = await services.performance.read(Period(today, today, services.opening_hours.zone))
    statuses = await services.presence.all()
    counts = await services.tickets.counts(_session.agent.id)
    _, active = await services.tickets.waiting_and_active()
    return BoardView(
        waiting=counts.waiting,
        urgent=counts.urgent,
        messages=counts.messages,
        requests=counts.requests,
        active=active,
        waiting_since=await services.tickets.longest_wait(),
        today=performance.team,
        agents=[
            BoardAgent(
                id=status.id,
                name=status.name,
                presence=status.presence,
                chats=status.chats,
                max_chats=status.max_chats,
                today=performance.agents[status.id],
            )
            for status in statuses
            if status.id in performance.agents
        ],
    )


@router.post("/tickets/{ticket_id}/whispers", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503))
async def whisper(
    ticket_id: TicketId, body: WhisperRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> Ticket:
    """Leaves a word for the agent who has a chat; the user never sees it."""
    return await services.supervision.whisper(ticket_id, session.agent.id, body.text)


@router.post(
    "/tickets/{ticket_id}/interjections", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503)
)
async def barge_in(
    ticket_id: TicketId, body: BargeInRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> DeskMessageView:
    """Says something to the user in a chat that an agent has, and goes on having."""
    message = await services.supervision.barge_in(ticket_id, session.agent.id, text=body.text, client_id=body.client_id)
    return services.presentation.desk_message(message, agent_reader(session))


@router.get("/insight/agents", responses=responses(401, 403, 422, 429, 503))
async def read_agents_report(
    _session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted
) -> PerformanceView:
    """Returns what each agent did in some days, and in as many days before."""
    return await _report(services, period)


@router.get(
    "/insight/agents/export.csv",
    responses=responses(401, 403, 422, 429, 503) | {200: {"content": {"text/csv": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_agents_report(_session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted) -> Response:
    """Returns the same as a CSV file for spreadsheets, in which no cell is a formula."""
    await services.audit.write(Action.STATISTICS_EXPORTED, first=str(period.first), last=str(period.last))
    report = await _report(services, period)
    data = await asyncio.to_thread(performance_csv, report.agents, load_export_texts())
    name = f"uwallet_agents_{period.first}_{period.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/quality/sheet", responses=responses(401, 429, 503))
async def read_sheet(services: ServicesNeeded, _session: AgentNeeded) -> QualitySheet:
    """Returns the criteria by which tickets are reviewed."""
    return QualitySheet(criteria=list(services.quality.criteria))


@router.get("/quality/sample", responses=responses(401, 403, 422, 429, 503))
async def read_sample(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    period: PeriodWanted,
    rule: SampleRule = "random",
    agent_id: _AgentId = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Sample:
    """Returns closed tickets that a rule finds and that have no review."""
    ticket_ids = await services.quality.sample(rule, period, agent_id=agent_id, limit=limit)
    return Sample(tickets=await services.tickets.by_ids(ticket_ids))


@router.get("/quality/reviews", responses=responses(401, 403, 422, 429, 503))
async def read_reviews(
    _session: SupervisorNeeded, services: ServicesNeeded, period: PeriodWanted, agent_id: _AgentId = None
) -> Reviews:
    """Returns the reviews of some days, newest first, 200 at most."""
    return Reviews(reviews=await services.quality.reviews(period, agent_id))


@router.get("/quality/mine", responses=responses(401, 429, 503))
async def read_own_reviews(services: ServicesNeeded, session: AgentNeeded) -> Reviews:
    """Returns what was said of the agent's own tickets, newest first, 200 at most."""
    return Reviews(reviews=await services.quality.of_agent(session.agent.id))


@router.post("/quality/mine/seen", status_code=204, responses=responses(401, 403, 429, 503))
async def see_own_reviews(services: ServicesNeeded, session: AgentNeeded) -> None:
    """The agent has seen them."""
    await services.quality.see(session.agent.id)


@router.get("/tickets/{ticket_id}/review", responses=responses(401, 403, 404, 422, 429, 503))
async def read_review(ticket_id: TicketId, services: ServicesNeeded, session: AgentNeeded) -> TicketReview:
    """Returns the review of a ticket."""
    await check_visible(services, session, ticket_id)
    return TicketReview(review=await services.quality.of_ticket(ticket_id))


@router.put("/tickets/{ticket_id}/review", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def review(
    ticket_id: TicketId, body: ReviewRequest, services: ServicesNeeded, session: SupervisorNeeded
) -> Review:
    """Reviews a closed ticket of somebody else; another review is replaced."""
    comment = clean(body.comment, _COMMENT_LENGTH) if body.comment and body.comment.strip() else None
    given = await services.quality.review(ticket_id, session.agent.id, body.points, comment)
    # The agent's desk looks for what is new.
    services.event_bus.publish(AgentsChanged())
    return given


async def _report(services: Services, period: Period) -> PerformanceView:
    try:
        before = await services.performance.read(period.before)
    except PeriodError as error:
        raise InputError(ErrorCode.MALFORMED) from error
    found = await services.performance.read(period)
    names = {**before.names, **found.names}
    return PerformanceView(
        first=period.first,
        last=period.last,
        agents=[
            AgentPerformance(
                id=agent_id,
                name=name,
                figures=found.agents.get(agent_id, NOTHING),
                before=before.agents.get(agent_id, NOTHING),
            )
            for agent_id, name in sorted(names.items(), key=lambda item: (item[1], item[0]))
        ],
        team=found.team,
        before=before.team,
    )
