"""Answers a question about the step on the screen from what the knowledge says of it.

Every place that the user may mean (the detail asked for, the step shown, the topic, the other details and steps) has
answers with patterns. The pattern that covers most of the question wins; of equal ones the nearest place. A place that
is not shown must be named: 「验证码多久过期」 at the first step is about the third. Without a pattern the text or the
trouble of a step may answer, if it shares most of its words with the question. Otherwise nothing is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from actions.dialogue.messages import folded
from actions.knowledge.answers import TEXT
from actions.knowledge.schema import StepAnswer, Topic
from language.text_normalization import normalize

_OR_NOT = re.compile("(可以|能|行|要|会)不$")
# A place on the screen is meant unless another one fits better by more than this many characters.
_NEARNESS = 1
# A text answers a question when it shares this many content bigrams with it, and this part of them.
_SHARED, _SHARE = 2, 0.6
# Characters without content: bigrams with one of them say nothing.
_EMPTY = frozenset("们的了是在我您你它他她这那个么吗呢吧啊呀要有没不也就都和把给被到去来上里会能可以怎哪什为点")
# Words that ask, whatever the question is about.
_WHERE = re.compile(r"在?哪[里儿点看找块边]?|哪个页面|哪个位置|[什啥]么?地方|找不[到着]|咋找|怎么找")
_WHAT_IF = re.compile(r"怎么办|咋办|咋整|怎么弄|没有|没看到|找不[到着]|不了|收不到|失败|错误")
_ASKING = re.compile(
    r"为什么|为啥|为何|干[嘛吗]|干啥要?|凭什么|有?[什啥]么?用|怎么要|多久|几天|几分钟|多长时间|什么时候|啥时候"
    r"|一定要|必须|必要|跳过|能?不能不|可以不|非[得要]|什么是|是[什啥]么?|[什啥]么?意思|[什啥]么?叫|[什啥]么?算|怎么[看查]?|咋[看查]?"
    rf"|可以吗?|行不?行?|能不能|吗|呢|啊|{_WHERE.pattern}|{_WHAT_IF.pattern}"
)

# Words that say which kind of question it is, but not about what.
_GENERAL = re.compile(rf"{_ASKING.pattern}|(?:怎么|咋|如何|哪).?|哪一?个|多少|最[高多]|名字|叫什么|有什么|几个?")


@dataclass(frozen=True)
class Answer:
    """An answer found: where it stands.

    Attributes:
        place: The id of the step or detail, or `topic`.
        id: Its name there; `text` for the text or the trouble of the step.
        text: The text, with placeholders.
        is_specific: Whether its pattern says what the matter is, not only how it is asked.
    """

    place: str
    id: str
    text: str
    is_specific: bool = False


@dataclass(frozen=True)
class _Place:
    """Something that a question may be about.

    Attributes:
        id: The id of the step or detail, or `topic`.
        answers: What is known about it.
        bonus: How much nearer it is than the others; None for a place that is not shown and must be named.
        title: Its name.
        texts: What the user may have read of it.
        words: What users call it.
    """

    id: str
    answers: list[StepAnswer]
    bonus: int | None
    title: str = ""
    texts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def name(self) -> frozenset[str]:
        return _bigrams(self.title).union(*map(_bigrams, self.words))

    @property
    def content(self) -> frozenset[str]:
        return self.name.union(*map(_bigrams, self.texts))


def find(topic: Topic, step: int, detail: str | None, key: str, near: str | None = None) -> Answer | None:
    """Returns the answer to a question.

    Args:
        topic: The topic being walked through.
        step: The number of the step shown, 0 before the first.
        detail: The id of the detail asked for.
        key: The question, normalized and folded.
        near: The id of the step or detail that was asked about last, which is as near as the one shown.
    """
    # 「选它可以不」 is no wish to leave something out.
    key = _OR_NOT.sub(r"\1吗", key)
    places = [
        replace(place, bonus=_NEARNESS) if place.id == near and not place.bonus else place
        for place in _places(topic, step, detail)
    ]
    return _by_pattern(topic, places, key) or _by_text(topic, step, key)


def _places(topic: Topic, step: int, requested: str | None) -> Iterator[_Place]:
    """Yields the nearest first."""
    details = {
        detail.id: _Place(
            detail.id,
            detail.answers,
            2 * _NEARNESS if detail.id == requested else None,
            detail.label,
            (detail.ask,),
            tuple(detail.names),
        )
        for detail in topic.collected_details
    }
    steps = {
        number: _Place(
            one.id,
            one.answers,
            _NEARNESS if number == step else None,
            one.title,
            (one.text, one.trouble),
            tuple(one.words),
        )
        for number, one in enumerate(topic.steps, 1)
    }
    if requested in details:
        yield details.pop(requested)
    if step:
        yield steps.pop(step)
    yield _Place("topic", topic.answers, 0, topic.title)
    yield from details.values()
    yield from steps.values()


def _by_pattern(topic: Topic, places: list[_Place], key: str) -> Answer | None:
    asked = _bigrams(key)
    rest = _bigrams(_GENERAL.sub(" ", key))
    general = _bigrams(topic.title) | _bigrams(topic.menu.label if topic.menu else "")
    shown = frozenset().union(*(place.content for place in places if place.bonus))
    # What the question names that is not on the screen.
    elsewhere = [place for place in places if place.bonus is None and asked & (place.name - general - shown)]
    is_about_shown = any(asked & (place.name - general) for place in places if place.bonus)
    best: tuple[int, Answer] | None = None
    for place in places:
        for answer in place.answers:
            for words in _matches(answer, key):
                is_general = all(_GENERAL.fullmatch(word) for word in words)
                if place.bonus is None:
                    named = place in elsewhere or (
                        not is_general and any(_bigrams(word) & place.content for word in words)
                    )
                    if not named:
                        continue
                elif is_general and ((elsewhere and not is_about_shown) or (rest and not rest & place.content)):
                    # 「在哪」 is about what is shown, 「公司在哪」 is not.
                    continue
                score = sum(map(len, words)) + (place.bonus or 0)
                if best is None or score > best[0]:
                    best = score, Answer(place.id, answer.id, answer.text, not is_general)
    return best[1] if best else None


def has_words(answer: StepAnswer, key: str) -> bool:
    """Whether a text has the words of one of the answer's patterns."""
    return any(True for _ in _matches(answer, key))


