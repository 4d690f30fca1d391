"""Texts that agents send often."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from uwallet_gateway.agents.canned_replies import MOST_OF_SHORTCUT, MOST_OF_TEXT, MOST_OF_TITLE, CannedReply
from uwallet_gateway.input_text import clean
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded
from uwallet_gateway.transport.rest.requests import ServicesNeeded, responses

router = APIRouter()
_ReplyId = Annotated[int, Path(ge=1, le=2**31 - 1)]


class CannedReplyWanted(BaseModel):
    """A reply; `shortcut` is what is typed after 「/」."""

    model_config = ConfigDict(extra="forbid")

    title: str
    text: str
    shortcut: str | None = Field(default=None, pattern=r"^[^\s/]*$")

    def cleaned(self) -> tuple[str, str, str | None]:
        """Title, text and shortcut as they are stored.

        Raises:
            InputError: empty, too_long.
        """
        shortcut = clean(self.shortcut, MOST_OF_SHORTCUT).lower() if self.shortcut else None
        return clean(self.title, MOST_OF_TITLE), clean(self.text, MOST_OF_TEXT), shortcut


@router.get("/canned_replies", responses=responses(401, 429, 503))
async def read_canned_replies(services: ServicesNeeded, _session: AgentNeeded) -> list[CannedReply]:
    """All of them, by title."""
    return await services.canned_replies.all()


@router.post("/canned_replies", status_code=201, responses=responses(401, 403, 409, 422, 429, 503))
async def add_canned_reply(
    wanted: CannedReplyWanted, services: ServicesNeeded, _session: SupervisorNeeded
) -> CannedReply:
    """Adds one; `conflict` if another one has the shortcut."""
    return await services.canned_replies.add(*wanted.cleaned())


@router.put("/canned_replies/{reply_id}", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def change_canned_reply(
    reply_id: _ReplyId, wanted: CannedReplyWanted, services: ServicesNeeded, _session: SupervisorNeeded
) -> CannedReply:
    """Replaces one."""
    return await services.canned_replies.change(reply_id, *wanted.cleaned())


@router.delete("/canned_replies/{reply_id}", status_code=204, responses=responses(401, 403, 422, 429, 503))
async def remove_canned_reply(reply_id: _ReplyId, services: ServicesNeeded, _session: SupervisorNeeded) -> None:
    """Removes one; nothing happens if it is gone."""
    await services.canned_replies.remove(reply_id)
