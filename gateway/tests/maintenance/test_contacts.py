"""Contacts of an earlier version, and under a former key."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select, update

from tests.conftest import SettingsFactory
from tests.helpers.databases import create_sqlite
from uwallet_gateway.database import tables
from uwallet_gateway.maintenance.contacts import seal_contacts
from uwallet_gateway.services import Services, build_services

PHONE = "13800138000"
FORMER, CURRENT = "f" * 32, "c" * 32


async def ticket_with(services: Services, stored: str) -> None:
    site = await services.sites.create("商城", [], key="site")
    conversation_id = (await services.sessions.open(site, None, None)).session.conversation_id
    await services.user_commands.leave_message(conversation_id, text="没到账", contact=PHONE)
    async with services.database.write() as transaction:
        await transaction.execute(update(tables.Ticket).values(contact=stored, contact_hint=None))
        await transaction.execute(update(tables.Conversation).values(contact=stored))


async def stored_contacts(services: Services) -> list[str]:
    async with services.database.read() as transaction:
        ticket = await transaction.scalar(select(tables.Ticket.contact))
        return [str(ticket), str(await transaction.scalar(select(tables.Conversation.contact)))]


async def test_contacts_as_they_are_and_under_a_former_key_are_sealed_once(
    make_settings: SettingsFactory, tmp_path: Path
) -> None:
    create_sqlite(tmp_path / "test.db")
    url = f"sqlite:///{tmp_path / 'test.db'}"
    former = build_services(make_settings(database_url=url, secret_key=FORMER))
    renewed = build_services(make_settings(database_url=url, secret_key=CURRENT, old_secret_keys=FORMER))
    alone = build_services(make_settings(database_url=url, secret_key=CURRENT))
    try:
        await ticket_with(former, PHONE)
        assert await seal_contacts(former.database, former.keys) == 2
        for stored in await stored_contacts(former):
            assert PHONE not in stored
            assert former.keys.contacts.open(stored) == PHONE
        tickets, _ = await former.tickets.tickets()
        assert tickets[0].contact == "138****8000"
        assert await seal_contacts(former.database, former.keys) == 0
        # Without the former key nothing can be read, and nothing is lost.
        before = await stored_contacts(alone)
        assert await seal_contacts(alone.database, alone.keys) == 0
        assert await stored_contacts(alone) == before
        assert await seal_contacts(renewed.database, renewed.keys) == 2
        for stored in await stored_contacts(renewed):
            assert alone.keys.contacts.open(stored) == PHONE
    finally:
        for services in (former, renewed, alone):
            await services.close()
