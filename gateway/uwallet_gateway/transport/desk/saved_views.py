"""Filters of lists under a name, the team's and one's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.views import Place, SavedView, SavedViewRequest
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import AgentNeeded, record_refusal
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/views")
_ViewId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("", responses=responses(401, 429, 503))
async def read_views(services: ServicesNeeded, session: AgentNeeded) -> list[SavedView]:
    """Returns the team's views and the agent's own, by name; of conversations for supervisors only."""
    places: tuple[Place, ...] = ("tickets", "conversations") if _supervises(session) else ("tickets",)
    return await services.saved_views.all(session.agent.id, places)


@router.post("", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def add_view(
    request: Request, body: SavedViewRequest, services: ServicesNeeded, session: AgentNeeded
) -> SavedView:
    """Keeps a view; supervisors for the team, too. `name_taken` if there is one of that name."""
    await _check(request, services, session, body)
    return await services.saved_views.add(session.agent.id, body.cleaned())


@router.put("/{view_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_view(
    request: Request, view_id: _ViewId, body: SavedViewRequest, services: ServicesNeeded, session: AgentNeeded
) -> SavedView:
    """Replaces a view: one's own, as a supervisor the team's, too."""
    await _check(request, services, session, body)
    return await services.saved_views.change(view_id, session.agent.id, body.cleaned(), may_share=_supervises(session))


@router.delete("/{view_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove_view(view_id: _ViewId, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Removes a view: one's own, as a supervisor the team's, too. No-op if it is gone or somebody else's."""
    await services.saved_views.remove(view_id, session.agent.id, may_share=_supervises(session))


def _supervises(session: DeskSession) -> bool:
    return session.agent.role.may(Role.SUPERVISOR)


async def _check(request: Request, services: Services, session: DeskSession, body: SavedViewRequest) -> None:
    """Refuses agents what is for supervisors: views of the team, and of conversations.

    Raises:
        InputError: forbidden.
    """
    if (body.is_shared or body.place == "conversations") and not _supervises(session):
        await record_refusal(services, session, request.method, request.scope["route"].path)
        raise InputError(ErrorCode.FORBIDDEN)
