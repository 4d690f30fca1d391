"""`/api/v1/notice`: the notice on stored chats (docs/protocol.md)."""

from __future__ import annotations

from fastapi import APIRouter

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.protocol.base import API
from uwallet_gateway.protocol.notices import NoticeAnswerRequest, NoticeResult
from uwallet_gateway.transport.http import ServicesNeeded, SessionNeeded, responses
from uwallet_gateway.transport.rest.json_route import JsonRoute

router = APIRouter(prefix=f"{API}/notice", route_class=JsonRoute)


@router.get("", responses=responses(401, 403, 404, 422, 429, 503))
async def read_notice(services: ServicesNeeded, session: SessionNeeded) -> NoticeResult:
    """Returns the notice and the user's answer to it; not_found where the site wants none."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    state = await services.notices.state(session.conversation_id)
    if state is None:
        raise InputError(ErrorCode.NOT_FOUND)
    return NoticeResult(notice=services.presentation.notice(state))


@router.post("", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def answer_notice(body: NoticeAnswerRequest, services: ServicesNeeded, session: SessionNeeded) -> NoticeResult:
    """Records that the user was shown the notice, has agreed, has refused, or has withdrawn their consent."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    state = await services.notices.answer(session.conversation_id, body.version, body.answer)
    return NoticeResult(notice=services.presentation.notice(state))
