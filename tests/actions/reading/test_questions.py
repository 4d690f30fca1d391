"""What is a question by its form, and what only sounds like one."""

from __future__ import annotations

import pytest

from actions.reading.questions import asks


@pytest.mark.parametrize("text", ["余额有啊，好几百呢", "还剩五十多块呢", "有三千多呢"])
def test_how_much_there_is_is_told(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize("text", ["然后呢", "几百块呢？", "那我的余额呢"])
def test_what_comes_of_something_is_asked(text: str) -> None:
    assert asks(text)
