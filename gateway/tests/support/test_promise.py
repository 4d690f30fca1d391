"""A promise from the first evening to its end two days later: nobody has to remember it, and nobody is told wrong."""

from __future__ import annotations

from datetime import timedelta

from tests.helpers.office import MONDAY, Office
from tests.support.test_merging import Browser
from uwallet_gateway import clock
from uwallet_gateway.clock import now


async def listed(office: Office, agent_id: int, *, sees_all: bool = False) -> list[int]:
    return [row.id for row in (await office.tickets.queue(agent_id, sees_all=sees_all)).follow_ups]


async def status(office: Office, conversation_id: str) -> str:
    """What the bot answers to 「我的工单怎么样了」."""
    await office.say(conversation_id, "我的工单怎么样了")
    return (await office.last(conversation_id)).text


async def test_what_is_promised_on_monday_is_done_on_wednesday(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    boss = await office.agent("陈主管", role="supervisor")
    browser = Browser(office)
    user = await browser.open("u-1")

    # Monday: the user asks, the agent promises to call back the day after tomorrow, and gives it to a colleague.
    await office.say(user, "转人工")
    ticket = await office.agents.claim((await office.ticket(user)).id, lin)
    await office.agents.say(ticket.id, lin, text="周三上午给您答复")
    wednesday = MONDAY + timedelta(days=2)
    put_off = await office.agents.follow_up(ticket.id, lin, due_at=wednesday, to=wang, note="查退款流水，周三回复")
    assert (put_off.status, put_off.due_at, put_off.agent and put_off.agent.name) == ("pending", wednesday, "小王")
    assert (await office.state(user)).owner == "closed"
    assert "小王还在跟进" in await status(office, user)

    # Tuesday: it waits on the list of whoever has it and of supervisors, and reminds nobody yet.
    clock.set_time(MONDAY + timedelta(days=1))
    await office.presence.renew()
    await office.round()
    assert "follow_up_due" not in await office.events(ticket.id)
    assert [await listed(office, wang), await listed(office, lin)] == [[ticket.id], []]
    assert await listed(office, boss, sees_all=True) == [ticket.id]
    assert "小王还在跟进" in await status(office, user)

    # Wednesday: it reminds once, however often is looked.
    clock.set_time(wednesday)
    for _ in range(3):
        await office.later(minutes=1)
    assert (await office.events(ticket.id)).count("follow_up_due") == 1
    [due] = (await office.tickets.queue(wang)).follow_ups
    assert (due.id, due.note) == (ticket.id, "查退款流水，周三回复")
    assert due.due_at
    assert due.due_at <= now()

    # The colleague writes although the user is not there, and is not sent away for their silence.
    await office.agents.claim(ticket.id, wang)
    await office.agents.say(ticket.id, wang, text="退款今天到账")
    await office.later(hours=1)
    assert (await office.tickets.ticket(ticket.id)).status == "active"

    # The user's next visit, in the same browser, signed in anew: the answer is there.
    assert await browser.open("u-1") == user
    texts = [message.text for message in await office.messages(user)]
    assert texts.index("退款今天到账") > texts.index("周三上午给您答复")
    assert (await office.state(user)).owner == "agent"
    await office.say(user, "收到了，谢谢")
    closed = await office.agents.close(ticket.id, wang, disposition="solved", note="已到账")
    assert (closed.status, closed.disposition, closed.due_at) == ("closed", "solved", None)
    assert await listed(office, boss, sees_all=True) == []
    told = await status(office, user)
    assert closed.number in told
    assert "跟进" not in told
    kinds = await office.events(ticket.id)
    assert [kind for kind in kinds if kind in {"follow_up_set", "follow_up_due", "claimed", "closed"}] == [
        "claimed",
        "follow_up_set",
        "follow_up_due",
        "claimed",
        "closed",
    ]
