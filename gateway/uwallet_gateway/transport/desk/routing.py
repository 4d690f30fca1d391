"""Skill groups, leave, and the rules of assignment."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.routing import (
    LeaveRequest,
    LeaveView,
    Routing,
    RoutingView,
    SkillGroup,
    SkillGroupRequest,
)
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.events import AgentsChanged, QueueChanged
from uwallet_gateway.transport.desk.guard import AdminNeeded, AgentNeeded, SupervisorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
_GroupId = Annotated[int, Path(ge=1, le=MAX_ID)]
_LeaveId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/groups", responses=responses(401, 429, 503))
async def read_groups(services: ServicesNeeded, _session: AgentNeeded) -> list[SkillGroup]:
    """Returns all skill groups, by name."""
    return await services.skill_groups.all()


@router.post("/groups", status_code=201, responses=responses(401, 403, 404, 409, 422, 429, 503))
async def add_group(body: SkillGroupRequest, services: ServicesNeeded, _session: AdminNeeded) -> SkillGroup:
    """Makes a skill group. `name_taken` if there is one of that name."""
    group = await services.skill_groups.add(body)
    _tell(services)
    return group


@router.put("/groups/{group_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_group(
    group_id: _GroupId, body: SkillGroupRequest, services: ServicesNeeded, _session: AdminNeeded
) -> SkillGroup:
    """Replaces a skill group."""
    group = await services.skill_groups.change(group_id, body)
    _tell(services)
    return group


@router.delete("/groups/{group_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove_group(group_id: _GroupId, services: ServicesNeeded, _session: AdminNeeded) -> None:
    """Removes a skill group. No-op if it is gone."""
    await services.skill_groups.remove(group_id)
    _tell(services)


@router.get("/leaves", responses=responses(401, 403, 429, 503))
async def read_leaves(services: ServicesNeeded, _session: SupervisorNeeded) -> list[LeaveView]:
    """Returns present and future leave, the next one first."""
    return await services.leaves.all()


@router.post("/leaves", status_code=201, responses=responses(401, 403, 404, 422, 429, 503))
async def add_leave(body: LeaveRequest, services: ServicesNeeded, _session: SupervisorNeeded) -> LeaveView:
    """Says when an agent is off and gets nothing."""
    leave = await services.leaves.add(body)
    services.event_bus.publish(AgentsChanged())
    return leave


@router.delete("/leaves/{leave_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove_leave(leave_id: _LeaveId, services: ServicesNeeded, _session: SupervisorNeeded) -> None:
    """Removes a leave. No-op if it is gone."""
    await services.leaves.remove(leave_id)
    services.event_bus.publish(AgentsChanged())


@router.get("/routing", responses=responses(401, 403, 429, 503))
async def read_routing(services: ServicesNeeded, _session: AgentNeeded) -> RoutingView:
    """Returns how tickets come to agents."""
    rules = services.desk_rules
    return RoutingView(routing=await rules.routing(), defaults=rules.default_routing)


@router.put("/routing", responses=responses(401, 403, 422, 429, 503))
async def change_routing(body: Routing, services: ServicesNeeded, _session: AdminNeeded) -> RoutingView:
    """Changes how tickets come to agents."""
    await services.desk_rules.set_routing(body)
    services.event_bus.publish(QueueChanged("", "routing"))
    return RoutingView(routing=body, defaults=services.desk_rules.default_routing)


def _tell(services: Services) -> None:
    """Desks read queue and agents anew, and the scheduler looks at once."""
    services.event_bus.publish(QueueChanged("", "groups"))
    services.event_bus.publish(AgentsChanged())
