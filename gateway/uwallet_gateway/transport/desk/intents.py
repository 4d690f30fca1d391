"""The intents that a message can be labelled with."""

from __future__ import annotations

from fastapi import APIRouter

from uwallet_gateway.protocol.agents import Intents
from uwallet_gateway.transport.desk.guard import SupervisorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()


@router.get("/intents", responses=responses(401, 403, 429, 503))
async def read_intents(services: ServicesNeeded, _session: SupervisorNeeded) -> Intents:
    """Returns the intents with their Chinese titles."""
    return Intents(intents=await services.assistant.intents())
