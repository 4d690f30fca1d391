"""`/api/v1`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from uwallet_gateway.conversation.hub import Closed
from uwallet_gateway.conversation.messages import Picture
from uwallet_gateway.conversation.service import Incoming
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.admission import admit
from uwallet_gateway.transport.client import address_of, origin_of, own_origin
from uwallet_gateway.transport.presentation import API, AttachmentShown, LimitsShown, MessageShown
from uwallet_gateway.transport.rest.requests import ServicesNeeded, SessionNeeded, responses
from uwallet_gateway.transport.rest.waiting import say_and_wait

router = APIRouter(prefix=API)
_MAX_ID = 2**31 - 1


class UserClaim(BaseModel):
    """The site vouches for its user: `hash` is hexadecimal HMAC-SHA256(site secret, id)."""

    id: str = Field(min_length=1, max_length=255)
    hash: str = Field(max_length=200)


class SessionWanted(BaseModel):
    """Asks for a session."""

    site: str = Field(max_length=64, description="The public key of the site")
    token: str | None = Field(default=None, description="The token of before, if there is one")
    user: UserClaim | None = None


class SessionGiven(BaseModel):
    """A session."""

    token: str
    identity: str
    last_id: int
    limits: LimitsShown


class MessageWanted(BaseModel):
    """Sends text (with or without a picture), the payload of a button, or a picture."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    payload: str | None = None
    attachment_id: str | None = None
    client_id: str | None = Field(default=None, max_length=64, description="The same one again does nothing else")

    @model_validator(mode="after")
    def _one(self) -> MessageWanted:
        if self.payload is not None and (self.text is not None or self.attachment_id is not None):
            msg = "a payload goes alone"
            raise ValueError(msg)
        return self


class MessageTaken(BaseModel):
    """The message as stored, and what was answered within 8 seconds; later answers are fetched."""

    message: MessageShown
    replies: list[MessageShown]


class MessagePage(BaseModel):
    """Messages in order."""

    messages: list[MessageShown]
    has_more: bool


@router.post("/sessions", responses=responses(401, 403, 404, 422, 429, 503))
async def open_session(wanted: SessionWanted, request: Request, services: ServicesNeeded) -> SessionGiven:
    """Opens a session, or goes on with the one of a token."""
    scope = request.scope
    site = await admit(services.sites, wanted.site, origin_of(scope), own_origin(scope, services.settings.public_url))
    await services.rate_limits.check("sessions", address=address_of(scope))
    user: dict[str, Any] | None = wanted.user.model_dump() if wanted.user else None
    opened = await services.sessions.open(site, wanted.token, user)
    if opened.closed:
        services.hub.publish(Closed(opened.closed.conversation_id, opened.closed.id, "identity_changed"))
    return SessionGiven(
        token=opened.token,
        identity=opened.session.kind,
        last_id=await services.transcript.last_id(opened.session.conversation_id),
        limits=services.presentation.limits,
    )


@router.post("/messages", status_code=201, responses=responses(401, 404, 422, 429, 503))
async def send_message(
    wanted: MessageWanted, request: Request, services: ServicesNeeded, session: SessionNeeded
) -> MessageTaken:
    """Sends a message and waits for the bot, at most 8 seconds."""
    await services.rate_limits.check("messages", user=session.conversation_id, address=address_of(request.scope))
    incoming = Incoming(
        wanted.text if wanted.payload is None else wanted.payload,
        kind="text" if wanted.payload is None else "payload",
        client_id=wanted.client_id,
        attachment_id=wanted.attachment_id,
        transport="rest",
    )
    message, replies = await say_and_wait(services, session.conversation_id, incoming)
    show = services.presentation.message
    return MessageTaken(message=show(message), replies=[show(reply) for reply in replies])


@router.get("/messages", responses=responses(401, 422, 429, 503))
async def read_messages(
    services: ServicesNeeded,
    session: SessionNeeded,
    after: Annotated[int, Query(ge=0, le=_MAX_ID)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessagePage:
    """Messages after an id, in order."""
    await services.rate_limits.check("requests", user=session.conversation_id)
    messages, has_more = await services.transcript.after(session.conversation_id, after, limit)
    return MessagePage(messages=[services.presentation.message(message) for message in messages], has_more=has_more)


@router.post("/attachments", status_code=201, responses=responses(401, 413, 415, 422, 429, 503))
async def upload(
    request: Request, services: ServicesNeeded, session: SessionNeeded, file: Annotated[UploadFile, File()]
) -> AttachmentShown:
    """Uploads a picture, which a message can then name. It is stored anew, without what cameras write into it."""
    await services.rate_limits.check("attachments", user=session.conversation_id, address=address_of(request.scope))
    data = await file.read(services.settings.attachment_bytes + 1)
    stored = await services.attachments.save(data)
    picture = Picture(stored.id, stored.content_type, stored.width, stored.height, stored.size)
    try:
        await services.conversations.add_picture(session.conversation_id, picture)
    except BaseException:
        services.attachments.delete(stored.id)
        raise
    return services.presentation.attachment(picture)


@router.get(
    "/attachments/{attachment_id}",
    responses=responses(401, 404, 422, 429, 503) | {200: {"content": {"image/*": {}}, "description": "The picture"}},
    response_class=FileResponse,
)
async def read_attachment(
    attachment_id: str, request: Request, services: ServicesNeeded, signature: str | None = None
) -> Response:
    """A picture, for its conversation's token or by the signed address that a message has."""
    if signature is not None:
        age = services.settings.attachment_url_seconds
        allowed = services.keys.may_read_attachment(signature, attachment_id, age)
        found = await services.transcript.picture(attachment_id) if allowed else None
    else:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        session = await services.sessions.read(token)
        await services.rate_limits.check("requests", user=session.conversation_id)
        found = await services.transcript.picture(attachment_id)
        if found and found[1] != session.conversation_id:
            found = None
    path = services.attachments.path(attachment_id) if found else None
    if found is None or path is None or not path.is_file():
        raise InputError(ErrorCode.NOT_FOUND)
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox"}
    return FileResponse(path, media_type=found[0].content_type, headers=headers)
