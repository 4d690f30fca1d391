"""Measures what a turn costs with 1, 2 and 4 pairs of gateway and engine, and what happens at twice the capacity.

Usage: python -m tools.scale (`make bench-scale`). PostgreSQL and Redis, each pair pinned to a core. By processor time,
as others use the machine, too; what the processes do without users is taken off. Results: benchmarks/results/scale.md.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from tools.scale.load import Users
from tools.scale.stack import Scaled, scaled_stack
from uwallet_gateway.database import tables
from uwallet_gateway.settings import REPOSITORY

RESULTS = REPOSITORY / "benchmarks" / "results" / "scale.md"
_AT_ONCE = 4
_IDLE = 5.0
_KINDS = ("gateway", "engine", "PostgreSQL", "Redis")
# Seconds until everything that was taken is answered.
_PATIENCE = 180.0


async def cost(stack: Scaled, turns: int, seed: int) -> tuple[dict[str, float], float]:
    """Milliseconds of processor of each kind for a turn, and turns in a second."""
    before, started = stack.processor(), time.monotonic()
    await asyncio.sleep(_IDLE)
    idle = {kind: (used - before[kind]) / (time.monotonic() - started) for kind, used in stack.processor().items()}
    users = Users([pair.address for pair in stack.pairs], seed)
    try:
        before, started = stack.processor(), time.monotonic()
        await users.talk(turns, _AT_ONCE)
        seconds = time.monotonic() - started
        after = stack.processor()
    finally:
        await users.close()
    if users.heard.refused or users.heard.answered < turns:
        msg = f"of {turns} turns {users.heard.answered} were answered; {users.heard.refused}"
        raise RuntimeError(msg)
    each = {kind: (after[kind] - before[kind] - idle[kind] * seconds) / turns * 1000 for kind in _KINDS}
    return each, turns / seconds


async def messages_stored(stack: Scaled) -> int:
    """How many messages there are."""
    async with stack.services.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(tables.Message)) or 0)


async def waiting(stack: Scaled) -> int:
    """How many messages wait for the bot."""
    async with stack.services.database.read() as session:
        found = select(func.count()).select_from(tables.Message).where(tables.Message.state == "received")
        return int(await session.scalar(found) or 0)


async def at_half(stack: Scaled, per_second: float, seconds: float, seed: int) -> str:
    """How long answers take while half of what can be answered is asked."""
    users = Users([stack.pairs[0].address], seed)
    try:
        await users.flood(per_second, seconds)
    finally:
        await users.close()
    taken = sorted(users.heard.taken)
    return (
        f"- {len(taken)} messages, {per_second:.1f} a second: from a message until its answer is there "
        f"{statistics.median(taken) * 1000:.0f} ms in the median, "
        f"{taken[int(0.95 * (len(taken) - 1))] * 1000:.0f} ms for 95 of 100 (by the clock)."
    )


async def beyond(stack: Scaled, per_second: float, seconds: float, seed: int) -> list[str]:
    """What happens while messages come faster than they can be answered."""
    users = Users([stack.pairs[0].address], seed)
    try:
        await users.flood(per_second, seconds)
    finally:
        await users.close()
    started = time.monotonic()
    async with asyncio.timeout(_PATIENCE):
        while await waiting(stack):
            await asyncio.sleep(0.2)
    heard = users.heard
    taken = sorted(heard.taken)
    async with stack.services.database.read() as session:
        said = select(func.count()).select_from(tables.Message).where(tables.Message.author == "user")
        unanswered = await session.scalar(said.where(tables.Message.state != "answered"))
    return [
        f"- {per_second:.0f} messages a second for {seconds:.0f} s: {heard.acknowledged} taken, "
        f"refused {heard.refused or 0}.",
        f"- Answered within 8 s: {heard.answered}; told that it takes longer, with a button for a human: "
        f"{heard.told_later}; a message took {statistics.median(taken):.1f} s in the median, {taken[-1]:.1f} at most.",
        f"- After the last one everything was answered within {time.monotonic() - started:.0f} s; "
        f"{unanswered} messages without an answer.",
    ]


async def report(pairs: Sequence[int], turns: int, seed: int) -> str:
    """Measures everything and returns the text of the results."""
    lines = ["| pairs | gateway | engine | PostgreSQL | Redis | together | growth | turns a second (by the clock) |"]
    lines.append("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        # PostgreSQL, run as another user by root, has to enter.
        Path(name).chmod(0o755)
        async with scaled_stack(Path(name)) as stack:
            first = None
            capacity = 0.0
            engines: dict[int, float] = {}
            sizes: dict[str, int] = {}
            count = 0
            for number in pairs:
                while len(stack.pairs) < number:
                    await stack.add_pair()
                warm = Users([pair.address for pair in stack.pairs], 0)
                await warm.talk(20 * number, _AT_ONCE)
                await warm.close()
                if not sizes:
                    sizes, count = await stack.sizes(), await messages_stored(stack)
                each, speed = await cost(stack, turns, seed)
                together = sum(each.values())
                first = first or together
                capacity = capacity or speed
                engines[number] = each["engine"]
                figures = " | ".join(f"{each[kind]:.1f}" for kind in _KINDS)
                lines.append(f"| {number} | {figures} | {together:.1f} ms | {together / first:.2f} x | {speed:.0f} |")
                print(lines[-1], flush=True)
            grown, more = await stack.sizes(), await messages_stored(stack) - count
            lines.append("")
            for kind in grown:
                millions = (grown[kind] - sizes[kind]) / more * 1e6 / 2**30
                lines.append(
                    f"- The {kind}'s database grew by {millions:.2f} GB for a million messages ({more:,} measured)."
                )
            held = ", ".join(f"{kind} {megabytes:.0f} MB" for kind, megabytes in stack.memory().items())
            lines.append(f"- Memory of the first pair after all that: {held}.")
            lines += [f"- {_throughput(one, engines)}" for one in engines if one > 1 and 1 in engines]
            # The others have nothing to do with it.
            for pair in stack.pairs[1:]:
                await pair.gateway.kill()
                await pair.engine.kill()
            del stack.pairs[1:]
            lines += ["", "At half the capacity of one pair:", ""]
            lines.append(await at_half(stack, capacity / 2, max(15.0, 40 / capacity), seed))
            lines += ["", "At twice the capacity of one pair:", ""]
            lines += await beyond(stack, capacity * 2, 15.0, seed)
            print("\n".join(lines[-14:]), flush=True)
    return "\n".join(lines)


def _throughput(number: int, engines: dict[int, float]) -> str:
    times = number * engines[1] / engines[number]
    return (
        f"{number} engines, each with a core to itself: {times:.2f} x the turns of one, by what a turn takes of each."
    )


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", default="1,2,4", help="numbers of pairs, comma separated")
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    text = asyncio.run(report([int(it) for it in options.pairs.split(",")], options.turns, options.seed))
    head = (
        "# More engines and gateways\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores that others "
        "use, too: milliseconds of processor for a turn.\n\n"
    )
    RESULTS.write_text(f"{head}{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
