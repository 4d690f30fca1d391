"""Measures what harmless changes of a message do, how near the training examples are, and what caution buys."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.progress import Progress

from evaluation.metrics import ANSWER, Prediction, Share, read_parse, share
from evaluation.neighbours import TrainingExamples
from evaluation.predict import Parser
from language.pinyin import to_syllables

_PUNCTUATION = re.compile(r"[,，.。;；!！?？、\s…~]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_FILLERS = ("那个，", "就是说，", "嗯……", "额 ", "是这样的，")
_INNER_FILLERS = ("那个", "嗯", "就是")
_GREETINGS = ("你好，", "您好 ", "在吗，", "hi，")
_TAILS = ("，谢谢", "，麻烦了", " 谢谢啦🙏", "哈", "，拜托")
_ACCENTS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"))
_ENDINGS = (("ing", "in"), ("eng", "en"), ("ang", "an"))
_SAMPLE, _SEED = 150, 0
# Likeness from which an example counts as a neighbour.
NEAR = 0.6
COVERAGES = (1.0, 0.9, 0.8, 0.7, 0.5)

DEFINITIONS = {
    "flips": (
        f"Of {_SAMPLE} messages of a set that are answered rightly, those whose intent changes when the message is "
        "changed without a change of meaning: a filler, a character of the same sound, one as an accent has it "
        "(n for l, zh for z, in for ing), no punctuation, a greeting before it, a polite tail after it."
    ),
    "nearest": (
        "How near training has come: the share of messages that stand in the examples, spelling folded; of those with "
        f"an example of likeness {NEAR} or more; and the accuracy of all others, which is what strangers meet."
    ),
    "risk": "Share of wrong answers when only so many of the messages, the surest ones, are answered.",
}


class Voices:
    """Characters by how they sound, from texts that people typed, so that no rare character is chosen."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Learns the characters."""
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for character in sorted(set(_HAN.findall("".join(texts)))):
            self._by_sound[_sound(character)].append(character)

    def homophone(self, text: str, chance: random.Random) -> str:
        """Returns the text with one character that sounds the same as the one that stood there."""
        return self._replaced(text, chance, lambda sound: [sound])

    def accent(self, text: str, chance: random.Random) -> str:
        """Returns the text with one character that sounds the same to those who do not tell the sounds apart."""
        return self._replaced(text, chance, _confused)

    def _replaced(self, text: str, chance: random.Random, sounds: Callable[[str], Sequence[str]]) -> str:
        places = [match.start() for match in _HAN.finditer(text)]
        chance.shuffle(places)
        for place in places:
            found = [
                c for sound in sounds(_sound(text[place])) for c in self._by_sound.get(sound, ()) if c != text[place]
            ]
            if found:
                return text[:place] + chance.choice(found) + text[place + 1 :]
        return text


def _sound(character: str) -> str:
    return "".join(to_syllables(character, {}))


def _confused(sound: str) -> list[str]:
    found = []
    for pair in _ACCENTS:
        for this, other in (pair, pair[::-1]):
            rest = sound.removeprefix(this)
            if sound.startswith(this) and not (len(this) == 1 and this != "n" and rest.startswith("h")):
                found.append(other + rest)
    for pair in _ENDINGS:
        for this, other in (pair, pair[::-1]):
            if sound.endswith(this):
                found.append(sound.removesuffix(this) + other)
    return [one for one in found if one != sound]


def _filler(text: str, chance: random.Random) -> str:
    places = [place for place in range(1, len(text)) if _HAN.match(text[place - 1]) and _HAN.match(text[place])]
    if not places or chance.random() < 0.5:
        return chance.choice(_FILLERS) + text
    # Where a clause begins, as people hesitate before words, not within them.
    breaks = [match.end() for match in _PUNCTUATION.finditer(text) if match.end() < len(text)]
    place = chance.choice(breaks) if breaks else 0
    return text[:place] + chance.choice(_INNER_FILLERS) + text[place:]


def perturbations(voices: Voices) -> dict[str, Callable[[str, random.Random], str]]:
    """Returns each way of changing a message by its name."""
    return {
        "filler": _filler,
        "homophone": voices.homophone,
        "accent": voices.accent,
        "punctuation": lambda text, _: _PUNCTUATION.sub("", text) or text,
        "greeting": lambda text, chance: chance.choice(_GREETINGS) + text,
        "tail": lambda text, chance: text + chance.choice(_TAILS),
    }


@dataclass(frozen=True)
class Robustness:
    """The figures of a set; see `DEFINITIONS`.

    `risks` are by coverage; `accuracy_of_others` is that of the messages without a near example.
    """

    name: str
    flips: dict[str, Share]
    verbatim: Share
    near: Share
    accuracy_of_others: Share
    risks: dict[str, float]

    @property
    def all_flips(self) -> Share:
        """All ways together."""
        counted = list(self.flips.values())
        hits, n = sum(one.hits for one in counted), sum(one.n for one in counted)
        return share([True] * hits + [False] * (n - hits))


def measure_robustness(
    parser: Parser,
    predictions: Mapping[str, Sequence[Prediction]],
    examples: TrainingExamples,
    progress: Progress,
) -> list[Robustness]:
    """Measures each set.

    Args:
        parser: The loaded model.
        predictions: What it made of each set, unchanged.
        examples: The training examples.
        progress: Shows how far it is.
    """
    ways = perturbations(Voices(examples.texts))
    return [_measure(name, parser, of_set, examples, ways, progress) for name, of_set in predictions.items() if of_set]


def _measure(
    name: str,
    parser: Parser,
    predictions: Sequence[Prediction],
    examples: TrainingExamples,
    ways: Mapping[str, Callable[[str, random.Random], str]],
    progress: Progress,
) -> Robustness:
    chance = random.Random(_SEED)
    right = [one for one in predictions if one.is_correct and one.band == ANSWER]
    sample = chance.sample(right, min(_SAMPLE, len(right)))
    flips: dict[str, list[bool]] = {way: [] for way in ways}
    for one in progress.track(sample, description=f"changing {name}"):
        for way, change in ways.items():
            changed = change(one.text, chance)
            if changed != one.text:
                parse, _ = parser.parse(changed)
                flips[way].append(read_parse(parse, text=changed, label=one.label).intent != one.intent)
    likeness = examples.likeness([one.text for one in predictions])
    stands = [examples.holds(one.text) for one in predictions]
    return Robustness(
        name,
        {way: share(hits) for way, hits in flips.items()},
        share(stands),
        share(bool(value >= NEAR) for value in likeness),
        share(one.is_correct for one, value in zip(predictions, likeness, strict=True) if value < NEAR),
        risk_by_coverage(predictions),
    )


def risk_by_coverage(predictions: Sequence[Prediction]) -> dict[str, float]:
    """Returns the share of wrong ones among the surest messages, by how many of all are answered."""
    ranked = [(one.ranking[0][1], one.ranking[0][0] == one.label) for one in predictions if one.ranking]
    right = np.array([hit for _, hit in sorted(ranked, key=lambda pair: -pair[0])], dtype=float)
    if not len(right):
        return {}
    counts = {coverage: max(1, round(coverage * len(right))) for coverage in COVERAGES}
    return {f"{coverage:.0%}": float(1 - right[:count].mean()) for coverage, count in counts.items()}
