"""The messages that the redaction is scored on; the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from tools.redaction.numbers import FORMS, KINDS
from tools.redaction.samples import Sample, digits, fill, load

_NAMES = ("wang", "liu", "chenhao", "xiaoli", "zhao", "yangyang", "sunny", "Huang", "lin", "guo", "meimei", "XuJing")
_WORDS = (
    "dragon",
    "sunshine",
    "iloveu",
    "happy",
    "baobao",
    "tiger",
    "Summer",
    "apple",
    "nihao",
    "lucky",
    "star",
    "mylove",
)
_SIGNS = "!@#_.-$%&*"


def password(random: Random) -> str:
    """Returns a password as people choose them."""
    word = random.choice(_NAMES + _WORDS)
    styles: list[Callable[[], str]] = [
        lambda: f"{word}{digits(random, random.randint(2, 6))}",
        lambda: f"{word}{random.choice(_SIGNS)}{digits(random, random.randint(2, 4))}",
        lambda: f"{word.capitalize()}{random.choice('@#_.')}{random.randint(1970, 2012)}",
        lambda: digits(random, 6),
        lambda: digits(random, 8),
        lambda: f"{random.randint(1960, 2012)}{random.randint(1, 12):02}{random.randint(1, 28):02}",
        lambda: "".join(random.choices("abcdefghjkmnpqrstuvwxyz23456789", k=random.randint(6, 9))) + "7q",
        lambda: f"{digits(random, 3)}{word}",
        lambda: f"{random.choice(['qwer', 'asdf', 'zxc', 'qaz', 'abc', 'aaa'])}{digits(random, 4)}",
        lambda: f"{word}{digits(random, 3)}{random.choice(_SIGNS[:3])}",
        lambda: f"{word[0].upper()}{digits(random, 7)}",
    ]
    return random.choice(styles)()


def code(random: Random) -> str:
    """Returns a verification code as it is typed from a text message."""
    six = "".join(random.choices("0123456789", k=6))
    return random.choice(
        [six] * 9
        + [digits(random, 4)] * 2
        + [six[:3] + " " + six[3:], _in_words(six), "".join(chr(ord(c) + 0xFEE0) for c in six)]
    )


def _in_words(number: str) -> str:
    return "".join("零一二三四五六七八九"[int(c)] for c in number)


def secrets(seed: int, count: int) -> Iterator[Sample]:
    """Yields `count` messages each with passwords, codes and the three digits of cards."""
    random = Random(seed)
    content = load("secrets.yml")
    values: dict[str, Callable[[Random], str]] = {
        "p": password,
        "q": password,
        "c": code,
        "d": code,
        "x": lambda r: f"{r.randint(1, 12):02}/{r.randint(26, 35)}",
        "v": lambda r: "".join(r.choices("0123456789", k=3)),
    }
    for kind in ("password", "code", "cvv"):
        for index in range(count):
            template: str = content[kind][index % len(content[kind])]
            before, after = random.choice(content["openers"]), random.choice(content["closers"])
            # A full stop or the like between a value and more text, as the sentence goes on.
            text, spans = fill(before + template + after, lambda field: values[field](random))
            yield Sample(text, spans, kind, template)


def _always(value: str) -> Callable[[str], str]:
    return lambda _: value


def numbers(seed: int, count: int) -> Iterator[Sample]:
    """Yields at least `count` messages each with cards, resident IDs and telephone numbers, in each form as many."""
    random = Random(seed)
    content = load("numbers.yml")
    for kind, make in KINDS.items():
        carriers = content["any"] + content[kind] + content["near"]
        for name, form in FORMS.items():
            for _ in range(-(-count // len(FORMS))):
                number = make(random)
                while name.startswith(("O", "l")) and not ("0" in number and "1" in number[1:]):
                    number = make(random)
                text, spans = fill(random.choice(carriers), _always(form(number, random)))
                if name == "split by position":  # the words before its first digit are not part of it
                    (start, end), *_ = spans
                    spans = ((next(at for at in range(start, end) if text[at].isascii()), end),)
                yield Sample(text, spans, kind, name)


def harmless(seed: int, count: int) -> Iterator[Sample]:
    """Yields `count` messages of each kind that hold nothing to be masked."""
    random = Random(seed)
    content = load("harmless.yml")
    fields = {"o": "orders", "a": "amounts", "t": "times", "e": "errors", "m": "products", "u": "users"}

    def value(field: str) -> str:
        if field == "k":
            return str(random.randint(2, 60))
        return fill(random.choice(content[fields[field]]), lambda part: _part(part, random))[0]

    for kind in ("order", "amount", "time", "error", "product", "account", "count", "mention"):
        for index in range(count):
            template = content[kind][index % len(content[kind])]
            yield Sample(fill(template, value)[0], (), kind, template)


def _part(field: str, random: Random) -> str:
    simple: dict[str, Any] = {
        "h": f"{random.randint(0, 23)}",
        "i": f"{random.randint(0, 59):02}",
        "s": f"{random.randint(0, 59):02}",
        "y": f"{random.randint(20, 26)}",
        "mo": f"{random.randint(1, 12):02}",
        "da": f"{random.randint(1, 28):02}",
        "M": f"{random.randint(1, 12)}",
        "D": f"{random.randint(1, 28)}",
        "ch": random.choice("零一二三四五六"),
        "L": random.choice("ABCDEFGHKMNP"),
    }
    if field in simple:
        return str(simple[field])
    size = int(field[1:])
    if field[0] == "x":
        return "".join(random.choices("0123456789ABCDEF", k=size))
    return digits(random, size) if field[0] == "n" else "".join(random.choices("0123456789", k=size))
