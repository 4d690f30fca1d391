"""A second generator, written apart from the first: whole messages as different people type them.

The first one was worked with while the redaction was written; this one tells how it does on what it was not made for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

# The same numbers as in the first generator; how they are written is this one's own.
from tools.redaction.numbers import card, mobile, resident_id
from tools.redaction.samples import Sample, fill, load

_KINDS = ("password", "code", "phone", "bank_card", "id_number", "harmless")
_EVIL = (
    "5201314",
    "1314520",
    "woaini1314",
    "Aa123456",
    "a123456789",
    "qwerty12",
    "abc123456",
    "zxcvbnm1",
    "iloveyou2",
    "88888888",
)
_LETTERS = ("woaixuexi", "zhangwuji", "qwertyuiop", "mybaby", "linxiaoyu", "asdfghjkl", "wodemima")
_SURNAMES = ("lin", "he", "deng", "xu", "pan", "luo", "cai", "tan", "ye", "zou")
_GIVEN = ("jun", "mei", "wei", "fang", "jie", "hui", "bo", "ting", "lan", "peng")
_SPOKEN = "零一二三四五六七八九"


def _digits(random: Random, count: int) -> str:
    return "".join(random.choices("0123456789", k=count))


def _password(random: Random) -> str:
    name = random.choice(_SURNAMES) + random.choice(_GIVEN)
    initials = random.choice(_SURNAMES)[0] + random.choice(_GIVEN)[0]
    year, month, day = random.randint(1948, 2013), random.randint(1, 12), random.randint(1, 28)
    styles: list[Callable[[], str]] = [
        lambda: random.choice(_EVIL),
        lambda: f"{name}{year}",
        lambda: f"{initials}{year}{month:02}{day:02}",
        lambda: f"{initials.upper()}{_digits(random, 6)}",
        lambda: f"{year % 100:02}{month:02}{day:02}",
        lambda: f"{year}{month:02}{day:02}",
        lambda: _digits(random, 6),
        lambda: f"{name.capitalize()}@{_digits(random, 3)}",
        lambda: f"{name}.{_digits(random, 2)}{random.choice('abcx')}",
        lambda: f"{random.choice(_GIVEN)}_{_digits(random, 4)}!",
        lambda: f"{_digits(random, 4)}{random.choice(_GIVEN)}{random.choice(_GIVEN)}",
        lambda: "".join(random.choices("ABCDEFGHabcdefgh23456789", k=8)) + "#9Tx",
    ]
    return random.choice(styles)()


def _code(random: Random) -> str:
    six = _digits(random, 6)
    spoken = "".join(_SPOKEN[int(digit)] for digit in six)
    return random.choice(
        [six] * 12 + [_digits(random, 4), spoken, " ".join((six[:3], six[3:])), "-".join((six[:3], six[3:]))]
    )


def _write(number: str, random: Random) -> str:
    """Writes a number as somebody who does not want it to be found by machines, or who cannot type well."""
    style = random.randrange(12)
    if style < 4:
        return number
    if style == 4:
        return "".join(
            random.choice([digit, digit, _SPOKEN[int(digit)]]) if digit.isdigit() else digit for digit in number
        )
    if style == 5:
        return "".join(_SPOKEN[int(digit)] if digit.isdigit() else digit for digit in number).replace("一", "幺")
    if style == 6:
        return number.replace("0", "o").replace("1", "l")
    if style == 7:
        sign = random.choice(["✨", "💗", "^", "~", "…", "|", "+", "$", "<>", "·", "—"])
        return sign.join([number[:3], number[3:7], number[7:]])
    if style == 8:
        return "   ".join([number[:4], number[4:8], number[8:]])
    if style == 9:
        word = random.choice(["然后是", "后面是", "接着", "再就是", "空格", "横杠"])
        return f"{number[:3]}，{word}{number[3:7]}，{number[7:]}"
    if style == 10:
        return " ".join(number)
    return f"{number[:3]}-{number[3:7]}-{number[7:]}"


def messages(seed: int, count: int) -> Iterator[Sample]:
    """Yields at least `count` messages of each kind."""
    random = Random(seed * 31 + 7)
    fields: dict[str, Callable[[Random], str]] = {
        "p": _password,
        "c": _code,
        "w": lambda it: it.choice(_LETTERS),
        "n": lambda it: _write(mobile(it), it),
        "b": lambda it: _write(card(it), it),
        "i": lambda it: _write(resident_id(it), it),
    }
    content = load("plain_speech.yml")
    for kind in _KINDS:
        templates = [(person, line) for person, lines in content[kind].items() for line in lines]
        for index in range(count):
            person, template = templates[index % len(templates)]
            text, spans = fill(
                template, lambda field: fields[field](random) if field in fields else _digits(random, int(field[1:]))
            )
            yield Sample(text, () if kind == "harmless" else spans, kind, person)
