"""One person's data: named users, whole sites, legal holds, and an engine that is away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.helpers.gateway import Gateway
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.maintenance.persons import Person
from uwallet_gateway.maintenance.retention import DataClass, set_retention
from uwallet_gateway.services import Services

LIN = Person(site="demo", user_id="linna7731")
TYPED = "我在紫荆花园店付款失败了"


async def said_by(gateway: Gateway, sender: str, text: str = TYPED) -> str:
    """A message of a user of the site's backend; returns the conversation."""
    async with gateway.api(gateway.site.secret) as api:
        sent = await api.post("/webhooks/rest/webhook", json={"sender": sender, "message": text})
        assert sent.is_success, sent.text
    async with gateway.services.database.read() as transaction:
        row = tables.Conversation
        return str(await transaction.scalar(select(row.id).where(row.external_id == sender)))


def whole(gateway: Gateway) -> list[list[str]]:
    """The conversations that the engine was asked to erase, beside old events."""
    return [body["senders"] for body in gateway.engine.forgotten if body["senders"]]


async def count(services: Services, table: type[tables.Table]) -> int:
    async with services.database.read() as transaction:
        return int(await transaction.scalar(select(func.count()).select_from(table)) or 0)


async def test_named_user_is_erased_and_nobody_else(gateway: Gateway) -> None:
    conversation_id = await said_by(gateway, "linna7731")
    await said_by(gateway, "zhou", "你好")
    erased = await gateway.services.persons.erase(LIN)
    assert erased.rows["conversations"] == 1
    assert whole(gateway) == [[conversation_id]]
    async with gateway.services.database.read() as transaction:
        assert list(await transaction.scalars(select(tables.Conversation.external_id))) == ["zhou"]
    files = [file for file in gateway.services.settings.data_dir.rglob("*") if file.is_file()]
    assert not [file for file in files if TYPED.encode() in file.read_bytes() or b"linna7731" in file.read_bytes()]
    with pytest.raises(InputError, match=ErrorCode.NOT_FOUND):
        await gateway.services.persons.erase(LIN)


async def test_engine_that_is_away_is_asked_again(gateway: Gateway) -> None:
    conversation_id = await said_by(gateway, "linna7731")
    gateway.engine.mode = "error"
    erased = await gateway.services.persons.erase(LIN)
    assert erased.engine_events is None
    assert await count(gateway.services, tables.EngineErasure) == 1
    gateway.engine.mode = "ok"
    await gateway.services.purge.run()
    assert whole(gateway) == [[conversation_id]]
    assert await count(gateway.services, tables.EngineErasure) == 0


async def test_what_is_held_is_neither_erased_nor_purged(gateway: Gateway) -> None:
    services = gateway.services
    held, other = await said_by(gateway, "linna7731"), await said_by(gateway, "zhou")
    assert await services.persons.hold(LIN, "case 7") == 1
    assert await services.persons.hold(LIN, "case 7") == 0
    for erasing in (services.persons.erase(LIN), services.persons.erase_site("demo")):
        with pytest.raises(InputError, match=ErrorCode.CONFLICT):
            await erasing
    old = now() - timedelta(days=400)
    async with services.database.write() as transaction:
        await transaction.execute(update(tables.Message).values(created_at=old))
        await transaction.execute(update(tables.Conversation).values(active_at=old))
    await services.purge.run()
    async with services.database.read() as transaction:
        assert set(await transaction.scalars(select(tables.Message.conversation_id))) == {held}
    assert whole(gateway) == [[other]]
    aged = gateway.engine.forgotten[-1]
    assert aged["keep"] == [held]
    assert abs(aged["before"] - (now() - timedelta(days=180)).timestamp()) < 60
    assert await services.persons.release(LIN) == 1
    assert (await services.persons.erase(LIN)).rows["conversations"] == 1


async def test_site_is_erased_with_all_of_its_users(gateway: Gateway) -> None:
    ids = {await said_by(gateway, "linna7731"), await said_by(gateway, "zhou")}
    erased = await gateway.services.persons.erase_site("demo")
    assert erased.rows["conversations"] == 2
    [forgotten] = whole(gateway)
    assert set(forgotten) == ids
    assert await count(gateway.services, tables.Site) == 0
    assert await count(gateway.services, tables.Message) == 0


async def test_exports_that_quote_the_person_are_named(gateway: Gateway, tmp_path: Path) -> None:
    await said_by(gateway, "linna7731")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "payment.yml").write_text(f"- {TYPED}\n", encoding="utf-8")
    (tmp_path / "labels" / "other.yml").write_text("- 你好\n", encoding="utf-8")
    gateway.services.persons._exports = tmp_path / "labels"
    assert (await gateway.services.persons.erase(LIN)).exports == ["payment.yml"]


async def test_engine_is_asked_by_the_period_of_each_site(gateway: Gateway) -> None:
    mine, held = await said_by(gateway, "linna7731"), await said_by(gateway, "zhou")
    services = gateway.services
    await services.persons.hold(Person(site="demo", user_id="zhou"), "case 7")
    async with services.database.write() as transaction:
        await transaction.execute(update(tables.Conversation).values(created_at=now() - timedelta(days=20)))
    await set_retention(services.database, "demo", {DataClass.ENGINE: 7})
    gateway.engine.forgotten.clear()
    await services.purge.run()
    own, rest = gateway.engine.forgotten
    assert own["of"] == [mine]
    assert now().timestamp() - own["before"] == pytest.approx(7 * 86400, abs=60)
    # What belongs to no conversation goes after the longest period.
    assert rest["keep"] == [held]
    assert now().timestamp() - rest["before"] == pytest.approx(180 * 86400, abs=60)
