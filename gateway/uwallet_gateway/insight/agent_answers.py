"""Questions and answers in chats with agents: what may become an answer of the bot. Pure; nothing of it is stored.

Careful rather than complete: what is no question, no answer, or true of one person only is left out, and what is left
is still read by somebody before it goes anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from rapidfuzz import fuzz

from uwallet_gateway.redaction.redactor import redact
from uwallet_gateway.yaml_files import load_yaml

# Characters: of a question, of an answer.
_SHORTEST_QUESTION, _LONGEST_QUESTION = 5, 80
_SHORTEST_ANSWER, _LONGEST_ANSWER = 12, 600
# The user's messages before an agent came among which the question is looked for.
_BEFORE = 6
# How alike, of 100, two answers are that say the same.
_SAME = 70
_MASK = re.compile(r"\*|[\[【](?:图片|已|隐|手机|银行|身份|邮箱|姓名)|\d{5,}|@")
_SENTENCES = re.compile(r"[^。！？!?；;\n]+[。！？!?；;\n]*")
_MARKS = re.compile(r"[\W_]+")


class AgentAnswersError(Exception):
    """agent_answers.yml is wrong; the text names line, field and reason."""


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    no_question: str
    asks: str
    of_one_user: str
    clearly_asks: str
    agent_asks: str
    wants: str
    opening: str
    no_answer: str
    of_one_case: str
    helped: str
    not_helped: str


@dataclass(frozen=True, slots=True)
class Line:
    """A message of a chat: `author` is user or agent."""

    id: int
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and what an agent has answered.

    Attributes:
        message_id: The message that asks.
        question, answer: Redacted.
        helped: Whether the user has said that it helped.
    """

    message_id: int
    question: str
    answer: str
    helped: bool


@lru_cache(maxsize=1)
def _words() -> _Words:
    return load_yaml(Path(__file__).with_suffix(".yml"), _Words, AgentAnswersError)[0]


def pairs_of(lines: Sequence[Line], first_of_agent: int) -> list[Pair]:
    """The questions of a chat with their answers.

    Args:
        lines: What user and agents have said, also what the user has said to the bot before.
        first_of_agent: Id of the first message that belongs to the chat with an agent.
    """
    before = [line for line in lines if line.id < first_of_agent and line.author == "user"][-_BEFORE:]
    within = [line for line in lines if line.id >= first_of_agent]
    turns = list(_turns([*before, *within]))
    found: dict[int, Pair] = {}
    question: tuple[int, str] | None = None
    asked_back = False
    for number, turn in enumerate(turns):
        if turn[0].author == "user":
            # The answer to what the agent has asked is no question, unless it clearly is one.
            # What was asked before waits for its answer meanwhile.
            question = _question(turn, is_reply=asked_back) or question
            continue
        answer = _answer(turn)
        asked_back = any(_asks_back(it) for line in turn for it in _SENTENCES.findall(line.text))
        if question is None or answer is None:
            continue
        following = "".join(line.text for line in turns[number + 1]) if number + 1 < len(turns) else ""
        if not re.search(_words().not_helped, following):
            helped = bool(re.search(_words().helped, following))
            found.setdefault(question[0], Pair(question[0], question[1], answer, helped))
        question = None
    return list(found.values())


def same_answer(text: str, other: str) -> bool:
    """Whether two answers say the same in about the same words."""
    return fuzz.ratio(_plain(text), _plain(other)) >= _SAME


def _turns(lines: Sequence[Line]) -> Iterator[list[Line]]:
    turn: list[Line] = []
    for line in lines:
        if turn and turn[-1].author != line.author:
            yield turn
            turn = []
        turn.append(line)
    if turn:
        yield turn


def _question(turn: Sequence[Line], *, is_reply: bool) -> tuple[int, str] | None:
    """The last message of a turn that asks."""
    words = _words()
    for line in reversed(turn):
        text = redact(line.text).text.strip()
        key = _plain(text)
        if not len(key) >= _SHORTEST_QUESTION or len(text) > _LONGEST_QUESTION or _MASK.search(text):
            continue
        if re.fullmatch(words.no_question, key) or not re.search(words.asks, key):
            continue
        if re.search(words.of_one_user, key):
            continue
        if is_reply and not re.search(words.clearly_asks, text):
            continue
        return line.id, text
    return None


def _answer(turn: Sequence[Line]) -> str | None:
    """What a turn of an agent says that holds for others, without niceties; None if that is nothing."""
    words = _words()
    said: list[str] = []
    for line in turn:
        kept = [
            it for it in _SENTENCES.findall(redact(line.text).text) if not re.fullmatch(words.no_answer, _plain(it))
        ]
        text = "".join(it for it in kept if not _asks(it)).strip()
        if text:
            said.append(text)
    answer = "\n".join(said)
    key = _plain(answer)
    if not len(key) >= _SHORTEST_ANSWER or len(answer) > _LONGEST_ANSWER:
        return None
    return None if _MASK.search(answer) or re.search(words.of_one_case, key) else answer


def _asks(sentence: str) -> bool:
    """Whether a sentence of an agent is a question, which is no part of an answer."""
    return bool(re.search(_words().agent_asks, sentence.strip()))


def _asks_back(sentence: str) -> bool:
    """Whether an agent wants to know something of the case: not merely what it is about."""
    words = _words()
    return (_asks(sentence) or bool(re.search(words.wants, _plain(sentence)))) and not re.search(
        words.opening, _plain(sentence)
    )


def _plain(text: str) -> str:
    return _MARKS.sub("", text).lower()
