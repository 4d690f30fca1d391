"""Skill groups: which tickets are theirs, and which agent gets one; leave; agents who are gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.helpers.office import Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway import clock
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import AuditFilter
from uwallet_gateway.errors import InputError
from uwallet_gateway.protocol.routing import LeaveRequest, Routing, SkillGroup, SkillGroupRequest
from uwallet_gateway.protocol.tickets import Ticket


async def group(office: Office, name: str, members: dict[int, int] | None = None, **more: Any) -> SkillGroup:
    given = [{"agent_id": agent_id, "weight": weight} for agent_id, weight in (members or {}).items()]
    wanted = SkillGroupRequest.model_validate({"name": name, "members": given, **more})
    return await office.services.skill_groups.add(wanted)


async def automatic(office: Office, mode: str = "automatic", gone_after: int | None = None) -> None:
    rule = Routing.model_validate({"mode": mode, "gone_after": gone_after})
    await office.services.desk_rules.set_routing(rule)


def group_of(ticket: Ticket) -> str | None:
    return ticket.group.name if ticket.group else None


async def agent_of(office: Office, ticket: Ticket) -> str | None:
    found = await office.tickets.ticket(ticket.id)
    return found.agent.name if found.agent else None


@pytest.mark.both_databases
async def test_a_ticket_comes_into_the_group_that_says_most_of_it(office: Office) -> None:
    await office.agent("小林")
    await group(office, "账户", topics=["forgot_password"])
    await group(office, "商城账户", topics=["forgot_password"], sites=["site"])
    await group(office, "繁体", topics=["forgot_password"], sites=["site"], languages=["traditional"])
    await group(office, "别的站", sites=["other"])
    await group(office, "什么都不写")
    _, ticket = await office.waiting_ticket()
    assert group_of(ticket) == "商城账户"


async def test_a_reason_can_be_a_groups_matter(office: Office) -> None:
    await office.agent("小林")
    await group(office, "安全", topics=["complaint"])
    _, ticket = await office.waiting_ticket("complaint")
    _, other = await office.waiting_ticket()
    assert (group_of(ticket), group_of(other)) == ("安全", None)


async def test_what_waits_follows_the_groups(office: Office) -> None:
    await office.agent("小林")
    _, ticket = await office.waiting_ticket()
    assert group_of(ticket) is None
    made = await group(office, "账户", topics=["forgot_password"], rank=0)
    assert group_of(await office.tickets.ticket(ticket.id)) == "账户"
    with pytest.raises(InputError, match="name_taken"):
        await group(office, "账户")
    await office.services.skill_groups.remove(made.id)
    assert group_of(await office.tickets.ticket(ticket.id)) is None
    actions = [Action.GROUP_ADDED, Action.GROUP_REMOVED]
    assert [bool((await office.services.audit.page(AuditFilter(action=it), limit=1))[0]) for it in actions] == [
        True
    ] * 2


async def test_places_are_counted_within_the_group_and_by_its_rank(office: Office) -> None:
    await office.agent("小林")
    first_user, first = await office.waiting_ticket()
    second_user, second = await office.waiting_ticket("complaint")
    third_user, third = await office.waiting_ticket("complaint")
    await group(office, "投诉", topics=["complaint"], rank=0)
    positions = [(await office.state(user)).position for user in (first_user, second_user, third_user)]
    assert positions == [1, 1, 2]
    agent = await office.agent("小王")
    queue = await office.tickets.queue(agent)
    assert [ticket.id for ticket in queue.waiting] == [second.id, third.id, first.id]
    assert [ticket.position for ticket in queue.waiting] == [1, 2, 1]


@pytest.mark.both_databases
async def test_the_group_gets_its_tickets_until_they_overflow(office: Office) -> None:
    lin, _ = await office.agent("小林", max_chats=1), await office.agent("小王", max_chats=1)
    await group(office, "账户", {lin: 1}, topics=["forgot_password"], overflow_after=240)
    await automatic(office)
    _, first = await office.waiting_ticket()
    _, second = await office.waiting_ticket()
    await office.round()
    assert (await agent_of(office, first), await agent_of(office, second)) == ("小林", None)
    await office.later(minutes=2)
    assert await agent_of(office, second) is None
    await office.later(minutes=2)
    assert await agent_of(office, second) == "小王"


async def test_with_nobody_of_the_group_there_everybody_serves_it(office: Office) -> None:
    lin = await office.agent("小林", online=False)
    await office.agent("小王")
    await group(office, "账户", {lin: 1}, topics=["forgot_password"])
    await automatic(office)
    _, ticket = await office.waiting_ticket()
    await office.round()
    assert await agent_of(office, ticket) == "小王"


async def test_a_full_group_leaves_no_room_of_others_unused(office: Office) -> None:
    lin = await office.agent("小林", max_chats=1)
    await office.agent("小王", max_chats=1)
    await group(office, "投诉", {lin: 1}, topics=["complaint"], rank=0)
    await automatic(office)
    tickets = [(await office.waiting_ticket("complaint"))[1] for _ in range(3)]
    _, other = await office.waiting_ticket()
    await office.round()
    assert [await agent_of(office, ticket) for ticket in (*tickets, other)] == ["小林", None, None, "小王"]


async def test_who_weighs_more_gets_more(office: Office) -> None:
    lin, wang = await office.agent("小林", max_chats=9), await office.agent("小王", max_chats=9)
    await group(office, "账户", {lin: 1, wang: 2}, topics=["forgot_password"])
    await automatic(office)
    tickets = [(await office.waiting_ticket())[1] for _ in range(6)]
    await office.round()
    names = [await agent_of(office, ticket) for ticket in tickets]
    assert (names.count("小林"), names.count("小王")) == (2, 4)


async def test_in_turn_goes_to_who_has_waited_longest_for_one(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    await automatic(office, "in_turn")
    taken = []
    for _ in range(3):
        _, ticket = await office.waiting_ticket()
        await office.round()
        taken.append(await agent_of(office, ticket))
        await office.agents.close(ticket.id, {"小林": lin, "小王": wang}[taken[-1] or ""], disposition="solved")
        await office.pass_time(seconds=5)
    assert taken == ["小林", "小王", "小林"]


@pytest.mark.both_databases
async def test_who_is_off_gets_nothing(office: Office) -> None:
    lin = await office.agent("小林")
    await automatic(office)
    starts = clock.now() + timedelta(hours=1)
    leave = await office.services.leaves.add(
        LeaveRequest(agent_id=lin, starts_at=starts, ends_at=starts + timedelta(days=1))
    )
    conversation_id = await office.user()
    assert (await office.state(conversation_id)).available
    await office.pass_time(hours=2)
    assert not (await office.state(conversation_id)).available
    [status] = await office.presence.all()
    assert (status.presence, status.on_leave_until) == ("away", leave.ends_at)
    await office.services.leaves.remove(leave.id)
    assert (await office.state(conversation_id)).available
    for starts_in, lasts in ((0, -1), (0, 400), (-3, 1)):
        at = clock.now() + timedelta(days=starts_in)
        with pytest.raises(InputError, match="malformed"):
            await office.services.leaves.add(
                LeaveRequest(agent_id=lin, starts_at=at, ends_at=at + timedelta(days=lasts))
            )


async def test_chats_of_an_agent_who_is_gone_come_to_others(office: Office) -> None:
    lin = await office.agent("小林")
    conversation_id, ticket = await office.chat(lin)
    await office.agents.say(ticket.id, lin, text="您好，我看一下")
    await office.agent("小王")
    await automatic(office, gone_after=60)
    await office.round()
    await office.leave(lin)
    await office.round()
    # Not before this process has run for so long: desks have to connect again after a restart.
    assert await agent_of(office, ticket) == "小林"
    await office.later(minutes=1)
    assert "requeued" in await office.kinds(conversation_id)
    assert await agent_of(office, ticket) == "小王"


async def test_who_is_given_a_chat_while_away_has_time_to_come(office: Office) -> None:
    chen, wang = await office.agent("陈主管", role="supervisor"), await office.agent("小王", online=False)
    await automatic(office, "manual", gone_after=240)
    await office.round()
    await office.pass_time(minutes=10)
    _, ticket = await office.waiting_ticket()
    await office.agents.assign(ticket.id, wang, by=chen)
    await office.round()
    assert await agent_of(office, ticket) == "小王"
    await office.later(minutes=4)
    assert (await office.tickets.ticket(ticket.id)).status == "queued"


async def test_a_chat_is_given_to_another_group(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    made = await group(office, "投诉", {wang: 1})
    _, ticket = await office.chat(lin)
    moved = await office.agents.transfer(ticket.id, lin, to=None, group_id=made.id, memo="要投诉")
    assert (moved.status, group_of(moved)) == ("queued", "投诉")
    last = (await office.tickets.details(ticket.id)).events[-1]
    assert (last.details["to"], last.details["memo"]) == ("投诉", "要投诉")
    await office.agents.claim(ticket.id, wang)
    with pytest.raises(InputError, match="not_found"):
        await office.agents.transfer(ticket.id, wang, to=None, group_id=999)


async def test_rules_of_the_desk_stand_before_the_settings(make_office: OfficeFactory) -> None:
    office: Office = await make_office(assignment="in_turn", agent_gone_after=0)
    rules = office.services.desk_rules
    assert await rules.routing() == Routing(mode="in_turn", gone_after=None)
    await automatic(office)
    # Every process has it.
    other: Office = await make_office()
    assert (await other.services.desk_rules.routing()).mode == "automatic"
    changed, _ = await office.services.audit.page(AuditFilter(action=Action.ROUTING_CHANGED), limit=2)
    assert changed[0].details["after"]["mode"] == "automatic"
    # Back to what the settings say, which hold again.
    await automatic(office, "in_turn")
    assert (await other.services.desk_rules.routing()).mode == "manual"
