"""Service targets: how soon users are to be answered and helped."""

from __future__ import annotations

from fastapi import APIRouter

from uwallet_gateway.protocol.service import ServiceTargets, ServiceTargetsView
from uwallet_gateway.transport.desk.guard import AdminNeeded, SupervisorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()


@router.get("/targets", responses=responses(401, 403, 429, 503))
async def read_targets(services: ServicesNeeded, _session: SupervisorNeeded) -> ServiceTargetsView:
    """Returns the service targets."""
    rules = services.desk_rules
    return ServiceTargetsView(targets=await rules.targets(), defaults=rules.default_targets)


@router.put("/targets", responses=responses(401, 403, 422, 429, 503))
async def change_targets(body: ServiceTargets, services: ServicesNeeded, _session: AdminNeeded) -> ServiceTargetsView:
    """Changes the service targets. They hold for tickets from now on."""
    await services.desk_rules.set_targets(body)
    return ServiceTargetsView(targets=body, defaults=services.desk_rules.default_targets)
