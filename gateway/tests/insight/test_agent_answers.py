"""What of chats may become an answer: questions that ask, answers that hold for others, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from uwallet_gateway.insight.agent_answers import Line, Pair, pairs_of, same_answer

CHATS = Path(__file__).with_name("agent_chats.txt")


def chats(path: Path = CHATS) -> Iterator[tuple[str, list[Line], int]]:
    """How each chat ended, its lines, and the first of them with an agent."""
    for chat in path.read_text(encoding="utf-8").split("---\n"):
        lines: list[Line] = []
        first, end = 1, "solved"
        for text in chat.splitlines():
            mark, _, said = text.partition(" ")
            if mark == "|":
                first = len(lines) + 1
            elif mark == "!":
                end = said
            elif mark in {"u", "a"}:
                lines.append(Line(len(lines) + 1, "user" if mark == "u" else "agent", said))
        yield end, lines, first


def found(path: Path = CHATS) -> list[Pair]:
    return [pair for end, lines, first in chats(path) if end == "solved" for pair in pairs_of(lines, first)]


def pair(*said: str) -> tuple[str, str] | None:
    """The one pair of a chat that an agent has from its beginning."""
    lines = [
        Line(number, "user" if text[0] == "u" else "agent", text[2:])
        for number, text in enumerate(("a 您好，请问有什么可以帮您？", *said), 1)
    ]
    pairs = pairs_of(lines, 1)
    return (pairs[0].question, pairs[0].answer) if pairs else None


ANSWER = "在“账单”右上角点“导出”，选好时间就能发到邮箱。"


def test_niceties_are_no_part_of_an_answer() -> None:
    said = ("u 账单怎么导出", "a 稍等", "a 好的，让您久等了。", f"a {ANSWER}请问还有其他可以帮您的吗？", "u 谢谢")
    assert pair(*said) == ("账单怎么导出", ANSWER)


def test_what_answers_the_agent_is_no_question_and_the_question_waits() -> None:
    said = ("u 账单怎么导出", "a 您看到的是什么提示？", "u 提示信息不一致", f"a {ANSWER}")
    assert pair(*said) == ("账单怎么导出", ANSWER)


@pytest.mark.parametrize(
    "said",
    [
        ("u 谢谢", f"a {ANSWER}"),
        ("u 我叫张伟 账单怎么导出", f"a {ANSWER}"),
        ("u 我昨天那笔账单怎么导出", f"a {ANSWER}"),
        ("u 账单怎么导出 13800138000", f"a {ANSWER}"),
        ("u 账单怎么导出", "a 稍等"),
        ("u 账单怎么导出", "a 点导出"),
        ("u 账单怎么导出", "a 我帮您查到了，您的账单已经发到您的邮箱里了"),
        ("u 账单怎么导出", "a 这个我不太清楚，您过几天再来问问看吧"),
        ("u 账单怎么导出", "a 打这个电话13800138000找他们导出账单就行了"),
        ("u 账单怎么导出", f"a {ANSWER}", "u 没用，还是不行"),
    ],
)
def test_what_is_of_no_use_to_others_is_left_out(said: tuple[str, ...]) -> None:
    assert pair(*said) is None


def test_no_pair_of_the_written_chats_names_anybody() -> None:
    pairs = found()
    # Read by hand: 31 of 31 are questions that others ask, with an answer that holds for them.
    assert len(pairs) >= 28
    assert not any(
        word in it.question + it.answer for it in pairs for word in ("张伟", "138", "834512", "下雨", "您的发票")
    )


def test_the_same_answer_in_about_the_same_words_is_one() -> None:
    assert same_answer(ANSWER, f"您好，{ANSWER}")
    assert not same_answer(ANSWER, "一般两小时内到账，遇到银行维护会顺延。")
