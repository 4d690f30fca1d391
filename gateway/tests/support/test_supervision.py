"""A supervisor in an agent's chat: a word to the agent alone, and one to the user beside them."""

from __future__ import annotations

import pytest

from tests.helpers.office import Office
from uwallet_gateway.clock import now
from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.days import Period


async def test_a_whisper_is_for_the_agent_and_nobody_else(office: Office) -> None:
    agent, supervisor = await office.agent("小林"), await office.agent("陈主管", role="supervisor")
    conversation_id, ticket = await office.chat(agent)
    before = await office.messages(conversation_id)
    await office.services.supervision.whisper(ticket.id, supervisor, "先核实身份")
    assert await office.messages(conversation_id) == before
    last = (await office.tickets.details(ticket.id)).events[-1]
    assert (last.kind, last.actor.name, last.details) == ("whisper", "陈主管", {"to": "小林", "text": "先核实身份"})
    # To oneself, and where nobody serves, it is no whisper.
    with pytest.raises(InputError, match="conflict"):
        await office.services.supervision.whisper(ticket.id, agent, "嗯")
    await office.agents.close(ticket.id, agent, disposition="solved")
    with pytest.raises(InputError, match="conflict"):
        await office.services.supervision.whisper(ticket.id, supervisor, "嗯")


async def test_a_supervisor_speaks_in_the_chat_is_introduced_once_and_the_agent_keeps_it(office: Office) -> None:
    agent, supervisor = await office.agent("小林"), await office.agent("陈主管", role="supervisor")
    conversation_id, ticket = await office.chat(agent)
    for number, text in enumerate(("我来补充一下", "请您放心")):
        for _ in range(2):
            # Delivered twice, it is said once.
            await office.services.supervision.barge_in(ticket.id, supervisor, text=text, client_id=str(number))
    said = [message for message in await office.messages(conversation_id) if message.author == "agent"]
    assert [message.text for message in said] == ["我来补充一下", "请您放心"]
    assert said[0].metadata == {"agent": {"name": "陈主管", "role": "supervisor"}}
    assert (await office.kinds(conversation_id)).count("supervisor_joined") == 1
    again = await office.tickets.ticket(ticket.id)
    assert again.agent
    assert (again.status, again.agent.id, again.first_reply_at) == ("active", agent, None)
    # The user has an answer: the chat is not given to others because its agent is silent, and ends if they are.
    await office.later(seconds=120)
    await office.later(seconds=180)
    assert (await office.tickets.ticket(ticket.id)).disposition == "user_left"


async def test_an_agent_who_takes_over_later_is_joined_anew(office: Office) -> None:
    agent, other = await office.agent("小林"), await office.agent("小王")
    supervisor = await office.agent("陈主管", role="supervisor")
    conversation_id, ticket = await office.chat(agent)
    await office.services.supervision.barge_in(ticket.id, supervisor, text="一", client_id="1")
    await office.agents.transfer(ticket.id, agent, to=other)
    await office.services.supervision.barge_in(ticket.id, supervisor, text="二", client_id="2")
    assert (await office.kinds(conversation_id)).count("supervisor_joined") == 2


async def test_the_time_that_an_agent_is_there_is_kept(office: Office) -> None:
    agent = await office.agent("小林")
    for _ in range(6):
        await office.pass_time(seconds=10)
    await office.presence.choose(agent, "away")
    for _ in range(3):
        await office.pass_time(seconds=10)
    await office.presence.disconnected(agent)
    await office.pass_time(hours=1)
    await office.presence.connected(agent)
    zone = office.services.opening_hours.zone
    today = now().astimezone(zone).date()
    figures = (await office.services.performance.read(Period(today, today, zone))).agents[agent]
    # And the time that the test itself takes; not the hour in which nobody was there.
    assert 60 <= figures.online_seconds < 300
    assert 30 <= figures.away_seconds < 300
