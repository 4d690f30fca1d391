"""What group robots show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hooks.samples import EVENT
from uwallet_gateway.hooks.cards import PATH, CardsError, card, load_cards
from uwallet_gateway.hooks.events import sample_event

CARDS = load_cards()


def shown(event: str, **changed: Any) -> tuple[str, ...]:
    found = card(CARDS, {**EVENT, "event": event, "ticket": {**EVENT["ticket"], **changed}})
    return (found.title, *found.lines)


def test_closed_ticket_tells_how_it_ended() -> None:
    lines = shown("ticket_closed", disposition="solved", rating=5, waited_seconds=3725)
    assert lines == (
        "工单已结束",
        "工单号：T261123000012",
        "来自网站：商城",
        "事项：账号被盗",
        "转接原因：账号被盗",
        "等待时间：1小时2分钟",
        "处理结果：已解决",
        "用户评分：5分",
    )


def test_what_is_not_known_is_left_out() -> None:
    lines = shown("ticket_created", topic={"id": "new_topic", "title": None}, reason="of a later bot", site=None)
    assert lines == ("有新的人工客服工单", "工单号：T261123000012", "优先级：紧急")


def test_ticket_made_while_nobody_is_there_is_told_as_one() -> None:
    assert shown("ticket_created", status="message")[0] == "有用户要找人工，现在没有客服在"


@pytest.mark.parametrize(("seconds", "told"), [(59, "59秒"), (60, "1分钟"), (3599, "59分钟"), (3600, "1小时0分钟")])
def test_waits(seconds: int, told: str) -> None:
    assert f"等待时间：{told}" in shown("ticket_queued", waited_seconds=seconds)


def test_test_says_that_it_is_one() -> None:
    found = card(CARDS, sample_event(None))
    assert (found.title, found.lines, found.link) == (
        "测试消息",
        ("看到这条消息，说明机器人已经接好了。",),
        None,
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  ticket_closed: 工单已结束\n", "", "titles.ticket_closed: missing or unknown"),
        ("{number}", "{numer}", "lines.number: nobody fills in {numer}"),
        ("  minutes:", "  minute:", "durations.minutes: "),
        ("open_desk:", "open_desks:", "open_desks: unknown field"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "cards.yml"
    path.write_text(PATH.read_text().replace(old, new))
    with pytest.raises(CardsError) as caught:
        load_cards(path)
    assert told in str(caught.value)
