"""Finds when something happened, as people say it, and fixes relative dates to the day of the message.

Own patterns: what is needed is where the words stand and which day they mean, not a moment, so that
「昨天晚上九点多」 stays as it was said.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from language.numerals import to_number
from language.text_normalization import normalize

_N = r"[0-9一二两三四五六七八九十]"
_APPROXIMATELY = r"(?:大概|大约|差不多|好像)?"
_GAP = rf"[\s的,，]{{0,2}}{_APPROXIMATELY}\s?"
_PLAIN_PART = (
    r"凌晨|清晨|大?清早|早上|早晨|早间|一早|上午|中午|正午|下午|傍晚|晚上|晚间|夜里|夜晚|半夜|深夜|上昼|下昼|晏昼"
    r"|晌午|头晌|上晌|下晌|后晌|傍黑|擦黑|天黑"
)
_PART = rf"(?:{_PLAIN_PART}|早|晚|夜)"
_MINUTES = rf"(?:半|[一三]刻|钟|{_N}{{1,3}}分?)"
_CLOCK = (
    rf"(?:(?:{_N}{{1,3}}点(?![了钱儿])|(?<=[午晚上晨夜早]){_N}{{1,2}}时){_MINUTES}?(?:来钟|多|左右|前后)?"
    rf"(?:[到至-]{_N}{{1,3}}点{_MINUTES}?)?|\d{{1,2}}[:：]\d{{2}}(?:[:：]\d{{2}})?)"
)
_DAYS_AGO = {
    "大前天": 3, "前天": 2, "前日": 2, "前儿个": 2, "前儿": 2, "前晚": 2,
    "昨天": 1, "昨日": 1, "昨儿个": 1, "昨儿": 1, "昨晚": 1, "昨夜": 1, "昨早": 1,
    "寻日": 1, "琴日": 1, "寻晚": 1, "琴晚": 1, "噚日": 1, "噚晚": 1, "yesterday": 1,
    "今天": 0, "今日": 0, "今儿个": 0, "今儿": 0, "今早": 0, "今晨": 0, "今晚": 0, "today": 0,
}  # fmt: skip
_DAY = "(?:" + "|".join(sorted(_DAYS_AGO, key=len, reverse=True)) + ")"
_WEEK = r"(?:周|星期|礼拜)"
_DATES = {
    "iso": r"(?:19|20)\d{2}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}[日号]?",
    "month_day": (rf"(?:(?:\d{{4}}年|去年|今年|前年)?{_N}{{1,3}}月份?(?:{_N}{{1,3}}[号日]?|初|底|末|中旬|上旬|下旬)?)"),
    "this_month": rf"(?:上上?个?月|这个?月|本月)(?:{_N}{{1,3}}[号日])?(?![底初末])(?:左右|前后)?",
    "named": (
        r"(?:上上?个?月|这个?月|本月|月|年)(?:底|初|末|中旬)|(?:国庆|中秋|端午|清明|元宵|重阳|圣诞|情人)节?(?:前|后|期间)?"
        r"|(?:春节|元旦|五一|除夕|过年|七夕|双十一|双十二|双11|双12|618)(?:前|后|期间)?"
    ),
    "day": _DAY,
    "weekday": rf"(?:大?上上?个?|这个?|本)?{_WEEK}[一二三四五六日天1-6]",
    "week": rf"(?:上个?|这个?|本){_WEEK}末?|周末",
    "year": r"去年|前年",
    "ago": rf"(?:{_N}{{1,3}}|半)个?(?:天|{_WEEK}|月|小时|钟头|分钟|年)(?:之前|以前|前)",
    "vague": rf"(?:十?几|十来)天(?:之前|以前|前)"
    rf"|前几天|前两天|前些天|前阵子|前段时间|好?几个?(?:天|{_WEEK}|月|小时|分钟)(?:之前|以前|前)",
    "now": r"刚刚|刚才|方才|头先|啱啱|just now",
    "number": rf"(?<![第0-9一二两三四五六七八九十]){_N}{{1,3}}号(?![线楼店码机门桌房])(?:左右)?",
}
_TIME = re.compile(
    "(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _DATES.items()) + ")"
    rf"(?:{_GAP}{_PART})?(?:{_GAP}{_CLOCK})?(?:左右|前后)?"
    rf"|(?:{_PART}{_GAP})?(?P<clock>{_CLOCK})|(?P<part>{_PLAIN_PART})"
)
_HOUR = re.compile(rf"(?:{_PART}(?:{_GAP}{_CLOCK})?|{_CLOCK})(?:左右|前后)?")
# Also an amount (「10.3」): a date only where a time is asked for, or before a part of the day.
_SHORT_DATE = re.compile(
    rf"(?<![\d.])(?:1[0-2]|0?[1-9])[./-](?:3[01]|[12]\d|0?[1-9])(?![\d.])(?:\s?{_PART})?(?:\s?{_CLOCK})?"
)
# Between a day and its clock, said one after the other.
_BETWEEN = re.compile(r"[\s,，。、]*(?:吧|的|呢|啊|大概|大约|差不多|好像|应该|是|在)*[\s,，。、]*")
_LONG_MONTH_DAY = re.compile(r"(?<!\d)(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])(?!\d)")
_WEEKDAYS = {**{sign: n for n, sign in enumerate("一二三四五六日")}, "天": 6, **{str(n): n - 1 for n in range(1, 7)}}


@dataclass(frozen=True)
class SaidTime:
    """A time in a message.

    Attributes:
        words: As it was said.
        date: The day, month or span that it means, when the words are relative: `11月27日`; "" when they are not.
        start: Where it begins in the text.
        end: Where it ends.
    """

    words: str
    date: str
    start: int
    end: int


def times_in(text: str, now: datetime.datetime | None, *, is_asked: bool = False) -> list[SaidTime]:
    """Returns the times in a text, in their order.

    Args:
        text: What was typed.
        now: When, in the users' time zone; without it nothing relative is fixed.
        is_asked: Whether a time was asked for, so that 「10.3」 is a date.
    """
    plain = normalize(text)
    matches = [match for match in _TIME.finditer(plain) if match.end() > match.start()]
    found = [
        SaidTime(text[m.start() : m.end()].strip(), _date_of(m, now) if now else "", m.start(), m.end())
        for m in matches
        if not _is_duration(plain, m)
    ]
    found = _with_clock(plain, found)
    if is_asked and not any(time.date or re.search(r"\d\d[-/.年月]", time.words) for time in found):
        short = _SHORT_DATE.search(plain)
        if short:
            return [SaidTime(text[short.start() : short.end()].strip(), "", short.start(), short.end())]
    return found


def _with_clock(plain: str, found: list[SaidTime]) -> list[SaidTime]:
    """Returns the times, a clock said after its day together with it (「前天夜里 快一点的时候」)."""
    joined: list[SaidTime] = []
    for time in found:
        day = joined[-1] if joined else None
        is_clock = re.fullmatch(rf"(?:{_PART}{_GAP})?{_CLOCK}(?:左右|前后)?", normalize(time.words)) is not None
        if (
            day
            and is_clock
            and not re.search(_CLOCK, normalize(day.words))
            and _BETWEEN.fullmatch(plain[day.end : time.start])
        ):
            joined[-1] = SaidTime(f"{day.words} {time.words}", day.date, day.start, time.end)
        else:
            joined.append(time)
    return joined


def _is_duration(plain: str, match: re.Match[str]) -> bool:
    # 「3号线」「等到8点」 name no time of a payment; 「早」 alone is a greeting.
    return match.group("part") is not None and plain[match.end() : match.end() + 1] == "好"


def _date_of(match: re.Match[str], now: datetime.datetime) -> str:
    kind = next(name for name, value in match.groupdict().items() if value)
    words = match.group(kind)
    if kind == "now":
        return f"{_day(now.date())}{now:%-H:%M}"
    if kind == "clock":
        return _of_clock(match.group(), now)
    resolve = _RESOLVERS.get(kind)
    return resolve(words, now) if resolve else ""


def _day(date: datetime.date) -> str:
    return f"{date.month}月{date.day}日"


def _number(text: str) -> int:
    return int(to_number(text) or 0)


def _of_clock(words: str, now: datetime.datetime) -> str:
    hour, minute = _hour(words)
    if hour is None:
        return ""
    is_over = (hour, minute) <= (now.hour, now.minute)
    return _day(now.date() if is_over else now.date() - datetime.timedelta(days=1))


def _hour(words: str) -> tuple[int | None, int]:
    match = re.search(rf"({_N}{{1,3}})(?:[点时]|[:：](\d{{2}}))", words)
    if not match:
        return None, 0
    hour = _number(match.group(1)[-1] if re.fullmatch("[一二两三四五六七八九]{2,}", match.group(1)) else match.group(1))
    if re.search("下午|晚|夜|傍|下昼|下晌|后晌|黑", words) and hour < 12:
        hour += 12
    return hour, int(match.group(2) or 0)


def _of_day(words: str, now: datetime.datetime) -> str:
    return _day(now.date() - datetime.timedelta(days=_DAYS_AGO[words]))


def _of_weekday(words: str, now: datetime.datetime) -> str:
    today = now.date()
    weekday = _WEEKDAYS[words[-1]]
    monday = today - datetime.timedelta(days=today.weekday())
    weeks = words.count("上") + words.count("大")
    if not weeks and not words.startswith(("这", "本")) and weekday > today.weekday():
        weeks = 1
    return _day(monday + datetime.timedelta(days=weekday - 7 * weeks))


def _of_week(words: str, now: datetime.datetime) -> str:
    if words.endswith("末"):
        return ""
    today = now.date()
    monday = today - datetime.timedelta(days=today.weekday() + (7 if words.startswith("上") else 0))
    if not words.startswith("上"):
        return ""
    sunday = monday + datetime.timedelta(days=6)
    return f"{_day(monday)}至{sunday.day}日" if sunday.month == monday.month else f"{_day(monday)}至{_day(sunday)}"


def _of_this_month(words: str, now: datetime.datetime) -> str:
    month = _month_before(now.date(), words.count("上"))
    day = re.search(rf"({_N}{{1,3}})[号日]", words)
    return f"{month}月{_number(day.group(1))}日" if day else f"{month}月"


def _month_before(date: datetime.date, months: int) -> int:
    return (date.month - 1 - months) % 12 + 1


def _of_year(words: str, now: datetime.datetime) -> str:
    return f"{now.year - (1 if words.startswith('去') else 2)}年"


def _of_month_day(words: str, now: datetime.datetime) -> str:
    return _of_year(words, now) + words[2:] if words.startswith(("去年", "前年")) else ""


def _of_number(words: str, now: datetime.datetime) -> str:
    day = _number(words.split("号", maxsplit=1)[0])
    date = now.date()
    if not 1 <= day <= 31:
        return ""
    return f"{date.month if day <= date.day else _month_before(date, 1)}月{day}日"


def _of_ago(words: str, now: datetime.datetime) -> str:
    match = re.match(rf"({_N}{{1,3}}|半)个?(.+?)(?:之前|以前|前)", words)
    if match is None:
        return ""
    count = 0.5 if match.group(1) == "半" else float(_number(match.group(1)))
    unit = match.group(2)
    if unit == "月":
        return f"{_month_before(now.date(), int(count))}月" if count >= 1 else ""
    if unit == "年":
        return f"{now.year - int(count)}年" if count >= 1 else ""
    if unit in ("小时", "钟头", "分钟"):
        then = now - datetime.timedelta(minutes=count * (1 if unit == "分钟" else 60))
        return f"{_day(then.date())}{then:%-H:%M}"
    days = count if unit == "天" else 7 * count
    return _day(now.date() - datetime.timedelta(days=int(days)))


_RESOLVERS = {
    "day": _of_day,
    "weekday": _of_weekday,
    "week": _of_week,
    "this_month": _of_this_month,
    "year": _of_year,
    "month_day": _of_month_day,
    "number": _of_number,
    "ago": _of_ago,
}


def changed_time(current: str, new: str, wrong: list[str], now: datetime.datetime | None) -> str:
    """Returns a noted time after a correction; what the correction leaves out stays (「是下午不是上午」).

    Args:
        current: The time as it is noted.
        new: The time that is right.
        wrong: The times that the message says are wrong.
        now: When the correction was said.
    """
    words, right = current.split("（", maxsplit=1)[0], new.split("（", maxsplit=1)[0]
    for rejected in (text.split("（")[0] for text in wrong):
        if rejected in words and rejected != words:
            return _noted(words.replace(rejected, right), now) or new
    week = re.match(r"(?:上个?|大上个?|上上个?)(?=周|星期|礼拜)", words)
    if week and re.match("(?:周|星期|礼拜)[一二三四五六日天]", right):
        # 「上周五」, then 「还是周六」: of that week.
        new = _noted(week.group() + right, now) or new
        right = new.split("（", maxsplit=1)[0]
    if re.fullmatch(rf"{_PART}?\s?(?:{_CLOCK})?", right):
        day = re.sub(rf"[\s的]*{_PART}?(?:{_GAP}{_CLOCK})?(?:左右|前后)?$", "", words)
        if day and day != words:
            return _noted(day + right, now) or new
        if "（" in current and times_in(words, now) and not re.fullmatch(rf"{_PART}?\s?(?:{_CLOCK})?", words):
            return _noted(words + right, now) or new
    hour = re.search(rf"{_PART}?\s?(?:{_CLOCK})?(?:左右|前后)?$", words)
    is_day = not re.search(rf"{_PLAIN_PART}|{_CLOCK}", right)
    if hour and hour.group() and hour.start() and is_day:
        # 「是24号」 changes the day and leaves the evening.
        return _noted(right + hour.group(), now) or new
    return new


def with_hour(current: str, text: str, now: datetime.datetime | None) -> str | None:
    """Returns a noted day with the hour that is told afterwards; None when the text tells none, or one is noted.

    Args:
        current: The time as it is noted.
        text: What was said afterwards.
        now: When.
    """
    words = current.split("（", maxsplit=1)[0]
    said = [time.words for time in times_in(text, None)]
    if not said or re.search(_CLOCK, words) or not all(_HOUR.fullmatch(normalize(hour)) for hour in said):
        return None
    if re.search(_PLAIN_PART, words) and re.search(_PLAIN_PART, said[0]):
        return None
    return _noted(words + "".join(said), now) or None


def _noted(words: str, now: datetime.datetime | None) -> str:
    times = times_in(words, now)
    if len(times) != 1:
        return ""
    return f"{words}（{times[0].date}）" if times[0].date else words
