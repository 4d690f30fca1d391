"""The insight page's side of the gateway, from users' messages to supervisors' labels."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.conftest import StartGateway
from tests.helpers.desk import agent_at
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.clock import now

ATTACK = '=HYPERLINK("http://evil.example")<script>alert(1)</script>'


def answer(*events: dict[str, Any]) -> dict[str, Any]:
    return {
        "messages": [{"text": "好的", "buttons": [], "metadata": {}}],
        "understood": {"intent": "greet", "confidence": 0.4, "answer_band": "answer"},
        "events": list(events),
    }


ANSWERS = {
    ATTACK: answer({"kind": "not_understood"}),
    "你好": answer({"kind": "topic_opened", "topic": "greet"}),
    "解决了": answer({"kind": "solved", "topic": "greet", "step": 5}, {"kind": "rated", "topic": "greet", "value": 5}),
}


@pytest.fixture
async def talked(start_gateway: StartGateway) -> AsyncIterator[Gateway]:
    """A gateway at which one user has said all of it, and another asked for a human."""
    async with start_gateway(FakeEngine(answers=ANSWERS)) as gateway:
        async with gateway.api(await gateway.token()) as api:
            for text in ANSWERS:
                assert (await api.post("/api/v1/messages", json={"text": text})).status_code == 201
        async with gateway.api(await gateway.token()) as api:
            await api.post("/api/v1/messages", json={"payload": "/session_start"})
            await api.post("/api/v1/messages", json={"payload": "/human_handoff"})
        yield gateway


async def test_figures_of_what_was_said(talked: Gateway) -> None:
    desk = await agent_at(talked, Role.SUPERVISOR)
    found = await desk.ok("GET", "/insight")
    assert len(found["days"]) == 7
    assert found["to"] == found["days"][-1]["date"]
    assert found["time_zone"] == "Asia/Shanghai"
    total = found["total"]
    assert (total["conversations"], total["solved"], total["handed_off"]) == (2, 1, 1)
    assert total["reasons"] == {"user_request": 1}
    assert found["before"]["conversations"] == 0
    assert total["bot_rating"] == {"count": 1, "average": 5.0, "distribution": [0, 0, 0, 0, 1]}
    assert total["waiting"] == {"count": 0, "median": None, "p95": None}
    titles = {topic["topic"]: topic["title"] for topic in found["topics"]}
    # One is known from the engine, the other from the ticket.
    assert titles == {"greet": "问好", "forgot_password": "找回登录密码"}
    kinds = {"not_understood": 1, "out_of_scope": 0, "not_meant": 0, "chosen": 0, "step_problem": 0}
    kinds |= {"unhelpful": 0, "marked": 0}
    assert found["misunderstood"] == {**kinds, "labelled": 0}
    assert {row["date"] for row in found["rows"]} == {found["to"]}


async def test_misunderstood_message_is_labelled(talked: Gateway) -> None:
    desk = await agent_at(talked, Role.SUPERVISOR)
    page = await desk.ok("GET", "/insight/misunderstood", params={"kind": "not_understood", "labelled": False})
    (message,) = page["messages"]
    assert (page["has_more"], page["next"]) == (False, None)
    assert (message["text"], message["label"], message["intent"]) == (ATTACK, None, "greet")
    assert message["context"] == [{"author": "bot", "text": "好的"}]
    place = f"/insight/labels/{message['conversation_id']}/{message['message_id']}"
    assert (await desk.call("PUT", place, json={"intent": "out_of_scope"})).status_code == 204
    page = await desk.ok("GET", "/insight/misunderstood", params={"labelled": True})
    assert page["messages"][0]["label"] == "out_of_scope"
    for wrong in ({"intent": "=1"}, {"intent": 1}, {}, {"intent": None, "more": 1}):
        assert (await desk.call("PUT", place, json=wrong)).status_code == 422
    assert (await desk.call("PUT", place, json={"intent": None})).status_code == 204
    elsewhere = f"/insight/labels/{'0' * 32}/1"
    assert (await desk.call("PUT", elsewhere, json={"intent": "greet"})).json()["code"] == "not_found"


async def test_pages_follow_each_other(talked: Gateway) -> None:
    async with talked.api(await talked.token()) as api:
        for _ in range(2):
            await api.post("/api/v1/messages", json={"text": ATTACK})
    desk = await agent_at(talked, Role.SUPERVISOR)
    first = await desk.ok("GET", "/insight/misunderstood", params={"limit": 2})
    second = await desk.ok("GET", "/insight/misunderstood", params={"limit": 2, "before": first["next"]})
    assert (first["has_more"], len(first["messages"])) == (True, 2)
    assert (second["has_more"], second["next"], len(second["messages"])) == (False, None, 1)
    by_time = {"before": first["messages"][0]["created_at"]}
    assert len((await desk.ok("GET", "/insight/misunderstood", params=by_time))["messages"]) >= 1


@pytest.mark.parametrize("content", ["statistics", "misunderstood"])
async def test_files_are_downloads_without_formulas(talked: Gateway, content: str) -> None:
    desk = await agent_at(talked, Role.SUPERVISOR)
    response = await desk.call("GET", "/insight/export.csv", params={"content": content})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith(f'attachment; filename="uwallet_{content}_')
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""))
    if content == "misunderstood":
        assert [row[head.index("用户消息")] for row in rows] == [f"'{ATTACK}"]
    else:
        assert [row[head.index("事项")] for row in rows if row[head.index("会话")] != "0"] == ["全部", "问好"]


@pytest.mark.parametrize(
    "params",
    [
        {"from": "2026-11-23", "to": "2026-11-22"},
        {"from": "2020-01-01", "to": "2026-11-22"},
        {"from": "0001-01-01"},
        {"to": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "yesterday"},
    ],
)
@pytest.mark.parametrize("path", ["/insight", "/insight/export.csv"])
async def test_days_that_make_no_sense_are_refused(gateway: Gateway, path: str, params: dict[str, str]) -> None:
    desk = await agent_at(gateway, Role.SUPERVISOR)
    response = await desk.call("GET", path, params=params)
    assert (response.status_code, response.json()["code"]) == (422, "malformed")


async def test_one_day_can_be_asked_for(gateway: Gateway) -> None:
    desk = await agent_at(gateway, Role.SUPERVISOR)
    today = now().astimezone(gateway.services.opening_hours.zone).date().isoformat()
    found = await desk.ok("GET", "/insight", params={"from": today})
    assert (found["from"], found["to"], len(found["days"])) == (today, today, 1)
    assert (await desk.call("GET", "/insight/misunderstood", params={"before": "x"})).status_code == 422
