"""What is suggested while users type."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.conftest import StartGateway
from tests.helpers.gateway import ORIGIN
from uwallet_gateway.insight.questions import Question, QuestionIndex, read_questions, read_step_titles
from uwallet_gateway.settings import REPOSITORY

INDEX = QuestionIndex(
    [
        Question("忘记登录密码怎么办", "password"),
        Question("付款失败怎么办", "payment"),
        Question("怎么注销账户", "closure"),
        Question("注销之后余额怎么办", "consequences"),
        Question("怎么保护账户安全", "security"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("忘记", "password"),
        ("登录密码", "password"),
        ("付款失敗", "payment"),
        ("wangji", "password"),
        ("WangJi Deng", "password"),
        ("zhuxiaozhanghu", "closure"),
        ("wjdlmm", "password"),
        ("fksb", "payment"),
        ("注消账户", "closure"),
        ("登陆密码忘记", "password"),
        ("fukuanshibbai", "payment"),
        ("余额 ", "consequences"),
        ("注销之后yue", "consequences"),
        ("ｆｕｋｕａｎ", "payment"),
    ],
)
def test_found_by_what_is_typed(typed: str, first: str) -> None:
    assert [question.topic for question in INDEX.find(typed, 5)][:1] == [first]


@pytest.mark.parametrize("typed", ["", " ", "？", "w", "今天天气", "hahahaha", "13800138000", "nihao", "\n"])
def test_what_is_like_nothing_finds_nothing(typed: str) -> None:
    assert INDEX.find(typed, 5) == ()


def test_what_begins_so_comes_first_and_no_topic_fills_the_list() -> None:
    many = [Question(f"密码问题{number}", "password") for number in range(9)]
    found = QuestionIndex([*many, Question("改密码", "other")]).find("密码", 8)
    assert [question.topic for question in found] == ["password"] * 3 + ["other"]


def test_knowledge_has_questions() -> None:
    questions = read_questions(REPOSITORY / "data" / "knowledge")
    texts = [question.text for question in questions]
    assert len(set(texts)) == len(texts)
    # Topics of the menu first.
    assert questions[0].topic == "forgot_password"


def test_questions_of_their_own_are_suggested_unless_they_hold_for_a_time_or_a_place_only(tmp_path: Path) -> None:
    entries = ["{id: always, question: 怎么开发票}", "{id: over, question: 春节几点上班, valid_until: 2026-03-01}"]
    (tmp_path / "faq").mkdir()
    (tmp_path / "faq" / "a.yml").write_text(f"category: 其他\nfaqs: [{', '.join(entries)}]\n", encoding="utf-8")
    always, over = read_questions(tmp_path)
    assert (always, over.valid_until) == (Question("怎么开发票", "faq/always"), date(2026, 3, 1))
    assert QuestionIndex([always, over]).questions == (always,)


async def test_pages_of_the_site_are_suggested_questions(start_gateway: StartGateway, tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "closure.yml").write_text("title: 注销\nquestions: [怎么注销账户]\n", encoding="utf-8")
    settings = {"knowledge_dir": tmp_path / "knowledge", "rate_suggestions_per_address": "6/minute"}
    async with start_gateway(**settings) as gateway, gateway.api() as api:

        async def ask(q: str = "zhuxiao", site: str | None = "demo", origin: str = ORIGIN) -> tuple[int, object]:
            params = {"q": q} | ({"site": site} if site else {})
            answer = await api.get("/api/v1/associate", params=params, headers={"Origin": origin})
            return answer.status_code, answer.json().get("questions", answer.json().get("code"))

        closure = [{"text": "怎么注销账户", "topic": "closure"}]
        assert await ask() == (200, closure)
        assert await ask(site=None) == (200, closure)
        assert await ask("今天天气") == (200, [])
        assert await ask(site="nobody") == (404, "site_unknown")
        assert await ask(origin="https://other.example") == (403, "origin_not_allowed")
        assert (await ask("长" * 41))[0] == 422
        assert await ask() == (200, closure)
        assert await ask() == (429, "rate_limited")


async def test_site_can_go_without(start_gateway: StartGateway) -> None:
    async with start_gateway(sites_without_suggestions="demo,other") as gateway, gateway.api() as api:
        answer = await api.get("/api/v1/associate", params={"q": "密码", "site": "demo"})
        assert answer.json() == {"questions": [], "enabled": False}


def test_steps_are_called_as_in_the_knowledge_files() -> None:
    titles = read_step_titles(REPOSITORY / "data" / "knowledge")
    assert titles["forgot_password", "enter_verification_code"] == "填验证码"
