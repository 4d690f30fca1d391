"""Endpoints that admins make at the desk, beside those of the file."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from tests.helpers.tickets import add_conversation, add_ticket
from tests.hooks.receiver import receiving
from tests.hooks.samples import endpoint
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.hooks.cards import load_cards
from uwallet_gateway.hooks.endpoints import HookFormat
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.outbox import Outbox
from uwallet_gateway.hooks.registry import EndpointValues, HookEndpoints
from uwallet_gateway.hooks.sender import HookSender
from uwallet_gateway.identity.keys import Keys
from uwallet_gateway.observability.metrics import Metrics

URL = "https://hooks.example.com/key-of-a-robot"
TOLD = EndpointValues(events=[HookEvent.CREATED], url=URL)


def registry(database: Database, *secret_keys: str) -> HookEndpoints:
    keys = Keys(secret_keys or ("k" * 32,))
    return HookEndpoints(database, keys.hooks, [endpoint(name="from_file")])


@pytest.mark.both_databases
async def test_from_the_first_to_the_last(database: Database) -> None:
    hooks = registry(database)
    secret = await hooks.add("crm", HookFormat.JSON, TOLD)
    assert secret is not None
    assert await hooks.add("group", HookFormat.WECOM, TOLD) is None
    assert [known.name for known in hooks.current] == ["from_file", "crm", "group"]
    # Neither stands in the database as it is.
    async with database.read() as transaction:
        for row in await transaction.scalars(select(tables.HookEndpoint)):
            assert URL not in row.url
            assert secret not in (row.secret or "")
    for name, code in (("crm", "name_taken"), ("from_file", "name_taken")):
        with pytest.raises(InputError, match=code):
            await hooks.add(name, HookFormat.JSON, TOLD)
    for url in ("http://hooks.example.com", "https://127.0.0.1/x", "https://u:p@example.com", "https://", "x"):
        with pytest.raises(InputError, match="hook_address"):
            await hooks.add("other", HookFormat.JSON, EndpointValues(events=[HookEvent.CREATED], url=url))
    for events in ([], [HookEvent.MESSAGE_CREATED]):
        with pytest.raises(InputError, match="malformed"):
            await hooks.add("other", HookFormat.JSON, EndpointValues(events=events, url=URL, site="shop"))
    # What is not told again stays; another process knows it as soon as it looks.
    await hooks.change("crm", EndpointValues(events=[HookEvent.CLOSED], enabled=False))
    other = registry(database)
    await other.refresh()
    assert [known.name for known in other.current] == ["from_file", "group"]
    kept = await other.find("crm")
    assert kept.url.get_secret_value() == URL
    assert kept.secret is not None
    assert kept.secret.get_secret_value() == secret
    assert await hooks.renew_secret("crm") != secret
    for name in ("group", "from_file", "nobody"):
        with pytest.raises(InputError, match="not_found"):
            await hooks.renew_secret(name)
    with pytest.raises(InputError, match="not_found"):
        await hooks.change("from_file", TOLD)
    for _ in range(2):
        await hooks.remove("crm")
    with pytest.raises(InputError, match="not_found"):
        await hooks.find("crm")


async def test_one_under_another_key_is_left_out_and_one_under_a_former_key_sealed_anew(database: Database) -> None:
    await registry(database, "a" * 32).add("crm", HookFormat.JSON, TOLD)
    lost = registry(database, "b" * 32)
    await lost.renew_seals()
    await lost.reload()
    assert [known.name for known in lost.current] == ["from_file"]
    await registry(database, "b" * 32, "a" * 32).renew_seals()
    await lost.reload()
    assert [known.name for known in lost.current] == ["from_file", "crm"]


async def test_one_that_is_made_while_the_gateway_runs_is_told_at_once(database: Database) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with receiving() as receiver:
        keys = Keys(("k" * 32,))
        hooks = HookEndpoints(database, keys.hooks, [])
        outbox = Outbox(database, lambda: hooks.current)
        sender = HookSender(outbox, hooks, load_cards(), Metrics(), resolve=resolve)
        await hooks.reload()
        sender.start()
        # Only a file may name a place in this machine: this stands for one of the desk.
        hooks.current = (endpoint(url=receiver.url, name="crm", allow_private=True),)
        hooks.on_change()
        conversation_id = await add_conversation(database)
        await happen(database, outbox, conversation_id)
        await receiver.wait_for(1)
        # Removed, it gets no more.
        hooks.current = ()
        await happen(database, outbox, conversation_id)
        async with database.read() as transaction:
            assert len((await transaction.scalars(select(tables.HookDelivery.id))).all()) == 1
        await sender.stop(1)


async def happen(database: Database, outbox: Outbox, conversation_id: str) -> None:
    async with database.write() as transaction:
        ticket = add_ticket(transaction, conversation_id, status="closed")
        await outbox.record(transaction, HookEvent.CREATED, ticket)
