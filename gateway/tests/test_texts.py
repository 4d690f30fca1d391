"""texts.yml is complete, and what is wrong in it is said with file and key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from uwallet_gateway.errors import ErrorCode
from uwallet_gateway.texts import PATH, TextsError, load_texts


def changed(folder: Path, place: str, value: Any) -> Path:
    content = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    *parents, last = place.split(".")
    section = content
    for parent in parents:
        section = section[parent]
    if value is None:
        del section[last]
    else:
        section[last] = value
    path = folder / "texts.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("code", ErrorCode)
@pytest.mark.parametrize("retry_after", [None, 7])
def test_every_code_has_a_text_that_can_be_shown(code: ErrorCode, retry_after: int | None) -> None:
    text = load_texts().error(code, max_length=1000, retry_after=retry_after)
    assert text.endswith("。")
    assert "{" not in text
    assert any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "过1秒"),
        (0.2, "过1秒"),
        (45, "过45秒"),
        (90, "过90秒"),
        (91, "过2分钟"),
        (3600, "过60分钟"),
        (8000, "过3小时"),
    ],
)
def test_says_when_to_try_again(seconds: float, told: str) -> None:
    assert told in load_texts().error(ErrorCode.RATE_LIMITED, max_length=1, retry_after=seconds)


def test_says_how_long_a_message_may_be() -> None:
    assert "最多500个字" in load_texts().error(ErrorCode.TOO_LONG, max_length=500)


def test_has_what_the_gateway_says_itself() -> None:
    texts = load_texts()
    assert "密码" in texts.notice("redacted")
    assert texts.button("human") == "转人工"
    with pytest.raises(AttributeError):
        texts.notice("nothing")


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("errors.empty", None, "errors.empty: missing"),
        ("errors.emty", "空", "errors.emty: Input should be 'malformed', 'empty'"),
        ("errors.empty", "", "errors.empty.with_time: String should have at least 1 character"),
        ("errors.empty", 5, "errors.empty: Input should be a valid dictionary"),
        ("errors.empty", "还要{wait}秒", "errors.empty: nobody fills in {wait}"),
        ("errors.empty", "{time}", "errors.empty: nobody fills in {time}"),
        ("errors.empty", "{", "errors.empty: Single '{' encountered"),
        ("errors.rate_limited.otherwise", None, "errors.rate_limited.otherwise: Field required"),
        ("notices.redacted", None, "notices.redacted: Field required"),
        ("notices.other", "别的", "notices.other: unknown field"),
        ("durations.hours", "{hours}", "durations.hours: nobody fills in {hours}"),
        ("buttons.human", "{}", "buttons.human: nobody fills in {}"),
        ("greetings", {}, "greetings: unknown field"),
    ],
)
def test_names_file_and_key_of_what_is_wrong(tmp_path: Path, place: str, value: Any, reason: str) -> None:
    path = changed(tmp_path, place, value)
    with pytest.raises(TextsError) as caught:
        load_texts(path)
    assert re.search(rf"{re.escape(str(path))}:\d+: {re.escape(reason)}", str(caught.value))


@pytest.mark.parametrize("content", [b"", b"- a", b"a: [", b"\xff"])
def test_names_a_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "texts.yml"
    path.write_bytes(content)
    with pytest.raises(TextsError, match=r"texts\.yml"):
        load_texts(path)


def test_names_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TextsError, match="No such file"):
        load_texts(tmp_path / "texts.yml")
