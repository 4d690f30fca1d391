"""Messages of a conversation as agents read them, a page at a time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from uwallet_gateway.agents.sessions import DeskSession
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.tickets import DeskMessagePage
from uwallet_gateway.services import Services
from uwallet_gateway.transport.picture_access import agent_reader

Before = Annotated[int | None, Query(ge=1, le=MAX_ID)]
After = Annotated[int | None, Query(ge=0, le=MAX_ID)]


async def message_page(
    services: Services,
    session: DeskSession,
    conversation_id: str,
    *,
    before: int | None,
    after: int | None,
    limit: int,
) -> DeskMessagePage:
    """Returns messages in order: after an id, the last ones before an id, or the newest.

    Args:
        services: To read by.
        session: Of the agent, whose browser may load the pictures.
        conversation_id: Whose messages.
        before: An id, or None.
        after: An id, or None; comes before `before`.
        limit: Most messages.
    """
    if after is not None:
        messages, has_more = await services.transcript.after(conversation_id, after, limit)
    elif before is not None:
        messages, has_more = await services.transcript.before(conversation_id, before, limit)
    else:
        messages, has_more = await services.transcript.newest(conversation_id, limit)
    show, reader = services.presentation.desk_message, agent_reader(session)
    return DeskMessagePage(messages=[show(message, reader) for message in messages], has_more=has_more)
