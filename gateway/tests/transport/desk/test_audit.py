"""What the desk records, and what admins read of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from tests.helpers.desk import API, DeskAgent, agent_at, ticket_of, user_who_waits
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.identity.vouching import user_hash
from uwallet_gateway.settings import REPOSITORY
from uwallet_gateway.words import load_words

PASSWORD = "k7mwp-3xq9h-tulip"


@pytest.fixture
async def admin(gateway: Gateway) -> DeskAgent:
    return await agent_at(gateway, Role.ADMIN)


async def entries_of(admin: DeskAgent, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await admin.ok("GET", "/audit", params=params))["entries"]
    return found


async def test_signing_in_and_out_and_what_fails(gateway: Gateway, admin: DeskAgent) -> None:
    await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
    headers = {"Origin": gateway.url}
    async with httpx.AsyncClient(base_url=gateway.url + API, headers=headers, timeout=120, verify=False) as client:
        for username, password in (("Lin", "wrong"), ("my-secret-9vrt", "wrong"), ("lin", PASSWORD)):
            given = await client.post("/session", json={"username": username, "password": password})
        csrf = {"X-CSRF-Token": given.json()["csrf"]}
        wanted = {"old": "wrong", "new": "another-9vrt-kkqz"}
        assert (await client.post("/password", json=wanted, headers=csrf)).status_code == 422
        wanted["old"] = PASSWORD
        assert (await client.post("/password", json=wanted, headers=csrf)).status_code == 204
        await client.delete("/session", headers=csrf)
    entries = await entries_of(admin)
    told = [(entry["action"], entry["target"], entry["actor_name"], entry["address"]) for entry in entries]
    assert told[:6] == [
        ("signed_out", "lin", "lin", "127.0.0.1"),
        ("password_changed", "lin", "lin", "127.0.0.1"),
        ("password_change_failed", "lin", "lin", "127.0.0.1"),
        ("signed_in", "lin", "lin", "127.0.0.1"),
        # What nobody is called may be a password.
        ("sign_in_failed", None, None, "127.0.0.1"),
        ("sign_in_failed", "lin", None, "127.0.0.1"),
    ]
    whole = json.dumps(entries)
    assert "my-secret-9vrt" not in whole
    assert PASSWORD not in whole


async def test_accounts_replies_and_exports(gateway: Gateway, admin: DeskAgent) -> None:
    made = await admin.ok("POST", "/agents", json={"username": "zhou", "name": "小周"})
    await admin.ok("PATCH", f"/agents/{made['id']}", json={"role": "supervisor"})
    await admin.ok("POST", f"/agents/{made['id']}/password")
    await admin.ok("POST", "/canned_replies", json={"title": "问候", "text": "您好", "shortcut": None})
    for params in ({}, {"content": "misunderstood"}):
        assert (await admin.call("GET", "/insight/export.csv", params=params)).is_success
    entries = await entries_of(admin, actor=f"agent{admin.name.removeprefix('小林')}")
    assert [entry["action"] for entry in entries] == [
        "messages_exported",
        "statistics_exported",
        "canned_reply_added",
        "password_reset",
        "account_changed",
        "account_created",
    ]
    assert entries[4]["target"] == "zhou"
    assert entries[4]["details"] == {"role": "supervisor"}
    assert made["password"] not in json.dumps(entries)


async def test_claiming_closing_and_looking_at_others_chats(gateway: Gateway, admin: DeskAgent) -> None:
    lin, supervisor = await agent_at(gateway), await agent_at(gateway, Role.SUPERVISOR)
    async with lin.online():
        ticket_id = await ticket_of(gateway, await user_who_waits(gateway))
        await lin.ok("POST", f"/tickets/{ticket_id}/claim")
        await lin.ok("GET", f"/tickets/{ticket_id}/messages")
        for _ in range(2):
            await supervisor.ok("GET", f"/tickets/{ticket_id}/messages", params={"after": 0})
        async with supervisor.socket() as socket:
            assert (await socket.ask("watch", ticket_id=ticket_id))["ok"]
        await lin.ok("POST", f"/tickets/{ticket_id}/close", json={"disposition": "solved", "note": "都好了"})
    number = (await gateway.services.tickets.ticket(ticket_id)).number
    entries = await entries_of(admin, target=number)
    told = [(entry["action"], entry["actor_name"]) for entry in reversed(entries)]
    names = {account.id: account.username for account in await gateway.services.accounts.all()}
    assert told == [
        ("ticket_claimed", names[lin.id]),
        # Once, whatever they look at.
        ("conversation_read", names[supervisor.id]),
        ("ticket_closed", names[lin.id]),
    ]
    # Notes are free text, and belong to the ticket.
    assert "都好了" not in json.dumps(entries, ensure_ascii=False)


async def test_watching_by_socket_is_recorded(gateway: Gateway, admin: DeskAgent) -> None:
    supervisor = await agent_at(gateway, Role.SUPERVISOR)
    lin = await agent_at(gateway)
    async with lin.online(), supervisor.socket() as socket:
        ticket_id = await ticket_of(gateway, await user_who_waits(gateway))
        assert (await socket.ask("watch", ticket_id=ticket_id))["ok"]
    entry = (await entries_of(admin, action="conversation_read"))[0]
    assert entry["address"] == "127.0.0.1"
    assert entry["details"] == {"status": "queued"}


async def test_settings_are_recorded_at_the_start_without_secrets(gateway: Gateway, admin: DeskAgent) -> None:
    entry = (await entries_of(admin, action="settings_changed"))[0]
    assert entry["actor_kind"] == "system"
    assert entry["details"]["settings"]["max_length"] == "1000"
    assert entry["details"]["settings"]["secret_key"].startswith("digest ")
    assert gateway.services.settings.secret_key.get_secret_value() not in json.dumps(entry)


async def test_pages_days_and_verification(gateway: Gateway, admin: DeskAgent) -> None:
    for number in range(3):
        await gateway.services.audit.write(Action.SIGNED_IN, f"={number}")
    page = await admin.ok("GET", "/audit", params={"action": "signed_in", "limit": 2})
    assert [entry["target"] for entry in page["entries"]] == ["=2", "=1"]
    assert page["has_more"]
    rest = await admin.ok("GET", "/audit", params={"action": "signed_in", "before": page["entries"][-1]["id"]})
    assert [entry["target"] for entry in rest["entries"]] == ["=0"]
    assert await entries_of(admin, to="2020-01-01") == []
    assert len(await entries_of(admin, **{"from": "2020-01-01"})) > 3
    checked = await admin.ok("GET", "/audit/verification")
    assert checked["problem"] is None
    assert checked["count"] == checked["head"]
    file = await admin.call("GET", "/audit/export.csv", params={"action": "signed_in"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert rows[0][0] == "编号"
    assert [row[6] for row in rows[1:]] == ["'=2", "'=1", "'=0"]
    assert (await entries_of(admin))[0]["action"] == "audit_exported"


def test_every_action_has_a_title_in_the_file_and_at_the_desk() -> None:
    desk = json.loads((REPOSITORY / "web/desk/src/i18n/words.gen.json").read_text(encoding="utf-8"))
    actions = {action.value for action in Action}
    assert set(load_words().audit_actions) == actions
    assert desk["audit_actions"] == load_words().audit_actions


async def test_contact_is_shown_by_a_request_that_is_recorded(gateway: Gateway, admin: DeskAgent) -> None:
    lin = await agent_at(gateway)
    async with lin.online():
        user = await user_who_waits(gateway)
        ticket_id = await ticket_of(gateway, user)
        async with gateway.api(user.token) as api:
            left = await api.post("/api/v1/support/messages", json={"text": "没到账", "contact": "13800138000"})
            assert left.is_success
        masked = await lin.call("GET", f"/tickets/{ticket_id}")
        assert masked.json()["contact"] == "138****8000"
        assert "13800138000" not in masked.text
        assert "13800138000" not in (await lin.call("GET", f"/tickets/{ticket_id}/messages")).text
        assert await lin.ok("POST", f"/tickets/{ticket_id}/contact") == {"contact": "13800138000"}
    [entry] = await entries_of(admin, action="contact_shown")
    assert entry["target"] == masked.json()["number"]
    assert "13800138000" not in json.dumps(await entries_of(admin))
    files = [file for file in gateway.services.settings.data_dir.rglob("*") if file.is_file()]
    assert files
    assert not [file for file in files if b"13800138000" in file.read_bytes()]


async def test_nothing_is_shown_or_done_that_cannot_be_recorded(gateway: Gateway, admin: DeskAgent) -> None:
    await gateway.services.accounts.create("lin", "小林", Role.AGENT, PASSWORD)
    async with gateway.api(await gateway.token()) as user:
        left = await user.post("/api/v1/support/messages", json={"text": "请回电", "contact": "13787654321"})
        assert left.is_success
    site, user_id = gateway.site.key, "u-1"
    await gateway.token(user={"id": user_id, "hash": user_hash(gateway.site.secret, user_id)})
    person = {"site": site, "user_id": user_id}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/tickets/1/contact", None),
        ("GET", "/insight/export.csv", None),
        ("GET", "/audit/export.csv", None),
        ("POST", "/persons/export", person),
        ("POST", "/persons/erase", person),
        ("POST", "/agents", {"username": "zhou", "name": "小周"}),
        ("POST", "/canned_replies", {"title": "问候", "text": "您好", "shortcut": None}),
        ("POST", "/session", {"username": "lin", "password": PASSWORD}),
    ]
    async with gateway.services.database.write() as transaction:
        await transaction.execute(text("ALTER TABLE audit_entries RENAME TO away"))
    # To draw their tracebacks takes seconds.
    with capture_logs():
        for method, path, body in calls:
            refused = await admin.call(method, path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (503, "unavailable"), path
            assert "Set-Cookie" not in refused.headers
    async with gateway.services.database.write() as transaction:
        await transaction.execute(text("ALTER TABLE away RENAME TO audit_entries"))
    assert "zhou" not in [account.username for account in await gateway.services.accounts.all()]
    assert await admin.ok("GET", "/canned_replies") == []
    assert (await admin.call("POST", "/persons/export", json=person)).is_success
    assert (await gateway.services.audit.verify()).problem is None
