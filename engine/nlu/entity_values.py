"""Turns the text of an open-class entity into the one form that the rest of the bot relies on."""

from __future__ import annotations

import re

from language.numerals import to_number

# Beyond this a float no longer prints as typed, and nobody means a step.
_LARGEST_STEP = 1e9
_NUMBER = re.compile(r"[0-9.,]+|[零〇一二两三四五六七八九十百千万亿]+")
_MONEY = re.compile(r"[0-9.,零〇一二两三四五六七八九十百千万亿]+")


def _format(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def amount_value(text: str) -> str:
    """Returns an amount in yuan as a decimal text: 「两百块」 is `200`; text that cannot be read stays as typed."""
    match = _MONEY.search(text)
    number = to_number(match.group()) if match else None
    if number is None:
        return text.strip()
    jiao = re.search(r"[块元]([0-9一二两三四五六七八九])(?:毛|角|$)", text)
    if jiao:
        number += (to_number(jiao.group(1)) or 0) / 10
    return _format(number)


def step_number_value(text: str) -> str:
    """Returns the ordinal of a step as decimal text: 「第三步」 is `3`."""
    match = _NUMBER.search(text)
    number = to_number(match.group()) if match else None
    return text if number is None or number > _LARGEST_STEP else str(int(number))


_CONVERTERS = {"amount": amount_value, "step_number": step_number_value}


def canonical_value(label: str, text: str) -> str:
    """Returns the canonical value of an entity without a pattern id.

    Args:
        label: The entity's name.
        text: The normalized text that was matched.

    Returns:
        Amounts in yuan and step numbers as decimal text, everything else as typed, without outer spaces.
    """
    converter = _CONVERTERS.get(label)
    return converter(text) if converter else text.strip()
