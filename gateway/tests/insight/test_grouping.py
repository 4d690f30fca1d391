"""Groups of messages that the bot could not answer: made behind the conversations, and what is done about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.helpers.fake_engine import FakeEngine
from tests.helpers.tickets import add_conversation
from tests.insight.rows import add, said, understood
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.engine.assistant import EngineAssistant
from uwallet_gateway.insight.grouping import Grouper, most_typical
from uwallet_gateway.insight.groups import QuestionGroups
from uwallet_gateway.insight.misunderstood import LabelError, Misunderstood
from uwallet_gateway.insight.vectors import mean_of
from uwallet_gateway.protocol.insight import MisunderstandingKind, QuestionGroupRequest

pytestmark = pytest.mark.both_databases


@pytest.fixture
async def grouper(database: Database) -> AsyncIterator[Grouper]:
    """In front of an engine that groups texts by their first character."""
    assistant = EngineAssistant("http://engine", None, transport=httpx.ASGITransport(FakeEngine()))
    yield Grouper(database, assistant)
    await assistant.close()


async def asked(database: Database, letter: str, *texts: str, days: float = 0, kind: str = "not_understood") -> str:
    conversation_id = await add_conversation(database, letter * 32)
    moment = now() - timedelta(days=days, minutes=1)
    for number, text in enumerate(texts, 1):
        await add(
            database,
            said(conversation_id, number, text, moment),
            understood(conversation_id, number, moment, trouble=kind),
        )
    return conversation_id


async def agent(database: Database) -> int:
    row = tables.Agent(
        username="lin", name="小林", role="supervisor", password_hash="x", enabled=True, max_chats=5, created_at=now()
    )
    await add(database, row)
    return row.id


async def test_messages_are_shown_by_meaning_with_trend_and_nearest_answer(
    database: Database, grouper: Grouper
) -> None:
    await asked(database, "a", "票在哪开", "票在哪开？", "票怎么开", "卡怎么绑")
    await asked(database, "b", "票能开吗", days=9, kind="out_of_scope")
    # To have to choose is no question without an answer; neither is an empty message.
    await asked(database, "c", "票呢", kind="chosen")
    groups = QuestionGroups(database)
    assert (await groups.page(days=7, limit=10)).waiting == 5
    await grouper.run_once()
    page = await groups.page(days=7, limit=10)
    assert [(group.count, group.before) for group in page.groups] == [(3, 1), (1, 0)]
    invoices = page.groups[0]
    assert invoices.examples == ["票在哪开", "票怎么开", "票能开吗"]
    assert invoices.kinds == {"not_understood": 3}
    assert [answer.title for answer in invoices.nearest] == ["能开发票吗"]
    assert (page.waiting, page.next) == (0, None)
    assert (await groups.page(days=7, limit=1)).next == 1
    assert [
        group.count for group in (await groups.page(days=7, kind=MisunderstandingKind.OUT_OF_SCOPE, limit=1)).groups
    ] == []
    messages, _ = await Misunderstood(database).page(group=invoices.id, limit=10)
    assert len(messages) == 4


async def test_a_group_that_is_settled_comes_back_with_new_messages_only(database: Database, grouper: Grouper) -> None:
    await asked(database, "a", "票在哪开", "票怎么开")
    await grouper.run_once()
    groups, by = QuestionGroups(database), await agent(database)
    [group] = (await groups.page(days=7, limit=10)).groups
    settled = QuestionGroupRequest(state="handled", handled_as="faq", answer="faq/invoice")
    assert await groups.change(group.id, settled, by)
    assert not await groups.change(group.id + 1, settled, by)
    assert (await groups.page(days=7, limit=10)).groups == []
    [handled] = (await groups.page(days=7, state="handled", limit=10)).groups
    assert (handled.answer, handled.handled_by) == ("faq/invoice", "小林")
    await asked(database, "b", "票票票", days=-1 / 24)
    await grouper.run_once()
    [again] = (await groups.page(days=7, limit=10)).groups
    assert (again.id, again.count, again.handled_as) == (group.id, 1, "faq")
    await groups.change(group.id, QuestionGroupRequest(state="ignored"), by)
    assert (await groups.page(days=7, limit=10)).groups == []
    await groups.change(group.id, QuestionGroupRequest(state="open"), by)
    assert (await groups.page(days=7, limit=10)).groups[0].count == 3


async def test_labelling_a_group_labels_its_messages(database: Database, grouper: Grouper) -> None:
    await asked(database, "a", "票在哪开", "票怎么开", "卡")
    await grouper.run_once()
    groups, by = QuestionGroups(database), await agent(database)
    group = (await groups.page(days=7, limit=10)).groups[0]
    with pytest.raises(LabelError):
        await groups.label(group.id, "=1", by)
    assert await groups.label(group.id + 10, "greet", by) is None
    assert await groups.label(group.id, "out_of_scope", by) == 2
    assert {it.label for it in await Misunderstood(database).labelled()} == {"out_of_scope"}
    assert [it.examples for it in (await groups.page(days=7, limit=10)).groups] == [["卡"]]


async def test_groups_that_are_made_anew_keep_their_ids_and_what_was_done(database: Database, grouper: Grouper) -> None:
    conversation = await asked(database, "a", "票在哪开", "票怎么开", "卡", "码")
    await grouper.run_once()
    groups, by = QuestionGroups(database), await agent(database)
    [invoices, *others] = (await groups.page(days=7, limit=10)).groups
    await groups.change(
        next(it.id for it in others if it.examples == ["码"]), QuestionGroupRequest(state="ignored"), by
    )
    async with database.write() as transaction:
        # As if 「卡」 had joined a group that it is not near to.
        row = await transaction.get(tables.GroupedMessage, (conversation, 3))
        assert row is not None
        row.group_id = invoices.id
    await Grouper(database, grouper._assistant).run_once()
    found = {it.examples[0]: it.id for it in (await groups.page(days=7, limit=10)).groups}
    assert found.keys() == {"票在哪开", "卡"}
    assert found["票在哪开"] == invoices.id


async def test_erased_messages_leave_their_groups(database: Database, grouper: Grouper) -> None:
    conversation = await asked(database, "a", "票在哪开")
    await grouper.run_once()
    async with database.write() as transaction:
        row = await transaction.get(tables.Conversation, conversation)
        await transaction.delete(row)
    assert (await QuestionGroups(database).page(days=7, limit=10)).groups == []
    async with database.read() as transaction:
        assert await transaction.get(tables.GroupedMessage, (conversation, 1)) is None


def test_vectors_and_the_typical_text() -> None:
    ones, threes = mean_of([b"\x00<\x00<"]), mean_of([b"\x00B\x00B"])
    assert mean_of([threes], ones, 1) == mean_of([ones, threes]) == b"\x00@\x00@"
    assert most_typical(["在哪开票呢啊", "怎么开发票", "怎么开发票呢"]) in {"怎么开发票", "怎么开发票呢"}
    assert most_typical([]) == ""
