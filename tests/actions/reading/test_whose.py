"""Who is meant when somebody else is named first."""

from __future__ import annotations

import pytest

from actions.reading.whose import quotes_somebody, tells_of_somebody


@pytest.mark.parametrize("key", ["我弟弟发了条消息就关机了", "室友坐在窗台上不下来"])
def test_somebody_else_is_meant(key: str) -> None:
    assert tells_of_somebody(key)


@pytest.mark.parametrize("key", ["我妈说我没用我不想活了", "老公走了我撑不下去", "我坐在窗台上"])
def test_oneself_is_meant(key: str) -> None:
    assert not tells_of_somebody(key)


@pytest.mark.parametrize(
    ("text", "is_quoted"),
    [
        ("她发朋友圈：我不想活了", True),
        ("室友留言说“东西给你”", True),
        ("我妈老骂我，我不想活了", False),
        ("我说：不想活了", False),
    ],
)
def test_what_somebody_says_is_quoted(text: str, is_quoted: bool) -> None:
    assert quotes_somebody(text) is is_quoted
