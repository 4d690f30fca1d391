"""Numbers of orders and the like, some of which have the form of a card or a telephone number."""

from __future__ import annotations

import re
from functools import cache

from uwallet_gateway.redaction.digits import Window
from uwallet_gateway.redaction.patterns import any_of, patterns

# How far before a number its name can begin.
_NEAR = 26


@cache
def _before() -> re.Pattern[str]:
    return re.compile(any_of(patterns().order_names) + r"[号號码碼是为: \n(\[#]{0,4}[a-z0-9-]{0,14}$")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(r"[0-9-]{0,14}+[)\] ,]{0,2}(?:是|的|这个|这|這個|那个)(?:我的)?" + any_of(patterns().order_names))


def is_order(text: str, window: Window) -> bool:
    """Returns whether the words beside a number of folded text say that it is one of an order."""
    before = text[max(0, window.start - _NEAR) : window.start]
    return bool(_before().search(before)) or bool(_after().match(text, window.end))


def is_part_of_order(text: str, window: Window) -> bool:
    """Returns the same of what has the form of a telephone number: with letters or more digits before it it is none."""
    before = text[max(0, window.start - 1) : window.start]
    partial = window.doubtful or (before.isascii() and before.isalnum()) or before == "-" or window.digits[0] != "1"
    return partial and is_order(text, window)
