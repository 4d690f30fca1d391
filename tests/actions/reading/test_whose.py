"""Who is meant when somebody else is named first."""

from __future__ import annotations

import pytest

from actions.reading.whose import tells_of_somebody


@pytest.mark.parametrize("key", ["我弟弟发了条消息就关机了", "室友坐在窗台上不下来"])
def test_somebody_else_is_meant(key: str) -> None:
    assert tells_of_somebody(key)


@pytest.mark.parametrize("key", ["我妈说我没用我不想活了", "老公走了我撑不下去", "我坐在窗台上"])
def test_oneself_is_meant(key: str) -> None:
    assert not tells_of_somebody(key)
