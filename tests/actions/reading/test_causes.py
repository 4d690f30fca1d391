"""Causes that are told to be fine are ruled out, clause by clause."""

from __future__ import annotations

import pytest

from actions.knowledge import Knowledge
from actions.reading.causes import ruled_out


@pytest.mark.parametrize(
    ("text", "causes"),
    [
        ("买单付不掉，5G满格的，钱包里有钱，还剩两千块", ("network", "balance")),
        ("余额够，就是付不出去", ("balance",)),
        ("信号很好但是付款失败", ("network",)),
        ("余额不够了付不了", ()),
        ("是不是余额不够啊", ()),
        ("网络好的吗", ()),
        ("付不了款", ()),
    ],
)
def test_what_is_fine_is_ruled_out(knowledge: Knowledge, text: str, causes: tuple[str, ...]) -> None:
    assert ruled_out(knowledge.topics["payment_failure"], text) == causes
