"""What users may ask, and what is suggested of it while they type.

The texts stand in the knowledge files, `questions` of a topic. The examples of `data/nlu/` are not shown: many are
misspelt, rude or half a story on purpose. What they would add, other spellings, is found by sound and likeness here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator
from rapidfuzz import fuzz, process

from uwallet_gateway.scripts import folded
from uwallet_gateway.yaml_files import load_yaml

# Characters of what is typed; longer text is a story, for the bot.
LONGEST = 40
MOST = 8
# As sessions and the knowledge call a site's window.
WINDOW = "widget"
# Part of the syllables typed that a question must have; and how like, 0 to 100, misspelt pinyin must be to its sound.
_SHARED, _ALIKE_IN_SOUND = 0.75, 80
# Letters of pinyin; shorter ones are like anything.
_SHORTEST_MISSPELT = 6
# Suggestions of one topic, so that other topics are seen, too.
_MOST_OF_TOPIC = 3


class KnowledgeFilesError(Exception):
    """A knowledge file cannot be read; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that the bot answers.

    Attributes:
        text: As it is shown, and sent when it is chosen.
        topic: Which it is about.
        valid_from, valid_until: The first and the last day on which it is answered; None without a limit.
        sites: Keys of the sites where it is answered; none for all.
        in_windows: Whether it is answered in a window.
    """

    text: str
    topic: str
    valid_from: date | None = None
    valid_until: date | None = None
    sites: tuple[str, ...] = ()
    in_windows: bool = True

    @property
    def is_always_answered(self) -> bool:
        """Whether it is answered on all days in all windows."""
        return self.in_windows and not (self.valid_from or self.valid_until or self.sites)

    def holds(self, day: date, site: str) -> bool:
        """Whether it is answered on a day in the windows of a site."""
        if not self.in_windows or (self.sites and site not in self.sites):
            return False
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class _Menu(BaseModel):
    model_config = ConfigDict(extra="ignore")

    position: int = 0


class _Topic(BaseModel):
    """What is read of a knowledge file; the bot checks all of it."""

    model_config = ConfigDict(extra="ignore")

    menu: _Menu | None = None
    questions: list[str] = []

    @field_validator("questions", mode="before")
    @classmethod
    def _of_a_topic(cls, value: Any) -> Any:
        # In files that are no topics they are something else: danger.yml has patterns under names.
        return [] if isinstance(value, Mapping) else value


class _Faq(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str
    question: str
    valid_from: date | None = None
    valid_until: date | None = None
    sites: list[str] = []
    channels: list[str] = []

    def as_question(self) -> Question:
        in_windows = not self.channels or WINDOW in self.channels
        return Question(
            self.question, f"faq/{self.id}", self.valid_from, self.valid_until, tuple(self.sites), in_windows
        )


class _FaqFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    faqs: list[_Faq] = []


@lru_cache(maxsize=2)
def read_questions(folder: Path) -> tuple[Question, ...]:
    """The questions of all knowledge files: topics of the menu first, the main question of each first; then `faq/`.

    Raises:
        KnowledgeFilesError: A file cannot be read.
    """
    topics = [(path.stem, load_yaml(path, _Topic, KnowledgeFilesError)[0]) for path in sorted(folder.glob("*.yml"))]
    topics.sort(key=lambda item: item[1].menu.position if item[1].menu else len(topics) + 100)
    files = [load_yaml(path, _FaqFile, KnowledgeFilesError)[0] for path in sorted((folder / "faq").glob("*.yml"))]
    return (
        *(Question(text, name) for name, topic in topics for text in topic.questions),
        *(faq.as_question() for file in files for faq in file.faqs),
    )


class _Step(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    title: str


class _Steps(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    steps: list[_Step] = []


@lru_cache(maxsize=2)
def read_step_titles(folder: Path) -> dict[tuple[str, str], str]:
    """What the steps of each topic are called, by topic and id.

    Raises:
        KnowledgeFilesError: A file cannot be read, or a step has no id or title.
    """
    files = [(path.stem, load_yaml(path, _Steps, KnowledgeFilesError)[0]) for path in sorted(folder.glob("*.yml"))]
    return {(topic, step.id): step.title for topic, found in files for step in found.steps}


class QuestionIndex:
    """Finds questions by what is typed of them: words, pinyin, initials, misspelt or traditional."""

    def __init__(self, questions: Sequence[Question]) -> None:
        """Computes the sounds of all questions.

        None is suggested that holds for a time or a place only: nobody is shown a question that is not answered then.
        """
        self.questions = tuple(question for question in questions if question.is_always_answered)
        texts = [folded(question.text) for question in self.questions]
        syllables = [_syllables(text) for text in texts]
        self._lengths = [len(text) for text in texts]
        self._texts = _Lines(texts)
        self._sounds = _Lines(["".join(line) for line in syllables])
        self._initials = _Lines(["".join(syllable[:1] for syllable in line) for line in syllables])
        # Offsets within a line at which a syllable begins: 「an」 is not heard in 「qianbao」.
        self._beginnings = [frozenset(accumulate((len(it) for it in line), initial=0)) for line in syllables]
        self._with_syllable: defaultdict[str, list[int]] = defaultdict(list)
        for number, line in enumerate(syllables):
            for syllable in set(line):
                self._with_syllable[syllable].append(number)
        self.find = lru_cache(maxsize=4096)(self._find)

    def _find(self, typed: str, count: int) -> tuple[Question, ...]:
        """The questions that are most like what is typed, the best first."""
        query = folded(typed[:LONGEST])
        if len(query) < (2 if query.isascii() else 1):
            return ()
        scores = self._scores(query, count)
        found: list[Question] = []
        of_topic: Counter[str] = Counter()
        # Sorting keeps the order of the knowledge among equals.
        for number in sorted(scores, key=lambda number: (-scores[number], self._lengths[number])):
            topic = self.questions[number].topic
            if of_topic[topic] < _MOST_OF_TOPIC:
                of_topic[topic] += 1
                found.append(self.questions[number])
                if len(found) == count:
                    break
        return tuple(found)

    def _scores(self, query: str, count: int) -> dict[int, float]:
        scores: dict[int, float] = {}
        for number, offset in self._texts.occurrences(query):
            scores.setdefault(number, 400 if offset == 0 else 300)
        line = _syllables(query)
        sound = "".join(line)
        if len(sound) > 1:
            for number, offset in self._sounds.occurrences(sound):
                if offset in self._beginnings[number]:
                    scores.setdefault(number, 200)
        if query.isascii():
            for number, offset in self._initials.occurrences(query):
                scores.setdefault(number, 151 if offset == 0 else 150)
        if len(scores) < count and len(line) > 1:
            # In another order, with something between, or with another character of the same sound.
            shared = Counter(number for it in set(line) for number in self._with_syllable.get(it, ()))
            least = max(2, len(set(line)) * _SHARED)
            for number, syllables in shared.items():
                if syllables >= least:
                    scores.setdefault(number, 100 * syllables / len(set(line)))
        if not scores and len(sound) >= _SHORTEST_MISSPELT:
            matches = process.extract(
                sound, self._sounds.lines, scorer=fuzz.partial_ratio, score_cutoff=_ALIKE_IN_SOUND, limit=3 * MOST
            )
            scores = {number: score for _, score, number in matches}
        return scores


class _Lines:
    """Texts that are searched all at once, which is much quicker than one after the other."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        self._whole = "\n".join(lines)
        self._starts = list(accumulate((len(line) + 1 for line in lines), initial=0))

    def occurrences(self, needle: str) -> Iterator[tuple[int, int]]:
        """Numbers of the lines that have it, and where in them."""
        place = self._whole.find(needle)
        while place >= 0:
            number = bisect_right(self._starts, place) - 1
            yield number, place - self._starts[number]
            place = self._whole.find(needle, place + 1)


@lru_cache(maxsize=4096)
def _syllables(text: str) -> tuple[str, ...]:
    # A third of a second, which commands need not spend.
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    return tuple(lazy_pinyin(text))
