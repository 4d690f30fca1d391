"""Reads the function words of dialects as standard ones: 「系咪要改密码先得」 says what 「是否要改密码才行」 does.

The words stand in `data/lexicon/dialects.yml`. No maintained library translates them offline: OpenCC knows scripts
and the words of regions, not dialects, and what else there is romanizes them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

# ruamel.yaml: what the rest of the lexicon is read with; comes with Rasa.
from ruamel.yaml import YAML

_FILE = Path(__file__).resolve().parent.parent / "data" / "lexicon" / "dialects.yml"
_KEY = re.compile(r"(?P<before>[\^#-]?)(?P<word>[^\^#$+-]+)(?P<after>[$+]?)")
_BEFORE = {"": "", "^": r"(?<![^\W_])", "-": "(?<![0-9])", "#": "(?<=[0-9一二两三四五六七八九十百千万几半])"}
# What is said by itself stands for no word (「唔，好吧」).
_AFTER = {"": "", "$": r"(?=[㗎喎㖞啩噶吖啊呀]*(?![^\W_]))", "+": r"(?=[^\W_])(?![唔嗯哦噢喔啊呀哈额呃])"}


_SHAPE = {"always": Mapping, "beside_marks": Mapping, "marks": list, "kept": list}


class DialectError(ValueError):
    """The table says what cannot be done; the text names the word."""


class _Table:
    """Finds words and puts others in their place."""

    def __init__(self, words: Mapping[str, str]) -> None:
        """Builds the expressions: one for the words of each first character, as most messages have none of them.

        Args:
            words: What each is read as, by the word with its conditions.
        """
        by_first: dict[str, list[tuple[int, int, str, str]]] = {}
        for key, standard in words.items():
            part = _parts(key)
            word = part["word"]
            expression = f"({_BEFORE[part['before']]}{re.escape(word)}{_AFTER[part['after']]})"
            # The longest first; of one word that with a condition.
            rank = (-len(word), -len(key))
            by_first.setdefault(word[0], []).append((*rank, expression, standard.ljust(len(word))))
        self._words = {
            first: (re.compile("|".join(word[2] for word in sorted(found))), [word[3] for word in sorted(found)])
            for first, found in by_first.items()
        }
        self._first = re.compile(f"[{re.escape(''.join(self._words))}]") if self._words else re.compile("(?!)")

    def replaced(self, text: str) -> str:
        """Returns the text with the other words in it."""
        written, end = [], 0
        for candidate in self._first.finditer(text):
            if candidate.start() < end:
                continue
            pattern, standard = self._words[candidate.group()]
            found = pattern.match(text, candidate.start())
            if found:
                written += [text[end : found.start()], standard[(found.lastindex or 1) - 1]]
                end = found.end()
        return "".join([*written, text[end:]]) if written else text


@dataclass(frozen=True)
class Dialects:
    """What the file says.

    Attributes:
        always: What is read so wherever it stands.
        beside_marks: The same, and what is so only beside a mark.
        marks: What nobody writes who writes in standard words.
    """

    always: _Table
    beside_marks: _Table
    marks: re.Pattern[str]


def dialects_of(content: Mapping[str, Any]) -> Dialects:
    """Returns what a file says.

    Args:
        content: The file.

    Raises:
        DialectError: A word has conditions that nobody knows, or is read as a longer one.
    """
    for name, kind in _SHAPE.items():
        if not isinstance(content.get(name), kind):
            raise DialectError(f"{name}: expected {'words' if kind is list else 'words by words'}")
    kept = {word: word for word in content["kept"]}
    for key, standard in {**content["always"], **content["beside_marks"]}.items():
        if len(standard) > len(_parts(key)["word"]):
            raise DialectError(f"{key}: is read as the longer {standard}")
    return Dialects(
        always=_Table({**content["always"], **kept}),
        beside_marks=_Table({**content["always"], **content["beside_marks"], **kept}),
        marks=re.compile("|".join(map(re.escape, content["marks"]))),
    )


def to_standard(text: str) -> str:
    """Returns a text with standard words in place of those of dialects.

    Args:
        text: Simplified characters.

    Returns:
        Text of the same length.
    """
    dialects = _dialects()
    return (dialects.beside_marks if dialects.marks.search(text) else dialects.always).replaced(text)


@lru_cache(maxsize=1)
def _dialects() -> Dialects:
    return dialects_of(YAML(typ="safe").load(_FILE.read_text(encoding="utf-8")))


def _parts(key: str) -> dict[str, str]:
    found = _KEY.fullmatch(key)
    if not found:
        raise DialectError(f"{key}: is no word")
    return found.groupdict()
