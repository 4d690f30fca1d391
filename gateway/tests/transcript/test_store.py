"""Ids without gaps, on both databases and with many writers."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.transcript.messages import Draft
from uwallet_gateway.transcript.store import ConversationGoneError, Transcript

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def conversation_id(database: Database) -> str:
    identifier = uuid.uuid4().hex
    async with database.write() as transaction:
        transaction.add(tables.Site(key="s", name="S", secret="", require_identity=False, created_at=now()))
        await transaction.flush()
        transaction.add(
            tables.Conversation(
                id=identifier,
                site_key="s",
                kind="visitor",
                external_id=None,
                last_id=0,
                created_at=now(),
                active_at=now(),
            )
        )
    return identifier


@pytest.fixture
def transcript(database: Database) -> Transcript:
    return Transcript(database)


async def test_many_writers_leave_no_gap(transcript: Transcript, conversation_id: str) -> None:
    async def write(number: int) -> list[int]:
        async with transcript.writing(conversation_id) as transaction:
            first = await transaction.append(Draft("user", f"{number}", state="received"))
            second = await transaction.append(Draft("system", "…", in_reply_to=first.id))
        return [first.id, second.id]

    ids = [one for pair in await asyncio.gather(*map(write, range(20))) for one in pair]
    assert sorted(ids) == list(range(1, 41))
    messages, more = await transcript.after(conversation_id, 0, 100)
    assert [message.id for message in messages] == list(range(1, 41))
    assert not more
    assert await transcript.last_id(conversation_id) == 40


async def test_failed_page_leaves_nothing(transcript: Transcript, conversation_id: str) -> None:
    async def fail() -> None:
        async with transcript.writing(conversation_id) as transaction:
            await transaction.append(Draft("user", "x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await transcript.last_id(conversation_id) == 0
    assert await transcript.after(conversation_id, 0, 10) == ([], False)


async def test_only_what_waits_can_be_settled(transcript: Transcript, conversation_id: str) -> None:
    async with transcript.writing(conversation_id) as transaction:
        message = await transaction.append(Draft("user", "x", state="received"))
    assert await transcript.waiting_conversations() == [conversation_id]
    async with transcript.writing(conversation_id) as transaction:
        assert await transaction.set_state(message.id, "answered")
        assert not await transaction.set_state(message.id, "failed")
    assert await transcript.next_waiting(conversation_id) is None


async def test_pages_and_newest(transcript: Transcript, conversation_id: str) -> None:
    async with transcript.writing(conversation_id) as transaction:
        for number in range(5):
            await transaction.append(Draft("user", f"{number}"))
    messages, more = await transcript.after(conversation_id, 1, 2)
    assert ([message.id for message in messages], more) == ([2, 3], True)
    messages, more = await transcript.newest(conversation_id, 2)
    assert ([message.id for message in messages], more) == ([4, 5], True)


async def test_buttons_are_offered_with_their_last_title(transcript: Transcript, conversation_id: str) -> None:
    async with transcript.writing(conversation_id) as transaction:
        await transaction.append(Draft("bot", "a", buttons=({"title": "旧", "payload": "/x"},)))
        await transaction.append(Draft("bot", "b", buttons=({"title": "新", "payload": "/x"},)))
    async with transcript.writing(conversation_id) as transaction:
        assert await transaction.offered_title("/x") == "新"
        assert await transaction.offered_title("/y") is None


async def test_message_is_read_as_written(transcript: Transcript, conversation_id: str) -> None:
    draft = Draft("bot", "嗨 👨‍👩‍👧", metadata={"progress": {"number": 1}}, in_reply_to=1, client_id=None)
    async with transcript.writing(conversation_id) as transaction:
        written = await transaction.append(draft)
    [read], _ = await transcript.after(conversation_id, 0, 1)
    assert read == written


async def test_conversation_that_is_gone(transcript: Transcript, database: Database) -> None:
    with pytest.raises(ConversationGoneError):
        await transcript.last_id("none")
    with pytest.raises(ConversationGoneError):
        async with transcript.writing("none"):
            pass
