"""Normalization folds spellings together and never moves a character."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.text_normalization import normalize


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("忘記密碼", "忘记密码"),
        ("帳戶被盜", "账户被盗"),
        ("ＡＰＰ打不开！", "app打不开!"),
        ("Ｕ錢包", "u钱包"),
        ("①", "1"),
        ("密\u200b码", "密 码"),
        ("第 3 步", "第 3 步"),
        ("㍿", "㍿"),
        ("", ""),
    ],
)
def test_normalize(typed: str, expected: str) -> None:
    assert normalize(typed) == expected


@given(st.text())
def test_length_is_kept(text: str) -> None:
    assert len(normalize(text)) == len(text)


@given(st.text(alphabet="忘記密碼帳戶登入轉帳发發干乾后後里裡abAB １"))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)
