"""Pilots begin and end while people talk, in the real engine."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import SettingsFactory
from tests.helpers.desk import DeskAgent, agent_at
from tests.helpers.extent import LONG
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.real_engine.conftest import Engine
from tests.real_engine.test_publishing import ASKED, FAQ, checked, said
from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.database import tables

pytestmark = pytest.mark.engine

PATH = "/knowledge/draft/entries/faq/wrong_number"
_TALKS = 8
# How often a pilot begins and ends.
_TIMES = 3 if LONG else 2
# Seconds between messages of one of them: people write no faster, and the checks of a draft need the engine, too.
_PAUSE = 0.3
# Answers to the question that are looked at before and after each change.
_HEARD = 16


@pytest.fixture
async def gateway(engine: Engine, make_settings: SettingsFactory) -> AsyncIterator[Gateway]:
    """A gateway in front of the real engine, at which many talk at once."""
    settings = make_settings(
        engine_url=engine.url,
        engine_secret=engine.secret,
        conversations_dir=Path("/none"),
        # What it is compared with takes minutes, and is no matter of this.
        sets_file=Path("/none"),
        rate_messages_per_user="",
        rate_messages_per_address="",
        rate_desk_requests_per_agent="",
    )
    async with running_gateway(settings, FakeEngine()) as running:
        yield running


async def drafted(editor: DeskAgent, answer: str) -> int:
    """Makes a checked draft with this answer; returns its revision."""
    shown = await editor.call("GET", "/knowledge/entries/faq/wrong_number")
    revision = shown.json()["revision"] if shown.status_code == 200 else None
    await editor.ok("PUT", PATH, json={"revision": revision, "value": FAQ | {"answer": answer}})
    view = await checked(editor)
    assert [finding for finding in view["findings"] if finding["severity"] != "note"] == []
    return int((await editor.ok("GET", "/knowledge"))["draft"]["revision"])


async def test_talks_go_on_while_pilots_begin_and_end(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    heard: list[tuple[float, str, str]] = []
    wrong: list[str] = []
    is_over = asyncio.Event()

    async def step(token: str, text: str, number: int) -> None:
        if f"第{number}步" not in (answer := await said(gateway, token, text=text)):
            wrong.append(answer)

    async def talk() -> None:
        """Walks through a procedure and asks in the middle of it, again and again until it is over."""
        while not is_over.is_set():
            token = await gateway.token()
            await step(token, "我忘记密码了", 1)
            for number in (2, 3, 4):
                sent = time.monotonic()
                heard.append((sent, token, await said(gateway, token, text=FAQ["question"])))
                await asyncio.sleep(_PAUSE)
                await step(token, "好了，下一步", number)
                await asyncio.sleep(_PAUSE)

    async def heard_from_now_on(both: str = "") -> list[tuple[str, str]]:
        """What is answered to the next messages that are sent, with who has asked.

        Args:
            both: Waits until somebody has heard this answer and somebody another one.
        """
        begun, found = time.monotonic(), list[tuple[str, str]]()
        async with asyncio.timeout(600):
            while len(found) < _HEARD or (both and len({both in text for _, text in found}) < 2):
                await asyncio.sleep(0.1)
                found = [(token, text) for sent, token, text in heard if sent > begun]
        return found

    answer = "试行的回答。"
    # Once taken back it is the draft again, which the checks have passed.
    body: dict[str, Any] = {"revision": await drafted(editor, answer), "share": 50}
    talks = [asyncio.create_task(talk()) for _ in range(_TALKS)]
    seconds: list[float] = []
    try:
        for _ in range(_TIMES):
            seconds.append((await editor.ok("POST", "/knowledge/draft/pilot", json=body))["seconds"])
            versions = defaultdict[str, set[bool]](set)
            for token, text in await heard_from_now_on(both=answer):
                versions[token].add(answer in text)
            assert all(len(found) == 1 for found in versions.values())
            seconds.append((await editor.ok("DELETE", "/knowledge/pilot"))["seconds"])
            assert [text for _, text in await heard_from_now_on() if answer in text] == []
    finally:
        is_over.set()
        await asyncio.gather(*talks)
    assert wrong == []
    # How quick that is, `make bench-publishing` tells.
    assert min(seconds) > 0
    async with gateway.services.database.read() as transaction:
        rows = list(await transaction.scalars(select(tables.PilotTalk)))
    assert {row.is_pilot for row in rows} == {True, False}
    # Whose turn is under way when a pilot ends is answered by what is left, and counts for neither: one turn of a talk
    # at most, at each end.
    assert sum(row.is_mixed for row in rows) <= _TIMES * _TALKS


async def test_a_pilot_is_published_to_all_without_a_restart(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    tokens = [await gateway.token() for _ in range(12)]
    revision = await drafted(editor, "试行的回答。")
    await editor.ok("POST", "/knowledge/draft/pilot", json={"revision": revision, "share": 50})
    count = sum(["试行的回答" in await said(gateway, token, text=ASKED) for token in tokens])
    view = (await editor.ok("GET", "/knowledge/pilot"))["running"]
    assert (view["pilot"]["conversations"], view["others"]["conversations"]) == (count, 12 - count)
    await editor.ok("POST", "/knowledge/pilot/publication", json={})
    answers = [await said(gateway, token, text=ASKED) for token in tokens]
    assert all(re.search("试行的回答", answer) for answer in answers)
    await editor.ok("POST", "/knowledge/versions/1/publication", json={"note": "回退"})
