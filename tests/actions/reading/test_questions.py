"""What is a question by its form, and what only sounds like one."""

from __future__ import annotations

import pytest

from actions.reading.questions import asks, confirmed_in


@pytest.mark.parametrize("text", ["余额有啊，好几百呢", "还剩五十多块呢", "有三千多呢"])
def test_how_much_there_is_is_told(text: str) -> None:
    assert not asks(text)


@pytest.mark.parametrize("text", ["然后呢", "几百块呢？", "那我的余额呢"])
def test_what_comes_of_something_is_asked(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize("text", ["这个限额是你们定的还是银行定的", "是他申诉还是我申诉"])
def test_which_of_two_is_asked(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    ("key", "words"),
    [("所以填手机号就行", "填手机号"), ("那填邮箱就可以了吧", "填邮箱"), ("不用填邮箱就行了吧", ""), ("填哪个", "")],
)
def test_what_is_to_be_confirmed_is_what_was_said(key: str, words: str) -> None:
    assert confirmed_in(key) == words
