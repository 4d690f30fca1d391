"""What is corrected in the same breath."""

from __future__ import annotations

import pytest

from actions.reading.restated import restated
from tests.actions.reading.builders import KNOWLEDGE, said

DETAILS = {detail.id: detail for detail in KNOWLEDGE.topics["transaction_dispute"].collected_details}
REJECTIONS = KNOWLEDGE.wording.rejections


@pytest.mark.parametrize(
    ("detail", "text", "last"),
    [
        ("transaction_time", "12号 啊不 13号", "13号"),
        ("transaction_time", "昨天中午，说错了，前天中午", "前天中午"),
        ("amount", "四十 不对 应该是四十五", "四十五"),
        ("counterparty", "美团 等下 是饿了么", "饿了么"),
        ("counterparty", "王哥 不是 该写店名 老王水果", "老王水果"),
    ],
)
def test_what_is_said_last_counts(detail: str, text: str, last: str) -> None:
    assert restated(DETAILS[detail], said(text), REJECTIONS).text == last


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        ("transaction_time", "昨天中午"),
        ("transaction_time", "昨天中午 等等我看看"),
        ("counterparty", "不是我付的"),
        ("counterparty", "老王水果店"),
        ("counterparty", "交上去以后是不是马上退我"),
        ("description", "扣了两次 不对 三次"),
    ],
)
def test_what_is_no_correction_stays(detail: str, text: str) -> None:
    assert restated(DETAILS[detail], said(text), REJECTIONS).text == text
