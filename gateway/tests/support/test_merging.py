"""A visitor who signs in becomes the user, with everything that was said and asked for."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.helpers.office import Office
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.errors import InputError
from uwallet_gateway.identity.sessions import Opened
from uwallet_gateway.protocol.messages import FeedbackRequest
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD


class Browser:
    """One browser: the token that it keeps."""

    def __init__(self, office: Office) -> None:
        """Has no token yet."""
        self.office = office
        self.token: str | None = None

    async def open(self, user_id: str | None = None) -> str:
        """Comes to the site, signed in or not. Returns the conversation."""
        services = self.office.services
        site = await services.sites.find("site") or await services.sites.create("商城", [], key="site")
        user: dict[str, Any] | None = None
        if user_id is not None:
            moment = int(now().timestamp())
            digest = hmac.new(site.secret.encode(), f"{moment}\n{user_id}".encode(), hashlib.sha256).hexdigest()
            user = {"id": user_id, "hash": f"{moment}.{digest}"}
        opened: Opened = await services.visitor_merging.signed_in(await services.sessions.open(site, self.token, user))
        self.token = opened.token
        return opened.session.conversation_id


@pytest.fixture
def browser(office: Office) -> Browser:
    return Browser(office)


async def said(office: Office, conversation_id: str) -> list[str]:
    return [message.text for message in await office.messages(conversation_id) if message.author == "user"]


async def rows(office: Office, conversation_id: str) -> int:
    async with office.services.database.read() as session:
        count = select(func.count()).where(tables.Conversation.id == conversation_id)
        return await session.scalar(count) or 0


async def test_a_chat_goes_on_as_that_of_the_user(office: Office, browser: Browser) -> None:
    lin = await office.agent("小林")
    visitor = await browser.open()
    old_token = browser.token
    await office.say(visitor, "转人工")
    ticket = await office.agents.claim((await office.ticket(visitor)).id, lin)
    await office.agents.say(ticket.id, lin, text="您好")
    user = await browser.open("u-1")
    served = await office.tickets.ticket(ticket.id)
    assert (served.conversation_id, served.status, served.user.kind, served.user.name) == (
        user,
        "active",
        "user",
        "u-1",
    )
    await office.agents.say(ticket.id, lin, text="看到您登录了")
    await office.say(user, "好的")
    assert await said(office, user) == ["转人工", "好的"]
    assert (await office.state(user)).owner == "agent"
    [merge] = (await office.services.customers.read(user)).merges
    assert (merge.visitor, merge.tickets, merge.by) == (visitor[-4:].upper(), 1, None)
    event = (await office.tickets.details(ticket.id)).events[-1]
    assert (event.kind, event.actor.kind, event.details) == ("merged", "user", {"visitor": visitor[-4:].upper()})
    entry = await office.services.audit.last(Action.USER_MERGED)
    assert entry
    assert (entry.target, entry.details["visitor"]) == (user, visitor)
    # The visitor's token opens nothing any more.
    with pytest.raises(InputError, match="bad_token"):
        await office.services.sessions.read(old_token)


@pytest.mark.both_databases
async def test_what_was_said_comes_after_what_the_user_said_before(
    office: Office,
) -> None:
    lin = await office.agent("小林")
    phone, laptop = Browser(office), Browser(office)
    user = await phone.open("u-1")
    await office.say(user, "余额多少")
    visitor = await laptop.open()
    asked = await office.say(visitor, "登不上")
    services = office.services
    await services.feedback.give(visitor, asked.id + 1, FeedbackRequest(helpful=False))
    await office.say(visitor, "转人工")
    await services.search_indexer.run_once()
    ticket = await office.ticket(visitor)
    await services.customers.add_note(visitor, lin, "着急")
    async with services.database.write() as transaction:
        # The bot could not answer it, and it stands among others that mean the same.
        group = tables.QuestionGroup(mean=b"", count=1, updated_at=now())
        told = {"conversation_id": visitor, "message_id": asked.id, "created_at": now()}
        await transaction.merge(tables.Understanding(**told))
        transaction.add(group)
        await transaction.flush()
        transaction.add(
            tables.GroupedMessage(conversation_id=visitor, message_id=asked.id, group_id=group.id, vector=b"")
        )
    before = await office.messages(visitor)
    assert await laptop.open("u-1") == user
    assert await rows(office, visitor) == 0
    assert await said(office, user) == ["余额多少", "登不上", "转人工"]
    messages = await office.messages(user)
    moved = messages[-len(before) :]
    assert [message.id for message in messages] == list(range(1, len(messages) + 1))
    assert [message.created_at for message in moved] == [message.created_at for message in before]
    offset = moved[0].id - before[0].id
    assert [message.in_reply_to and message.in_reply_to - offset for message in moved] == [
        message.in_reply_to for message in before
    ]
    state = await office.state(user)
    assert (state.owner, state.ticket.number if state.ticket else None) == ("queued", ticket.number)
    claimed = await office.agents.claim(ticket.id, lin)
    assert claimed.conversation_id == user
    assert [note.text for note in (await services.customers.read(user)).notes] == ["着急"]
    async with services.database.read() as session:
        feedback = (await session.scalars(select(tables.AnswerFeedback))).one()
        assert (feedback.conversation_id, feedback.message_id) == (user, asked.id + 1 + offset)
        assert list(await session.scalars(select(tables.EngineErasure.conversation_id))) == [visitor]
        understood = (await session.scalars(select(tables.Understanding))).all()
        assert (user, asked.id + offset) in {(row.conversation_id, row.message_id) for row in understood}
        # It joins a group anew under its new id.
        assert (await session.scalars(select(tables.GroupedMessage))).all() == []
    # Found by what was said before and after, under the user's name.
    await services.search_indexer.run_once()
    for words in ("余额", "登不上", "u-1"):
        found, _ = await services.tickets.tickets(query=words)
        assert [found_ticket.id for found_ticket in found] == [ticket.id], words
    await office.say(user, "在吗")
    assert (await office.messages(user))[-1].id == len(messages) + 2


async def test_what_is_old_unsaid_or_somebody_elses_stays_where_it_is(office: Office) -> None:
    silent, late, shared, other = (Browser(office) for _ in range(4))
    visitor = await silent.open()
    await office.press(visitor, GREETING_PAYLOAD)
    assert await said(office, await silent.open("u-1")) == []
    assert await rows(office, visitor) == 1
    visitor = await late.open()
    await office.say(visitor, "密码忘了")
    await office.later(hours=25)
    assert await said(office, await late.open("u-2")) == []
    # Another user is no visitor.
    await office.say(await shared.open("u-3"), "我是三号")
    assert await said(office, await shared.open("u-4")) == []
    # Two tickets wait: a supervisor decides.
    await office.agent("小林")
    await office.say(await other.open("u-5"), "转人工")
    again = Browser(office)
    visitor = await again.open()
    await office.say(visitor, "转人工")
    assert await again.open("u-5") != visitor
    assert (await office.ticket(visitor)).status == "queued"


async def test_by_hand_it_is_a_supervisors_decision_after_the_chat(office: Office) -> None:
    boss = await office.agent("陈主管", role="supervisor")
    user = await Browser(office).open("u-1")
    await office.say(user, "余额多少")
    visitor, ticket = await office.chat(boss)
    merging = office.services.visitor_merging
    with pytest.raises(InputError, match="conflict"):
        await merging.by_hand(visitor, "u-1", boss, "陈主管")
    await office.agents.close(ticket.id, boss, disposition="solved")
    with pytest.raises(InputError, match="user_unknown"):
        await merging.candidate(visitor, "u-2")
    candidate = await merging.candidate(visitor, "u-1")
    assert (candidate.tickets, candidate.messages) == (0, len(await office.messages(visitor)))
    assert await merging.by_hand(visitor, "u-1", boss, "陈主管") == user
    moved = await office.tickets.details(ticket.id)
    assert (moved.conversation_id, moved.user.name, moved.events[-1].actor.name) == (user, "u-1", "陈主管")
    [merge] = (await office.services.customers.read(user)).merges
    assert merge.by == "陈主管"
    with pytest.raises(InputError, match="not_found"):
        await merging.by_hand(user, "u-1", boss, "陈主管")
    async with office.services.database.write() as transaction:
        transaction.add(tables.LegalHold(conversation_id=user, reason="案号", created_at=now()))
    visitor, ticket = await office.chat(boss)
    await office.agents.close(ticket.id, boss, disposition="solved")
    with pytest.raises(InputError, match="conflict"):
        await merging.by_hand(visitor, "u-1", boss, "陈主管")
