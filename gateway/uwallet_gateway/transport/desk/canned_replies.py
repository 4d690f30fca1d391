"""Canned replies: texts that agents send often."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from uwallet_gateway.agents.canned_replies import CannedReply
from uwallet_gateway.protocol.agents import CannedReplyRequest
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
_ReplyId = Annotated[int, Path(ge=1, le=MAX_ID)]


@router.get("/canned_replies", responses=responses(401, 429, 503))
async def read_canned_replies(services: ServicesNeeded, _session: AgentNeeded) -> list[CannedReply]:
    """Returns all canned replies, by title."""
    return await services.canned_replies.all()


@router.post("/canned_replies", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def add_canned_reply(
    body: CannedReplyRequest, services: ServicesNeeded, _session: SupervisorNeeded
) -> CannedReply:
    """Adds a canned reply. `shortcut_taken` if another one has the shortcut."""
    return await services.canned_replies.add(*body.cleaned())


@router.put("/canned_replies/{reply_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_canned_reply(
    reply_id: _ReplyId, body: CannedReplyRequest, services: ServicesNeeded, _session: SupervisorNeeded
) -> CannedReply:
    """Replaces a canned reply."""
    return await services.canned_replies.change(reply_id, *body.cleaned())


@router.delete("/canned_replies/{reply_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove_canned_reply(reply_id: _ReplyId, services: ServicesNeeded, _session: SupervisorNeeded) -> None:
    """Removes a canned reply. No-op if it is gone."""
    await services.canned_replies.remove(reply_id)
