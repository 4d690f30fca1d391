"""Notices on agents' devices: each browser by itself, as long as the agent is signed in there."""

from __future__ import annotations

from fastapi import APIRouter

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.hooks.push import PushAddress
from uwallet_gateway.protocol.push import PushRequest, PushView
from uwallet_gateway.transport.desk.guard import AgentNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/push")


@router.get("", responses=responses(401, 429, 503))
async def read_push(services: ServicesNeeded, session: AgentNeeded) -> PushView:
    """Returns what a browser needs to subscribe."""
    notices = services.push_notices
    return PushView(public_key=notices.public_key, devices=await notices.devices(session.agent.id))


@router.put("", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def subscribe(body: PushRequest, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Sends notices to this browser from now on; `not_found` if this gateway sends none."""
    address = PushAddress(body.endpoint, body.keys.p256dh, body.keys.auth)
    address.check(development=services.settings.development)
    if services.push_notices.public_key is None:
        raise InputError(ErrorCode.NOT_FOUND)
    await services.push_notices.subscribe(session.id, session.agent.id, address)


@router.delete("", status_code=204, responses=responses(401, 403, 429, 503))
async def unsubscribe(services: ServicesNeeded, session: AgentNeeded) -> None:
    """Sends no more notices to this browser."""
    await services.push_notices.unsubscribe(session.id)
