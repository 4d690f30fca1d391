"""Nobody there: what users are told, and the messages that they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.helpers.office import Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway import clock
from uwallet_gateway.errors import InputError

WEEK = {
    "mon": ["09:00-18:00"],
    "tue": ["09:00-18:00"],
    "wed": ["09:00-18:00"],
    "thu": ["09:00-18:00"],
    "fri": ["09:00-18:00"],
    "sat": [],
    "sun": [],
}


@pytest.fixture
def organisation(tmp_path: Path) -> Path:
    path = tmp_path / "organisation.yml"
    content: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "opening_hours": WEEK,
        "holidays": [{"date": "2026-11-24", "name": "店庆", "hours": []}],
        "privacy_notice": {"version": "1", "text": "说明", "policy_unknown": "没有登记", "policy_url": None},
    }
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


async def test_nobody_online_a_ticket_is_made_and_a_message_asked_for(office: Office) -> None:
    await office.agent("小林", online=False)
    conversation_id, ticket = await office.waiting_ticket()
    assert (ticket.status, ticket.position) == ("message", None)
    state = await office.state(conversation_id)
    assert (state.owner, state.can_leave_message) == ("bot", True)
    said = await office.last(conversation_id)
    assert said.metadata["support"] == "nobody_there"
    assert [button["payload"] for button in said.buttons] == ["/support_leave_message"]
    # No time is told that nobody knows.
    assert ":" not in said.text


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2026-11-23T08:00+08:00", "今天09:00"),
        ("2026-11-25T20:00+08:00", "明天09:00"),
        # Tuesday is a holiday.
        ("2026-11-23T20:00+08:00", "11月25日（周三）09:00"),
        ("2026-11-28T12:00+08:00", "11月30日（周一）09:00"),
    ],
)
async def test_out_of_hours_users_are_told_when(
    make_office: OfficeFactory, organisation: Path, moment: str, told: str
) -> None:
    office: Office = await make_office(organisation_file=organisation, clock=moment)
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    assert ticket.status == "message"
    assert told in (await office.last(conversation_id)).text


async def test_within_the_hours_users_are_queued(make_office: OfficeFactory, organisation: Path) -> None:
    office: Office = await make_office(organisation_file=organisation)
    await office.agent("小林")
    _, ticket = await office.waiting_ticket()
    assert ticket.status == "queued"


@pytest.mark.both_databases
async def test_message_with_a_contact_waits_for_the_morning(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    wanted = {"text": "充值没到账，卡号6222021234567890128", "contact": "13800138000", "client_id": "m1"}
    await office.users.leave_message(conversation_id, **wanted)
    state = await office.users.leave_message(conversation_id, **wanted)
    assert state.ticket is not None
    assert (state.ticket.number, state.ticket.status, state.can_leave_message) == (ticket.number, "message", False)
    left = await office.tickets.ticket(ticket.id)
    assert left.contact == "138****8000"
    assert await office.contact(ticket.id) == "13800138000"
    message = next(message for message in await office.messages(conversation_id) if "contact" in message.metadata)
    assert message.metadata["contact"] == "138****8000"
    assert left.message is not None
    assert "6222021234567890128" not in left.message
    assert await office.kinds(conversation_id) == ["nobody_there", "message_taken"]
    assert ticket.number in (await office.last(conversation_id)).text
    agent = await office.agent("小林")
    [found] = (await office.tickets.queue(agent)).messages
    assert found.id == ticket.id
    # The bot goes on.
    await office.say(conversation_id, "手续费多少")
    assert (await office.last(conversation_id)).text == "收到：手续费多少"


async def test_message_without_a_handoff(office: Office) -> None:
    conversation_id = await office.user()
    state = await office.users.leave_message(conversation_id, text="想开发票", contact="lin@example.com")
    assert state.ticket is not None
    ticket = await office.ticket(conversation_id)
    assert (ticket.reason, ticket.status, ticket.summary) == ("message", "message", "想开发票")


@pytest.mark.parametrize(
    ("text", "contact", "code"),
    [("", "13800138000", "empty"), ("x" * 2000, "13800138000", "too_long"), ("你好", "微信", "contact_invalid")],
)
async def test_what_is_no_message_is_refused(office: Office, text: str, contact: str, code: str) -> None:
    conversation_id = await office.user()
    with pytest.raises(InputError, match=code):
        await office.users.leave_message(conversation_id, text=text, contact=contact)
    assert await office.messages(conversation_id) == []


async def test_message_ends_the_wait(office: Office) -> None:
    await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    await office.users.leave_message(conversation_id, text="晚点再说", contact="13800138000")
    assert (await office.tickets.ticket(ticket.id)).status == "message"
    assert (await office.state(conversation_id)).owner == "bot"


async def test_agent_who_is_there_needs_no_message(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, _ = await office.chat(agent)
    with pytest.raises(InputError, match="conflict"):
        await office.users.leave_message(conversation_id, text="在吗", contact="13800138000")


async def test_message_in_words_for_clients_without_a_form(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.press(conversation_id, "/support_leave_message")
    asked = len(office.engine.asked)
    await office.say(conversation_id, "充值没到账")
    assert (await office.last(conversation_id)).metadata["support"] == "contact_wanted"
    await office.say(conversation_id, "电话是13800138000")
    assert len(office.engine.asked) == asked
    left = await office.tickets.ticket(ticket.id)
    assert (left.contact, left.message) == ("138****8000", "充值没到账\n电话是138****8000")
    assert await office.contact(ticket.id) == "13800138000"
    assert await office.kinds(conversation_id) == ["nobody_there", "message_wanted", "contact_wanted", "message_taken"]
    await office.say(conversation_id, "手续费多少")
    assert (await office.last(conversation_id)).text == "收到：手续费多少"


async def test_message_and_contact_in_one(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.press(conversation_id, "/support_leave_message")
    await office.say(conversation_id, "充值没到账，13800138000")
    assert await office.contact(ticket.id) == "13800138000"
    assert (await office.last(conversation_id)).metadata["support"] == "message_taken"


async def test_who_changes_their_mind_talks_to_the_bot_again(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.press(conversation_id, "/support_leave_message")
    await office.say(conversation_id, "算了。")
    assert (await office.last(conversation_id)).text == "收到：算了。"
    assert (await office.tickets.ticket(ticket.id)).message is None


async def test_asking_again_when_somebody_is_there_queues_the_same_ticket(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.agent("小林")
    await office.say(conversation_id, "转人工")
    again = await office.ticket(conversation_id)
    assert (again.id, again.status) == (ticket.id, "queued")


async def test_agent_takes_up_a_message_and_the_user_finds_the_answer_later(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.users.leave_message(conversation_id, text="充值没到账", contact="13800138000")
    agent = await office.agent("小林")
    await office.agents.claim(ticket.id, agent)
    await office.agents.say(ticket.id, agent, text="查到了，已经补上")
    # The user is not there: nobody is reminded, nothing is closed.
    await office.later(hours=3)
    assert (await office.tickets.ticket(ticket.id)).status == "active"
    assert "user_reminder" not in await office.kinds(conversation_id)
    await office.say(conversation_id, "谢谢")
    await office.agents.say(ticket.id, agent, text="不客气")
    await office.later(minutes=3)
    assert "user_reminder" in await office.kinds(conversation_id)


async def test_message_is_closed_without_a_chat(office: Office) -> None:
    conversation_id, ticket = await office.waiting_ticket()
    await office.users.leave_message(conversation_id, text="充值没到账", contact="13800138000")
    agent = await office.agent("小林")
    before = await office.kinds(conversation_id)
    closed = await office.agents.close(ticket.id, agent, disposition="solved", note="已电话联系")
    assert (closed.status, closed.note) == ("closed", "已电话联系")
    assert (await office.state(conversation_id)).owner == "bot"
    assert await office.kinds(conversation_id) == before


async def test_time_of_the_test_is_the_time_of_the_ticket(office: Office) -> None:
    _, ticket = await office.waiting_ticket()
    assert abs((ticket.created_at - clock.now()).total_seconds()) < 600
