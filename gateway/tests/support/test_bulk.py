"""The same done to many tickets; what is refused is told one by one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.office import Office
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.errors import InputError
from uwallet_gateway.protocol.bulk import BulkRequest, BulkResult
from uwallet_gateway.protocol.routing import SkillGroupRequest
from uwallet_gateway.protocol.tickets import Ticket


async def run(office: Office, agent: int, tickets: list[Ticket], *, sees_all: bool = True, **wanted: Any) -> BulkResult:
    request = BulkRequest(tickets=[ticket.id for ticket in tickets], **wanted)
    return await office.services.bulk_commands.run(request, agent, sees_all=sees_all)


async def again(office: Office, ticket: Ticket) -> Ticket:
    return await office.tickets.ticket(ticket.id)


async def test_what_can_be_done_is_done_and_the_rest_is_told(office: Office) -> None:
    boss, lin = await office.agent("陈主管", role="supervisor"), await office.agent("小林")
    _, own = await office.chat(boss)
    _, colleagues = await office.chat(lin)
    alone, waiting = await office.waiting_ticket()
    tickets = [own, colleagues, waiting]
    await office.agents.label(own.id, boss, labels=["旧的"])
    assert (await run(office, boss, tickets, action="label", labels=["退款"])).refused == []
    assert [(await again(office, ticket)).labels for ticket in tickets] == [["旧的", "退款"], ["退款"], ["退款"]]
    await run(office, boss, tickets, action="unlabel", labels=["退款"])
    assert (await again(office, own)).labels == ["旧的"]
    assert (await run(office, boss, tickets, action="priority", priority=0)).done == 3
    assert (await again(office, waiting)).priority == 0
    entry = await office.services.audit.last(Action.TICKET_CHANGED)
    assert entry
    assert (entry.target, entry.details) == (waiting.number, {"priority": 0})
    # A colleague's chat, and who waits, are not closed over their heads.
    result = await run(office, boss, tickets, action="close", note="月底清理")
    assert result.done == 1
    assert [(row.number, row.code, row.details["status"]) for row in result.refused] == [
        (colleagues.number, "conflict", "active"),
        (waiting.number, "conflict", "queued"),
    ]
    assert result.refused[0].details["agent"]["name"] == "小林"
    closed = await again(office, own)
    assert (closed.status, closed.note) == ("closed", "月底清理")
    result = await run(office, boss, [own, waiting], action="reopen")
    assert ([row.ticket_id for row in result.refused], result.done) == ([waiting.id], 1)
    opened = await again(office, own)
    assert (opened.status, opened.note) == ("pending", "月底清理")
    assert opened.due_at is not None
    assert opened.due_at <= now()
    due = now() + timedelta(days=2)
    result = await run(office, boss, tickets, action="follow_up", due_at=due)
    assert ((await again(office, own)).due_at, result.done) == (due, 1)
    assert (await run(office, boss, tickets, action="assign", agent_id=lin)).refused == []
    assert {ticket.agent.name for ticket in [await again(office, one) for one in tickets] if ticket.agent} == {"小林"}
    # By conversations: the newest ticket of each; who was with the bot alone has none.
    talks = [alone, await office.user(), "0" * 32]
    by_talk = BulkRequest(conversations=talks, action="label", labels=["回访"])
    result = await office.services.bulk_commands.run(by_talk, boss, sees_all=True)
    assert [(row.conversation_id, row.code) for row in result.refused] == [(talk, "no_ticket") for talk in talks[1:]]
    assert (await again(office, waiting)).labels == ["回访"]


async def test_tickets_change_their_group(office: Office) -> None:
    boss = await office.agent("陈主管", role="supervisor")
    group = await office.services.skill_groups.add(
        SkillGroupRequest.model_validate({"name": "退款组", "topics": ["refund"]})
    )
    _, waiting = await office.waiting_ticket()
    _, over = await office.chat(boss)
    await office.agents.close(over.id, boss, disposition="solved")
    result = await run(office, boss, [waiting, over], action="group", group_id=group.id)
    assert [row.number for row in result.refused] == [over.number]
    moved = await again(office, waiting)
    assert moved.group
    assert moved.group.name == "退款组"
    assert (await office.events(waiting.id))[-1] == "moved"
    assert (await run(office, boss, [waiting], action="group", group_id=99)).refused[0].code == "not_found"
    await run(office, boss, [waiting], action="group")
    assert (await again(office, waiting)).group is None


async def test_agents_do_it_to_what_they_see(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    _, own = await office.chat(lin)
    _, others = await office.chat(wang)
    result = await run(office, lin, [own, others], sees_all=False, action="label", labels=["退款"])
    assert (result.done, [(row.ticket_id, row.code) for row in result.refused]) == (1, [(others.id, "forbidden")])
    assert (await again(office, others)).labels == []


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"action": "label"}, "malformed"),
        ({"action": "assign"}, "malformed"),
        ({"action": "priority"}, "malformed"),
        ({"action": "follow_up"}, "malformed"),
        ({"action": "close", "tickets": []}, "malformed"),
        ({"action": "label", "labels": ["长" * 21]}, "too_long"),
    ],
)
async def test_what_says_nothing_is_done_to_none(office: Office, wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError, match=code):
        await office.services.bulk_commands.run(BulkRequest(**{"tickets": [1], **wanted}), 1, sees_all=True)
