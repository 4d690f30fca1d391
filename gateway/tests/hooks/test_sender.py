"""Endpoints are told of every event, whatever happens on the way."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update
from structlog.testing import capture_logs

from tests.helpers.tickets import add_conversation, add_ticket
from tests.hooks.receiver import Receiver, receiving
from tests.hooks.samples import EVENT, endpoint
from uwallet_gateway.cli.main import main
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.hooks.cards import load_cards
from uwallet_gateway.hooks.endpoints import Endpoint
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.formats import signature
from uwallet_gateway.hooks.outbox import Outbox
from uwallet_gateway.hooks.sender import HookSender, pause_after
from uwallet_gateway.observability.metrics import Metrics

CARDS = load_cards()


async def local(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged; a worker that stumbles goes on, so only the log tells."""
    with capture_logs() as found:
        yield found
    assert [entry for entry in found if entry["event"] == "hooks.failed"] == []


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


def make(database: Database, there: Endpoint, **more: Any) -> tuple[Outbox, HookSender]:
    outbox = Outbox(database, [there])
    options = {"resolve": local, "pause": lambda attempts: 0.0, **more}
    return outbox, HookSender(outbox, [there], CARDS, Metrics(), **options)


@contextlib.asynccontextmanager
async def running(sender: HookSender) -> AsyncIterator[None]:
    sender.start()
    try:
        yield
    finally:
        await sender.stop(30)


async def record(database: Database, outbox: Outbox, *events: HookEvent) -> None:
    conversation_id = await add_conversation(database)
    async with database.write() as transaction:
        ticket = add_ticket(transaction, conversation_id)
        for event in events:
            await outbox.record(transaction, event, ticket)


async def settled(database: Database) -> list[tables.HookDelivery]:
    """Waits until nothing is to be sent any more."""
    async with asyncio.timeout(60):
        while True:
            async with database.read() as transaction:
                rows = list(await transaction.scalars(select(tables.HookDelivery).order_by(tables.HookDelivery.id)))
            if all(row.state != "waiting" for row in rows):
                return rows
            await asyncio.sleep(0.01)


async def test_events_come_signed_and_in_order(database: Database, receiver: Receiver) -> None:
    there = endpoint(url=receiver.url, allow_private=True)
    outbox, sender = make(database, there)
    async with running(sender):
        await record(database, outbox, HookEvent.CREATED, HookEvent.QUEUED, HookEvent.CLOSED)
        rows = await settled(database)
    assert receiver.ids == [row.event_id for row in rows]
    assert [body["event"] for _, body in receiver.received] == ["ticket_created", "ticket_queued", "ticket_closed"]
    headers, body = receiver.received[0]
    assert headers["host"] == f"hooks.example.com:{receiver.port}"
    given = dict(part.split("=") for part in headers["x-uwallet-signature"].split(","))
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    assert headers["x-uwallet-signature"] == signature("0123456789abcdef", int(given["t"]), raw)


@pytest.mark.parametrize("kind", ["json", "wecom"])
async def test_what_fails_at_first_is_sent_until_it_is_taken(
    database: Database, receiver: Receiver, logged: list[MutableMapping[str, Any]], kind: str
) -> None:
    receiver.answers = [(500, b""), (429, b""), (302, b"")]
    if kind == "wecom":
        receiver.answers.append((200, b'{"errcode": 45009, "errmsg": "freq"}'))
    failures = len(receiver.answers)
    outbox, sender = make(database, endpoint(kind, receiver.url, allow_private=True))
    async with running(sender):
        await record(database, outbox, HookEvent.CREATED)
        (row,) = await settled(database)
    assert (row.state, row.attempts, row.last_error) == ("delivered", failures + 1, None)
    assert receiver.ids == [row.event_id] * (failures + 1)
    told = [entry["event"] for entry in logged if str(entry["event"]).startswith("hooks.")]
    assert told == ["hooks.not_taken"] * failures + ["hooks.delivered"]
    # Addresses of group robots are secrets.
    assert "/there" not in str(logged)


async def test_killed_between_sending_and_marking_it_is_sent_again_with_the_same_id(
    database: Database, receiver: Receiver
) -> None:
    there = endpoint(url=receiver.url, allow_private=True)
    receiver.answers = [None]
    outbox, first = make(database, there, lease=0.0)
    await record(database, outbox, HookEvent.CREATED)
    first.start()
    await receiver.wait_for(1)
    # The endpoint has it and this process will never know.
    await first.stop(0)
    _, second = make(database, there)
    async with running(second):
        (row,) = await settled(database)
    assert row.state == "delivered"
    assert receiver.ids == [row.event_id] * 2


@pytest.mark.both_databases
async def test_two_processes_send_each_event_once(database: Database, receiver: Receiver) -> None:
    there = endpoint(url=receiver.url, allow_private=True)
    outbox, first = make(database, there)
    _, second = make(database, there)
    await record(database, outbox, *[HookEvent.QUEUED] * 20)
    async with running(first), running(second):
        rows = await settled(database)
    assert sorted(receiver.ids) == sorted(row.event_id for row in rows)


async def test_after_a_day_it_is_given_up(database: Database, receiver: Receiver) -> None:
    receiver.answers = [(500, b"")]
    outbox, sender = make(database, endpoint(url=receiver.url, allow_private=True))
    await record(database, outbox, HookEvent.CREATED)
    async with database.write() as transaction:
        await transaction.execute(update(tables.HookDelivery).values(created_at=now() - timedelta(hours=25)))
    async with running(sender):
        (row,) = await settled(database)
    assert (row.state, row.last_error) == ("failed", "HTTP 500")


