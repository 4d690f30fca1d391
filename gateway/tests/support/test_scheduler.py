"""What happens by itself as time goes by."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import event

from tests.helpers.office import Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway.errors import InputError
from uwallet_gateway.transcript.events import Event, SupportChanged


async def test_after_the_timeout_a_message_is_offered_once(office: Office) -> None:
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    await office.later(minutes=9)
    assert await office.kinds(conversation_id) == ["queued"]
    await office.later(minutes=2)
    await office.later(minutes=20)
    assert await office.kinds(conversation_id) == ["queued", "timeout"]
    said = await office.last(conversation_id)
    assert [button["payload"] for button in said.buttons] == ["/support_leave_message", "/support_keep_waiting"]
    await office.press(conversation_id, "/support_keep_waiting")
    assert (await office.tickets.ticket(ticket.id)).status == "queued"
    assert "第1位" in (await office.last(conversation_id)).text


async def test_user_is_reminded_and_the_chat_closed(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.say(ticket.id, agent, text="您好，请问是什么问题？")
    await office.later(minutes=1)
    await office.later(minutes=1, seconds=30)
    await office.round()
    assert (await office.kinds(conversation_id))[-1:] == ["user_reminder"]
    assert "3分钟" in (await office.last(conversation_id)).text
    await office.later(minutes=3, seconds=30)
    assert (await office.kinds(conversation_id))[-2:] == ["user_reminder", "user_left"]
    closed = await office.tickets.ticket(ticket.id)
    assert (closed.status, closed.disposition) == ("closed", "user_left")
    state = await office.state(conversation_id)
    assert (state.owner, state.rating_wanted) == ("closed", None)
    await office.say(conversation_id, "我回来了")
    assert (await office.last(conversation_id)).text == "收到：我回来了"


async def test_user_for_whom_the_chat_is_kept_open_is_not_sent_away(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.say(ticket.id, agent, text="请先去改密码，改好告诉我")
    await office.agents.keep_open(ticket.id, agent, kept_open=True)
    await office.later(hours=2)
    await office.later(hours=2)
    assert "user_reminder" not in await office.kinds(conversation_id)
    await office.agents.keep_open(ticket.id, agent, kept_open=False)
    await office.later(minutes=1)
    assert "user_reminder" not in await office.kinds(conversation_id)
    await office.later(minutes=1, seconds=1)
    assert (await office.kinds(conversation_id))[-1] == "user_reminder"
    with pytest.raises(InputError, match="conflict"):
        await office.agents.keep_open(ticket.id, await office.agent("小王"), kept_open=True)


async def test_urgent_user_is_waited_for_longer(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket("account_compromised")
    await office.agents.claim(ticket.id, agent)
    await office.agents.say(ticket.id, agent, text="请先去改密码")
    await office.later(minutes=5, seconds=59)
    assert "user_reminder" not in await office.kinds(conversation_id)
    await office.later(seconds=2)
    assert "9分钟" in (await office.last(conversation_id)).text
    await office.later(minutes=8, seconds=58)
    assert (await office.tickets.ticket(ticket.id)).status == "active"
    await office.later(seconds=3)
    assert (await office.tickets.ticket(ticket.id)).disposition == "user_left"


async def test_user_who_answers_is_not_sent_away(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.say(ticket.id, agent, text="请稍等")
    await office.later(minutes=2, seconds=1)
    await office.say(conversation_id, "好的")
    await office.later(minutes=4)
    assert (await office.tickets.ticket(ticket.id)).status == "active"
    # A reminder is always before the end, also when the gateway was away for long.
    await office.agents.say(ticket.id, agent, text="查到了")
    await office.later(hours=1)
    assert (await office.kinds(conversation_id))[-1] == "user_reminder"
    assert (await office.tickets.ticket(ticket.id)).status == "active"


@pytest.mark.both_databases
async def test_silent_agents_chat_goes_back_to_the_front_of_the_queue(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.say(conversation_id, "在吗")
    other, _ = await office.waiting_ticket()
    await office.later(minutes=5, seconds=1)
    back = await office.tickets.ticket(ticket.id)
    assert (back.status, back.position) == ("queued", 1)
    assert (await office.kinds(conversation_id))[-1] == "requeued"
    assert (await office.state(other)).position == 2
    # It has waited for this agent, not for the timeout of the queue.
    await office.later(minutes=6)
    assert "timeout" not in await office.kinds(conversation_id)


async def test_user_who_was_answered_is_not_told_that_nobody_answered(office: Office) -> None:
    first, second = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(first)
    await office.say(conversation_id, "在吗")
    await office.agents.say(ticket.id, first, text="在的")
    await office.agents.transfer(ticket.id, first, to=second)
    await office.later(minutes=5, seconds=1)
    last = await office.last(conversation_id)
    assert last.metadata["support"] == "requeued"
    assert last.text.startswith("正在为您安排另一位客服")


async def test_agent_who_answers_keeps_the_chat(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.later(minutes=4)
    await office.agents.say(ticket.id, agent, text="在的")
    await office.say(conversation_id, "好")
    await office.later(minutes=4)
    assert (await office.tickets.ticket(ticket.id)).status == "active"


async def test_queue_without_any_agent_is_asked_for_messages(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    await office.leave(agent)
    await office.round()
    # Agents whose page is loaded anew, or whose gateway was restarted, are back soon.
    await office.later(minutes=1)
    assert (await office.tickets.ticket(ticket.id)).status == "queued"
    await office.later(minutes=1, seconds=1)
    assert (await office.tickets.ticket(ticket.id)).status == "message"
    assert (await office.state(conversation_id)).owner == "bot"
    assert (await office.kinds(conversation_id)) == ["queued", "nobody_there"]


async def test_who_was_asked_for_a_message_and_is_taken_after_all_does_not_wait_for_ever(office: Office) -> None:
    agent = await office.agent("小林", online=False)
    conversation_id, ticket = await office.waiting_ticket()
    await office.round()
    await office.later(minutes=10)
    asked = await office.tickets.ticket(ticket.id)
    assert (asked.status, asked.message) == ("message", None)
    taken = await office.agents.claim(ticket.id, agent)
    assert taken.status == "active"
    assert (await office.kinds(conversation_id))[-1] == "claimed"
    await office.later(minutes=5, seconds=1)
    assert (await office.kinds(conversation_id))[-2:] == ["requeued", "nobody_there"]
    assert (await office.tickets.ticket(ticket.id)).status == "message"


async def test_those_who_move_forward_are_told_silently_and_the_next_one_in_words(office: Office) -> None:
    agent = await office.agent("小林")
    waiting = [await office.waiting_ticket() for _ in range(3)]
    await office.agents.claim(waiting[0][1].id, agent)
    await office.round()
    assert await office.kinds(waiting[1][0]) == ["queued", "next_in_queue"]
    assert await office.kinds(waiting[2][0]) == ["queued"]
    await office.later(seconds=31)
    assert await office.kinds(waiting[2][0]) == ["queued"]
    # Somebody urgent comes before them: they are not told twice that they are next.
    urgent, ticket = await office.waiting_ticket("account_compromised")
    await office.round()
    await office.agents.claim(ticket.id, agent)
    await office.round()
    assert await office.kinds(waiting[1][0]) == ["queued", "next_in_queue"]
    assert await office.kinds(urgent) == ["queued", "claimed"]


@pytest.mark.both_databases
async def test_automatic_assignment_least_busy_under_the_limit_last_agent_first(make_office: OfficeFactory) -> None:
    office: Office = await make_office(assignment="automatic")
    busy, free = await office.agent("小林", max_chats=2), await office.agent("小王", max_chats=1)
    first, ticket = await office.waiting_ticket()
    await office.round()
    served = await office.tickets.ticket(ticket.id)
    assert served.agent is not None
    assert served.agent.id == busy
    others = [(await office.waiting_ticket())[1] for _ in range(3)]
    await office.round()
    agents = [(await office.tickets.ticket(other.id)).agent for other in others]
    assert [agent.id if agent else None for agent in agents] == [free, busy, None]
    # The last agent is preferred, however busy.
    await office.agents.close(ticket.id, busy, disposition="solved")
    await office.agents.close(others[0].id, free, disposition="solved")
    await office.users.leave_queue((await office.tickets.ticket(others[2].id)).conversation_id)
    await office.say(first, "转人工")
    await office.round()
    anew = await office.ticket(first)
    assert anew.agent is not None
    assert anew.agent.id == busy
    assert (await office.events(anew.id))[-1] == "assigned"


async def test_chat_that_came_back_is_not_given_to_the_same_agent_again(make_office: OfficeFactory) -> None:
    office: Office = await make_office(assignment="automatic")
    agent = await office.agent("小林")
    _, ticket = await office.waiting_ticket()
    await office.round()
    await office.agents.transfer(ticket.id, agent, to=None)
    await office.round()
    assert (await office.tickets.ticket(ticket.id)).status == "queued"
    other = await office.agent("小王")
    await office.round()
    served = await office.tickets.ticket(ticket.id)
    assert served.agent is not None
    assert served.agent.id == other


@pytest.mark.both_databases
async def test_rounds_of_several_processes_do_everything_once(make_office: OfficeFactory) -> None:
    here, there = await make_office(), await make_office()
    agent = await here.agent("小林")
    waiting, _ = await here.waiting_ticket()
    chatting, ticket = await here.chat(agent)
    await here.agents.say(ticket.id, agent, text="您好")
    for _ in range(3):
        await here.pass_time(minutes=6)
        await asyncio.gather(here.round(), there.round(), there.round())
    assert (await here.kinds(waiting)).count("timeout") == 1
    kinds = await here.kinds(chatting)
    assert (kinds.count("user_reminder"), kinds.count("user_left")) == (1, 1)


@pytest.mark.both_databases
async def test_everything_is_as_it_was_after_a_restart(make_office: OfficeFactory) -> None:
    before: Office = await make_office()
    agent = await before.agent("小林")
    chatting, ticket = await before.chat(agent)
    waiting, queued = await before.waiting_ticket()
    await before.agents.say(ticket.id, agent, text="您好")
    after: Office = await make_office()
    await after.services.dispatcher.recover()
    await after.later(seconds=90)
    assert (await after.state(chatting)).owner == "agent"
    assert (await after.state(waiting)).position == 1
    await after.presence.connected(agent)
    await after.agents.say(ticket.id, agent, text="我还在")
    await after.agents.claim(queued.id, agent)
    assert len({message.id for message in await after.messages(chatting)}) == len(await after.messages(chatting))


async def test_whoever_is_overtaken_is_shown_the_place_without_a_word(office: Office) -> None:
    await office.agent("小林")
    first, _ = await office.waiting_ticket()
    await office.round()
    heard: list[Event] = []
    with office.services.event_bus.listening(first, heard.append):
        await office.waiting_ticket("account_compromised")
        await office.round()
        await office.round()
    assert [event for event in heard if isinstance(event, SupportChanged)] == [SupportChanged(first)]
    assert (await office.state(first)).position == 2
    assert await office.kinds(first) == ["queued"]


async def test_idle_run_writes_nothing_while_no_agent_has_room(make_office: OfficeFactory) -> None:
    office: Office = await make_office(assignment="automatic")
    agent = await office.agent("小林", max_chats=1)
    await office.chat(agent)
    for _ in range(5):
        await office.waiting_ticket()
    await office.round()
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = office.services.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await office.round()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    # One write transaction per waiting ticket and run would block the users' messages (SQLite has one writer).
    assert [statement for statement in statements if "FOR UPDATE" in statement or "UPDATE " in statement[:7]] == []
    assert not any("BEGIN IMMEDIATE" in statement for statement in statements)
    # The number of statements does not grow with the queue.
    assert len(statements) < 30


async def test_room_that_only_the_previous_agent_has_is_no_reason_to_stop_for_others(
    make_office: OfficeFactory,
) -> None:
    office: Office = await make_office(assignment="automatic")
    lin = await office.agent("小林")
    _, ticket = await office.waiting_ticket()
    await office.round()
    await office.agents.transfer(ticket.id, lin, to=None)
    _, other = await office.waiting_ticket()
    await office.round()
    # The returned ticket waits for another agent; the one behind it is assigned.
    assert (await office.tickets.ticket(ticket.id)).status == "queued"
    assert (await office.tickets.ticket(other.id)).status == "active"
