"""The figures of answers at the desk, from what users say to the file that an editor downloads."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest
from openpyxl import load_workbook

from tests.conftest import StartGateway
from tests.helpers.desk import DeskAgent, agent_at
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway
from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.insight.csv_export import load_export_texts
from uwallet_gateway.protocol.answer_figures import AnswerFiguresRow
from uwallet_gateway.protocol.messages import FeedbackReason

STEP = "enter_verification_code"
COMMENT = "=1+1 看不懂"


def answer(*events: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"text": "好的", "buttons": [], "metadata": {}}], "understood": None, "events": list(events)}


ANSWERS = {
    "忘了密码": answer(
        {"kind": "topic_opened", "topic": "forgot_password"},
        {"kind": "step_shown", "topic": "forgot_password", "step": STEP},
    ),
    "没了的": answer({"kind": "topic_opened", "topic": "faq/gone_since"}),
}


@pytest.fixture
async def gateway(start_gateway: StartGateway) -> AsyncIterator[Gateway]:
    """A gateway at which one user got two answers, a 踩 for the first, and a human."""
    async with start_gateway(FakeEngine(answers=ANSWERS)) as gateway:
        async with gateway.api(await gateway.token()) as api:
            await api.post("/api/v1/messages", json={"text": "忘了密码"})
            told = (await api.get("/api/v1/messages")).json()["messages"]
            number = next(it["id"] for it in told if it["author"] == "bot")
            body = {"helpful": False, "reasons": ["unclear"], "comment": COMMENT}
            assert (await api.put(f"/api/v1/messages/{number}/feedback", json=body)).status_code == 200
            await api.post("/api/v1/messages", json={"text": "没了的"})
            await api.post("/api/v1/messages", json={"text": "找人工"})
        yield gateway


@pytest.fixture
async def desk(gateway: Gateway) -> DeskAgent:
    return await agent_at(gateway, Role.AGENT, knowledge=KnowledgeRole.EDITOR)


async def test_list_has_what_is_known_and_what_was_shown(desk: DeskAgent) -> None:
    found = await desk.ok("GET", "/knowledge/figures")
    rows = {(row["topic"], row["place"]): row for row in found["answers"]}
    step = rows["forgot_password", STEP]
    assert (step["now"]["shown"], step["now"]["unhelpful"], step["now"]["handed_off"]) == (1, 1, 1)
    assert step["before"]["shown"] == 0
    gone = rows["faq/gone_since", None]
    assert (gone["kind"], gone["now"]["shown"], gone["entry_kind"]) == ("gone", 1, None)


async def test_one_answer_has_its_trend_and_words(desk: DeskAgent) -> None:
    params = {"topic": "forgot_password", "place": STEP}
    found = await desk.ok("GET", "/knowledge/figures/answer", params=params)
    assert len(found["trend"]) == 7
    assert found["trend"][-1]["now"] == found["now"]
    assert found["reasons"] == {"unclear": 1}
    (comment,) = found["comments"]
    assert (comment["text"], comment["helpful"], comment["reasons"]) == (COMMENT, False, ["unclear"])
    for wrong in ({}, {"topic": "a\0b"}, {"topic": ""}):
        assert (await desk.call("GET", "/knowledge/figures/answer", params=wrong)).status_code == 422


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_file_has_the_worst_first(desk: DeskAgent, ending: str) -> None:
    response = await desk.call("GET", f"/knowledge/figures/export.{ending}")
    assert response.status_code == 200
    if ending == "csv":
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(response.content)).active
        assert sheet is not None
        rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    headings, *answers = rows
    assert headings == list(load_export_texts().answers.values())
    # What nobody has seen says nothing.
    assert [row[:2] for row in answers] == [["forgot_password", ""], ["forgot_password", STEP], ["faq/gone_since", ""]]
    assert answers[1][headings.index("踩的原因")] == "看不懂1次"


async def test_supervisors_without_a_right_for_the_knowledge_see_none(gateway: Gateway) -> None:
    supervisor = await agent_at(gateway, Role.SUPERVISOR)
    assert (await supervisor.call("GET", "/knowledge/figures")).status_code == 403


def test_each_kind_and_reason_has_a_word() -> None:
    texts = load_export_texts()
    kinds = AnswerFiguresRow.model_json_schema()["properties"]["kind"]["enum"]
    assert set(texts.answer_kinds) == set(kinds)
    assert set(texts.feedback_reasons) == set(get_args(FeedbackReason))
