"""Editors see what windows would show before they publish it."""

from __future__ import annotations

from tests.helpers.desk import agent_at
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import KnowledgeRole


async def test_the_draft_is_shown_and_nobody_else_sees_it(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.EDITOR)
    opened = [{"kind": "topic_opened", "topic": "account_closure"}]
    gateway.engine.answers["销户"] = {"messages": [{"text": "好的"}], "understood": None, "events": opened}
    async with gateway.api(await gateway.token()) as api:
        await api.post("/api/v1/messages", json={"text": "销户"})
        before = (await api.get("/api/v1/questions", params={"site": "demo"})).json()
        entry = await editor.ok("GET", "/knowledge/entries/hot_questions/hot_questions")
        value = {
            "days": 7,
            "pinned": [{"answer": "faq/before_paying", "question": "付款前看什么"}],
            "hidden": ["payment_failure"],
        }
        body = {"revision": entry["revision"], "value": value}
        await editor.ok("PUT", "/knowledge/draft/entries/hot_questions/hot_questions", json=body)
        preview = await editor.ok("GET", "/knowledge/hot-questions?site=demo")
        assert (await api.get("/api/v1/questions", params={"site": "demo"})).json() == before
    first, second, *others = preview["shown"]
    assert first == {
        "answer": "faq/before_paying",
        "text": "付款前看什么",
        "pinned": True,
        "at_welcome": True,
        "count": 0,
    }
    assert (second["answer"], second["pinned"], second["count"]) == ("account_closure", False, 1)
    assert "payment_failure" not in {it["answer"] for it in others}
    assert (preview["days"], preview["sites"], preview["site"]) == (7, ["demo"], "demo")
    top = preview["candidates"][0]
    assert (top["answer"], top["week"], top["month"]) == ("account_closure", 1, 1)
    assert (await editor.call("GET", "/knowledge/hot-questions?site=nobody")).status_code == 404


async def test_only_editors_see_it(gateway: Gateway) -> None:
    agent = await agent_at(gateway)
    assert (await agent.call("GET", "/knowledge/hot-questions")).status_code == 403
