"""Users beside their tickets: notes that stay, the block list, what they had with the bot."""

from __future__ import annotations

import pytest

from tests.helpers.office import Office
from tests.insight.rows import add, event
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.errors import InputError


async def test_notes_stay_beyond_the_ticket(office: Office) -> None:
    lin, wang = await office.agent("小林"), await office.agent("小王")
    conversation_id, ticket = await office.chat(lin)
    customers = office.services.customers
    await customers.add_note(conversation_id, lin, "说粤语，声音听不清")
    await office.agents.close(ticket.id, lin, disposition="solved")
    await office.say(conversation_id, "转人工")
    [note] = (await customers.read(conversation_id)).notes
    assert (note.text, note.by.name) == ("说粤语，声音听不清", "小林")
    # Somebody else's is theirs; a supervisor may remove any.
    await customers.remove_note(conversation_id, note.id, agent_id=wang)
    assert len((await customers.read(conversation_id)).notes) == 1
    await customers.remove_note(conversation_id, note.id, agent_id=None)
    assert (await customers.read(conversation_id)).notes == []
    with pytest.raises(InputError, match="not_found"):
        await customers.read("0" * 32)


async def test_a_blocked_user_is_not_handed_over_unless_it_is_urgent(office: Office) -> None:
    lin = await office.agent("小林")
    conversation_id, ticket = await office.chat(lin)
    await office.agents.close(ticket.id, lin, disposition="spam")
    customers = office.services.customers
    await customers.block(conversation_id, "陈主管", "反复骚扰", 7)
    await office.say(conversation_id, "转人工")
    assert (await office.ticket(conversation_id)).id == ticket.id
    last = await office.last(conversation_id)
    assert ("人工" in last.text, last.buttons) == (True, ())
    with pytest.raises(InputError, match="blocked"):
        await office.users.leave_message(conversation_id, text="喂", contact="13800138000")
    assert [blocked.block.reason for blocked in await customers.blocked()] == ["反复骚扰"]
    entry = await office.services.audit.last(Action.USER_BLOCKED)
    assert entry
    # Who told it stands there; why does not: it may speak of the user.
    assert (entry.target, set(entry.details)) == (conversation_id, {"until"})
    await office.say(conversation_id, "转人工：account_compromised")
    urgent = await office.ticket(conversation_id)
    assert (urgent.status, urgent.priority) == ("queued", 0)
    await office.users.leave_queue(conversation_id)
    await office.pass_time(days=7)
    await office.say(conversation_id, "转人工")
    assert (await office.ticket(conversation_id)).status == "queued"
    assert (await customers.read(conversation_id)).block is None


async def test_matters_with_the_bot_are_told_with_their_outcome(office: Office) -> None:
    conversation_id = await office.user()
    kinds = ["topic_opened", "solved", "topic_opened", "abandoned", "topic_opened"]
    await add(
        office.services.database, *(event(conversation_id, kind, now(), topic="forgot_password") for kind in kinds)
    )
    topics = (await office.services.customers.read(conversation_id)).topics
    assert [topic.outcome for topic in topics] == [None, "abandoned", "solved"]
