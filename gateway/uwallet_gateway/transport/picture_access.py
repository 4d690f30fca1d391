"""For whom the addresses of pictures are signed, and whether such a reader is still signed in."""

from __future__ import annotations

from fastapi import Request

from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.keys import PictureReader
from uwallet_gateway.identity.sessions import Session
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.cookies import SESSION


def user_reader(session: Session) -> PictureReader:
    """The browser of a user."""
    return PictureReader("session", session.id)


def agent_reader(session: DeskSession) -> PictureReader:
    """The browser of an agent."""
    return PictureReader("desk", session.id)


def backend_reader(conversation_id: str) -> PictureReader:
    """The backend of a site, which passes the address on to its user."""
    return PictureReader("backend", conversation_id)


async def is_signed_in(services: Services, request: Request, reader: PictureReader) -> bool:
    """Whether the reader's session goes on; the desk is a page of ours, whose browser sends its cookie as well."""
    if reader.kind == "session":
        # The picture stands on the page of a site, whose browser sends nothing but the address.
        return await services.sessions.is_open(reader.id)
    if reader.kind == "desk":
        try:
            token = SESSION.read(request, services.settings)
            return (await services.desk_sessions.read(token)).id == reader.id
        except InputError:
            return False
    return True
