"""One run: clients talk, faults come by a schedule, and at the end the history is complete."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

from tools.faults.clients import Agent, User
from tools.faults.clocks import SEEN_AFTER
from tools.faults.engine import HANDOFF_WORD
from tools.faults.history import History
from tools.faults.schedule import EVERYTHING, Fault
from tools.faults.stack import AGENTS, PASSWORD, SITE, Plan, Process, Stack, running_stack

# What the counting engine and the bot both answer. One user of three asks for a human now and then.
TEXTS = ("付款失败了", "下一步", "验证码收不到", "你好", "忘记密码了", "没有其他问题了")
# Seconds until everything that was taken is answered and seen.
_PATIENCE = 90.0


async def run(folder: Path, faults: Sequence[Fault], plan: Plan, *, users: int = 6, seed: int = 1) -> History:
    """Runs it in a folder and returns the whole history.

    Raises:
        TimeoutError: In the end something was never answered; the history tells what.
    """
    history = History()
    async with contextlib.AsyncExitStack() as closing:
        stack = await closing.enter_async_context(running_stack(folder, plan))
        for name in stack.processes:
            # So that it is known of what there are several, whatever faults come.
            history.add(name, "ready")
        people = [
            User(f"user{number}", SITE, stack.gateways, history, random.Random(f"{seed}-{number}"))
            for number in range(users)
        ]
        agents = [Agent(username, name, PASSWORD, stack.gateways, history) for username, name in AGENTS.items()]
        clients: tuple[User | Agent, ...] = (*people, *agents)
        for client in clients:
            closing.push_async_callback(client.close)
        enough, agents_enough = asyncio.Event(), asyncio.Event()
        async with asyncio.TaskGroup() as working:
            for agent in agents:
                working.create_task(agent.work(agents_enough))
            async with asyncio.TaskGroup() as talking:
                for number, person in enumerate(people):
                    texts = (*TEXTS, HANDOFF_WORD, *TEXTS) if number % 3 == 0 else TEXTS
                    talking.create_task(_talk(person, texts, enough))
                for fault in faults:
                    await _inject(stack, fault, history)
                enough.set()
            agents_enough.set()
        await _settle(stack, people)
        history.stored = await stack.stored()
    _name_conversations(history)
    return history


async def _talk(person: User, texts: Sequence[str], enough: asyncio.Event) -> None:
    # In the history a conversation of a visitor is called after its first client id, until the transcript is read.
    person.conversation = person.name
    await person.talk(texts, enough)


async def _inject(stack: Stack, fault: Fault, history: History) -> None:
    await asyncio.sleep(fault.after)
    history.add(fault.target, "fault", text=fault.kind)
    if fault.target == EVERYTHING:
        processes = list(stack.processes.values())
        await asyncio.gather(*(process.kill() for process in processes))
        await asyncio.sleep(fault.seconds)
        history.add(fault.target, "restored", text=fault.kind)
        # All at once: who needs another finds it away, and is started again.
        await asyncio.gather(*(_start(process, history) for process in processes))
        return
    process = stack.processes[fault.target]
    if fault.kind in {"kill", "restart"}:
        await (process.kill() if fault.kind == "kill" else process.end())
        await asyncio.sleep(fault.seconds)
        # Counted as back when it is begun: it may answer before it is ready for others.
        history.add(fault.target, "restored", text=fault.kind)
        await _start(process, history)
        return
    _begin(process, fault)
    try:
        await asyncio.sleep(fault.seconds + (SEEN_AFTER if fault.kind == "clock" else 0))
    finally:
        _end(process, fault)
    history.add(fault.target, "restored", text=fault.kind)
    if process.is_gone:
        # A full disk may end a database.
        process.ended += 1
        await _start(process, history)


async def _start(process: Process, history: History) -> None:
    await process.start()
    history.add(process.name, "ready")


def _begin(process: Process, fault: Fault) -> None:
    if fault.kind == "stop":
        process.halt()
    elif fault.kind == "clock" and process.clock:
        process.clock.jump(fault.jump)
    elif fault.kind == "disk" and process.disk:
        process.disk.fill()
    elif process.host:
        (process.host.cut if fault.kind == "cut" else process.host.slow)()


def _end(process: Process, fault: Fault) -> None:
    if fault.kind == "stop":
        process.go_on()
    elif fault.kind == "clock" and process.clock:
        process.clock.jump(0)
    elif fault.kind == "disk" and process.disk:
        process.disk.free()
    elif process.host:
        (process.host.join if fault.kind == "cut" else process.host.quicken)()


async def _settle(stack: Stack, people: Sequence[User]) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    while loop.time() < until and await stack.waiting():
        await asyncio.sleep(0.1)
    # What is told of a queue comes a moment later.
    await asyncio.sleep(0.5)
    for person in people:
        await person.catch_up()
    await asyncio.sleep(0.5)


def _name_conversations(history: History) -> None:
    """Calls conversations of users as the database does: by the ids of their messages."""
    of_message = {message.client_id: message.conversation for message in history.stored if message.client_id}
    of_user = {
        record.conversation: of_message[record.client_id]
        for record in history.records
        if record.what == "sent" and record.client_id in of_message
    }
    for index, record in enumerate(history.records):
        if record.conversation in of_user:
            history.records[index] = type(record)(
                record.at,
                record.who,
                record.what,
                of_user[record.conversation],
                record.client_id,
                record.message_id,
                record.text,
                record.via,
            )
