"""Conversations are found by what was said in them, and by what became of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.helpers.office import MONDAY, Office
from tests.support.conftest import build_office
from uwallet_gateway import clock
from uwallet_gateway.database import tables
from uwallet_gateway.errors import InputError
from uwallet_gateway.maintenance.persons import Person
from uwallet_gateway.protocol.conversations import Conversation
from uwallet_gateway.protocol.messages import FeedbackRequest
from uwallet_gateway.search.conversations import ConversationFilter

pytestmark = pytest.mark.both_databases
SOLVED = {
    "messages": [{"text": "解决了就好"}],
    "understood": None,
    "events": [{"kind": "topic_opened", "topic": "forgot_password"}, {"kind": "solved", "topic": "forgot_password"}],
}


@pytest.fixture
async def office(any_database_url: str, make_settings: Any) -> Any:
    clock.set_time(MONDAY)
    made = build_office(make_settings(database_url=any_database_url))
    yield made
    await made.services.dispatcher.drain(5)
    await made.services.close()
    clock.set_time(None)


async def said(office: Office, *texts: str) -> str:
    conversation_id = await office.user()
    for words in texts:
        await office.say(conversation_id, words)
    return conversation_id


async def index(office: Office) -> None:
    while await office.services.search_indexer.run_once():
        pass


async def find(office: Office, query: str | None = None, **wanted: Any) -> list[Conversation]:
    found, _ = await office.services.search.page(ConversationFilter(query, **wanted), offset=0, limit=50)
    return found


async def ids(office: Office, query: str | None = None, **wanted: Any) -> list[str]:
    return [conversation.id for conversation in await find(office, query, **wanted)]


async def test_chinese_is_found_by_words_of_any_length(office: Office) -> None:
    first = await said(office, "我的退款一直失败，怎么办")
    clock.set_time(MONDAY + timedelta(minutes=1))
    second = await said(office, "你好", "APP打不开，订单AB12345没付成")
    # Who was only greeted has said nothing.
    await office.press(await office.user(), "/session_start")
    await index(office)
    assert await ids(office) == [second, first]
    expected = {"退款": [first], "款": [first], "退款失败": [], "退款 失败": [first], "退款一直失败": [first]}
    expected |= {
        "ab123": [second],
        "12345": [second],
        "订单 ab12345": [second],
        "失敗": [first],
        "没有的": [],
        "'\"*": [],
    }
    assert {query: await ids(office, query) for query in expected} == expected
    (found,) = await find(office, "打不开")
    assert found.match is not None
    assert (found.match.author, found.match.text, found.match.message_id) == ("user", "APP打不开，订单AB12345没付成", 3)
    # The names that the desk shows.
    assert await ids(office, first[-4:].upper()) == [first]
    # What the bot says is in every conversation.
    assert await ids(office, "收到") == []


async def test_notes_comments_and_agents_are_found(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.note(ticket.id, agent, text="明早十点回电")
    await office.agents.close(ticket.id, agent, disposition="solved", note="已退小票")
    await office.users.rate(conversation_id, ticket=ticket.number, rating=2, comment="太慢了")
    await index(office)
    for query in ("回电", "小票", "太慢", "小林", ticket.number, ticket.number[-4:], "找回登录密码"):
        assert await ids(office, query) == [conversation_id], query
        tickets, _ = await office.tickets.tickets(query=query)
        assert [one.id for one in tickets] == [ticket.id], query
    (found,) = await find(office, "回电")
    assert found.match is not None
    assert (found.match.text, found.match.message_id) == ("明早十点回电", None)
    assert found.ticket is not None
    assert (found.outcome, found.ticket.number, found.ticket.rating) == ("handed_over", ticket.number, 2)


async def test_filters(office: Office) -> None:
    agent = await office.agent("小林")
    office.engine.answers["解决了"] = SOLVED
    solved = await said(office, "忘记密码", "解决了")
    talked = await said(office, "你好")
    handed_over, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    await office.users.rate(handed_over, ticket=ticket.number, rating=5)
    await office.services.feedback.give(
        talked, 2, FeedbackRequest(helpful=False, reasons=["unclear"], comment="看不懂")
    )
    clock.set_time(MONDAY + timedelta(days=2))
    later = await said(office, "忘记密码")
    assert await ids(office, outcome="solved") == [solved]
    assert set(await ids(office, outcome="other")) == {talked, later}
    assert await ids(office, outcome="handed_over", agent_id=agent) == [handed_over]
    assert await ids(office, agent_id=agent + 1) == []
    assert set(await ids(office, topic="forgot_password")) == {solved, handed_over}
    assert (await ids(office, rating="high"), await ids(office, rating="low")) == ([handed_over], [])
    assert await ids(office, contains="unhelpful") == [talked]
    assert await ids(office, start=MONDAY + timedelta(days=1)) == [later]
    assert set(await ids(office, end=MONDAY + timedelta(days=1))) == {solved, talked, handed_over}
    assert len(await ids(office, site="site")) == 4
    assert await ids(office, site="other") == []
    await index(office)
    assert await ids(office, "密码", outcome="solved") == [solved]
    assert await ids(office, "看不懂") == [talked]
    # Words that many have said are found page by page.
    page, has_more = await office.services.search.page(ConversationFilter("忘记密码"), offset=1, limit=1)
    assert ([one.id for one in page], has_more) == ([solved], False)
    with pytest.raises(InputError, match="not_found"):
        await office.services.search.one("nobody")


async def test_what_is_erased_is_not_in_the_index(office: Office) -> None:
    conversation_id = await said(office, "我的退款一直失败")
    await index(office)
    await office.services.persons.erase(Person(conversation_id=conversation_id))
    async with office.services.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(tables.SearchDocument)) == 0
        assert await session.scalar(text("SELECT count(*) FROM search_index")) == 0
    assert await ids(office, "退款") == []
