"""What was promised for later: it stays on a list, comes back on its day, and the user can be written to again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.helpers.office import Office
from uwallet_gateway.clock import now
from uwallet_gateway.errors import InputError


async def told_due(office: Office, ticket_id: int) -> int:
    events = (await office.tickets.details(ticket_id)).events
    return [event.kind for event in events].count("follow_up_due")


async def test_a_chat_is_put_off_comes_back_on_its_day_and_goes_on(office: Office) -> None:
    agent, other = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(agent)
    tomorrow = now() + timedelta(days=1)
    put_off = await office.agents.follow_up(ticket.id, agent, due_at=tomorrow, note="明早10点回电")
    assert (put_off.status, put_off.due_at, put_off.note) == ("pending", tomorrow, "明早10点回电")
    said = await office.last(conversation_id)
    assert "小林" in said.text
    assert not said.buttons
    state = await office.state(conversation_id)
    assert (state.owner, state.rating_wanted) == ("closed", None)
    # On the list of whoever promised it, and of supervisors.
    for agent_id, sees_all, listed in ((agent, False, 1), (other, False, 0), (other, True, 1)):
        assert len((await office.tickets.queue(agent_id, sees_all=sees_all)).follow_ups) == listed
    await office.say(conversation_id, "我的工单怎么样了")
    assert "小林还在跟进" in (await office.last(conversation_id)).text
    await office.later(hours=23)
    assert await told_due(office, ticket.id) == 0
    await office.later(hours=1)
    await office.later(hours=1)
    assert await told_due(office, ticket.id) == 1
    # The user has gone: they find it on their next visit, and nobody is hung up on meanwhile.
    assert (await office.agents.claim(ticket.id, agent)).status == "active"
    await office.agents.say(ticket.id, agent, text="查到了，明天到账")
    await office.later(hours=2)
    assert (await office.tickets.ticket(ticket.id)).status == "active"
    assert (await office.last(conversation_id)).text == "查到了，明天到账"
    closed = await office.agents.close(ticket.id, agent, disposition="solved")
    assert (closed.status, closed.due_at) == ("closed", None)


async def test_who_asks_for_a_human_meanwhile_is_served_and_the_promise_stays(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.follow_up(ticket.id, agent, due_at=now() + timedelta(days=1))
    await office.say(conversation_id, "转人工")
    queued = await office.ticket(conversation_id)
    assert (queued.id, queued.status) == (ticket.id, "queued")
    assert queued.preferred_agent
    assert queued.preferred_agent.name == "小林"
    await office.users.leave_queue(conversation_id)
    again = await office.tickets.ticket(ticket.id)
    assert (again.status, again.agent.name if again.agent else None) == ("pending", "小林")


async def test_what_is_over_is_opened_again_unless_the_user_has_another_ticket(office: Office) -> None:
    agent, other = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(agent)
    await office.agents.close(ticket.id, agent, disposition="solved")
    opened = await office.agents.follow_up(ticket.id, agent, due_at=now() + timedelta(hours=3), to=other)
    assert (opened.status, opened.disposition, opened.closed_at) == ("pending", None, None)
    assert opened.agent
    assert opened.agent.name == "小王"
    await office.agents.close(ticket.id, other, disposition="solved")
    await office.say(conversation_id, "转人工")
    with pytest.raises(InputError, match="conflict"):
        await office.agents.follow_up(ticket.id, agent, due_at=now() + timedelta(hours=3))


async def test_only_who_has_a_chat_puts_it_off_and_only_into_the_future(office: Office) -> None:
    agent, other = await office.agent("小林"), await office.agent("小王")
    _, ticket = await office.chat(agent)
    with pytest.raises(InputError, match="conflict"):
        await office.agents.follow_up(ticket.id, other, due_at=now() + timedelta(days=1))
    for wrong in (timedelta(hours=-1), timedelta(days=400)):
        with pytest.raises(InputError, match="malformed"):
            await office.agents.follow_up(ticket.id, agent, due_at=now() + wrong)


async def test_follow_ups_of_somebody_who_has_gone_are_everybodys(office: Office) -> None:
    agent, other = await office.agent("小林"), await office.agent("小王")
    _, ticket = await office.chat(agent)
    await office.agents.follow_up(ticket.id, agent, due_at=now() + timedelta(days=1))
    await office.agents.release(agent)
    assert [row.id for row in (await office.tickets.queue(other)).follow_ups] == [ticket.id]
