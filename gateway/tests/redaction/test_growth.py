"""Hostile messages cost no more for their length than others: counted in steps, not in seconds."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from re import _constants, _parser  # the standard library's own reading of a pattern
from types import FrameType
from typing import Any

import pytest

import uwallet_gateway.redaction
from uwallet_gateway.redaction import Kind, redact

HOSTILE = [
    "1", "0", "12345678", "0 ", "4 ", "0085 ", "138 ", "1三", "62220212345678901 ", "4111,",
    "+1 ", "+", "*", "****1",
    "密码", "密码是", "密码:", "密码的", "pwd", "pwd ", "pwd;", "pwd:", "pwd=a", "pwd.", "验证码", "验证码1", "是", " ",
    "1是", "是密码", "这个密码", "mima", "code ", "或者", "密码1234或者", "或者1234", "a", "a1", "!", "!密码",
    "身份证", "身份证1", "护照a", "护照1 ", "卡号1 ", "手机1 ", "电话", "@", "a@", "a@a.", "@a.", "a.", "a-", ".a@", "https://a",
    "\u200b", "\u0301", "1\u0301", "１",
]  # fmt: skip
LENGTH = 4_000


def steps(text: str) -> int:
    """Returns how many functions are called, those of Python itself included: every loop calls some."""
    count = 0

    def trace(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(trace)
    try:
        redact(text, asked=Kind.CODE)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", HOSTILE)
def test_steps_grow_with_the_length(piece: str) -> None:
    redact(piece, asked=Kind.CODE)  # what is read once is read now
    short, long = (piece * (length // len(piece)) for length in (LENGTH // 8, LENGTH))
    taken = steps(long)
    assert taken < 8 * 1.25 * steps(short) + 1_000
    assert taken < 700 * LENGTH


def compiled_patterns() -> list[re.Pattern[str]]:
    found: list[re.Pattern[str]] = []
    for module in pkgutil.iter_modules(uwallet_gateway.redaction.__path__):
        names = vars(importlib.import_module(f"uwallet_gateway.redaction.{module.name}"))
        for name, value in names.items():
            made = (
                value()
                if hasattr(value, "cache_info") and name.startswith("_") and not needs_arguments(value)
                else value
            )
            found += patterns_in(made)
    return found


def needs_arguments(function: Any) -> bool:
    return bool(function.__wrapped__.__code__.co_argcount)


def patterns_in(value: Any) -> list[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        return [value]
    if isinstance(value, tuple):
        return [pattern for part in value for pattern in patterns_in(part)]
    return []


def has_ambiguous_repeats(tree: Any, *, repeated: bool = False) -> bool:
    """Returns whether a repeat that can give back stands in another that can: where backtracking explodes."""
    for operation, argument in tree:
        inner = repeated
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            fewest, most, _ = argument
            if repeated and fewest != most:
                return True
            inner = inner or most > 1
        if operation in (_constants.POSSESSIVE_REPEAT, _constants.ATOMIC_GROUP):
            inner = False
        parts = argument if isinstance(argument, tuple | list) else [argument]
        for part in parts:
            branches = part if isinstance(part, list) else [part]
            for branch in branches:
                if isinstance(branch, _parser.SubPattern) and has_ambiguous_repeats(branch, repeated=inner):
                    return True
    return False


def test_no_pattern_can_backtrack_without_bound() -> None:
    found = compiled_patterns()
    assert len(found) > 20
    assert [pattern.pattern for pattern in found if has_ambiguous_repeats(_parser.parse(pattern.pattern))] == []


@pytest.mark.parametrize("pattern", ["(a+)+", "(?:a|b*)*", "(?:x(?:a?)){2,5}"])
def test_the_check_of_patterns_finds_the_bad_ones(pattern: str) -> None:
    assert has_ambiguous_repeats(_parser.parse(pattern))
