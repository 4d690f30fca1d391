"""Measures how well questions of `data/knowledge/faq/` are found, and fits when one is believed to be asked.

`python -m evaluation.faqs` leaves out a third of the wordings at a time, looks for them among the others, and parses
the labelled sets, in which no such question is asked. `--set FILE` measures another collection: lines of an id, a tab
and a wording; the first `--known` wordings of each id are given, the others are looked for. `--fit` writes the weights.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from actions.knowledge import load_knowledge
from engine.nlu.faq_index import FaqIndex, understood_of
from engine.nlu.faq_matcher import WEIGHTS, FaqMatcher, Understood
from engine.nlu.lexicon import read_lexicon
from engine.nlu.question_index import Example
from engine.nlu.sentence_encoder import Vectors, sentence_encoder
from engine.paths import KNOWLEDGE, LEXICON, ROOT
from evaluation.paths import MODEL
from evaluation.predict import Parser
from evaluation.sets import read_set
from language.text_normalization import normalize

_FOLDS = 3
_NOTHING = Understood(0.0, 1.0, 0.0)
_OTHERS = ("dev", "traps")
_HELD_OUT = ("test", "written_2", "written_3")
_REGULARITY = 1e-4
# How much the messages that ask count; a wrong answer is worse than a question that is only offered.
_SHARE = 0.1
_MOST_QUESTIONS, _ASKED_OF_EACH = 300, 3
_ANSWER, _CHOICE = 0.7, 0.35


@dataclass(frozen=True)
class Sample:
    """A message that asks a question, or none.

    Attributes:
        text: What is said.
        asks: The id of the question; None if it asks none.
        ranked: What the matcher finds, with shares.
        features: What tells whether any is asked.
    """

    text: str
    asks: str | None
    ranked: Sequence[str]
    shares: Sequence[float]
    features: Mapping[str, float]


def read_collection(path: Path) -> dict[str, list[str]]:
    """Returns the wordings by id, normalized, each once."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("\t")
        if text.strip():
            found[name][normalize(text)] = None
    return {name: list(texts) for name, texts in found.items()}


def measure_collection(path: Path, known: int, seed: int, console: Console) -> None:
    """Prints how often the right question is found first, and among the first three, and how long a message takes."""
    wordings = {name: texts for name, texts in read_collection(path).items() if len(texts) > known}
    names = sorted(wordings)
    random.Random(seed).shuffle(names)
    names = names[:_MOST_QUESTIONS]
    given = [(name, text) for name in names for text in wordings[name][:known]]
    asked = [(name, text) for name in names for text in wordings[name][known : known + _ASKED_OF_EACH]]
    encoder = sentence_encoder()
    vectors = encoder.encode_examples([text for _, text in (*given, *asked)])
    matcher = FaqMatcher.of(_examples(given, vectors), [], read_lexicon(LEXICON).aliases)
    first = among_three = 0
    times: list[float] = []
    for name, text in asked:
        started = time.process_time()
        ranked = [one.id for one in matcher.rank(text, encoder.encode([text])[0], _NOTHING)]
        times.append((time.process_time() - started) * 1000)
        first += ranked[0] == name
        among_three += name in ranked[:3]
    times.sort()
    count = len(asked)
    console.print(
        f"{len(names)} questions with {len(given)} wordings, {count} others asked: first {first / count:.3f}, "
        f"among three {among_three / count:.3f}; processor time with the vector p50 {times[count // 2]:.1f} ms, "
        f"p95 {times[int(count * 0.95)]:.1f} ms"
    )


def _examples(wordings: Sequence[tuple[str, str]], vectors: Vectors) -> list[Example]:
    return [
        Example(name, text, vector) for (name, text), vector in zip(wordings, vectors[: len(wordings)], strict=True)
    ]


