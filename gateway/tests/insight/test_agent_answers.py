"""What of chats may become an answer: questions that ask, answers that hold for others, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from uwallet_gateway.insight.agent_answers import Line, Pair, pairs_of

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
