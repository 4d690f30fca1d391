"""What users and agents do, from the request for a human to the rating."""

from __future__ import annotations

import asyncio

import pytest

from tests.helpers.office import Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.transcript.messages import Picture


async def test_request_opens_a_ticket_with_all_that_the_bot_knows_and_tells_the_position(office: Office) -> None:
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket("account_compromised")
    assert ticket.number == f"T261123{ticket.id:06d}"
    assert (ticket.status, ticket.priority, ticket.reason) == ("queued", 0, "account_compromised")
    assert (ticket.topic or {})["title"] == "找回登录密码"
    assert (ticket.step or {})["number"] == 2
    assert ticket.collected == {"phone_number": "138****8000"}
    assert ticket.position == 1
    state = await office.state(conversation_id)
    assert (state.owner, state.position, state.can_leave_message) == ("queued", 1, True)
    said = await office.last(conversation_id)
    assert (said.author, said.metadata["support"]) == ("system", "queued")
    assert "第1位" in said.text
    assert [button["payload"] for button in said.buttons] == ["/support_leave_queue"]
    assert await office.events(ticket.id) == ["created", "queued"]


async def test_second_request_adds_to_the_ticket_and_tells_the_position_again(office: Office) -> None:
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    await office.say(conversation_id, "转人工：account_compromised")
    again = await office.ticket(conversation_id)
    assert (again.id, again.priority, again.reason) == (ticket.id, 0, "account_compromised")
    assert await office.kinds(conversation_id) == ["queued", "queued"]
    assert await office.events(ticket.id) == ["created", "queued", "request_repeated"]


@pytest.mark.both_databases
async def test_queue_is_urgent_first_then_longest_waiting(office: Office) -> None:
    agent = await office.agent("小林")
    first, _ = await office.waiting_ticket()
    second, _ = await office.waiting_ticket()
    urgent, _ = await office.waiting_ticket("account_compromised")
    queue = await office.tickets.queue(agent)
    assert [ticket.conversation_id for ticket in queue.waiting] == [urgent, first, second]
    assert [ticket.position for ticket in queue.waiting] == [1, 2, 3]
    assert (queue.counts.waiting, queue.counts.urgent, queue.counts.online) == (3, 1, 1)
    assert (await office.state(second)).position == 3


async def test_bot_answers_while_waiting(office: Office) -> None:
    await office.agent("小林")
    conversation_id, _ = await office.waiting_ticket()
    await office.say(conversation_id, "手续费多少")
    last = await office.last(conversation_id)
    assert (last.author, last.text) == ("bot", "收到：手续费多少")


