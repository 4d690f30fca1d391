"""A person with pictures, a ticket and a history in the engine is erased; then everything is searched for them."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.conftest import SettingsFactory
from tests.helpers.desk import DeskAgent, User, agent_at, ticket_of
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.pictures import png
from tests.real_engine.conftest import Engine
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.database import tables

pytestmark = pytest.mark.engine

TYPED = "帮我看看紫荆花园店那笔付款失败是怎么回事"
PHONE = "13711112222"
COMMENT = "小林回复得挺快的"
NOTE = "紫荆花园店已核实"
# The last two are pairs of characters of the texts, as the index of the search has them.
WORDS = [TYPED, PHONE, COMMENT, NOTE, "紫荆", "荆花"]
OF_A_CONVERSATION: tuple[Any, ...] = (
    tables.Message,
    tables.Ticket,
    tables.Attachment,
    tables.Session,
    tables.Understanding,
    tables.HookDelivery,
    tables.SearchDocument,
)


HOOKS = """endpoints:
  - name: crm
    format: json
    url: http://127.0.0.1:1/
    secret: 0123456789abcdef0123456789abcdef
    events: [ticket_created, ticket_closed]
    allow_private: true
"""


@pytest.fixture
async def gateway(engine: Engine, make_settings: SettingsFactory, tmp_path: Path) -> AsyncIterator[Gateway]:
    """A gateway in front of the real engine that can reach nobody whom it is to tell of tickets."""
    hooks = tmp_path / "hooks.yml"
    hooks.write_text(HOOKS)
    settings = make_settings(engine_url=engine.url, engine_secret=engine.secret, hooks_file=str(hooks))
    async with running_gateway(settings, FakeEngine()) as running:
        yield running


async def a_whole_life(gateway: Gateway, agent: DeskAgent) -> tuple[User, str, str]:
    """A visitor who has left something everywhere; returns them, their conversation and a picture."""
    user = User(gateway, await gateway.token())
    await user.say(text=TYPED)
    await user.say(text=f"我的电话{PHONE}，转人工")
    ticket_id = await ticket_of(gateway, user)
    await agent.ok("POST", f"/tickets/{ticket_id}/claim")
    async with gateway.api(user.token) as api:
        picture = (await api.post("/api/v1/attachments", files={"file": ("a.png", png(), "image/png")})).json()
        assert (await api.post("/api/v1/messages", json={"attachment_id": picture["id"]})).is_success
        unsent = await api.post("/api/v1/attachments", files={"file": ("b.png", png(), "image/png")})
        assert unsent.is_success
        number = (await agent.ok("GET", f"/tickets/{ticket_id}"))["number"]
        await agent.ok("POST", f"/tickets/{ticket_id}/close", json={"disposition": "solved", "note": NOTE})
        rated = {"ticket": number, "rating": 5, "comment": COMMENT}
        assert (await api.post("/api/v1/support/ratings", json=rated)).is_success
    session = await gateway.services.sessions.read(user.token)
    return user, session.conversation_id, picture["id"]


def traces(folders: list[Path], words: list[str]) -> list[tuple[str, str]]:
    """Files that have one of the words, as text or as JSON escapes it."""
    found = []
    for folder in folders:
        for file in folder.rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            for word in words:
                if word.encode() in content or json.dumps(word)[1:-1].encode() in content:
                    found.append((file.name, word))
    return found


async def test_nothing_is_left_of_who_is_erased(gateway: Gateway, engine: Engine) -> None:
    admin = await agent_at(gateway, Role.ADMIN)
    folders = [gateway.services.settings.data_dir, engine.folder]
    async with admin.online():
        user, conversation_id, picture = await a_whole_life(gateway, admin)
        other, other_conversation, _ = await a_whole_life(gateway, admin)
    await other.say(text="另一位用户的问题仍在")
    wanted = {"conversation_id": conversation_id}
    file = await admin.call("POST", "/persons/export", json=wanted)
    archive = zipfile.ZipFile(io.BytesIO(file.content))
    data = json.loads(archive.read("data.json"))
    assert TYPED in [message["text"] for message in data["messages"]]
    assert [ticket["contact"] for ticket in data["tickets"]] == [PHONE]
    assert data["tickets"][0]["rating_comment"] == COMMENT
    assert TYPED in [event.get("text") for event in data["engine_events"][conversation_id]]
    assert f"pictures/{picture}.png" in archive.namelist()
    while await gateway.services.search_indexer.run_once():
        pass
    # Half of an upload, of a gateway that died.
    part = gateway.services.settings.data_dir / "attachments" / f"{'0' * 32}.part"
    part.write_text(TYPED)
    os.utime(part, (0, 0))
    # Most of it in the write-ahead logs as yet.
    before = {name.removesuffix("-wal") for name, _ in traces(folders, [conversation_id, *WORDS])}
    assert {"gateway.db", "engine.db", part.name} <= before
    async with gateway.services.database.read() as transaction:
        deliveries = await transaction.scalars(select(tables.HookDelivery.conversation_id))
        assert list(deliveries).count(conversation_id) == 2

    proof = await admin.ok("POST", "/persons/erase", json=wanted)
    assert proof["rows"].keys() >= {"conversations", "messages", "tickets", "ticket_events", "attachments", "sessions"}
    assert proof["files"] == 2
    assert proof["engine_events"] > 10
    assert proof["log_emptied"]
    assert len(proof["digest"]) == 64
    assert proof["backups_until"] is None

    # The name of the conversation stands in each of its rows; the texts are those of the other user, too.
    assert traces([gateway.services.settings.data_dir, engine.folder], [conversation_id, picture]) == []
    async with gateway.services.database.read() as transaction:
        for table in OF_A_CONVERSATION:
            ids = set(await transaction.scalars(select(table.conversation_id)))
            assert conversation_id not in ids
        assert await transaction.scalar(select(func.count()).select_from(tables.EngineErasure)) == 0
    async with gateway.api(user.token) as api:
        assert (await api.get("/api/v1/messages")).status_code == 401
    # Nobody else has lost anything.
    assert "另一位用户的问题仍在" in [message["text"] for message in await other.messages()]
    await admin.ok("POST", "/persons/erase", json={"conversation_id": other_conversation})
    assert traces(folders, [*WORDS, "另一位用户的问题仍在", other_conversation]) == []
    assert (await admin.call("POST", "/persons/erase", json=wanted)).status_code == 404

    entries = (await admin.ok("GET", "/audit", params={"action": "user_erased"}))["entries"]
    assert entries[-1]["target"] == proof["person"]
    assert entries[-1]["details"] == {"rows": proof["rows"], "digest": proof["digest"]}
    assert (await gateway.services.audit.verify()).problem is None
