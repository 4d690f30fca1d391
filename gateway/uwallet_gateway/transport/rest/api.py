"""`/api/v1`: sessions, messages and pictures of users (docs/protocol.md)."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from common.tracing import TRACEPARENT
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.admission import admit
from uwallet_gateway.protocol.base import API, MAX_ID
from uwallet_gateway.protocol.messages import (
    AttachmentView,
    FeedbackRequest,
    MessagePage,
    MessageRequest,
    MessageResult,
    MessageView,
    SessionRequest,
    SessionView,
)
from uwallet_gateway.transcript.events import Closed
from uwallet_gateway.transport.client import address_of, origin_of, own_origin
from uwallet_gateway.transport.http import ServicesNeeded, SessionNeeded, TokenGiven, authorised, responses
from uwallet_gateway.transport.languages import note_language, script_of
from uwallet_gateway.transport.opening import open_session as open_session_of_client
from uwallet_gateway.transport.picture_access import is_signed_in, user_reader
from uwallet_gateway.transport.rest.json_route import JsonRoute
from uwallet_gateway.transport.rest.waiting import say_and_wait
from uwallet_gateway.transport.uploads import store_upload
from uwallet_gateway.turns.conversations import Incoming

router = APIRouter(prefix=API, route_class=JsonRoute)


@router.post("/sessions", responses=responses(401, 403, 404, 422, 429, 503))
async def open_session(body: SessionRequest, request: Request, services: ServicesNeeded) -> SessionView:
    """Opens a session, or continues the session of a token."""
    scope = request.scope
    site = await admit(services.sites, body.site, origin_of(scope), own_origin(scope, services.settings.public_url))
    await services.rate_limits.check("sessions", address=address_of(scope))
    user: dict[str, Any] | None = body.user.model_dump() if body.user else None
    opened = await open_session_of_client(services, site, body.token, user, script=script_of(body.lang))
    await note_language(services, opened.session.conversation_id, body.lang)
    notice = await services.notices.state(opened.session.conversation_id)
    return SessionView(
        token=opened.token,
        identity=opened.session.kind,
        last_id=await services.transcript.last_id(opened.session.conversation_id),
        limits=services.presentation.limits,
        notice=services.presentation.notice(notice) if notice else None,
    )


@router.delete("/sessions", status_code=204, responses=responses(401, 422, 429, 503))
async def end_session(request: Request, services: ServicesNeeded, credentials: TokenGiven) -> None:
    """Ends the session of the token, for signing out. The token is proof enough, and opens nothing from now on."""
    await services.rate_limits.check("sessions", address=address_of(request.scope))
    ended = await services.sessions.end(credentials.credentials if credentials else None)
    services.event_bus.publish(Closed(ended.conversation_id, ended.id, "signed_out"))


@router.post("/messages", status_code=201, responses=responses(401, 403, 404, 422, 429, 503))
async def send_message(
    body: MessageRequest, request: Request, services: ServicesNeeded, session: SessionNeeded
) -> MessageResult:
    """Sends a message and waits up to 8 seconds for replies."""
    await services.rate_limits.check(
        "messages", user=session.conversation_id, address=address_of(request.scope), site=session.site_key
    )
    incoming = Incoming(
        body.text if body.payload is None else body.payload,
        kind="text" if body.payload is None else "payload",
        client_id=body.client_id,
        offered_by=body.offered_by,
        attachment_id=body.attachment_id,
        transport="rest",
        traceparent=request.headers.get(TRACEPARENT),
    )
    message, replies = await say_and_wait(services, session.conversation_id, incoming)
    show, reader = services.presentation.message, user_reader(session)
    return MessageResult(message=show(message, reader), replies=[show(reply, reader) for reply in replies])


@router.get("/messages", responses=responses(401, 403, 422, 429, 503))
async def read_messages(
    services: ServicesNeeded,
    session: SessionNeeded,
    after: Annotated[int, Query(ge=0, le=MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessagePage:
    """Returns the messages after an id, in order."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    messages, has_more = await services.transcript.after(session.conversation_id, after, limit)
    show, reader = services.presentation.message, user_reader(session)
    return MessagePage(messages=[show(message, reader) for message in messages], has_more=has_more)


@router.put("/messages/{message_id}/feedback", responses=responses(401, 403, 404, 422, 429, 503))
async def give_feedback(
    message_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    body: FeedbackRequest,
    request: Request,
    services: ServicesNeeded,
    session: SessionNeeded,
) -> MessageView:
    """Says whether an answer of the bot helped. The next one replaces it; `helpful: null` takes it back."""
    await services.rate_limits.check("messages", user=session.conversation_id, address=address_of(request.scope))
    message = await services.feedback.give(session.conversation_id, message_id, body)
    return services.presentation.message(message, user_reader(session))


@router.post("/attachments", status_code=201, responses=responses(401, 403, 413, 415, 422, 429, 503))
async def upload(
    services: ServicesNeeded, session: SessionNeeded, file: Annotated[UploadFile, File()]
) -> AttachmentView:
    """Uploads a picture for a later message. The picture is re-encoded, and its metadata is removed."""
    # The address was counted before the body was read (upload_slots.py).
    await services.rate_limits.check("attachments", user=session.conversation_id)
    await services.notices.require(session.conversation_id)
    return await store_upload(services, session.conversation_id, file, user_reader(session))


@router.get(
    "/attachments/{attachment_id}",
    responses=responses(401, 403, 404, 422, 429, 503) | {200: {"content": {"image/*": {}}, "description": "Picture"}},
    response_class=StreamingResponse,
)
async def read_attachment(
    attachment_id: str, request: Request, services: ServicesNeeded, signature: str | None = None
) -> Response:
    """Returns a picture, by the token of its conversation or by the signed address in a message.

    The address ends with the session that it was made for.
    """
    if signature is not None:
        age = services.settings.attachment_url_seconds
        reader = services.keys.attachment_reader(signature, attachment_id, age)
        allowed = reader is not None and await is_signed_in(services, request, reader)
        stored = await services.transcript.picture(attachment_id) if allowed else None
    else:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        session = await authorised(services, request, token)
        await services.rate_limits.check("requests", user=session.conversation_id)
        stored = await services.transcript.picture(attachment_id)
        if stored and stored[1] != session.conversation_id:
            stored = None
    pieces = await asyncio.to_thread(services.attachments.read, attachment_id) if stored else None
    if stored is None or pieces is None:
        raise InputError(ErrorCode.NOT_FOUND)
    kind = stored[0].content_type
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Length": str(stored[0].size),
        "Content-Disposition": f'inline; filename="picture.{kind.removeprefix("image/")}"',
    }
    return StreamingResponse(pieces, media_type=kind, headers=headers)
