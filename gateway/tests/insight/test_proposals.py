"""Answers of agents, from closed chats, for whoever makes answers of the bot of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, func, select

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.tickets import add_conversation
from tests.insight.rows import add, said
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.engine.assistant import EngineAssistant
from uwallet_gateway.insight.proposals import Proposals
from uwallet_gateway.protocol.insight import AgentAnswerView, PairKey, SettledPairsRequest

pytestmark = pytest.mark.both_databases
ANSWER = "在“账单”右上角点“导出”，选好时间就能发到邮箱。"


@pytest.fixture
async def proposals(database: Database) -> AsyncIterator[Proposals]:
    """In front of an engine that groups texts by their first character."""
    assistant = EngineAssistant("http://engine", None, transport=httpx.ASGITransport(FakeEngine()))
    yield Proposals(database, assistant)
    await assistant.close()


async def chat(database: Database, letter: str, question: str, answer: str, **more: Any) -> str:
    """A closed chat in which the question was asked before an agent came."""
    conversation_id = await add_conversation(database, letter * 32)
    moment = now() - timedelta(minutes=10)
    ticket = {
        "number": letter,
        "conversation_id": conversation_id,
        "status": "closed",
        "priority": 2,
        "reason": "user_request",
        "handoff": {},
        "disposition": "solved",
        "created_at": moment,
        "claimed_at": moment + timedelta(minutes=1),
        "first_reply_at": moment + timedelta(minutes=2),
        "closed_at": moment + timedelta(minutes=5),
    }
    await add(
        database,
        said(conversation_id, 1, question, moment - timedelta(minutes=1)),
        said(conversation_id, 2, "转人工", moment, payload="/human_handoff"),
        said(conversation_id, 3, answer, moment + timedelta(minutes=2), author="agent"),
        said(conversation_id, 4, "谢谢", moment + timedelta(minutes=3)),
        tables.Ticket(**(ticket | more)),
    )
    return conversation_id


async def shown(proposals: Proposals, state: Any = "open") -> list[AgentAnswerView]:
    return (await proposals.page(days=30, state=state, offset=0, limit=20)).answers


async def test_the_answer_that_was_given_most_often_comes_first(database: Database, proposals: Proposals) -> None:
    await chat(database, "a", "提现多久到账", "一般两小时内到账，遇到银行维护会顺延。")
    await chat(database, "b", "账单怎么导出", ANSWER)
    await chat(database, "c", "怎么下载账单", f"您好，{ANSWER}")
    first, second = await shown(proposals)
    assert (first.count, first.helped, {first.question, *first.questions}) == (2, 2, {"账单怎么导出", "怎么下载账单"})
    assert (second.count, second.question) == (1, "提现多久到账")


@pytest.mark.parametrize(
    "more",
    [{"disposition": "spam"}, {"rating": 1}, {"status": "active"}, {"first_reply_at": None}],
)
async def test_chats_that_helped_nobody_are_not_read(
    database: Database, proposals: Proposals, more: dict[str, Any]
) -> None:
    await chat(database, "a", "账单怎么导出", ANSWER, **more)
    assert await shown(proposals) == []


async def test_what_is_settled_comes_back_only_when_it_is_answered_again(
    database: Database, proposals: Proposals
) -> None:
    await chat(database, "a", "账单怎么导出", ANSWER)
    (view,) = await shown(proposals)
    gone = PairKey(conversation_id="z" * 32, message_id=1)
    change = SettledPairsRequest(pairs=[*view.pairs, gone], state="handled", handled_as="faq", answer="faq/export")
    await proposals.settle(change)
    assert await shown(proposals) == []
    assert len(await shown(proposals, "handled")) == 1
    await chat(database, "b", "账单如何导出", ANSWER)
    assert [it.count for it in await shown(proposals)] == [1]
    await proposals.settle(SettledPairsRequest(pairs=view.pairs, state="open"))
    assert [it.count for it in await shown(proposals)] == [2]


async def test_an_erased_conversation_leaves_nothing(database: Database, proposals: Proposals) -> None:
    conversation_id = await chat(database, "a", "账单怎么导出", ANSWER)
    (view,) = await shown(proposals)
    await proposals.settle(SettledPairsRequest(pairs=view.pairs, state="ignored"))
    async with database.write() as session:
        await session.execute(delete(tables.Conversation).where(tables.Conversation.id == conversation_id))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(tables.SettledAnswer)) == 0
    assert await shown(proposals) == await shown(proposals, "ignored") == []
