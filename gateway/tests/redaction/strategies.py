"""Generators of numbers that must not survive, of the ways in which people write them, and of Chinese text."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from uwallet_gateway.redaction.patterns import patterns

CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yml").read_text(encoding="utf-8"))
SENTENCES = st.lists(st.sampled_from(CASES["words"]), max_size=8).map("".join)
INVISIBLE = ["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u0301"]
# Between any two digits people put these, in any grouping.
SEPARATORS = ["", " ", "-", "\u3000", "\u00a0", "－", "—", "·", "_", " - ", "  ", *INVISIBLE]
# Between groups of usual sizes also these, which otherwise stand in lists of other numbers.
LIST_SEPARATORS = [".", "/", ":"]
# And these in longer numbers; eleven digits with them are amounts.
ENUMERATING = [",", "，", "、", "\n"]
NUMERALS = {
    "0": "零",
    "1": "一",
    "2": "二",
    "3": "三",
    "4": "四",
    "5": "五",
    "6": "六",
    "7": "七",
    "8": "八",
    "9": "九",
}
COUNTIES = ["110101", "310115", "330106", "420106", "430102", "440305", "510107", "620102", "650102"]


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A card of any issuer, its check digit right."""
    issuer = draw(st.sampled_from(patterns().cards))
    prefix, length = draw(st.sampled_from(issuer.prefixes)), draw(st.sampled_from(issuer.lengths))
    rest = length - len(prefix) - 1
    number = prefix + str(draw(st.integers(0, 10**rest - 1))).zfill(rest)
    return number + str(luhn.calc_check_digit(number))


@st.composite
def resident_ids(draw: st.DrawFn) -> str:
    """A resident ID of 18 characters, its check digit right."""
    county = draw(st.sampled_from(COUNTIES))
    born = draw(st.dates(date(1930, 1, 1), date(2023, 12, 31)))
    number = f"{county}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return number + ric.calc_check_digit(number + "0")


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    """A mobile number of the mainland."""
    return f"1{draw(st.integers(3, 9))}{draw(st.integers(0, 10**9 - 1)):09}"


@st.composite
def written(draw: st.DrawFn, number: str) -> str:
    """Returns the number as somebody could type it: in any form of digits, in any grouping."""
    form = draw(st.sampled_from(["plain", "wide", "mixed", "keycap", "numerals"]))
    if form == "numerals" and number.isdigit():
        digits = [NUMERALS[digit] for digit in number]
    else:
        wide = [chr(ord(character) + 0xFEE0) for character in number]
        keycap = [character + "\ufe0f\u20e3" if character.isdigit() else character for character in number]
        by_form = {"plain": list(number), "wide": wide, "keycap": keycap}
        digits = by_form.get(form) or [draw(st.sampled_from(pair)) for pair in zip(number, wide, strict=True)]
    grouping = draw(st.sampled_from(["none", "one_by_one", "fours", "any"]))
    if grouping == "none":
        return "".join(digits)
    if grouping == "fours":
        separator = draw(st.sampled_from([*SEPARATORS, *LIST_SEPARATORS, *(ENUMERATING if len(number) > 11 else [])]))
        return separator.join("".join(digits[place : place + 4]) for place in range(0, len(digits), 4))
    if grouping == "one_by_one":
        return draw(st.sampled_from(SEPARATORS)).join(digits)
    return "".join(digit + draw(st.sampled_from(SEPARATORS)) for digit in digits[:-1]) + digits[-1]
