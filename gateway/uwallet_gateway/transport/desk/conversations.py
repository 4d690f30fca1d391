"""Conversations, with the bot alone or with humans, for supervisors: found, read, exported."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import conversation_rows, load_export_texts, transcript_rows
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.protocol.conversations import (
    Contains,
    Conversation,
    ConversationFilters,
    ConversationPage,
    ConversationTopic,
    Outcome,
    Rated,
    SiteName,
)
from uwallet_gateway.protocol.insight import MarkRequest
from uwallet_gateway.protocol.tickets import DeskMessagePage
from uwallet_gateway.search.conversations import ConversationFilter
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.files import FILE, FileFormat, file_response
from uwallet_gateway.transport.desk.guard import AgentNeeded, SupervisorNeeded
from uwallet_gateway.transport.desk.message_pages import After, Before, message_page
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/conversations")
ConversationId = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
# Conversations, and messages of one, in a file: the newest.
_MOST_IN_FILE, _MOST_MESSAGES = 5_000, 10_000
_FURTHEST = 10_000


def searched(query: str | None) -> str | None:
    """Words to search for, None for none. No database stores NUL in text, so nothing contains it."""
    return (query or "").replace("\0", "").strip() or None


def moments(services: Services, first: date | None, last: date | None) -> tuple[datetime | None, datetime | None]:
    """The beginning of the first day and the end of the last, in the time zone of the organisation.

    Raises:
        InputError: malformed.
    """
    zone = services.opening_hours.zone
    try:
        return (
            datetime.combine(first, time(), zone) if first else None,
            datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
        )
    except OverflowError as error:
        raise InputError(ErrorCode.MALFORMED) from error


def _filter(
    services: ServicesNeeded,
    query: Annotated[str | None, Query(max_length=100)] = None,
    site: Annotated[str | None, Query(max_length=64)] = None,
    topic: Annotated[str | None, Query(max_length=64)] = None,
    outcome: Outcome | None = None,
    agent_id: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    rating: Rated | None = None,
    contains: Contains | None = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> ConversationFilter:
    """What is asked for; days are those of the organisation's time zone, both included."""
    start, end = moments(services, first, last)
    return ConversationFilter(
        query=searched(query),
        site=searched(site),
        topic=searched(topic),
        outcome=outcome,
        agent_id=agent_id,
        rating=rating,
        contains=contains,
        start=start,
        end=end,
    )


_FilterWanted = Annotated[ConversationFilter, Depends(_filter)]


@router.get("", responses=responses(401, 403, 422, 429, 503))
async def read_conversations(
    _session: SupervisorNeeded,
    services: ServicesNeeded,
    wanted: _FilterWanted,
    offset: Annotated[int, Query(ge=0, le=_FURTHEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ConversationPage:
    """Returns conversations, newest first; of a search those with the newest match first."""
    found, has_more = await services.search.page(wanted, offset=offset, limit=limit)
    return ConversationPage(conversations=await _titled(services, found), has_more=has_more)


@router.get("/filters", responses=responses(401, 403, 429, 503))
async def read_filters(_session: SupervisorNeeded, services: ServicesNeeded) -> ConversationFilters:
    """Returns the sites and topics that there are."""
    titles = await _titles(services)
    topics = [ConversationTopic(id=topic, title=titles.get(topic)) for topic in await services.search.topics()]
    sites = [SiteName(key=key, name=name) for key, name in await services.search.sites()]
    return ConversationFilters(sites=sites, topics=topics)


@router.get("/export.{file_format}", responses=responses(401, 403, 422, 429, 503) | FILE, response_class=Response)
async def export(
    _session: SupervisorNeeded, services: ServicesNeeded, wanted: _FilterWanted, file_format: FileFormat
) -> Response:
    """Returns the conversations as a file for spreadsheets, in which no cell is a formula."""
    await services.audit.write(Action.MESSAGES_EXPORTED)
    found, _ = await services.search.page(wanted, offset=0, limit=_MOST_IN_FILE)
    found = await _titled(services, found)
    texts = load_export_texts()
    rows = await asyncio.to_thread(conversation_rows, found, services.opening_hours.zone, texts)
    return await file_response(file_format, "uwallet_conversations", [(texts.sheets["conversations"], rows)])


@router.get("/{conversation_id}", responses=responses(401, 403, 404, 422, 429, 503))
async def read_conversation(
    conversation_id: ConversationId, _session: SupervisorNeeded, services: ServicesNeeded
) -> Conversation:
    """Returns a conversation."""
    (found,) = await _titled(services, [await services.search.one(conversation_id)])
    return found


@router.get("/{conversation_id}/messages", responses=responses(401, 403, 404, 422, 429, 503))
async def read_conversation_messages(
    conversation_id: ConversationId,
    session: SupervisorNeeded,
    services: ServicesNeeded,
    before: Before = None,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> DeskMessagePage:
    """Returns messages in order: after an id, before one, or the newest. To look at them is recorded."""
    await services.search.one(conversation_id)
    await services.audit.write_once(
        (session.id, conversation_id), Action.CONVERSATION_READ, conversation_id, status="bot"
    )
    return await message_page(services, session, conversation_id, before=before, after=after, limit=limit)


@router.put(
    "/{conversation_id}/messages/{message_id}/mark",
    status_code=204,
    responses=responses(401, 403, 404, 422, 429, 503),
)
async def mark_message(
    conversation_id: ConversationId,
    message_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    body: MarkRequest,
    session: AgentNeeded,
    services: ServicesNeeded,
) -> None:
    """Says that the bot's answer to a user's message was wrong, or takes that back. Whoever may read it may say so."""
    if not session.agent.role.may(Role.SUPERVISOR):
        ticket_id = await services.tickets.newest_visible(conversation_id, session.agent.id)
        if ticket_id is None:
            raise InputError(ErrorCode.NOT_FOUND)
    if not await services.misunderstood.mark(conversation_id, message_id, marked=body.marked):
        raise InputError(ErrorCode.NOT_FOUND)


@router.get(
    "/{conversation_id}/export.{file_format}",
    responses=responses(401, 403, 404, 422, 429, 503) | FILE,
    response_class=Response,
)
async def export_conversation(
    conversation_id: ConversationId, _session: SupervisorNeeded, services: ServicesNeeded, file_format: FileFormat
) -> Response:
    """Returns the messages of a conversation as a file for spreadsheets."""
    await services.search.one(conversation_id)
    await services.audit.write(Action.MESSAGES_EXPORTED, conversation_id)
    messages, _ = await services.transcript.newest(conversation_id, _MOST_MESSAGES)
    texts = load_export_texts()
    rows = await asyncio.to_thread(transcript_rows, messages, services.opening_hours.zone, texts)
    return await file_response(file_format, f"uwallet_{conversation_id}", [(texts.sheets["transcript"], rows)])


async def _titles(services: Services) -> dict[str, str]:
    """Titles of topics: those of the intents with the same name; none while the engine is away."""
    try:
        return {intent.name: intent.title for intent in await services.assistant.intents()}
    except InputError:
        return {}


async def _titled(services: Services, conversations: list[Conversation]) -> list[Conversation]:
    titles = await _titles(services) if any(conversation.topics for conversation in conversations) else {}
    return [
        conversation.model_copy(
            update={
                "topics": [
                    topic if topic.title else ConversationTopic(id=topic.id, title=titles.get(topic.id))
                    for topic in conversation.topics
                ]
            }
        )
        for conversation in conversations
    ]
