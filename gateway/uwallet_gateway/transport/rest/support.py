"""`/api/v1/support`: human support for users (docs/support/protocol.md)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from uwallet_gateway.protocol.base import API
from uwallet_gateway.protocol.support import OfflineMessage, RatingRequest, SupportResult, SupportState, TicketsOfUser
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of
from uwallet_gateway.transport.http import ServicesNeeded, SessionNeeded, responses
from uwallet_gateway.transport.rest.json_route import JsonRoute
from uwallet_gateway.transport.support_actions import SupportActions

router = APIRouter(prefix=f"{API}/support", route_class=JsonRoute)


@router.get("", responses=responses(401, 403, 422, 429, 503))
async def read_support(services: ServicesNeeded, session: SessionNeeded) -> SupportState:
    """Returns the state of support: the owner of the conversation, the ticket, the place in the queue."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    return await services.tickets.support_state(session.conversation_id)


@router.get("/tickets", responses=responses(401, 403, 422, 429, 503))
async def read_tickets(services: ServicesNeeded, session: SessionNeeded) -> TicketsOfUser:
    """Returns the user's latest tickets, newest first."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    return await services.tickets.of_user(session.conversation_id)


@router.post("/leave_queue", responses=responses(401, 403, 422, 429, 503))
async def leave_queue(request: Request, services: ServicesNeeded, session: SessionNeeded) -> SupportResult:
    """Leaves the queue. No-op if the user is not queued."""
    return await _act(services, "leave_queue", session.conversation_id, request, {})


@router.post("/messages", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def leave_message(
    body: OfflineMessage, request: Request, services: ServicesNeeded, session: SessionNeeded
) -> SupportResult:
    """Leaves a message with a contact, to be answered later."""
    return await _act(services, "leave_message", session.conversation_id, request, body.model_dump())


@router.post("/ratings", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503))
async def rate(
    body: RatingRequest, request: Request, services: ServicesNeeded, session: SessionNeeded
) -> SupportResult:
    """Rates a closed ticket. Each ticket can be rated once."""
    return await _act(services, "rate_support", session.conversation_id, request, body.model_dump())


async def _act(
    services: Services, action: str, conversation_id: str, request: Request, fields: dict[str, Any]
) -> SupportResult:
    return await SupportActions(services).act(action, conversation_id, address_of(request.scope), fields)
