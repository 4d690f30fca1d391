"""The days of the week and the dates that a question names; nothing in here is said to anybody."""

from __future__ import annotations

import re

_WEEKDAY = re.compile(r"(下下?个?)?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_WEEKEND = re.compile(r"(?:周|星期|礼拜)末|双休")
_DATE = re.compile(r"(?<!\d)(1[0-2]|0?[1-9])月(3[01]|[12]\d|0?[1-9])[日号]?(?!\d)")
_NUMBERS = {
    **{sign: n for n, sign in enumerate("一二三四五六日")},
    "天": 6,
    **{str(n): n - 1 for n in range(1, 8)},
}
_SATURDAY, _SUNDAY = 5, 6


def weekdays_in(question: str) -> list[tuple[int, int]]:
    """Returns each weekday named (Monday is 0) with how many weeks later it is meant, a weekend as its two days."""
    named = [(_NUMBERS[sign], str(later).count("下")) for later, sign in _WEEKDAY.findall(question)]
    return [*named, (_SATURDAY, 0), (_SUNDAY, 0)] if _WEEKEND.search(question) else named


def dates_in(question: str) -> list[tuple[int, int]]:
    """Returns month and day of each date named; 30 February is one."""
    return [(int(month), int(day)) for month, day in _DATE.findall(question)]