class _Bot:
    """The trained model, and the questions of the knowledge."""

    def __init__(self) -> None:
        self._parser = Parser(MODEL)
        component = next(one for one in self._parser.components() if isinstance(one, FaqIndex))
        assert component.matcher is not None
        self._whole = component.matcher
        knowledge = load_knowledge(KNOWLEDGE)
        self._topics = frozenset(knowledge.topics)
        self._faqs = knowledge.faqs
        self._encoder = sentence_encoder()
        rivals = component.rivals
        self._rivals = _examples([("", text) for text in rivals], self._encoder.encode_examples(rivals))

    def asking(self) -> list[Sample]:
        """Returns each wording as it is read without a third of them, among which it is."""
        aliases = read_lexicon(LEXICON).aliases
        samples: list[Sample] = []
        for fold in range(_FOLDS):
            given: list[tuple[str, str]] = []
            asked: list[tuple[str, str]] = []
            for faq in self._faqs.values():
                for number, text in enumerate(faq.wordings):
                    (asked if number % _FOLDS == fold else given).append((faq.id, text))
            vectors = self._encoder.encode_examples([text for _, text in given])
            matcher = FaqMatcher.of(_examples(given, vectors), self._rivals, aliases)
            samples += [self._sample(matcher, text, name) for name, text in asked]
        return samples

    def others(self, paths: Sequence[Path]) -> list[Sample]:
        """Returns the messages of labelled sets, which ask none."""
        return [self._sample(self._whole, message.text, None) for path in paths for message in read_set(path).messages]

    def _sample(self, matcher: FaqMatcher, text: str, asks: str | None) -> Sample:
        parse, _ = self._parser.parse(text)
        ranking = {entry["name"]: float(entry["confidence"]) for entry in parse.get("intent_ranking") or ()}
        plain = normalize(text)
        vector = self._encoder.encode([plain])[0]
        ranked, features = matcher.features(plain, vector, understood_of(ranking, self._topics))
        return Sample(text, asks, [one.id for one in ranked], [one.confidence for one in ranked], features)


def fit(samples: Sequence[Sample]) -> dict[str, float]:
    """Returns the weights by which the probability that a question is asked fits best."""
    names = list(samples[0].features)
    values = np.array([[sample.features[name] for name in names] for sample in samples])
    asks = np.array([1.0 if sample.asks else 0.0 for sample in samples])
    counts = np.where(asks > 0, _SHARE / asks.sum(), (1 - _SHARE) / (1 - asks).sum())

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        probability = 1 / (1 + np.exp(-values @ weights))
        spread = np.clip(np.where(asks > 0, probability, 1 - probability), 1e-12, 1)
        regular = _REGULARITY * float(weights[1:] @ weights[1:])
        gradient = values.T @ (counts * (probability - asks))
        gradient[1:] += 2 * _REGULARITY * weights[1:]
        return float(-(counts * np.log(spread)).sum()) + regular, gradient

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return dict(zip(names, (round(float(weight), 3) for weight in found.x), strict=True))


def report(title: str, samples: Sequence[Sample], weights: Mapping[str, float], console: Console) -> None:
    """Prints how many messages are answered with a question, rightly or not, and how many are offered one."""

    def probability(sample: Sample) -> float:
        score = sum(weights.get(name, 0.0) * value for name, value in sample.features.items())
        return float(1 / (1 + np.exp(-score)))

    table = Table("set", "messages", "first", "among three", "answered", "of these right", "offered", title=title)
    for name, group in (("asking", [s for s in samples if s.asks]), ("others", [s for s in samples if not s.asks])):
        if not group:
            continue
        sure = [s for s in group if probability(s) * s.shares[0] >= _ANSWER]
        maybe = [s for s in group if s not in sure and probability(s) >= _CHOICE]
        first = sum(s.ranked[0] == s.asks for s in group) / len(group)
        three = sum(s.asks in s.ranked[:3] for s in group) / len(group)
        right = sum(s.ranked[0] == s.asks for s in sure) / max(1, len(sure))
        cells = [first, three, len(sure) / len(group), right, len(maybe) / len(group)]
        table.add_row(name, str(len(group)), *(f"{cell:.3f}" for cell in cells))
        if name == "others":
            for sample in sure:
                console.print(f"  told {sample.ranked[0]}: {sample.text}", highlight=False)
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and fits if asked to."""
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.faqs", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, help="another collection: id, tab, wording")
    parser.add_argument("--known", type=int, default=4, help="wordings of each question that are given: one and three")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--others", type=Path, nargs="*", default=(), help="labelled sets in which no question is asked"
    )
    parser.add_argument("--fit", action="store_true", help="fit the weights and write them")
    options = parser.parse_args(arguments)
    console = Console()
    if options.set:
        measure_collection(options.set, options.known, options.seed, console)
        return 0
    bot = _Bot()
    nlu = ROOT / "tests" / "nlu"
    asking, others = bot.asking(), bot.others([nlu / f"{name}.tsv" for name in _OTHERS])
    weights = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    if options.fit:
        weights["asked"] = fit([*asking, *others])
        WEIGHTS.write_text(json.dumps(weights, indent=2) + "\n", encoding="utf-8")
    report("development", [*asking, *others], weights["asked"], console)
    held_out = [*(nlu / f"{name}.tsv" for name in _HELD_OUT), *options.others]
    report("held out", bot.others(held_out), weights["asked"], console)
    return 0


if __name__ == "__main__":
    sys.exit(main())
