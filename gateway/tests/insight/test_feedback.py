"""What users say of single answers: kept redacted, changed, told, counted, erased."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.conftest import StartGateway
from tests.helpers.gateway import Gateway
from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.statistics import Insight
from uwallet_gateway.maintenance.persons import Person

HOOKS = """
endpoints:
  - name: quality
    format: json
    url: https://hooks.example.com/x
    secret: 0123456789abcdef
    events: [answer_rated]
"""
FORGOT = {
    "messages": [{"text": "点一下“忘记密码”。", "metadata": {"response": "utter_step"}}],
    "understood": None,
    "events": [{"kind": "topic_opened", "topic": "forgot_password"}],
}


async def figures(gateway: Gateway) -> Insight:
    today = now().date()
    period = Period(today - timedelta(days=1), today + timedelta(days=1), ZoneInfo("UTC"))
    return await gateway.services.statistics.read(period)


async def test_over_socket_io_it_is_kept_redacted_changed_and_taken_back(gateway: Gateway) -> None:
    gateway.engine.answers["我忘记密码了"] = FORGOT
    async with gateway.socket() as client:
        token = (await client.request_session())["session_id"]
        await client.say("我忘记密码了")
        [answer] = await client.wait_for("bot_uttered")

        async def give(**fields: object) -> dict[str, object]:
            return dict(await client.io.call("give_feedback", {"message_id": answer["metadata"]["id"], **fields}))

        down = await give(helpful=False, reasons=["differs", "differs"], comment="我的号13800138000没有这个按钮")
        assert down["message"]["feedback"] == {  # type: ignore[index]  # an acknowledgement has any shape
            "helpful": False,
            "reasons": ["differs"],
            "comment": "我的号138****8000没有这个按钮",
        }
        [worst] = (await figures(gateway)).answers
        assert (worst.topic, worst.text, worst.unhelpful) == ("forgot_password", "点一下“忘记密码”。", 1)
        assert (worst.reasons, worst.comments) == ({"differs": 1}, ["我的号138****8000没有这个按钮"])
        again = await client.request_session(session_id=token)
        assert again["messages"][1]["feedback"]["reasons"] == ["differs"]

        # A 赞 has no reasons; it is another answer to the same question, not one more.
        up = await give(helpful=True, reasons=["unclear"])
        assert up["message"]["feedback"] == {"helpful": True, "reasons": [], "comment": None}  # type: ignore[index]  # as above
        total = (await figures(gateway)).overview.total
        assert (total.helpful, total.unhelpful) == (1, 0)
        assert (await figures(gateway)).answers == []
        assert (await give(helpful=None))["message"]["feedback"] is None  # type: ignore[index]  # as above
        assert (await figures(gateway)).overview.total.helpful == 0

        for wrong in ({"helpful": False, "reasons": ["other"]}, {}, {"helpful": 2}, {"helpful": True, "more": 1}):
            refused = await give(**wrong)
            assert refused["error"]["code"] == "malformed", wrong  # type: ignore[index]  # as above
            assert refused["error"]["details"]["field"], wrong  # type: ignore[index]  # as above


async def test_over_rest_and_for_backends(start_gateway: StartGateway, tmp_path: Path) -> None:
    hooks = tmp_path / "hooks.yml"
    hooks.write_text(HOOKS, encoding="utf-8")
    async with start_gateway(hooks_file=str(hooks)) as gateway:
        async with gateway.api(await gateway.token()) as api:
            await api.post("/api/v1/messages", json={"text": "你好"})
            for message_id, status in ((1, 404), (2, 200), (9, 404)):
                given = await api.put(f"/api/v1/messages/{message_id}/feedback", json={"helpful": True})
                assert given.status_code == status
        async with gateway.api(gateway.site.secret) as api:
            [reply] = (await api.post("/webhooks/rest/webhook", json={"sender": 7, "message": "你好"})).json()
            body = {"sender": 7, "message_id": reply["metadata"]["id"], "helpful": False, "reasons": ["not_meant"]}
            for sender, status in ((7, 200), (8, 404)):
                given = await api.post("/webhooks/rest/feedback", json=body | {"sender": sender})
                assert given.status_code == status
            # The same again is no news.
            await api.post("/webhooks/rest/feedback", json=body | {"comment": "我问的是别的"})
        async with gateway.services.database.read() as transaction:
            told = list(await transaction.scalars(select(tables.HookDelivery).order_by(tables.HookDelivery.id)))
        assert [(row.event, row.body["feedback"]["helpful"]) for row in told] == [
            ("answer_rated", True),
            ("answer_rated", False),
        ]
        assert told[1].body["feedback"]["reasons"] == ["not_meant"]
        assert "别的" not in json.dumps([row.body for row in told], ensure_ascii=False)
        person = Person(site="demo", user_id="7")
        assert "我问的是别的" in json.dumps(await exported(gateway, person), ensure_ascii=False)
        assert (await gateway.services.persons.erase(person)).rows["answer_feedback"] == 1


async def exported(gateway: Gateway, person: Person) -> object:
    with zipfile.ZipFile(io.BytesIO(await gateway.services.persons.export(person))) as archive:
        return json.loads(archive.read("data.json"))


@pytest.mark.parametrize("length", [500, 501])
async def test_comment_has_a_limit(gateway: Gateway, length: int) -> None:
    async with gateway.api(await gateway.token()) as api:
        await api.post("/api/v1/messages", json={"text": "你好"})
        body = {"helpful": False, "comment": "长" * length}
        given = await api.put("/api/v1/messages/2/feedback", json=body)
        assert given.status_code == (200 if length == 500 else 422)


async def test_what_got_a_thumbs_down_is_listed_as_not_answered(gateway: Gateway) -> None:
    gateway.engine.answers["我忘记密码了"] = FORGOT
    async with gateway.socket() as client:
        await client.request_session()
        await client.say("我忘记密码了")
        [answer] = await client.wait_for("bot_uttered")

        async def listed(**fields: object) -> list[tuple[str, str]]:
            await client.io.call("give_feedback", {"message_id": answer["metadata"]["id"], **fields})
            messages, _ = await gateway.services.misunderstood.page(limit=10)
            return [(message.text, message.kind) for message in messages]

        assert await listed(helpful=True) == []
        assert await listed(helpful=False) == [("我忘记密码了", "unhelpful")]
        assert await listed(helpful=None) == []
