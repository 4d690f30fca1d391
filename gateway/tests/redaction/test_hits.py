"""Where something was masked is told, and nothing beside it is lost."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.redaction.strategies import SENTENCES, cards, mobiles, resident_ids, written
from tests.redaction.test_redactor import TEXT
from uwallet_gateway.redaction import Kind, Sensitivity, redact

NUMBERS = st.one_of(cards(), mobiles(), resident_ids())
# Words that begin or end with a numeral, beside which a number may stand.
BEGINNINGS = [
    "一直弹窗",
    "一下就没",
    "一共几笔",
    "两次不成",
    "三天前绑",
    "一个也没",
    "零钱没了",
    "五一才办",
    "四川的卡",
    "一样报红",
]
ENDINGS = ["", "名叫张三", "排在第一", "到了周五", "以防万一", "这是唯一", "十一"]


@settings(deadline=None)  # the first call reads the patterns
@given(before=st.sampled_from(ENDINGS), number=NUMBERS, after=st.sampled_from(BEGINNINGS), wide=st.booleans())
@example(before="", number="6222021234567890128", after="一直弹窗", wide=False)
@example(before="名叫张三", number="6222021234567890128", after="", wide=False)
def test_no_numeral_of_a_neighbouring_word_is_lost(before: str, number: str, after: str, wide: bool) -> None:
    typed = "".join(chr(ord(character) + 0xFEE0) for character in number) if wide else number
    redacted = redact(before + typed + after)
    assert redacted.text.startswith(before)
    assert redacted.text.endswith(after)
    assert [(hit.start, hit.end) for hit in redacted.hits] == [(len(before), len(before) + len(number))]


@given(before=SENTENCES, number=NUMBERS, after=SENTENCES, data=st.data())
def test_a_hit_is_the_number_and_nothing_else(before: str, number: str, after: str, data: st.DataObject) -> None:
    typed = data.draw(written(number))
    text = before + typed + after
    covered = {place for hit in redact(text).hits for place in range(hit.start, hit.end)}
    beside = {*range(len(before)), *range(len(before) + len(typed), len(text))}
    assert not any(text[place].isalnum() for place in covered & beside)
    inside = range(len(before), len(before) + len(typed))
    assert all(place in covered for place in inside if text[place].isdigit())


@given(TEXT, st.booleans(), st.sampled_from([None, Kind.CODE, Kind.PASSWORD]))
@example("护照000000A1010000011113293", False, None)
def test_what_is_outside_the_hits_is_in_the_result(text: str, keep_contact: bool, asked: Kind | None) -> None:
    redacted = redact(text, keep_contact=keep_contact, asked=asked)
    kept, done = [], 0
    for hit in redacted.hits:
        assert done <= hit.start < hit.end <= len(text)
        kept.append(text[done : hit.start])
        done = hit.end
    kept.append(text[done:])
    assert re.fullmatch(".*?".join(map(re.escape, kept)), redacted.text, re.DOTALL)
    assert {hit.kind for hit in redacted.hits} <= redacted.kinds


@pytest.mark.parametrize("kind", list(Kind))
def test_what_authenticates_is_c3(kind: Kind) -> None:
    secret = kind in (Kind.PASSWORD, Kind.CODE, Kind.CARD_TRACK)
    assert kind.sensitivity is (Sensitivity.C3 if secret else Sensitivity.C2)
