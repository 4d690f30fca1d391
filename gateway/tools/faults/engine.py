"""An engine that keeps its contract (docs/protocol.md) over kills: python -m tools.faults.engine HOST PORT FILE DELAY.

It takes DELAY seconds for a turn at most, does each turn once by its `message_id`, and counts a conversation's turns in
its answers, so that a turn that was skipped or done twice can be seen. Several may share the file. 「转人工」 is handed
over.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from collections import defaultdict
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

HANDOFF_WORD = "转人工"
_HANDOFF = {"type": "handoff", "version": 4, "reason": "user_request", "summary": "用户要求转人工", "collected": {}}


# Seconds that one waits while another writes.
_BUSY = 2.0


class Turns:
    """Turns that were done, in a file."""

    def __init__(self, path: str) -> None:
        """Opens the file, and makes it where there is none."""
        self._file = sqlite3.connect(path, isolation_level=None, timeout=_BUSY)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS turns (sender TEXT, id TEXT, number INT, PRIMARY KEY (sender, id))"
        )

    def number(self, sender: str, turn_id: str) -> int:
        """The number of this turn in its conversation; it is done if it was not."""
        # One statement: another engine may do the same turn at this moment.
        self._file.execute(
            "INSERT OR IGNORE INTO turns SELECT ?, ?, 1 + coalesce(max(number), 0) FROM turns WHERE sender = ?",
            (sender, turn_id, sender),
        )
        found = self._file.execute("SELECT number FROM turns WHERE sender = ? AND id = ?", (sender, turn_id)).fetchone()
        return int(found[0])


def create_engine(path: str, delay: float) -> Starlette:
    """The ASGI application."""
    turns = Turns(path)
    locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def receive(request: Request) -> JSONResponse:
        body: dict[str, Any] = await request.json()
        async with locks[body["sender"]]:
            # Half before it is done, half after: a kill comes in either.
            await asyncio.sleep(random.uniform(0, delay / 2))
            try:
                number = turns.number(body["sender"], body["message_id"])
            except sqlite3.OperationalError:
                return JSONResponse({"error": "The store is away; ask again."}, status_code=503)
            await asyncio.sleep(random.uniform(0, delay / 2))
        messages: list[dict[str, Any]] = [{"text": f"回{number}：{body['message']}", "buttons": [], "metadata": {}}]
        if body["message"] == HANDOFF_WORD:
            messages.append({"custom": _HANDOFF})
        return JSONResponse({"messages": messages, "understood": None})

    async def alive(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    path_of_channel = "/webhooks/gateway"
    return Starlette(
        routes=[
            Route(f"{path_of_channel}/webhook", receive, methods=["POST"]),
            Route(f"{path_of_channel}/", alive),
            Route(f"{path_of_channel}/forget", lambda _request: JSONResponse({"erased": 0}), methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    host, port, path, delay = sys.argv[1:]
    uvicorn.run(create_engine(path, float(delay)), host=host, port=int(port), log_level="error")
