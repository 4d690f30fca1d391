"""Cuts a message into the parts that may be requests of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.nlu.contrast import Span

_PUNCTUATION = re.compile(r"[,.。;!?、:\s…~]+")
# A list that the user makes: 「1.付款失败 2、怎么申诉」. The number belongs to no request.
_ENUMERATOR = re.compile(r"(?:^|(?<=[\s,.。;!?、]))(?:\d|[一二三四五](?=[、.]))[.、)]\s*")
# 「①密码忘了 ②有笔交易要申诉」: normalized, a number in a circle is one without.
_BARE_ENUMERATOR = re.compile(r"(?:^|(?<=[\s,.。;!?、]))(\d)(?=[^\W\d_])")
# 「①忘了密码②钱扣多了」, 「a 改密码 b 付款失败」: in their order, from the first. An amount or a time has a unit.
_JOINED_ENUMERATOR = re.compile(r"(?<![\d.:])(\d)(?=[^\W\d_])(?![块元毛角分点号月日天个次回遍笔秒年岁周时小kg万千百])")
_LETTER = re.compile(r"(?:^|(?<=[\s,.。;!?、:]))([a-e])(?:\s+|[.、):]\s*)(?=[\u4e00-\u9fff])")
_FIRST_LETTER = "a"
# 「三个事：密码忘了、…」 announces a list, whatever separates its parts.
_ANNOUNCED = re.compile(r"^.{0,8}?[两俩三仨四五2-5]\s?(?:个|件|样|桩)(?:事儿?|事情|问题|要求)")
_SHORTEST_PART = 2
# All parts between n boundaries are classified, (n + 1) (n + 2) / 2 of them: ten for three. A fourth finds nothing
# more in requests_dev.tsv.
_MOST_BOUNDARIES = 3


@dataclass(frozen=True)
class Boundary:
    """A place at which one request may end and the next begin.

    Attributes:
        end: End of the part before.
        start: Start of the part after.
        content_start: The same without the connector or joiner that it may begin with.
        is_explicit: Whether the part after begins with a connector (「另外」).
    """

    end: int
    start: int
    content_start: int
    is_explicit: bool


@dataclass(frozen=True)
class PartRules:
    """The words between two requests; see `data/lexicon/requests.yml`."""

    connectors: tuple[str, ...]
    joiners: tuple[str, ...]

    @cached_property
    def _connector(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.connectors)))

    @cached_property
    def _joiner(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, (*self.connectors, *self.joiners))))

    def boundaries(self, text: str, spans: Sequence[Span]) -> list[Boundary]:
        """Returns where normalized text may be cut, at most three places: explicit ones first, then the last ones.

        Args:
            text: Normalized text.
            spans: The parts of it that say what is wanted (see `engine.nlu.contrast`); nothing else is cut.
        """
        first, last = spans[0][0], spans[-1][1]
        ends: dict[int, int] = {}
        for match in _PUNCTUATION.finditer(text, first, last):
            ends[match.end()] = match.start()
        for match in self._joiner.finditer(text, first, last):
            ends.setdefault(match.start(), match.start())
        numbered = {match.end(): match.start() for match in _ENUMERATOR.finditer(text, first, last)}
        bare = list(_BARE_ENUMERATOR.finditer(text, first, last))
        if not numbered and [int(match[1]) for match in bare] == list(range(1, len(bare) + 1)):
            numbered = {match.end(): match.start() for match in bare}
        numbered = numbered if len(numbered) > 1 else _counted(text, first, last)
        if len(numbered) > 1:
            ends = numbered
        is_list = _ANNOUNCED.match(text, first) is not None
        found = [
            Boundary(
                end,
                start,
                self._content_start(text, start),
                len(numbered) > 1 or (is_list and start > end) or self._connector.match(text, start) is not None,
            )
            for start, end in sorted(ends.items())
            if end - first >= _SHORTEST_PART and last - start >= _SHORTEST_PART
        ]
        kept = sorted(found, key=lambda boundary: (boundary.is_explicit, boundary.start))[-_MOST_BOUNDARIES:]
        return sorted(kept, key=lambda boundary: boundary.start)

    def _content_start(self, text: str, start: int) -> int:
        joiner = self._joiner.match(text, start)
        return joiner.end() if joiner else start


def _counted(text: str, first: int, last: int) -> dict[int, int]:
    """Returns where the parts of a list begin, and where those before them end, whose signs stand close to the text."""
    joined = list(_JOINED_ENUMERATOR.finditer(text, first, last))
    if joined and joined[0].start() == first and [int(one[1]) for one in joined] == list(range(1, len(joined) + 1)):
        return {one.end(): one.start() for one in joined}
    letters = list(_LETTER.finditer(text, first, last))
    wanted = [chr(ord(_FIRST_LETTER) + number) for number in range(len(letters))]
    return {one.end(): one.start() for one in letters} if [one[1] for one in letters] == wanted else {}


def part_rules(content: dict[str, Any]) -> PartRules:
    """Returns the rules that a parsed `requests.yml` holds.

    Raises:
        ValueError: A field is missing, unknown or of the wrong type.
    """
    words = {}
    for name in ("connectors", "joiners"):
        value = content.get(name)
        if not (isinstance(value, list) and value and all(isinstance(word, str) and word for word in value)):
            raise ValueError(f"{name}: expected a list of words, found {value!r}")
        words[name] = tuple(value)
    unknown = sorted(set(content) - set(words))
    if unknown:
        raise ValueError(f"{unknown[0]}: unknown field")
    return PartRules(**words)
