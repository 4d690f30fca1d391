"""What a message can be labelled with."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from uwallet_gateway.engine_assistant import Intent
from uwallet_gateway.transport.desk.guard import SupervisorNeeded
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()


class Intents(BaseModel):
    """The engine's intents."""

    intents: list[Intent]


@router.get("/intents", responses=responses(401, 403, 429, 503))
async def read_intents(services: ServicesNeeded, _session: SupervisorNeeded) -> Intents:
    """Intents with their Chinese titles."""
    return Intents(intents=await services.assistant.intents())
