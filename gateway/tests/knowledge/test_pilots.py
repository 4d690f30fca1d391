"""A version is answered by to some conversations first, and then published to all or taken back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from tests.conftest import SettingsFactory
from tests.helpers.desk import DeskAgent, agent_at
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.servers import free_port, serving
from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.knowledge.pilots import Scope, is_chosen

FAQ: dict[str, Any] = {
    "category": "payment",
    "question": "话费充错号码怎么办",
    "similar": ["话费打错了"],
    "answer": "答",
    "source": "客服手册第3页",
}
PATH = "/knowledge/draft/entries/faq/wrong_number"


@pytest.fixture
async def gateway(any_database_url: str, make_settings: SettingsFactory) -> AsyncIterator[Gateway]:
    """A gateway on either database whose engine serves bundles."""
    engine, port = FakeEngine(), free_port()
    settings = make_settings(
        database_url=any_database_url,
        engine_url=f"http://127.0.0.1:{port}",
        conversations_dir=Path("/none"),
        # What it is compared with takes seconds each time, and is no matter of this.
        sets_file=Path("/none"),
        rate_desk_requests_per_agent="",
    )
    async with serving(engine, port), running_gateway(settings, engine) as running:
        yield running


@pytest.fixture
async def publisher(gateway: Gateway) -> DeskAgent:
    return await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)


async def drafted(publisher: DeskAgent, answer: str = "答") -> int:
    """Makes a checked draft with a question; returns its revision."""
    shown = await publisher.call("GET", "/knowledge/entries/faq/wrong_number")
    revision = shown.json()["revision"] if shown.status_code == 200 else None
    await publisher.ok("PUT", PATH, json={"revision": revision, "value": FAQ | {"answer": answer}})
    view = await publisher.ok("POST", "/knowledge/draft/checks")
    async with asyncio.timeout(60):
        while view["state"] == "running":
            await asyncio.sleep(0.1)
            view = await publisher.ok("GET", "/knowledge/draft/checks")
    for finding in view["findings"]:
        if finding["severity"] == "warning":
            await publisher.ok("PUT", f"/knowledge/draft/ignored/{finding['key']}", json={"reason": "试试"})
    return int((await publisher.ok("GET", "/knowledge"))["draft"]["revision"])


async def started(publisher: DeskAgent, **scope: Any) -> int:
    """Starts a pilot of a new draft; returns the number of its version."""
    body = {"revision": await drafted(publisher), "note": "先试试", **scope}
    return int((await publisher.ok("POST", "/knowledge/draft/pilot", json=body))["version"]["number"])


async def running(publisher: DeskAgent) -> dict[str, Any]:
    return dict((await publisher.ok("GET", "/knowledge/pilot"))["running"])


async def refused(publisher: DeskAgent, method: str, path: str, **body: Any) -> str:
    response = await publisher.call(method, path, json=body)
    assert response.status_code >= 400, response.text
    return str(response.json()["code"])


async def say(gateway: Gateway, token: str, text: str) -> None:
    async with gateway.api(token) as api:
        (await api.post("/api/v1/messages", json={"text": text})).raise_for_status()


def asked_for(gateway: Gateway) -> dict[str, list[str | None]]:
    """What each conversation has asked the engine for, turn by turn."""
    found: dict[str, list[str | None]] = {}
    for body in gateway.engine.received:
        found.setdefault(body["sender"], []).append(body["metadata"].get("knowledge"))
    return found


@pytest.mark.both_databases
async def test_conversations_under_way_stay_on_one_version_and_none_is_dropped(
    gateway: Gateway, publisher: DeskAgent
) -> None:
    tokens = [await gateway.token() for _ in range(40)]
    number = await started(publisher, share=50)
    sha256 = gateway.engine.knowledge.pilot
    assert sha256 in gateway.engine.knowledge.bundles
    assert gateway.engine.knowledge.served[-1] is None
    for text in ("你好", "话费打错了", "好了"):
        await asyncio.gather(*(say(gateway, token, text) for token in tokens))
    talks = asked_for(gateway)
    assert {len(turns) for turns in talks.values()} == {3}
    assert all(len(set(turns)) == 1 for turns in talks.values())
    count = sum(turns[0] == sha256 for turns in talks.values())
    # Drawn by chance: with one of a million these do not hold.
    assert 5 <= count <= 35
    view = await running(publisher)
    assert (view["version"]["number"], view["version"]["state"], view["share"]) == (number, "pilot", 50)
    assert (view["pilot"]["conversations"], view["others"]["conversations"]) == (count, 40 - count)
    assert (view["pilot"]["version"], view["others"]["version"], view["mixed"]) == (number, 1, 0)
    assert view["is_few"]

    back = await publisher.ok("DELETE", "/knowledge/pilot")
    assert back["seconds"] < 5
    assert back["version"]["state"] == "draft"
    assert gateway.engine.knowledge.pilot is None
    gateway.engine.received.clear()
    await asyncio.gather(*(say(gateway, token, "还在吗") for token in tokens))
    assert list(asked_for(gateway).values()) == [[None]] * 40
    entry = await gateway.services.audit.last(Action.PILOT_WITHDRAWN)
    assert entry is not None
    assert entry.target == str(number)
    assert (await publisher.ok("GET", "/knowledge/pilot"))["running"] is None


@pytest.mark.both_databases
async def test_one_site_has_it_first_and_then_all(gateway: Gateway, publisher: DeskAgent) -> None:
    await gateway.services.sites.create("新站", ["https://new.example.com"], key="new")
    body = {"revision": await drafted(publisher), "site": "nowhere"}
    assert await refused(publisher, "POST", "/knowledge/draft/pilot", **body) == "site_unknown"
    answer = await publisher.ok("POST", "/knowledge/draft/pilot", json=body | {"site": "new"})
    number = answer["version"]["number"]
    sha256 = gateway.engine.knowledge.pilot
    async with gateway.api() as api:
        response = await api.post("/api/v1/sessions", json={"site": "new"})
        there = response.raise_for_status().json()["token"]
    await say(gateway, there, "你好")
    await say(gateway, await gateway.token(), "你好")
    assert list(asked_for(gateway).values()) == [[sha256], [None]]
    view = await running(publisher)
    assert (view["site"], view["site_name"], view["share"]) == ("new", "新站", None)
    assert (view["pilot"]["conversations"], view["others"]["conversations"]) == (1, 1)

    published = await publisher.ok("POST", "/knowledge/pilot/publication", json={"note": "试行没问题"})
    assert (published["version"]["number"], published["version"]["state"]) == (number, "published")
    assert (gateway.engine.knowledge.served[-1], gateway.engine.knowledge.pilot) == (sha256, None)
    states = {row["number"]: row["state"] for row in (await publisher.ok("GET", "/knowledge/versions"))["versions"]}
    assert states == {number: "published", 1: "retired"}
    entry = await gateway.services.audit.last(Action.KNOWLEDGE_PUBLISHED)
    assert entry is not None
    assert entry.details["pilot"]
    await publisher.ok("POST", "/knowledge/versions/1/publication", json={})


@pytest.mark.both_databases
async def test_figures_are_those_of_the_version_that_answered(gateway: Gateway, publisher: DeskAgent) -> None:
    tokens = [await gateway.token() for _ in range(12)]
    # From before: does not count.
    await say(gateway, tokens[0], "转人工前")
    await started(publisher, share=50)
    sha256 = gateway.engine.knowledge.pilot
    gateway.engine.received.clear()
    solved = {"kind": "solved", "topic": "forgot_password", "step": None, "value": None}
    lost = {"kind": "not_understood", "topic": None, "step": None, "value": None}
    gateway.engine.answers = {
        "好了": {"messages": [{"text": "好"}], "events": [solved, solved]},
        "啥": {"messages": [{"text": "没懂"}], "understood": {"intent": None}, "events": [lost]},
    }
    for token in tokens:
        for text in ("好了", "啥", "找人工"):
            await say(gateway, token, text)
    count = sum(turns[0] == sha256 for turns in asked_for(gateway).values())
    conversations = {turns[0]: sender for sender, turns in asked_for(gateway).items()}
    async with gateway.services.database.write() as transaction:
        for sender, helpful in ((conversations[sha256], False), (conversations[None], True)):
            told: dict[str, Any] = {
                "reasons": [],
                "comment": None,
                "topic": None,
                "created_at": now(),
                "updated_at": now(),
            }
            transaction.add(tables.AnswerFeedback(conversation_id=sender, message_id=2, helpful=helpful, **told))
    view = await running(publisher)
    for name, expected in (("pilot", count), ("others", 12 - count)):
        figures = view[name]
        assert [figures[it] for it in ("conversations", "solved", "handed_off", "not_understood")] == [expected] * 4
    assert [view["pilot"][it] for it in ("helpful", "unhelpful")] == [0, 1]
    assert [view["others"][it] for it in ("helpful", "unhelpful")] == [1, 0]


async def test_who_was_answered_by_both_counts_for_neither(
    gateway: Gateway, publisher: DeskAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = [await gateway.token() for _ in range(10)]
    await started(publisher, share=50)
    sha256 = gateway.engine.knowledge.pilot
    for token in tokens:
        await say(gateway, token, "你好")
    count = sum(turns[0] == sha256 for turns in asked_for(gateway).values())
    # A look at the engine that is under way would bring it back.
    await gateway.services.knowledge_publisher.follow()
    # The engine cannot read it any more, and does not say so. Nobody brings it back meanwhile.
    with monkeypatch.context() as patch:
        patch.setattr(gateway.services.knowledge_publisher, "follow", AsyncMock())
        gateway.engine.knowledge.pilot = None
        for token in tokens:
            await say(gateway, token, "在吗")
    view = await running(publisher)
    assert (view["pilot"]["conversations"], view["others"]["conversations"], view["mixed"]) == (0, 10 - count, count)
    await gateway.services.knowledge_publisher.follow()
    assert gateway.engine.knowledge.pilot == sha256


async def test_a_pilot_and_other_publications_exclude_each_other(gateway: Gateway, publisher: DeskAgent) -> None:
    revision = await drafted(publisher)
    at = (now() + timedelta(hours=1)).isoformat()
    await publisher.ok("POST", "/knowledge/draft/publication", json={"revision": revision, "at": at})
    assert await refused(publisher, "POST", "/knowledge/draft/pilot", revision=revision, share=5) == "publication_set"
    await publisher.ok("DELETE", "/knowledge/draft/publication")
    for scope in ({}, {"share": 5, "site": "demo"}, {"share": 7}):
        response = await publisher.call("POST", "/knowledge/draft/pilot", json={"revision": revision, **scope})
        assert response.status_code == 422
    wrong = {"revision": revision + 1, "share": 5}
    assert await refused(publisher, "POST", "/knowledge/draft/pilot", **wrong) == "entry_changed"
    await publisher.ok("POST", "/knowledge/draft/pilot", json={"revision": revision, "share": 5})

    # Editors go on with what the pilot brings.
    again = await drafted(publisher, "新答")
    view = await publisher.ok("GET", "/knowledge")
    assert (view["pilot"]["number"], view["draft"]["changes"], view["draft"]["is_behind"]) == (2, 1, False)
    for body in ({"revision": again}, {"revision": again, "at": at}):
        assert await refused(publisher, "POST", "/knowledge/draft/publication", **body) == "pilot_running"
    assert await refused(publisher, "POST", "/knowledge/draft/pilot", revision=again, share=5) == "pilot_running"
    assert await refused(publisher, "POST", "/knowledge/versions/1/publication") == "pilot_running"

    # What is taken back is in the draft that was begun with it.
    await publisher.ok("DELETE", "/knowledge/pilot")
    view = await publisher.ok("GET", "/knowledge")
    assert (view["pilot"], view["draft"]["number"], view["draft"]["is_behind"]) == (None, 3, False)
    versions = (await publisher.ok("GET", "/knowledge/versions"))["versions"]
    assert Counter(it["state"] for it in versions) == {"draft": 1, "withdrawn": 1, "published": 1}
    entry = await publisher.ok("GET", "/knowledge/entries/faq/wrong_number")
    assert (entry["value"]["answer"], entry["change"]) == ("新答", "added")
    assert await refused(publisher, "POST", "/knowledge/versions/2/publication") == "not_found"
    for method, path in (("DELETE", "/knowledge/pilot"), ("POST", "/knowledge/pilot/publication")):
        assert await refused(publisher, method, path) == "not_found"


async def test_what_the_engine_refuses_is_answered_to_nobody(gateway: Gateway, publisher: DeskAgent) -> None:
    revision = await drafted(publisher)
    knowledge = gateway.engine.knowledge
    for name, value, code in (
        ("problems", ["data/knowledge/x.yml:1: unknown field"], "knowledge_broken"),
        ("is_full", True, "engine_full"),
        ("is_down", True, "unavailable"),
    ):
        before = getattr(knowledge, name)
        setattr(knowledge, name, value)
        assert await refused(publisher, "POST", "/knowledge/draft/pilot", revision=revision, share=50) == code
        setattr(knowledge, name, before)
    assert (knowledge.pilot, (await publisher.ok("GET", "/knowledge"))["pilot"]) == (None, None)
    await say(gateway, await gateway.token(), "你好")
    assert list(asked_for(gateway).values()) == [[None]]
    # It holds at once, whether or not the engine hears of it.
    await publisher.ok("POST", "/knowledge/draft/pilot", json={"revision": revision, "share": 50})
    knowledge.is_down = True
    await publisher.ok("DELETE", "/knowledge/pilot")
    knowledge.is_down = False
    await gateway.services.knowledge_publisher.follow()
    assert knowledge.pilot is None


async def test_an_engine_that_refuses_the_pilot_serves_the_rest(gateway: Gateway, publisher: DeskAgent) -> None:
    await started(publisher, share=50)
    sha256 = gateway.engine.knowledge.pilot
    gateway.engine.knowledge.pilot = None
    gateway.engine.knowledge.problems = ["data/knowledge/x.yml:1: unknown field"]
    await gateway.services.knowledge_publisher.follow()
    assert (await publisher.ok("GET", "/knowledge"))["problem"] == "data/knowledge/x.yml:1: unknown field"
    gateway.engine.knowledge.problems = []
    gateway.engine.knowledge.is_full = True
    await gateway.services.knowledge_publisher.follow()
    assert "内存不够" in (await publisher.ok("GET", "/knowledge"))["problem"]
    gateway.engine.knowledge.is_full = False
    await gateway.services.knowledge_publisher.follow()
    await gateway.services.knowledge_publisher.follow()
    assert gateway.engine.knowledge.pilot == sha256
    assert (await publisher.ok("GET", "/knowledge"))["problem"] is None


async def test_only_publishers_start_and_end_it(gateway: Gateway, publisher: DeskAgent) -> None:
    revision = await drafted(publisher)
    editor = await agent_at(gateway, knowledge=KnowledgeRole.EDITOR)
    body = {"revision": revision, "share": 5}
    assert await refused(editor, "POST", "/knowledge/draft/pilot", **body) == "forbidden"
    await publisher.ok("POST", "/knowledge/draft/pilot", json=body)
    assert await refused(editor, "DELETE", "/knowledge/pilot") == "forbidden"
    assert await refused(editor, "POST", "/knowledge/pilot/publication") == "forbidden"
    assert (await running(editor))["share"] == 5


def test_a_share_is_a_share_and_drawn_anew_each_time() -> None:
    names = [f"conversation-{number}" for number in range(4000)]
    for share in (5, 10, 25, 50):
        chosen = [{name for name in names if is_chosen(pilot, name, "demo", Scope(None, share))} for pilot in (1, 2)]
        assert all(abs(len(them) / len(names) - share / 100) < 0.03 for them in chosen)
        # Not always the same people try what is new.
        assert len(chosen[0] & chosen[1]) / len(names) == pytest.approx((share / 100) ** 2, abs=0.03)
