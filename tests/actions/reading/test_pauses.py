"""Pauses: whoever is called away finds everything as it was."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, Clause
from actions.dialogue.state import Alarm, Awaiting
from tests.actions.reading.builders import at, read, said, told


@pytest.mark.parametrize(
    "text", ["来客人了 等我会儿", "老板喊我 一会儿聊", "要开会了 开完再来找你", "孩子哭了 先去哄哄", "锅糊了 等一哈"]
)
def test_who_is_called_away_is_waited_for(text: str) -> None:
    parts = tuple(Clause(part, {"other": 0.5}) for part in text.split())
    message = said(text, "human_handoff", confidence=0.56, band=AnswerBand.CHOICE, clauses=parts)
    for state in (told(), at("forgot_password", 2), at("transaction_dispute", 1, awaiting=Awaiting.DETAIL)):
        assert read(message, state).chosen.act is Act.WAIT


@pytest.mark.parametrize("text", ["等验证码呢", "要等多久", "先注销再说", "等客服回我", "等"])
def test_what_is_waited_for_in_the_matter_is_no_pause(text: str) -> None:
    assert (
        read(said(text, "out_of_scope"), at("forgot_password", 2)).chosen.evidence
        != "is called away, or wants us to wait"
    )


def test_a_report_beside_it_counts_first() -> None:
    parts = (Clause("号填了", {"done": 0.95}), Clause("等一下", {"waiting": 0.9}))
    message = said("号填了 等一下", "next_step", acts={"done": 0.9}, clauses=parts)
    assert read(message, at("forgot_password", 2)).chosen.act is Act.DONE


def test_who_waits_for_a_human_or_is_in_danger_asks_for_no_pause() -> None:
    message = said("接个电话 等我会儿", "out_of_scope", acts={"waiting": 0.9})
    assert read(message, told(handed_over=True)).chosen.act is not Act.WAIT
    assert read(message, told(Alarm.VICTIM, open_alarm=Alarm.VICTIM)).chosen.act is not Act.WAIT


@pytest.mark.parametrize("text", ["回来了", "好了 忙完了 继续吧"])
def test_who_comes_back_is_where_they_were(text: str) -> None:
    message = said(text, "problem_solved", confidence=0.8, acts={"arrived": 0.6})
    assert read(message, at("forgot_password", 2)).chosen.act is Act.REPEAT
