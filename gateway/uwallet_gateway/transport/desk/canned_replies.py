"""Canned replies: texts that agents send often, everybody's and their own."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile

from uwallet_gateway.agents.canned_replies import CannedReply, ReplyContent
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import load_export_texts
from uwallet_gateway.insight.reply_files import read_replies, replies_csv
from uwallet_gateway.protocol.agents import CannedReplyRequest, ImportProblem, ReplyImport
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import AgentNeeded, record_refusal
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter()
_ReplyId = Annotated[int, Path(ge=1, le=MAX_ID)]
_Personal = Annotated[bool, Query(description="The agent's own, not everybody's")]
# Bytes of a file that are read: some ten times what may be stored in it.
_LARGEST_FILE = 4 * 1024 * 1024
# A spreadsheet counts from 1, and its first row has the headings.
_FIRST_ROW = 2


@router.get("/canned_replies", responses=responses(401, 429, 503))
async def read_canned_replies(services: ServicesNeeded, session: AgentNeeded) -> list[CannedReply]:
    """Returns the canned replies that everybody has and the agent's own, by title."""
    return await services.canned_replies.all(session.agent.id)


@router.post("/canned_replies", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def add_canned_reply(
    request: Request, body: CannedReplyRequest, services: ServicesNeeded, session: AgentNeeded
) -> CannedReply:
    """Adds a canned reply; supervisors for everybody. `shortcut_taken` if another one has the shortcut."""
    owner_id = await _owner(request, services, session, is_personal=body.is_personal)
    return await services.canned_replies.add(body.cleaned(), owner_id)


@router.put("/canned_replies/{reply_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_canned_reply(
    request: Request, reply_id: _ReplyId, body: CannedReplyRequest, services: ServicesNeeded, session: AgentNeeded
) -> CannedReply:
    """Replaces a canned reply: one's own, as a supervisor everybody's, too."""
    owner_id = await _owner(request, services, session, is_personal=body.is_personal)
    return await services.canned_replies.change(
        reply_id, body.cleaned(), session.agent.id, may_share=_may_share(session), owner_id=owner_id
    )


@router.delete("/canned_replies/{reply_id}", status_code=204, responses=responses(401, 403, 404, 422, 429, 503))
async def remove_canned_reply(reply_id: _ReplyId, services: ServicesNeeded, session: AgentNeeded) -> None:
    """Removes a canned reply: one's own, as a supervisor everybody's, too. No-op if it is gone."""
    await services.canned_replies.remove(reply_id, session.agent.id, may_share=_may_share(session))


@router.get(
    "/canned_replies/export.csv",
    responses=responses(401, 422, 429, 503) | {200: {"content": {"text/csv": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_canned_replies(
    services: ServicesNeeded, session: AgentNeeded, personal: _Personal = False
) -> Response:
    """Returns everybody's replies, or the agent's own, as a CSV file that can be imported again."""
    replies = [reply for reply in await services.canned_replies.all(session.agent.id) if reply.is_personal == personal]
    headers = {"Content-Disposition": 'attachment; filename="uwallet_replies.csv"', "Cache-Control": "no-store"}
    data = replies_csv(replies, load_export_texts())
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/canned_replies/import", responses=responses(401, 403, 409, 413, 422, 429, 503))
async def import_canned_replies(
    request: Request,
    services: ServicesNeeded,
    session: AgentNeeded,
    file: Annotated[UploadFile, File()],
    personal: _Personal = False,
) -> ReplyImport:
    """Takes over a CSV file as it is exported. A row with title and folder of an existing reply replaces it.

    All rows are stored or none; `problems` says which are refused and why.
    """
    owner_id = await _owner(request, services, session, is_personal=personal)
    data = await file.read(_LARGEST_FILE + 1)
    if len(data) > _LARGEST_FILE:
        raise InputError(ErrorCode.TOO_LONG)
    rows = await asyncio.to_thread(read_replies, data, load_export_texts())
    refused = [(number, row) for number, row in enumerate(rows) if isinstance(row, InputError)]
    if not refused:
        contents = [row for row in rows if isinstance(row, ReplyContent)]
        try:
            added, changed = await services.canned_replies.take_over(contents, owner_id)
            return ReplyImport(added=added, changed=changed, problems=[])
        except InputError as error:
            number = (error.details or {}).get("row")
            if number is None:
                raise
            refused = [(number, error)]
    problems = [
        ImportProblem(row=number + _FIRST_ROW, message=str(services.presentation.error(error)["message"]))
        for number, error in refused
    ]
    return ReplyImport(added=0, changed=0, problems=problems)


def _may_share(session: DeskSession) -> bool:
    return session.agent.role.may(Role.SUPERVISOR)


async def _owner(request: Request, services: Services, session: DeskSession, *, is_personal: bool) -> int | None:
    """Whose a reply is: the agent's, or everybody's (None), which is for supervisors.

    Raises:
        InputError: forbidden.
    """
    if is_personal:
        return session.agent.id
    if not _may_share(session):
        await record_refusal(services, session, request.method, request.scope["route"].path)
        raise InputError(ErrorCode.FORBIDDEN)
    return None
