"""Measures what a desk's queue costs the gateway while 60 and 600 users wait.

Run it with the gateway's Python: `gateway/.venv/bin/python benchmarks/waiting.py [DATABASE_URL]`. Without an address it
fills a SQLite database in a temporary folder; one that is given must be empty. Milliseconds of processor of all threads
of the process: other work on the machine counts little. With `--profile` it prints where they go.
"""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "gateway"))
sys.path.insert(1, str(ROOT))

# In the gateway's environment, and after the path.
from uwallet_gateway.database import tables  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.database.connection import Database  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.database.migrate import migrate  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.support.queries import TicketQueries  # type: ignore[import-not-found]  # noqa: E402

from common.opening_hours import OpeningHours  # noqa: E402

ROUNDS = 30
# Milliseconds of processor for 600.
LIMIT = 30
COUNTS = (60, 600)
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
NOW = datetime.now(UTC)
MESSAGES = 6
HANDOFF = {
    "summary": "要办的事：交易申诉，做到第2步（共5步）\n已经记下：手机号13800138000\n情绪：平稳\n转接原因：要求转人工",
    "topic": {"id": "transaction_dispute", "title": "交易申诉"},
    "step": {"number": 2, "count": 5, "id": "open", "title": "打开“交易申诉”"},
    "collected": {"phone_number": "13800138000", "amount": "200"},
    "mood": "calm",
}


async def fill(database: Database, first: int, last: int) -> None:
    """Users who wait, each after some messages with the bot."""
    conversations: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    tickets: list[dict[str, Any]] = []
    for number in range(first, last):
        conversation, begins = f"{number:032}", NOW - timedelta(minutes=10, seconds=-number / 10)
        conversations.append({"id": conversation, "site_key": "site", "kind": "user", "external_id": f"user{number}"})
        conversations[-1] |= {"last_id": MESSAGES, "owner": "queued", "created_at": begins, "active_at": begins}
        for place in range(1, MESSAGES + 1):
            author = "user" if place % 2 else "bot"
            shared = {"conversation_id": conversation, "buttons": [], "details": {}, "noticed": False}
            said = {"id": place, "author": author, "text": "付了三次都失败，这个订单怎么办", "created_at": begins}
            messages.append(shared | said)
        ticket = {"number": f"T{number:012}", "conversation_id": conversation, "status": "queued", "version": 1}
        ticket |= {"priority": number % 3, "reason": "user_request", "topic": "transaction_dispute"}
        tickets.append(ticket | {"handoff": HANDOFF, "created_at": begins, "queued_at": begins})
    async with database.write() as session:
        for table, rows in ((tables.Conversation, conversations), (tables.Message, messages), (tables.Ticket, tickets)):
            await session.execute(insert(table), rows)


async def measure(queries: TicketQueries) -> tuple[float, float, int]:
    """Median and slowest of the milliseconds of an answer, and its bytes."""
    spent: list[float] = []
    size = 0
    for _ in range(ROUNDS):
        begins = time.process_time()
        size = len((await queries.queue(1, sees_all=True)).model_dump_json())
        spent.append(1000 * (time.process_time() - begins))
    return statistics.median(spent), max(spent), size


async def main(address: str | None, *, profiles: bool) -> int:
    """Fills, measures and prints; returns the exit status: 1 over the limit."""
    with tempfile.TemporaryDirectory() as folder:
        url = make_url(address or f"sqlite:///{folder}/queue.sqlite")
        database = Database(url.set(drivername=DRIVERS[url.get_backend_name()]))
        await migrate(database)
        async with database.write() as session:
            site = tables.Site(key="site", name="商城", secret="-", require_identity=False, created_at=NOW)
            session.add(site)
        queries = TicketQueries(database, lambda _: True, OpeningHours(ZoneInfo("Asia/Shanghai"), None, {}))
        median, done = 0.0, 0
        for count in COUNTS:
            await fill(database, done, count)
            done = count
            await queries.queue(1, sees_all=True)
            median, slowest, size = await measure(queries)
            print(f"{count} waiting: {median:.1f} ms of processor, {slowest:.1f} at most, {size // 1024} KB")
        if profiles:
            profile = cProfile.Profile()
            profile.enable()
            await measure(queries)
            profile.disable()
            pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        await database.close()
    return int(median > LIMIT)


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--profile"]
    sys.exit(asyncio.run(main(given[0] if given else None, profiles="--profile" in sys.argv)))