def _matches(answer: StepAnswer, key: str) -> Iterable[list[str]]:
    """Yields the words of each pattern that occur in the question, of alternatives the longest."""
    for pattern in answer.about:
        words = [
            max((word for word in part.split("|") if word in key), key=len, default="") for part in pattern.split("+")
        ]
        if all(words):
            yield words


def _by_text(topic: Topic, step: int, key: str) -> Answer | None:
    """Returns the text of the step that is asked for, or what to try when something of it is missing."""
    asked = _bigrams(_ASKING.sub(" ", key))
    best: tuple[int, Answer] | None = None
    for number, one in sorted(enumerate(topic.steps, 1), key=lambda numbered: numbered[0] != step):
        texts = []
        if number != step and _WHERE.search(key):
            texts.append(one.text)
        if _WHAT_IF.search(key):
            texts.append(one.trouble)
        for text in texts:
            shared = len(asked & (_bigrams(one.title) | _bigrams(text)))
            if shared >= _SHARED and shared >= _SHARE * len(asked) and (best is None or shared > best[0]):
                best = shared, Answer(one.id, TEXT, text)
    return best[1] if best else None


@lru_cache(maxsize=1024)
def _bigrams(text: str) -> frozenset[str]:
    """Returns the pairs of neighbouring characters that carry content."""
    pairs: set[str] = set()
    for part in re.split(r"[\W_]+", normalize(text)):
        word = folded(part)
        pairs.update(word[i : i + 2] for i in range(len(word) - 1) if not _EMPTY & set(word[i : i + 2]))
    return frozenset(pairs)
