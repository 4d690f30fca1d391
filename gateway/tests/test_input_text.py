"""What users type is made fit to be stored and shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean, length


def refusal(text: object, max_length: int = 1000) -> ErrorCode:
    with pytest.raises(InputError) as caught:
        clean(text, max_length)
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("我忘记密码了", "我忘记密码了"),
        ("  两头\u3000有空格 \n", "两头\u3000有空格"),
        ("密\u200b码\u2060忘\ufeff了", "密码忘了"),
        ("\u202e倒过来\u202c", "倒过来"),
        ("\u2066隔离\u2069", "隔离"),
        ("空\x00字\x07节\x1b[31m", "空字节[31m"),
        ("半个\ud83d代理\udc00", "半个代理"),
        ("一\r\n二\r三\u2028四\x0b五", "一\n二\n三\n四\n五"),
        ("一\n\n\n\n二", "一\n\n二"),
        ("一\n \n\t\n  二", "一\n\n  二"),
        ("一\n\n二\n三", "一\n\n二\n三"),
        ("a\tb", "a b"),
        ("z\u0301\u0302\u0303\u0304\u0305\u0306\u0307算", "z\u0301\u0302\u0303\u0304算"),
        ("👨‍👩‍👧‍👦好", "👨‍👩‍👧‍👦好"),
        ("👍🏽 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇨🇳", "👍🏽 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇨🇳"),
        ("字\u200d字", "字字"),
        ("😀\u200d", "😀"),
        ("/restart", "/restart"),
        ("\ufffe\uffff对", "对"),
        ("𠮷野家", "𠮷野家"),
        ("🀄️麻将", "🀄️麻将"),
        ("姓\U00031350名", "姓\U00031350名"),
    ],
)
def test_cleans(text: str, cleaned: str) -> None:
    assert clean(text, 100) == cleaned


@pytest.mark.parametrize(
    "text", ["", "  \n\t ", "\u200b\u200d\ufeff", "\x00", "\u3000", "\u3164\u2800", "\u0301\u0302", "\ud800"]
)
def test_refuses_what_looks_empty(text: str) -> None:
    assert refusal(text) is ErrorCode.EMPTY


@pytest.mark.parametrize("text", [None, 1, 1.5, True, b"abc", ["a"], {"text": "a"}, object()])
def test_refuses_what_is_no_text(text: object) -> None:
    assert refusal(text) is ErrorCode.MALFORMED


def test_counts_what_the_user_sees() -> None:
    assert length("👨‍👩‍👧‍👦好1️⃣") == 3
    assert clean("👨‍👩‍👧‍👦" * 5, 10) == "👨‍👩‍👧‍👦" * 5
    assert clean("好" * 10, 10) == "好" * 10
    assert refusal("好" * 11, 10) is ErrorCode.TOO_LONG


def test_characters_made_of_many_parts_are_bounded_too() -> None:
    assert refusal("👨‍👩‍👧‍👦" * 1000, 1000) is ErrorCode.TOO_LONG
    assert len(clean("a" + "\u0301" * 500, 100)) == 5


def test_a_flood_of_nothing_is_refused_before_it_is_looked_at() -> None:
    assert refusal("\u200b" * 100_000 + "好", 100) is ErrorCode.TOO_LONG


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
@example("\n\u200b\n\u200b\n\u200b\n好")
@example("1\u200b\ufe0f\u20e3")
@example("😀\u200b\u200d😀")
@example("🏴\U000e0067")
def test_what_comes_out_is_fit_and_stays_so(text: str) -> None:
    try:
        cleaned = clean(text, 60)
    except InputError:
        reject()
    assert clean(cleaned, 60) == cleaned
    cleaned.encode("utf-8")
    assert cleaned == cleaned.strip() != ""
    assert "\n\n\n" not in cleaned
    assert not any(character in "\ufffe\uffff\ufdd0\U0001fffe" for character in cleaned)
    assert not any(character != "\n" and unicodedata.category(character) == "Cc" for character in cleaned)


@given(
    st.text(
        alphabet=st.characters(
            categories=["Lo", "Ll", "Lu", "Nd", "Po", "So"], exclude_characters="\u115f\u1160\u3164\uffa0\u2800"
        ),
        min_size=1,
        max_size=60,
    )
)
def test_ordinary_text_is_not_changed(text: str) -> None:
    assert clean(text, 60) == text
