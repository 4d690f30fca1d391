"""What the gateway says and takes itself within a conversation with the bot."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.helpers.office import HANDOFF, Office
from uwallet_gateway.identity.keys import PictureReader
from uwallet_gateway.presentation import Presentation
from uwallet_gateway.redaction import redact
from uwallet_gateway.transcript.messages import Message


def handed_over(text: str = "好的", **changed: Any) -> dict[str, Any]:
    """An answer of the bot that hands over."""
    return {"messages": [{"text": text}, {"custom": {**HANDOFF, **changed}}], "understood": None}


async def told(office: Office, conversation_id: str) -> list[Message]:
    """What the gateway has said, in order."""
    return [message for message in await office.messages(conversation_id) if message.author == "system"]


# What the bot is told


async def test_bot_is_told_whether_somebody_is_there(office: Office) -> None:
    conversation_id = await office.user()
    await office.say(conversation_id, "你好")
    agent = await office.agent("小林")
    await office.say(conversation_id, "在吗")
    await office.say(conversation_id, "转人工")
    await office.say(conversation_id, "还在吗")
    await office.leave(agent)
    await office.say(conversation_id, "没人了？")
    assert [metadata["support"] for metadata in office.engine.metadata] == [
        {"available": False, "queued": False},
        {"available": True, "queued": False},
        {"available": True, "queued": False},
        {"available": True, "queued": True},
        {"available": False, "queued": True},
    ]


async def test_bot_is_told_where_it_is_asked(office: Office) -> None:
    # Some answers are for some sites or channels only.
    await office.say(await office.user(), "你好")
    assert {name: office.engine.metadata[0][name] for name in ("site", "channel")} == {
        "site": "site",
        "channel": "widget",
    }


async def test_a_quoted_message_is_not_sent_to_the_bot(office: Office) -> None:
    conversation_id = await office.user()
    text = "「客服：第2步，填绑定的手机号」\n- - - - - - - - - - - - - - -\n这个在哪填"
    stored = await office.say(conversation_id, text)
    assert stored.text == text
    assert office.engine.texts == ["这个在哪填"]


# Two voices


async def test_what_the_bot_has_said_is_not_said_again(office: Office) -> None:
    conversation_id, _ = await office.waiting_ticket()
    [notice] = await told(office, conversation_id)
    assert "在线。" not in notice.text
    assert "留言" in notice.text
    await office.agent("小林")
    conversation_id, _ = await office.waiting_ticket()
    [notice] = await told(office, conversation_id)
    assert "正在为您转" not in notice.text
    assert "第1位" in notice.text


async def test_agent_who_leaves_meanwhile_is_told_of_in_full(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id = await office.user()
    office.engine.hold = True
    await office.say(conversation_id, "转人工")
    while not office.engine.held:
        await asyncio.sleep(0.01)
    await office.leave(agent)
    office.engine.release()
    office.engine.hold = False
    await office.settled()
    last = await office.last(conversation_id)
    assert last.metadata["support"] == "nobody_there"
    assert "没有人工客服在线" in last.text


@pytest.mark.parametrize("online", [True, False])
async def test_in_a_crisis_the_words_of_the_bot_are_enough(office: Office, online: bool) -> None:
    await office.agent("小林", online=online)
    conversation_id = await office.user()
    alarms = [{"kind": "crisis", "text": "我不想活了"}]
    office.engine.answers["我不想活了"] = handed_over(reason="crisis", mood="in_crisis", alarms=alarms)
    await office.say(conversation_id, "我不想活了")
    assert await told(office, conversation_id) == []
    ticket = await office.ticket(conversation_id)
    assert (ticket.reason, ticket.mood, ticket.priority) == ("crisis", "in_crisis", 0)
    assert [alarm.model_dump() for alarm in ticket.alarms] == alarms
    assert ticket.status == ("queued" if online else "message")


@pytest.mark.parametrize("way", ["close", "return_to_bot"])
async def test_after_a_crisis_nobody_is_asked_for_a_rating(office: Office, way: str) -> None:
    agent = await office.agent("小林")
    conversation_id = await office.user()
    office.engine.answers["我不想活了"] = handed_over(reason="crisis", mood="in_crisis")
    await office.say(conversation_id, "我不想活了")
    ticket = await office.ticket(conversation_id)
    await office.agents.claim(ticket.id, agent)
    await getattr(office.agents, way)(ticket.id, agent, disposition="solved")
    last = await office.last(conversation_id)
    assert (last.buttons, "评" in last.text or "打个分" in last.text) == ((), False)
    assert (await office.state(conversation_id)).rating_wanted is None


# Complaints


@pytest.mark.both_databases
async def test_complaint_is_a_ticket_though_nobody_is_wanted(office: Office) -> None:
    conversation_id = await office.user()
    request = {"type": "support_request", "request": "complaint"}
    office.engine.answers["我要投诉"] = {"messages": [{"text": "给您记上"}, {"custom": request}], "understood": None}
    await office.say(conversation_id, "我要投诉")
    assert (await office.last(conversation_id)).text == "给您记上"
    ticket = await office.ticket(conversation_id)
    assert (ticket.reason, ticket.priority, ticket.status) == ("complaint", 1, "message")
    assert "我要投诉" in ticket.summary
    # A human who is wanted later finds it in the same ticket.
    await office.agent("小林")
    await office.say(conversation_id, "转人工")
    again = await office.ticket(conversation_id)
    assert (again.id, again.status, again.reason) == (ticket.id, "queued", "complaint")
    assert [alarm.kind for alarm in again.alarms] == ["complaint"]


async def test_danger_after_a_handoff_goes_to_the_front(office: Office) -> None:
    await office.agent("小林")
    await office.waiting_ticket()
    conversation_id, ticket = await office.waiting_ticket()
    assert (ticket.priority, ticket.position) == (2, 2)
    office.engine.answers["他让我转账"] = handed_over(
        reason="fraud", mood="distressed", alarms=[{"kind": "fraud_underway", "text": "他让我转账"}]
    )
    await office.say(conversation_id, "他让我转账")
    ticket = await office.ticket(conversation_id)
    assert (ticket.reason, ticket.priority, ticket.position) == ("fraud", 0, 1)


# Buttons that are typed


@pytest.mark.parametrize("typed", ["留言", "留　言", "留言吧", "我要留言", "流言", "liuyan"])
async def test_leave_a_message_typed(office: Office, typed: str) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    asked = len(office.engine.asked)
    await office.say(conversation_id, typed)
    assert (await office.last(conversation_id)).metadata["support"] == "message_wanted"
    await office.say(conversation_id, "付款一直失败，电话13800138000")
    assert len(office.engine.asked) == asked
    left = await office.tickets.ticket(ticket.id)
    assert (left.contact, left.message) == ("138****8000", "付款一直失败，电话138****8000")
    assert await office.contact(ticket.id) == "13800138000"


@pytest.mark.parametrize("typed", ["不等了", "不等了。", "取消排队", "取消排隊", "不想等了"])
async def test_leave_the_queue_typed(office: Office, typed: str) -> None:
    await office.agent("小林")
    conversation_id, _ = await office.waiting_ticket()
    await office.say(conversation_id, typed)
    assert (await office.state(conversation_id)).owner == "bot"
    assert (await office.kinds(conversation_id))[-1] == "left_queue"


@pytest.mark.parametrize("typed", ["等了二十分钟了", "还要等多久", "怎么还不来", "我不等了行吗你们倒是快点", "等"])
async def test_nothing_else_that_is_typed_leaves_the_queue(office: Office, typed: str) -> None:
    await office.agent("小林")
    conversation_id, _ = await office.waiting_ticket()
    await office.say(conversation_id, typed)
    assert (await office.state(conversation_id)).owner == "queued"
    assert office.engine.texts[-1] == typed


@pytest.mark.parametrize("typed", ["5分", "５分", "五分", "满分", "滿分", "5", "⭐⭐⭐⭐⭐"])
async def test_rating_typed(office: Office, typed: str) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    asked = len(office.engine.asked)
    await office.say(conversation_id, typed)
    assert (await office.tickets.ticket(ticket.id)).rating == 5
    assert len(office.engine.asked) == asked


async def test_rating_that_the_bot_has_asked_for_is_the_bots(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    office.engine.answers["先不弄了"] = {
        "messages": [{"text": "打个分吧", "metadata": {"ask": "rating"}}],
        "understood": None,
    }
    await office.say(conversation_id, "先不弄了")
    await office.say(conversation_id, "5分")
    assert (await office.tickets.ticket(ticket.id)).rating is None
    assert office.engine.texts[-1] == "5分"


async def test_label_that_was_never_shown_is_the_bots(office: Office) -> None:
    conversation_id = await office.user()
    for typed in ("留言", "不等了", "5分"):
        await office.say(conversation_id, typed)
    assert office.engine.texts == ["留言", "不等了", "5分"]


async def test_payload_of_the_bot_that_begins_like_ours_is_the_bots(office: Office) -> None:
    conversation_id = await office.user()
    office.engine.answers["联系客服"] = {
        "messages": [{"text": "官网", "buttons": [{"title": "服务时间", "payload": "/support_hours"}]}],
        "understood": None,
    }
    await office.say(conversation_id, "联系客服")
    await office.press(conversation_id, "/support_hours")
    assert (await office.last(conversation_id)).text == "收到：/support_hours"


# Contacts in words


@pytest.mark.both_databases
async def test_contact_in_words_is_kept_for_the_ticket(office: Office) -> None:
    conversation_id = await office.user()
    stored = await office.say(conversation_id, "我手机号13711112222 方便联系")
    assert "13711112222" not in stored.text
    assert "contact_kept" in await office.kinds(conversation_id)
    assert "13711112222" not in "".join(message.text for message in await office.messages(conversation_id))
    await office.say(conversation_id, "转人工")
    ticket = await office.ticket(conversation_id)
    assert (ticket.contact, await office.contact(ticket.id)) == ("137****2222", "13711112222")


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("text", ["13711112222", "我手机号是13711112222", "手機號13711112222，方便聯繫"])
async def test_contact_after_a_handoff_goes_to_the_ticket(office: Office, online: bool, text: str) -> None:
    await office.agent("小林", online=online)
    conversation_id, ticket = await office.waiting_ticket()
    asked = len(office.engine.asked)
    stored = await office.say(conversation_id, text)
    assert "13711112222" not in stored.text
    assert await office.contact(ticket.id) == "13711112222"
    assert (await office.last(conversation_id)).metadata["support"] == "contact_taken"
    assert (await office.state(conversation_id)).owner == ("queued" if online else "bot")
    assert len(office.engine.asked) == asked


async def test_message_with_a_contact_needs_no_button(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.say(conversation_id, "付款一直失败，电话13800138000")
    left = await office.tickets.ticket(ticket.id)
    assert (left.contact, left.message) == ("138****8000", "付款一直失败，电话138****8000")
    assert await office.contact(ticket.id) == "13800138000"
    assert (await office.last(conversation_id)).metadata["support"] == "message_taken"


@pytest.mark.parametrize("text", ["对方电话13711112222", "我手机号13711112222收不到验证码", "13711112222"])
async def test_number_that_is_no_contact_is_not_kept(office: Office, text: str) -> None:
    conversation_id = await office.user()
    await office.say(conversation_id, text)
    assert await office.kinds(conversation_id) == []
    await office.say(conversation_id, "转人工")
    assert (await office.ticket(conversation_id)).contact is None


@pytest.mark.parametrize("text", ["我的电话13711112222，转人工", "转人工，手机13711112222", "找人工 lin@example.com"])
async def test_contact_in_the_request_for_a_human_is_that_of_its_ticket(office: Office, text: str) -> None:
    conversation_id = await office.user()
    contact = "lin@example.com" if "@" in text else "13711112222"
    office.engine.answers[redact(text).text] = handed_over("好的，这就转人工")
    await office.say(conversation_id, text)
    assert await office.contact((await office.ticket(conversation_id)).id) == contact
    # The engine is sent what is stored.
    assert contact not in "".join(office.engine.texts)
    assert contact not in "".join(message.text for message in await office.messages(conversation_id))


async def test_contact_told_to_an_agent_is_masked_and_kept_with_the_ticket(office: Office) -> None:
    conversation_id, ticket = await office.chat(await office.agent("小林"))
    kinds = await office.kinds(conversation_id)
    stored = await office.say(conversation_id, "我的手机是13711112222")
    assert stored.text == "我的手机是137****2222"
    assert await office.contact(ticket.id) == "13711112222"
    assert await office.kinds(conversation_id) == kinds
    # What is no contact of theirs is masked, too, and not kept.
    assert "13900139000" not in (await office.say(conversation_id, "骗子的电话是13900139000")).text
    assert await office.contact(ticket.id) == "13711112222"


async def test_contact_that_the_bot_asks_for_is_kept_by_the_gateway_and_masked_for_the_bot(office: Office) -> None:
    conversation_id = await office.user()
    asking = {"text": "新的手机号是多少？", "metadata": {"ask": "contact"}}
    office.engine.answers["改手机号"] = {"messages": [asking], "understood": None}
    await office.say(conversation_id, "改手机号")
    await office.say(conversation_id, "13711112222")
    assert office.engine.texts[-1] == "137****2222"
    assert (await office.last(conversation_id)).text == "收到：137****2222"
    await office.say(conversation_id, "转人工")
    assert await office.contact((await office.ticket(conversation_id)).id) == "13711112222"


# Script


@pytest.mark.both_databases
async def test_notices_are_in_the_script_of_the_user(office: Office) -> None:
    conversation_id = await office.user()
    office.engine.answers["轉人工"] = {**handed_over("好的，這就為您轉人工"), "script": "traditional"}
    await office.say(conversation_id, "轉人工")
    [notice] = await told(office, conversation_id)
    assert "聯繫方式" in notice.text
    assert notice.buttons[0]["title"] == "留言"
    # Also later, and for what does not answer the bot.
    await office.press(conversation_id, "/support_leave_message")
    assert "請把您遇到的問題" in (await office.last(conversation_id)).text
    office.engine.answers["不等"] = {"messages": [{"text": "好"}], "understood": None, "script": "simplified"}
    await office.say(conversation_id, "算了")
    await office.say(conversation_id, "不等")
    await office.press(conversation_id, "/support_leave_message")
    assert "请把您遇到的问题" in (await office.last(conversation_id)).text


# Why a reply was given


@pytest.mark.both_databases
async def test_reading_is_for_agents_only(office: Office) -> None:
    conversation_id = await office.user()
    reading = {"source": "offered", "act": "next", "evidence": "typed the label 下一步", "certainty": 1.0, "others": []}
    office.engine.answers["下一步"] = {
        "messages": [{"text": "第2步"}, {"text": "填好了吗"}],
        "understood": None,
        "reading": reading,
    }
    await office.say(conversation_id, "下一步")
    bot = [message for message in await office.messages(conversation_id) if message.author == "bot"]
    assert [message.reading for message in bot] == [reading, None]
    presentation: Presentation = office.services.presentation
    reader = PictureReader("session", "any")
    assert presentation.desk_message(bot[0], reader).reading == reading
    for body in (
        presentation.message(bot[0], reader).model_dump_json(),
        str(presentation.bot_uttered(bot[0], reader)),
        str(presentation.rasa_rest(bot[0], "user", reader)),
    ):
        assert "evidence" not in body


async def test_agents_have_a_message_to_work_on_once_one_was_left(office: Office) -> None:
    agent = await office.agent("小林", online=False)
    conversation_id, ticket = await office.waiting_ticket()
    _, urgent = await office.waiting_ticket("account_compromised")
    queue = await office.tickets.queue(agent)
    assert ([one.id for one in queue.messages], queue.counts.messages) == ([urgent.id], 1)
    await office.users.leave_message(conversation_id, text="付款失败", contact="13711112222")
    assert [one.id for one in (await office.tickets.queue(agent)).messages] == [urgent.id, ticket.id]