async def test_an_endpoint_that_is_down_holds_up_nobody_else(database: Database, receiver: Receiver) -> None:
    down = endpoint(name="down", url="http://down.example.com:9/", allow_private=True)
    up = endpoint(name="up", url=receiver.url, allow_private=True)

    async def resolve(host: str, port: int) -> Sequence[str]:
        if host == "down.example.com":
            raise OSError
        return ["127.0.0.1"]

    outbox = Outbox(database, [down, up])
    sender = HookSender(outbox, [down, up], CARDS, Metrics(), resolve=resolve, pause=lambda _: 3600.0)
    async with running(sender):
        await record(database, outbox, HookEvent.CREATED)
        await receiver.wait_for(1)
        async with asyncio.timeout(60):
            while True:
                async with database.read() as transaction:
                    errors = (await transaction.scalars(select(tables.HookDelivery.last_error))).all()
                if any(errors):
                    break
                await asyncio.sleep(0.01)
    assert [error for error in errors if error] == ["ConnectError: down.example.com has no address"]


@pytest.mark.parametrize(
    ("there", "address", "told"),
    [
        (endpoint(url="https://hooks.example.com/"), "127.0.0.1", "refused: hooks.example.com: 127.0.0.1 is this"),
        (endpoint(url="https://hooks.example.com/"), "10.0.0.1", "refused: hooks.example.com: 10.0.0.1 is private"),
        (endpoint(url="https://h.example.com/", allow_private=True), "169.254.169.254", "refused: h.example.com: 169"),
    ],
)
async def test_private_addresses_are_never_connected_to(there: Endpoint, address: str, told: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return [address]

    sender = HookSender(Outbox(None, []), [there], CARDS, Metrics(), resolve=resolve)  # type: ignore[arg-type]  # stores nothing
    outcome = await sender.attempt(there, EVENT)
    await sender.stop(0)
    assert outcome.error is not None
    assert outcome.error.startswith(told)


async def test_the_name_is_asked_once_so_that_it_cannot_change_in_between(receiver: Receiver) -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return answers.pop(0)

    there = endpoint(url=receiver.url, allow_private=True)
    sender = HookSender(Outbox(None, []), [there], CARDS, Metrics(), resolve=rebinding)  # type: ignore[arg-type]  # stores nothing
    assert (await sender.attempt(there, EVENT)).error is None
    assert (await sender.attempt(there, EVENT)).error == "refused: hooks.example.com: 169.254.169.254 is link-local"
    await sender.stop(0)
    assert len(receiver.received) == 1


async def test_redirects_are_not_followed(receiver: Receiver) -> None:
    receiver.answers = [(307, b"")]
    receiver.headers = [(b"location", receiver.url.encode())]
    there = endpoint(url=receiver.url, allow_private=True)
    sender = HookSender(Outbox(None, []), [there], CARDS, Metrics(), resolve=local)  # type: ignore[arg-type]  # stores nothing
    assert (await sender.attempt(there, EVENT)).error == "HTTP 307: redirects are not followed"
    await sender.stop(0)
    assert len(receiver.received) == 1


async def test_no_more_of_an_answer_is_read_than_is_needed(receiver: Receiver) -> None:
    receiver.answers = [(200, b'{"errcode": 0}' + b" " * 50_000_000)]
    there = endpoint("wecom", receiver.url, allow_private=True)
    sender = HookSender(Outbox(None, []), [there], CARDS, Metrics(), resolve=local)  # type: ignore[arg-type]  # stores nothing
    outcome = await sender.attempt(there, EVENT)
    await sender.stop(0)
    assert outcome.error is None


async def test_retry_after_is_heeded_within_reason(receiver: Receiver) -> None:
    receiver.answers = [(429, b""), (429, b""), (429, b"")]
    there = endpoint(url=receiver.url, allow_private=True)
    sender = HookSender(Outbox(None, []), [there], CARDS, Metrics(), resolve=local)  # type: ignore[arg-type]  # stores nothing
    found = []
    for header in (b"120", b"999999", b"Wed, 21 Oct 2026 07:28:00 GMT"):
        receiver.headers = [(b"retry-after", header)]
        found.append((await sender.attempt(there, EVENT)).retry_after)
    await sender.stop(0)
    assert found == [120.0, 3600.0, None]


def test_pauses_grow_up_to_an_hour_and_fill_a_day() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 100)]
    assert 4 <= pauses[0] <= 6
    assert all(pause <= 4320 for pause in pauses)
    assert pauses[6] > 4 * pauses[2]
    assert 25 < next(count for count in range(100) if sum(pauses[:count]) > 86400) < 45


async def test_command_tries_the_endpoints(receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    path = tmp_path / "hooks.yml"
    path.write_text(
        "endpoints:\n"
        f"- {{name: good, format: wecom, url: '{url}', allow_private: true}}\n"
        f"- {{name: bad, format: dingtalk, url: '{url}', allow_private: true}}\n"
    )
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv("UWALLET_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("UWALLET_HOOKS_FILE", str(path))
    receiver.answers = [(200, b'{"errcode": 0}'), (200, b'{"errcode": 310000, "errmsg": "keywords not in content"}')]

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, arguments)

    result = await run("send-test-hook")
    assert result.output == "good: taken\nbad: errcode 310000: keywords not in content\n"
    assert result.exit_code == 1
    assert "测试消息" in receiver.received[0][1]["markdown"]["content"]
    assert (await run("send-test-hook", "good")).exit_code == 0
    assert "no such endpoint: none; known are bad, good" in (await run("send-test-hook", "none")).output
    path.write_text("endpoints:\n- name: good\n")
    result = await run("send-test-hook")
    assert f"{path}:2: endpoints[0].format: Field required" in result.output
