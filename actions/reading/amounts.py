"""Finds amounts of money, as people say them; cn2an reads the numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from language.numerals import to_number
from language.text_normalization import normalize

_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟俩仨", "一二三四五六七八九十百千两三")
_CHINESE = r"零〇一二两三四五六七八九十百千万"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d{1,2})?"
_UNIT = r"(?:元|块钱|块|圆|塊|人民币|rmb|cny|蚊|大洋|毛钱|毛|角|分钱)"
_ABOUT = r"(?:大概|大约|差不多|约|大致|将近|接近|估计|应该有)"
_AMOUNT = re.compile(
    rf"(?P<sign>[¥￥$]\s?)?(?P<under>不到|不足)?(?P<about>{_ABOUT})?(?:是|有)?\s?"
    rf"(?P<number>(?:{_DIGITS}(?:\s?[kw](?![a-z])|\s?[百千万][{_CHINESE}\d]*)?)|好?几[十百千万]+|[二三四五六七八九]?十几|[一二两三四五六七八九][百千]几十?|[{_CHINESE}]+)"
    rf"(?P<more>多|来|出头)?(?P<after>个(?!小时|月|工作日|星期|字|人))?\s?(?P<unit>{_UNIT})?"
    rf"(?P<small>(?<=[块元])[\d一二两三四五六七八九]\d?(?!\s?(?:次|回|笔|个|份|杯|单|件|位|人|天|张|瓶|斤|样|下|月|年))(?:[毛角][\d一二三四五六七八九]?)?)?(?P<late>多|整|左右|上下)?"
)
# What is counted after the number is no money.
_COUNTED = re.compile(
    r"\s?(?:次|回|遍|天|日|点|号|月|年|周|星期|礼拜|小时|钟头|分钟|分(?!钱)|秒|个|笔|单|件|份|杯|位|步|项|岁|斤|%|:|：|/|-\d|星|级|折|g\b)"
    # After a space these begin something else: 「付了350 人家不发货」.
    r"|[条张人家]"
)
_SPENT = re.compile(
    r"(?:扣|付|花|转|收|充|刷|支付|消费|续费|押金|定金|房租|会员费?|运费|货款|金额|价格|一共|总共|合计|共|退|要了|多算|少了|亏|每次|各|笔|次)(?:了|掉|走|过|款|给)?"
    r"(?:我|他|你|她|商家|押金|定金|房租|会员费?|车费|运费|货款)?(?:两次|一次|三次|两回|两遍)?(?:是|有|的是)?\s?$"
)
# Regulators and hotlines: a threat, no amount.
_SERVICE_NUMBER = re.compile(r"123\d\d|9[56]\d{3}|100\d\d")
_MASKED = re.compile(r"\d*\*+\d*|\d{8,}(?!\.)")
_APPROXIMATE_DIGITS = re.compile(
    r"[一二两三四五六七八九]{2}[十百千万]|[一二两三四五六七八九]?十?[几]|几[十百千万]|[一二三四五六七八九]十[一二三四五六七八九]{2}$"
)


@dataclass(frozen=True)
class SaidAmount:
    """An amount in a message: its value in yuan (`约500`, `两三百` when it is not exact), and where it stands."""

    value: str
    start: int
    end: int


def amounts_in(text: str, *, is_asked: bool = False, in_story: bool = False) -> list[SaidAmount]:
    """Returns the amounts in a text, in their order.

    Args:
        text: What was typed.
        is_asked: Whether an amount was asked for, so that a bare number is one.
        in_story: Whether the text tells of a payment, so that a bare number of two digits or more is one.
    """
    plain = normalize(text).translate(_FORMAL)
    hidden = _MASKED.sub(lambda match: "#" * len(match.group()), plain)
    found = []
    for match in _AMOUNT.finditer(hidden):
        if not _is_money(hidden, match, is_asked=is_asked, in_story=in_story):
            continue
        value = _value(match)
        if value:
            found.append(SaidAmount(value, match.start("number"), match.end()))
    return found


def _is_money(plain: str, match: re.Match[str], *, is_asked: bool, in_story: bool) -> bool:
    if match.group("unit") or match.group("sign"):
        return True
    before, after = plain[: match.start("number")], plain[match.end("number") :]
    if match.group("after") or (before.endswith(("第", "#", "/", ":", "：", "-")) and before != "-"):
        return False
    if _COUNTED.match(after) or (after.startswith(("#", ".", "·")) and after != "."):
        return False
    if is_asked and not re.search(r"\d", match.group("number")) and len(match.group("number")) == 1:
        # 「读一下」: one numeral is an amount only when there is nothing else.
        return len(re.findall(r"\w", plain)) <= 2
    if is_asked and _SERVICE_NUMBER.fullmatch(match.group("number")):
        return False
    if is_asked:
        return not re.search(r"[a-z]$", before) and not re.match(r"[a-z]", after)
    number = match.group("number")
    if in_story and re.fullmatch(
        r"\d{2,6}(?:\.\d{1,2})?|[一二两三四五六七八九]?[百千万][一-鿿]*|[一二两三四五六七八九]+[百千万].*", number
    ):
        return not re.search(r"[a-z\d.#/:：-]$", before) and not re.match(r"[a-z\d./:：-]", after)
    if re.fullmatch(r"[\d,]+\.\d{2}", number) or _SPENT.search(before):
        return bool(re.search(r"\d|[十百千万]", number))
    return False


def _value(match: re.Match[str]) -> str:
    number, unit = match.group("number").replace(" ", ""), match.group("unit") or ""
    more = match.group("more") or ("多" if match.group("late") == "多" else "")
    about = "约" if match.group("about") or match.group("late") in ("左右", "上下") else ""
    under = "不到" if match.group("under") else ""
    if "几" in number or _APPROXIMATE_DIGITS.match(number) or more == "来":
        return f"{number}{more}"
    if re.fullmatch("[一二两三四五六七八九][百千万][一二三四五六七八九]{2}", number):
        # 「一百二三」 is between two.
        return f"{about}{number}"
    value = _yuan(number)
    if value is None or value <= 0 or value >= 1e8:
        return ""
    if unit.startswith(("毛", "角")):
        value /= 10
    elif unit == "分钱":
        value /= 100
    value += _small(match.group("small") or "")
    return f"{under or about}{_written(value)}{more}"


def _yuan(number: str) -> float | None:
    if number.endswith(("k", "w")):
        return float(number[:-1].replace(",", "")) * (1000 if number.endswith("k") else 10000)
    mixed = re.fullmatch(rf"({_DIGITS})([百千万])([{_CHINESE}\d]*)", number)
    if mixed:
        unit = {"百": 100, "千": 1000, "万": 10000}[mixed.group(2)]
        rest = mixed.group(3)
        tail = (to_number(rest) or 0) * (unit / 10 if len(rest) == 1 else 1) if rest else 0
        return float(mixed.group(1).replace(",", "")) * unit + tail
    if re.fullmatch(_DIGITS, number):
        return float(number.replace(",", ""))
    return to_number(number)


def _small(text: str) -> float:
    if not text:
        return 0
    if re.fullmatch(r"\d{2}", text):
        return int(text) / 100
    digits = [to_number(sign) or 0 for sign in text if sign not in "毛角"]
    return sum(float(digit) / 10.0 ** (place + 1) for place, digit in enumerate(digits))


def _written(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
