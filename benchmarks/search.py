"""Measures the list and the search of conversations among 100,000 of them.

Run it with the gateway's Python: `gateway/.venv/bin/python benchmarks/search.py [DATABASE_URL]`. Without an address it
fills a SQLite database in a temporary folder; one that is given must be empty. It needs no running gateway: a page
takes as long as its statements.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "gateway"))

# In the gateway's environment, and after the path.
from uwallet_gateway.database import tables  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.database.connection import Database  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.database.migrate import migrate  # type: ignore[import-not-found]  # noqa: E402
from uwallet_gateway.search.conversations import (  # type: ignore[import-not-found]  # noqa: E402
    ConversationFilter,
    ConversationQueries,
)
from uwallet_gateway.search.index import SearchIndexer  # type: ignore[import-not-found]  # noqa: E402

COUNT = 100_000
BATCH = 2_000
ROUNDS = 10
# Milliseconds at most, by the 95th percentile.
LIST_LIMIT, SEARCH_LIMIT = 150, 300
NOW = datetime(2026, 11, 28, 4, tzinfo=UTC)
TOPICS = ("forgot_password", "payment_failure", "account_security", "transaction_dispute", "verification_code_issue")
OUTCOMES = ("solved", "not_solved", "abandoned", None, None)
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
ANSWER = "好的，我来帮您看看。"
WHOLE: dict[str, Any] = {"contact": None, "message": None, "note": None}


def sentences() -> list[str]:
    """What people say, as the training examples have it."""
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = line.strip()
            if text.startswith("- ") and not text.startswith(("- intent", "- synonym", "- regex")):
                found.append(text[2:])
    return found


def rows(seed: int, texts: list[str]) -> Iterator[dict[type[Any], list[dict[str, Any]]]]:
    """Conversations with their messages, events and tickets, in batches; the oldest first."""
    draw = random.Random(seed)
    for start in range(0, COUNT, BATCH):
        batch: dict[type[Any], list[dict[str, Any]]] = {
            table: [] for table in (tables.Conversation, tables.Message, tables.BotEvent, tables.Ticket)
        }
        for number in range(start, start + BATCH):
            begins = NOW - timedelta(days=180) * (1 - number / COUNT)
            conversation_id = uuid.UUID(int=draw.getrandbits(128)).hex
            turns = draw.randint(2, 6)
            conversation: dict[str, Any] = {"id": conversation_id, "site_key": f"site{number % 3}", "kind": "user"}
            conversation |= {"external_id": f"user{number}", "last_id": 2 * turns, "owner": "bot", "created_at": begins}
            batch[tables.Conversation].append(conversation | {"active_at": begins + timedelta(minutes=turns)})
            for turn in range(turns):
                shared = {"conversation_id": conversation_id, "buttons": [], "details": {}, "noticed": False}
                shared |= {"created_at": begins + timedelta(minutes=turn)}
                asked = f"{draw.choice(texts)}，订单{draw.randrange(10**8):08}" if turn == 1 else draw.choice(texts)
                batch[tables.Message].append({**shared, "id": 2 * turn + 1, "author": "user", "text": asked})
                batch[tables.Message].append(
                    {**shared, "id": 2 * turn + 2, "author": "bot", "text": "好的，我来帮您看看。"}
                )
            topic = draw.choice(TOPICS)
            shared = {"conversation_id": conversation_id, "message_id": 1, "created_at": begins, "topic": topic}
            for kind in ("topic_opened", draw.choice(OUTCOMES)):
                if kind:
                    batch[tables.BotEvent].append({**shared, "kind": kind})
            if number % 7 == 0:
                ticket: dict[str, Any] = {
                    "number": f"T{number:012}",
                    "conversation_id": conversation_id,
                    "status": "closed",
                }
                ticket |= {"version": 1, "priority": 2, "reason": "user_request", "topic": topic, "created_at": begins}
                ticket |= {"handoff": {"summary": f"要办的事：{topic}"}, "agent_id": 1 + number % 20}
                batch[tables.Ticket].append(WHOLE | ticket | {"rating": draw.choice((None, None, 1, 3, 5))})
        yield batch


async def fill(database: Database) -> None:
    """Fills an empty database as months of use would, and its index as the running gateway does."""
    await migrate(database)
    async with database.write() as session:
        for number in range(3):
            site = tables.Site(
                key=f"site{number}", name=f"站点{number}", secret="-", require_identity=False, created_at=NOW
            )
            session.add(site)
        for number in range(20):
            session.add(
                tables.Agent(
                    username=f"agent{number}",
                    name=f"客服{number}",
                    role="agent",
                    password_hash="-",
                    max_chats=5,
                    created_at=NOW,
                )
            )
    for batch in rows(1, sentences()):
        async with database.write() as session:
            for table, values in batch.items():
                if values:
                    await session.execute(insert(table), values)
    indexer = SearchIndexer(database)
    while await indexer.run_once():
        pass


async def measure(page: Callable[[], Awaitable[Any]]) -> list[float]:
    """Milliseconds of each of some reads of a page."""
    milliseconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await page()
        milliseconds.append((time.perf_counter() - start) * 1000)
    return milliseconds


def p95(values: list[float]) -> float:
    """The 95th percentile by nearest rank."""
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


async def run(url: str) -> int:
    """Fills, measures, prints the figures as JSON; fails if one is above its limit."""
    address = make_url(url)
    database = Database(address.set(drivername=DRIVERS[address.get_backend_name()]))
    begins = time.perf_counter()
    await fill(database)
    print(json.dumps({"filled_in_seconds": round(time.perf_counter() - begins)}))
    queries = ConversationQueries(database)
    lists = {
        "all": ConversationFilter(),
        "site": ConversationFilter(site="site1"),
        "topic": ConversationFilter(topic="payment_failure"),
        "outcome": ConversationFilter(outcome="solved"),
        "other": ConversationFilter(outcome="other"),
        "agent": ConversationFilter(agent_id=7),
        "rating": ConversationFilter(rating="low"),
        "days": ConversationFilter(start=NOW - timedelta(days=100), end=NOW - timedelta(days=93)),
        "all of it": ConversationFilter(site="site1", topic="payment_failure", outcome="handed_over", rating="low"),
    }
    searches = {
        "two characters": ConversationFilter("密码"),
        "one character": ConversationFilter("退"),
        "words": ConversationFilter("付款失败"),
        "two words": ConversationFilter("密码 忘记"),
        "part of a number": ConversationFilter("1234567"),
        "nothing": ConversationFilter("没有这样的话呢"),
        "with a filter": ConversationFilter("密码", outcome="solved", site="site2"),
        "with a rare filter": ConversationFilter("密码", agent_id=7, rating="low"),
        "days": ConversationFilter("密码", start=NOW - timedelta(days=100), end=NOW - timedelta(days=93)),
    }
    failed = False
    for name, wanted, limit in (("list", lists, LIST_LIMIT), ("search", searches, SEARCH_LIMIT)):
        taken = {what: await measure(partial(queries.page, one, offset=0, limit=50)) for what, one in wanted.items()}
        every = [value for values in taken.values() for value in values]
        slowest = {what: round(p95(values)) for what, values in taken.items()}
        print(
            json.dumps({name: {"median": round(statistics.median(every)), "p95": round(p95(every)), "each": slowest}})
        )
        failed = failed or p95(every) > limit
    await database.close()
    return 1 if failed else 0


def main() -> int:
    """Returns the exit status."""
    if len(sys.argv) > 1:
        return asyncio.run(run(sys.argv[1]))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(f"sqlite:///{folder}/search.db"))


if __name__ == "__main__":
    sys.exit(main())
