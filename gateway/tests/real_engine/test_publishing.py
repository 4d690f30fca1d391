"""Knowledge is published and rolled back while people talk, in the real engine."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk import DeskAgent, agent_at
from tests.helpers.extent import LONG
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import KnowledgeRole
from uwallet_gateway.knowledge import regression_check
from uwallet_gateway.knowledge.regression_check import RegressionCheck
from uwallet_gateway.knowledge.regressions import wordings_of

pytestmark = pytest.mark.engine

FAQ: dict[str, Any] = {
    "category": "payment",
    "question": "话费充错号码怎么办",
    "similar": ["话费打到别人号上了", "手机号充错了能追回吗", "充值输错号码了"],
    "answer": "这是第一版的回答。",
    "source": "客服手册第3页",
}
STORED = """
- id: "1"
  kind: 存档
  turns:
  - {user: 我忘记密码了, step: "forgot_password:1"}
  - {user: 好了, step: "forgot_password:2"}
"""
ASKED = "话费打到别人号码上了"


async def checked(editor: DeskAgent) -> dict[str, Any]:
    """Runs the checks and ignores what may be ignored."""
    view: dict[str, Any] = await editor.ok("POST", "/knowledge/draft/checks")
    async with asyncio.timeout(600):
        while view["state"] == "running":
            await asyncio.sleep(0.3)
            view = await editor.ok("GET", "/knowledge/draft/checks")
    assert view["state"] == "done", view
    return view


async def said(gateway: Gateway, token: str, **body: Any) -> str:
    async with gateway.api(token) as api:
        response = (await api.post("/api/v1/messages", json=body)).raise_for_status().json()
    return "\n".join(reply["text"] for reply in response["replies"])


async def test_a_question_goes_live_and_back_without_a_restart(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    walking, asking = await gateway.token(), await gateway.token()
    await said(gateway, walking, text="我忘记密码了")
    before = await said(gateway, asking, text=ASKED)

    await editor.ok("PUT", "/knowledge/draft/entries/faq/wrong_number", json={"revision": None, "value": FAQ})
    tried = await editor.ok("POST", "/knowledge/draft/trial", json={"messages": [{"text": ASKED}]})
    assert FAQ["answer"] in tried["turns"][-1]["replies"][-1]["text"]
    # Nobody else is told the draft.
    assert FAQ["answer"] not in await said(gateway, asking, text=ASKED)
    refused = await editor.call("POST", "/knowledge/draft/publication", json={"revision": tried["revision"]})
    assert refused.json()["code"] == "checks_needed"
    view = await checked(editor)
    assert [finding for finding in view["findings"] if finding["severity"] != "note"] == []

    published = await editor.ok("POST", "/knowledge/draft/publication", json={"revision": tried["revision"]})
    # How quick that is, `make bench-publishing` tells.
    assert published["seconds"] > 0
    assert FAQ["answer"] in await said(gateway, asking, text=ASKED)
    # Who is in the middle of something goes on with it.
    assert "第2步" in await said(gateway, walking, text="好了，下一步")

    await editor.ok("POST", "/knowledge/versions/1/publication", json={"note": "回退"})
    assert await said(gateway, await gateway.token(), text=ASKED) == before


async def test_a_broken_draft_changes_nothing(gateway: Gateway) -> None:
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    value = FAQ | {"buttons": ["no_such_topic"]}
    entry = await editor.ok("PUT", "/knowledge/draft/entries/faq/wrong_number", json={"revision": None, "value": value})
    view = await checked(editor)
    (finding,) = [finding for finding in view["findings"] if finding["severity"] == "error"]
    assert (finding["check"], finding["id"], finding["file"]) == ("schema", "wrong_number", entry["file"])
    assert finding["line"] > 1
    assert "no_such_topic" in finding["message"]
    assert FAQ["answer"] not in await said(gateway, await gateway.token(), text=ASKED)


async def test_a_planted_conflict_is_found(gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set.yml").write_text(STORED, encoding="utf-8")
    (tmp_path / "own.tsv").write_text("登录口令想不起来了\tforgot_password\n晚上好\tgreet\n", encoding="utf-8")
    sets = tmp_path / "sets"
    sets.write_text("sets: [{name: own, path: own.tsv}]\n", encoding="utf-8")
    regression = RegressionCheck(
        gateway.services.database,
        gateway.services.knowledge_checks._engine,
        tmp_path,
        sets,
        gateway.services.knowledge_checks._zone,
    )
    monkeypatch.setattr(gateway.services.knowledge_checks, "_regression", regression)
    editor = await agent_at(gateway, knowledge=KnowledgeRole.PUBLISHER)
    # What opens a procedure is claimed by a question.
    value = FAQ | {"similar": ["我忘记密码了", "密码忘了怎么办"]}
    await editor.ok("PUT", "/knowledge/draft/entries/faq/wrong_number", json={"revision": None, "value": value})
    view = await checked(editor)
    found = {finding["check"] for finding in view["findings"] if finding["severity"] == "warning"}
    assert {"near", "regression"} <= found
    listed = [worse for finding in view["findings"] for worse in finding["worse"] if finding["severity"] == "warning"]
    assert "set/1" in {worse["source"] for worse in listed}
    # Nothing is worse when only what the question answers is another sentence, or what it asks is new.
    await editor.ok("DELETE", "/knowledge/draft")
    # Of each question some, all in the long run: each is played on both versions.
    monkeypatch.setattr(regression_check, "wordings_of", lambda *given: wordings_of(*given)[:: 1 if LONG else 3])
    await editor.ok("PUT", "/knowledge/draft/entries/faq/wrong_number", json={"revision": None, "value": FAQ})
    view = await checked(editor)
    assert [finding for finding in view["findings"] if finding["check"] == "regression"] == []