async def test_claimed_conversation_is_the_agents_and_the_engine_sees_nothing(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    assert (ticket.status, ticket.agent and ticket.agent.name) == ("active", "小林")
    said = await office.last(conversation_id)
    assert said.metadata == {"support": "claimed", "agent": {"name": "小林"}}
    asked = len(office.engine.asked)
    message = await office.say(conversation_id, "我的电话是13800138000，密码是abc123456")
    assert message.state is None
    assert message.text == "我的电话是138****8000，密码是******"
    assert "abc123456" not in message.text
    assert len(office.engine.asked) == asked
    assert (await office.tickets.ticket(ticket.id)).unread == 1
    state = await office.state(conversation_id)
    assert state.agent is not None
    assert (state.owner, state.agent.name, state.can_leave_message) == ("agent", "小林", False)


async def test_claim_is_idempotent_and_somebody_else_is_told_who_has_it(office: Office) -> None:
    first, second = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(first)
    assert (await office.agents.claim(ticket.id, first)).version == ticket.version
    with pytest.raises(InputError) as refused:
        await office.agents.claim(ticket.id, second)
    assert refused.value.code is ErrorCode.CONFLICT
    assert (refused.value.details or {})["agent"] == {"id": first, "name": "小林"}
    assert (await office.kinds(conversation_id)).count("claimed") == 1


@pytest.mark.both_databases
async def test_two_agents_of_two_processes_at_the_same_instant(make_office: OfficeFactory) -> None:
    here, there = await make_office(), await make_office()
    agents = [await here.agent("小林"), await there.agent("小王")]
    for _ in range(5):
        conversation_id, ticket = await here.waiting_ticket()
        outcomes = await asyncio.gather(
            *(office.agents.claim(ticket.id, agent) for office, agent in zip((here, there), agents, strict=True)),
            return_exceptions=True,
        )
        assert sum(isinstance(outcome, InputError) for outcome in outcomes) == 1
        assert (await here.kinds(conversation_id)).count("claimed") == 1


@pytest.mark.both_databases
async def test_late_reply_of_another_process_is_dropped_after_the_takeover(make_office: OfficeFactory) -> None:
    here, there = await make_office(), await make_office()
    agent = await there.agent("小林")
    conversation_id, ticket = await here.waiting_ticket()
    here.engine.hold = True
    asked = await here.say(conversation_id, "在吗")
    while not here.engine.held:
        await asyncio.sleep(0)
    await there.agents.claim(ticket.id, agent)
    here.engine.release()
    await here.settled()
    messages = await here.messages(conversation_id)
    assert [message for message in messages if message.in_reply_to == asked.id] == []
    assert b'replies_dropped_total{reason="owner"} 1' in here.services.metrics.render()
    # And what it was asked is the agent's.
    assert await here.services.transcript.waiting_conversations() == []


async def test_agent_says_text_and_pictures_once(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.services.transcript.add_picture(conversation_id, Picture("p1", "image/png", 1, 1, 1))
    message = await office.agents.say(ticket.id, agent, text="您好", client_id="a1")
    again = await office.agents.say(ticket.id, agent, text="您好", client_id="a1")
    assert message == again
    assert (message.author, message.metadata) == ("agent", {"agent": {"name": "小林"}})
    picture = await office.agents.say(ticket.id, agent, attachment_id="p1")
    assert picture.attachment is not None
    with pytest.raises(InputError, match="attachment_unknown"):
        await office.agents.say(ticket.id, agent, attachment_id="p2")
    with pytest.raises(InputError, match="empty"):
        await office.agents.say(ticket.id, agent, text=" ")
    assert (await office.tickets.ticket(ticket.id)).first_reply_at == message.created_at
    other = await office.agent("小王")
    with pytest.raises(InputError, match="conflict"):
        await office.agents.say(ticket.id, other, text="我也来说")


async def test_transfer_to_a_colleague_and_back_to_the_queue(office: Office) -> None:
    first, second = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(first)
    moved = await office.agents.transfer(ticket.id, first, to=second, memo="用户要退款")
    assert moved.agent is not None
    assert moved.agent.id == second
    with pytest.raises(InputError, match="conflict"):
        await office.agents.say(ticket.id, first, text="还在吗")
    back = await office.agents.transfer(ticket.id, second, to=None, memo="我不懂")
    assert (back.status, back.agent, back.position) == ("queued", None, 1)
    assert await office.kinds(conversation_id) == ["queued", "claimed", "transferred", "requeued"]
    details = await office.tickets.details(ticket.id)
    memos = [event.details.get("memo") for event in details.events if event.details.get("memo")]
    assert memos == ["用户要退款", "我不懂"]
    # Never shown to the user.
    assert all("退款" not in message.text for message in await office.messages(conversation_id))
    # The bot answers again.
    await office.say(conversation_id, "好的")
    assert (await office.last(conversation_id)).text == "收到：好的"


async def test_supervisor_assigns_who_waits_and_reassigns_who_is_served(office: Office) -> None:
    boss = await office.agent("主管", role="supervisor")
    first, second = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.waiting_ticket()
    await office.agents.assign(ticket.id, first, by=boss)
    moved = await office.agents.assign(ticket.id, second, by=boss)
    assert moved.agent is not None
    assert moved.agent.name == "小王"
    assert await office.events(ticket.id) == ["created", "queued", "assigned", "transferred"]
    assert await office.kinds(conversation_id) == ["queued", "claimed", "transferred"]


async def test_return_to_the_bot_which_answers_the_next_question(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.return_to_bot(ticket.id, agent, note="已重置")
    again = await office.agents.return_to_bot(ticket.id, agent)
    assert (again.status, again.disposition, again.note) == ("closed", "solved", "已重置")
    assert (await office.state(conversation_id)).owner == "bot"
    assert not any("after_agent" in metadata for metadata in office.engine.metadata)
    await office.say(conversation_id, "谢谢")
    assert (await office.last(conversation_id)).text == "收到：谢谢"
    await office.say(conversation_id, "怎么改密码")
    # The bot has to be told once that it has missed something.
    assert [metadata.get("after_agent") for metadata in office.engine.metadata[-2:]] == [True, None]


async def test_the_bot_is_told_of_every_agent_once(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    for _ in range(2):
        await office.say(conversation_id, "只给人看的")
        await office.agents.close(ticket.id, agent, disposition="solved", note="")
        office.engine.hold = True
        await office.say(conversation_id, "还有个问题")
        await office.say(conversation_id, "转人工")
        while not office.engine.held:
            await asyncio.sleep(0.001)
        office.engine.hold = False
        office.engine.release()
        await office.settled()
        assert [metadata.get("after_agent") for metadata in office.engine.metadata[-2:]] == [True, None]
        ticket = await office.agents.claim((await office.ticket(conversation_id)).id, agent)


@pytest.mark.both_databases
async def test_closing_rating_and_the_next_question(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved", note="都好了")
    state = await office.state(conversation_id)
    assert (state.owner, state.ticket, state.rating_wanted) == ("closed", None, ticket.number)
    rated = await office.users.rate(conversation_id, ticket=ticket.number, rating=5, comment="很好")
    assert rated.rating_wanted is None
    with pytest.raises(InputError, match="already_rated"):
        await office.users.rate(conversation_id, ticket=ticket.number, rating=1)
    closed = await office.tickets.ticket(ticket.id)
    assert (closed.rating, closed.rating_comment) == (5, "很好")
    await office.say(conversation_id, "还有个问题")
    assert (await office.last(conversation_id)).text == "收到：还有个问题"
    assert (await office.state(conversation_id)).owner == "bot"
    # A new request is a new ticket, for the agent of before if possible.
    await office.say(conversation_id, "转人工")
    anew = await office.ticket(conversation_id)
    assert anew.id != ticket.id
    assert anew.preferred_agent is not None
    assert anew.preferred_agent.id == agent
    assert [earlier.id for earlier in (await office.tickets.details(anew.id)).earlier] == [ticket.id]


@pytest.mark.parametrize("rating", [0, 6, True, "5", None, 4.5])
async def test_what_is_no_rating_is_refused(office: Office, rating: object) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    with pytest.raises(InputError, match="malformed"):
        await office.users.rate(conversation_id, ticket=ticket.number, rating=rating)


async def test_nobody_rates_the_ticket_of_somebody_else(office: Office) -> None:
    agent = await office.agent("小林")
    _, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    with pytest.raises(InputError, match="not_found"):
        await office.users.rate(await office.user(), ticket=ticket.number, rating=5)


async def test_rating_by_button_for_clients_that_know_nothing_of_it(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    buttons = (await office.last(conversation_id)).buttons
    assert [button["title"] for button in buttons] == ["1分", "2分", "3分", "4分", "5分"]
    await office.press(conversation_id, buttons[3]["payload"])
    await office.press(conversation_id, buttons[0]["payload"])
    assert (await office.tickets.ticket(ticket.id)).rating == 4
    assert (await office.last(conversation_id)).text.startswith("您已经评过分了")


async def test_spam_is_not_asked_for_a_rating(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="spam")
    assert (await office.last(conversation_id)).buttons == ()
    assert (await office.state(conversation_id)).rating_wanted is None


@pytest.mark.parametrize("way", ["event", "button", "words"])
async def test_leaving_the_queue(office: Office, way: str) -> None:
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    if way == "event":
        await office.users.leave_queue(conversation_id)
        await office.users.leave_queue(conversation_id)
    elif way == "button":
        await office.press(conversation_id, "/support_leave_queue")
    else:
        await office.say(conversation_id, "不等了")
        # The bot's own text is for channels without this gateway.
        assert all(message.text != "收到：不等了" for message in await office.messages(conversation_id))
    closed = await office.tickets.ticket(ticket.id)
    assert (closed.status, closed.disposition) == ("closed", "cancelled")
    assert (await office.state(conversation_id)).owner == "bot"
    assert await office.kinds(conversation_id) == ["queued", "left_queue"]


async def test_who_does_not_wait_and_says_so_is_told(office: Office) -> None:
    conversation_id = await office.user()
    await office.say(conversation_id, "不等了")
    assert "没有在排队" in (await office.last(conversation_id)).text


async def test_state_of_the_ticket_is_told(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id = await office.user()
    await office.say(conversation_id, "我的工单怎么样了")
    assert "没有工单" in (await office.last(conversation_id)).text
    await office.say(conversation_id, "转人工")
    ticket = await office.ticket(conversation_id)
    await office.say(conversation_id, "我的工单怎么样了")
    told = (await office.last(conversation_id)).text
    assert ticket.number in told
    assert "第1位" in told
    await office.agents.claim(ticket.id, agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    await office.say(conversation_id, "我的工单怎么样了")
    assert "已解决" in (await office.last(conversation_id)).text


async def test_notes_are_internal(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    before = len(await office.messages(conversation_id))
    await office.agents.note(ticket.id, agent, text="老客户")
    details = await office.tickets.details(ticket.id)
    assert details.events[-1].details == {"text": "老客户"}
    assert details.events[-1].actor.name == "小林"
    assert len(await office.messages(conversation_id)) == before


async def test_read_marks_only_go_forward(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    message = await office.say(conversation_id, "在吗")
    assert (await office.tickets.ticket(ticket.id)).unread == 1
    await office.agents.read(ticket.id, agent, message.id)
    await office.agents.read(ticket.id, agent, message.id - 1)
    await office.agents.read(ticket.id, agent, message.id + 1000)
    assert (await office.state(conversation_id)).agent_read_id == message.id
    assert (await office.tickets.ticket(ticket.id)).unread == 0


@pytest.mark.both_databases
async def test_what_an_agent_may_see(office: Office) -> None:
    mine, other = await office.agent("小林"), await office.agent("小王")
    _, waiting = await office.waiting_ticket()
    _, theirs = await office.chat(other)
    conversation_id, old = await office.chat(other)
    await office.agents.close(old.id, other, disposition="solved")
    assert await office.tickets.may_see(waiting.id, mine)
    assert not await office.tickets.may_see(theirs.id, mine)
    assert not await office.tickets.may_see(old.id, mine)
    # Who serves a user sees what was before.
    await office.say(conversation_id, "转人工")
    anew = await office.ticket(conversation_id)
    await office.agents.claim(anew.id, mine)
    assert await office.tickets.may_see(old.id, mine)
    seen, _ = await office.tickets.tickets(visible_to=mine)
    assert {ticket.id for ticket in seen} == {waiting.id, old.id, anew.id}


@pytest.mark.both_databases
async def test_tickets_are_found_page_by_page(office: Office) -> None:
    agent = await office.agent("小林")
    made = [(await office.waiting_ticket())[1] for _ in range(3)]
    page, more = await office.tickets.tickets(limit=2)
    assert ([ticket.id for ticket in page], more) == ([made[2].id, made[1].id], True)
    page, more = await office.tickets.tickets(limit=2, before=made[1].id)
    assert ([ticket.id for ticket in page], more) == ([made[0].id], False)
    assert len((await office.tickets.tickets(query="找回登录"))[0]) == 3
    assert len((await office.tickets.tickets(query=made[1].number))[0]) == 1
    assert (await office.tickets.tickets(query="100%"))[0] == []
    assert (await office.tickets.tickets(agent_id=agent))[0] == []
    assert len((await office.tickets.tickets(status="queued"))[0]) == 3


async def test_disabled_agents_chats_go_back_to_the_queue(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.release(agent)
    assert (await office.tickets.ticket(ticket.id)).status == "queued"
    assert (await office.last(conversation_id)).metadata["support"] == "requeued"


async def test_unknown_tickets_and_agents_are_not_found(office: Office) -> None:
    agent = await office.agent("小林")
    _, ticket = await office.chat(agent)
    with pytest.raises(InputError, match="not_found"):
        await office.agents.claim(4711, agent)
    with pytest.raises(InputError, match="not_found"):
        await office.agents.transfer(ticket.id, agent, to=4711)
    with pytest.raises(InputError, match="malformed"):
        await office.agents.close(ticket.id, agent, disposition="user_left")
