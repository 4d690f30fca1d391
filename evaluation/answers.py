"""Measures which answer is chosen in its context, and fits the weights of the choice.

The questions of `data/questions/` are asked where they belong, and each is looked for among the questions of the other
two thirds of its answer: files list one writer after the other, so a third is about one writer's. What must get no
answer is asked too: questions that nobody answers, reports (`data/situated/`), openings of topics, and what is out of
scope.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from actions.dialogue.answer_choice import WEIGHTS, candidate, candidates, scene_of, silence
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replies import ReplyBuilder
from actions.dialogue.state import Awaiting, DialogueState, Walk
from actions.dialogue.turn import Context
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge, Topic, load_knowledge
from actions.knowledge.answers import TOPIC
from actions.knowledge.questions import Questions, load_questions
from actions.knowledge.yaml_files import read_mapping
from actions.reading.questions import asks, asks_how, kinds_of
from engine.nlu.labelled_texts import read_labelled_file
from engine.nlu.lexicon import read_lexicon
from engine.nlu.question_index import Example, QuestionIndex
from engine.nlu.sentence_encoder import Vectors, sentence_encoder
from engine.paths import KNOWLEDGE, LEXICON, QUESTIONS, ROOT
from evaluation.paths import MODEL
from evaluation.predict import Parser
from language.text_normalization import normalize
from scripts.nlu_examples import read_examples

_FOLDS = 3
_CANDIDATES = 32
# How much each kind counts when the weights are fitted, whatever its number: about half of what is typed in a
# conversation asks something that the knowledge answers.
_SHARES = {
    "asked there": 1.0,
    "asked elsewhere": 0.5,
    "ellipsis": 0.05,
    "unanswered": 0.25,
    "report": 0.3,
    "opening": 0.2,
    "out of scope": 0.2,
    "control": 0.1,
}
_NOT_REPORTS = {"question", "other"}
_DETAIL_REPORTS = {"correction", "unknown_detail", "read_back"}
_WAITING = {"waiting_complaint", "leave_wait"}
_CONTROL = {
    *("next_step", "previous_step", "repeat_step", "step_problem", "problem_solved", "cancel", "affirm", "deny"),
    *("greet", "thank", "goodbye"),
}
_OUTSIDE = {"out_of_scope": 700, "account_compromised": 200, "human_handoff": 200}
_OPENINGS = {"forgot_password", "payment_failure", "account_closure", "transaction_dispute", "account_security"}
_REGULARITY = 1e-4
_ELLIPSES = read_mapping(ROOT / "evaluation" / "ellipses.yml")
_NAMES: Mapping[str, Sequence[str]] = _ELLIPSES["names"]
_LIMITS = (0.35, 0.45, 0.6, 0.7)


@dataclass(frozen=True)
class Sample:
    """One message in its context.

    Attributes:
        kind: What it is, one of `_SHARES`.
        text: What is typed.
        state: The state before it.
        target: Address of its answer; None when silence is right.
        fold: The fold whose questions it is not compared with.
    """

    kind: str
    text: str
    state: DialogueState
    target: str | None
    fold: int


def _number(*parts: object) -> int:
    """Returns a number that looks random and is the same each time."""
    return int(hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:12], 16)


def samples(knowledge: Knowledge, questions: Questions) -> Iterator[Sample]:
    """Yields all messages in their contexts."""
    for address, texts in questions.by_answer.items():
        place = address.rpartition("/")[0]
        if address in knowledge.answers:
            for number, text in enumerate(texts):
                yield from _asked(knowledge, place, address, text, number * _FOLDS // len(texts))
    for place, texts in questions.unanswered.items():
        for text in texts:
            yield Sample("unanswered", text, _at(knowledge, place, text), None, _number(text) % _FOLDS)
    yield from _ellipses(knowledge)
    yield from _reports(knowledge)
    yield from _by_intent(knowledge)


def _at(knowledge: Knowledge, place: str, text: str) -> DialogueState:
    """Returns a state in which a place is on the screen; what is no step may be asked at several."""
    name, _, inside = place.partition("/")
    topic = knowledge.topics[name]
    if not topic.is_walkthrough:
        return DialogueState(last_topic=name if _number(text) % 2 else None)
    number = topic.step_number(inside)
    if number:
        return DialogueState(walk=Walk(name, number), last_topic=name)
    for number, step in enumerate(topic.steps, 1):
        if inside in step.collect:
            walk = Walk(name, number, awaiting=Awaiting.DETAIL, requested_detail=inside)
            return DialogueState(walk=walk, last_topic=name)
    states = (DialogueState(), DialogueState(last_topic=name), _before(topic, text), _walking(topic, text))
    return states[_number(text, "at") % len(states)]


def _walking(topic: Topic, text: str) -> DialogueState:
    return DialogueState(walk=Walk(topic.id, 1 + _number(text, "step") % len(topic.steps)), last_topic=topic.id)


def _asked(knowledge: Knowledge, place: str, address: str, text: str, fold: int) -> Iterator[Sample]:
    """Yields a question where it belongs, and at another point of the conversation."""
    name, _, inside = place.partition("/")
    topic = knowledge.topics[name]
    state = _at(knowledge, place, text)
    yield Sample("asked there", text, state, address, fold)
    number, choice = topic.step_number(inside), _number(text, "elsewhere") % 4
    if number and choice < 2:
        # Right after an answer about this step, or another one: at the step, or with nothing under way.
        near = [known for known in knowledge.answers if known.startswith(f"{place}/") and known != address]
        beside = [known for known in knowledge.answers if known.startswith(f"{name}/") and known not in near]
        asked = (near if _number(text, "near") % 3 else beside)[_number(text) % min(len(near), len(beside))]
        after = state if choice else DialogueState(last_topic=name)
        yield Sample("asked elsewhere", text, _after(knowledge, after, asked), address, fold)
    elif number and choice == 2:
        beside_it = number - 1 if number > 1 else number + 1
        yield Sample("asked elsewhere", text, DialogueState(walk=Walk(name, beside_it), last_topic=name), address, fold)
    elif number:
        yield Sample("asked elsewhere", text, _before(topic, text), address, fold)
    elif inside == TOPIC or not topic.is_walkthrough:
        # Elsewhere people say what they speak of.
        names = _NAMES.get(name, [""])
        named = f"{names[_number(text) % len(names)]}{text}"
        other = _where_asked_too(knowledge, name, address.rpartition("/")[2], text)
        yield Sample("asked elsewhere", named, other if choice else DialogueState(), address, fold)


def _after(knowledge: Knowledge, state: DialogueState, address: str) -> DialogueState:
    """Returns the state right after an answer."""
    answer = knowledge.answers[address]
    return replace(state, asked_about=f"{answer.topic}/{answer.place}", last_answer=answer.fingerprint)


def _before(topic: Topic, text: str) -> DialogueState:
    """Returns a state before the first step: with nothing under way, or what a topic says first on the screen."""
    if (topic.kind == "procedure" and not topic.warning) or _number(text) % 2:
        return DialogueState()
    awaiting = Awaiting.WARNING if topic.warning else None
    return DialogueState(walk=Walk(topic.id, 0, awaiting=awaiting), last_topic=topic.id)


def _other(knowledge: Knowledge, name: str, text: str) -> Topic:
    others = [topic for topic in knowledge.topics.values() if topic.is_walkthrough and topic.id != name]
    return others[_number(text, "other") % len(others)]


def _where_asked_too(knowledge: Knowledge, name: str, kind: str, text: str) -> DialogueState:
    """Returns a state in the middle of another topic, where such a question has an answer if there is such a place."""
    places = [
        (other, number)
        for other in knowledge.topics.values()
        if other.id != name
        for number, step in enumerate(other.steps, 1)
        if any(answer.id == kind for answer in step.answers)
    ]
    if not places:
        return _walking(_other(knowledge, name, text), text)
    other, number = places[_number(text, kind) % len(places)]
    return DialogueState(walk=Walk(other.id, number), last_topic=other.id)


def _ellipses(knowledge: Knowledge) -> Iterator[Sample]:
    """Yields 「那注销呢」 after an answer of the same kind about another topic."""
    for name, words in _NAMES.items():
        for answer in knowledge.topics[name].answers:
            for other in _NAMES:
                asked = f"{other}/{TOPIC}/{answer.id}"
                if other == name or asked not in knowledge.answers:
                    continue
                for word in words:
                    for frame in _ELLIPSES["frames"]:
                        state = _after(knowledge, DialogueState(last_topic=other), asked)
                        target = f"{name}/{TOPIC}/{answer.id}"
                        yield Sample("ellipsis", frame.format(word), state, target, _number(word, frame) % _FOLDS)


def _reports(knowledge: Knowledge) -> Iterator[Sample]:
    """Yields what people tell in the middle of a walkthrough."""
    for path in sorted((ROOT / "data" / "situated").glob("*.yml")):
        label, texts = read_labelled_file(path)
        if label in _NOT_REPORTS:
            continue
        for field, text in texts[:: max(1, len(texts) // 400)]:
            group = field.partition(".")[2].partition("[")[0]
            topic = knowledge.topics.get(group)
            if topic is None or not topic.is_walkthrough:
                topic = _other(knowledge, "", text)
            if label in _DETAIL_REPORTS:
                topic = next(known for known in knowledge.topics.values() if known.collected_details)
                detail = topic.collected_details[_number(text) % len(topic.collected_details)]
                state = _at(knowledge, f"{topic.id}/{detail.id}", text)
            else:
                state = DialogueState(handed_over=True) if label in _WAITING else _walking(topic, text)
            yield Sample("report", text, state, None, _number(text) % _FOLDS)


def _by_intent(knowledge: Knowledge) -> Iterator[Sample]:
    """Yields what opens a walkthrough, is out of scope, or steers the talk, with nothing and something under way."""
    texts: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for example in read_examples(path, []):
            texts.setdefault(example.intent, []).append(example.text)
    for intent, examples in texts.items():
        if intent in _OPENINGS:
            kind, most = "opening", 200
        elif intent in _CONTROL:
            kind, most = "control", 60
        elif intent in _OUTSIDE:
            kind, most = "out of scope", _OUTSIDE[intent]
        else:
            continue
        for text in examples[:: max(1, len(examples) // most)]:
            plain = normalize(text)
            key = folded(plain)
            if kind == "opening" and (kinds_of(key) or (asks(plain) and not asks_how(key))):
                # A question about a topic has an answer.
                continue
            fold = _number(text) % _FOLDS
            yield Sample(kind, text, DialogueState(), None, fold)
            yield Sample(kind, text, _walking(_other(knowledge, intent, text), text), None, fold)


class Nearest:
    """The answers near to a text, by an index without the questions of one fold."""

    def __init__(self, knowledge: Knowledge, questions: Questions) -> None:
        """Makes the indices."""
        aliases = read_lexicon(LEXICON).aliases
        told = [(-1, answer.address, normalize(answer.said)) for answer in knowledge.answers.values()]
        told += [
            (number * _FOLDS // len(texts), address, normalize(text))
            for address, texts in questions.by_answer.items()
            if address in knowledge.answers
            for number, text in enumerate(texts)
        ]
        vectors = sentence_encoder().encode_examples([text for _, _, text in told])
        examples = [(fold, Example(address, text, v)) for (fold, address, text), v in zip(told, vectors, strict=True)]
        self._indices = [
            QuestionIndex.of([example for of, example in examples if of != fold], aliases) for fold in range(_FOLDS)
        ]

    def __call__(self, text: str, fold: int) -> Mapping[str, float]:
        """Returns the likeness of the nearest answers."""
        plain = normalize(text)
        vector: Vectors = sentence_encoder().encode([plain])[0]
        return dict(list(self._indices[fold].nearest(plain, vector).items())[:_CANDIDATES])


@dataclass(frozen=True)
class Examples:
    """Samples as numbers.

    Attributes:
        answers: Features of the candidates of each sample, shape (samples, candidates, features).
        exists: Which of them exist.
        silence: Features of silence, shape (samples, features).
        target: Which candidate is right; -1 for silence, -2 when the right one is not among them.
        share: How much each sample counts.
        names: Names of both kinds of features.
    """

    answers: NDArray[np.float64]
    exists: NDArray[np.bool_]
    silence: NDArray[np.float64]
    target: NDArray[np.intp]
    share: NDArray[np.float64]
    names: tuple[list[str], list[str]]


def is_clear(context: Context, sample: Sample, message: UserMessage) -> bool:
    """Whether a question asked away from its topic says which topic it is about: else no answer would be right."""
    topic = (sample.target or "").partition("/")[0]
    home = scene_of(context, sample.state).home
    return not topic or (home is not None and home.id == topic) or topic in (message.intent, *message.matters())


def as_numbers(context: Context, told: Sequence[Sample], messages: Sequence[UserMessage]) -> Examples:
    """Returns the samples as numbers."""
    rows, silent, target = [], [], []
    names: tuple[list[str], list[str]] = ([], [])
    for sample, message in zip(told, messages, strict=True):
        scene = scene_of(context, sample.state)
        near = candidates(context, scene, message)
        known = [
            candidate(context, scene, message, context.knowledge.answers[address], likeness)
            for address, likeness in near.items()
        ]
        nothing = silence(context, scene, message)
        names = (list(known[0]) if known else names[0], list(nothing))
        rows.append([list(features.values()) for features in known])
        silent.append(list(nothing.values()))
        found = list(near)
        target.append(-1 if sample.target is None else found.index(sample.target) if sample.target in found else -2)
    most = max(map(len, rows))
    answers = np.zeros((len(rows), most, len(names[0])))
    exists = np.zeros((len(rows), most), bool)
    for i, row in enumerate(rows):
        answers[i, : len(row)], exists[i, : len(row)] = row or 0.0, True
    kinds = np.array([sample.kind for sample in told])
    share = np.array([_SHARES[kind] for kind in kinds]) / np.array([(kinds == kind).sum() for kind in kinds])
    return Examples(answers, exists, np.array(silent), np.array(target), share, names)


def fit(examples: Examples, chosen: NDArray[np.intp]) -> NDArray[np.float64]:
    """Returns the weights, those of answers first, that make the right choices of these samples likeliest."""
    chosen = chosen[examples.target[chosen] > -2]
    answers, silent, target = examples.answers[chosen], examples.silence[chosen], examples.target[chosen]
    share = examples.share[chosen] / examples.share[chosen].sum()
    size, has = answers.shape[2], target >= 0
    right = np.flatnonzero(has)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        chances, nothing = _chances(answers, examples.exists[chosen], silent, weights)
        likely = np.where(has, chances[np.arange(len(target)), np.maximum(target, 0)], nothing)
        of_answers = -(chances[:, :, None] * answers).sum(axis=1)
        of_answers[right] += answers[right, target[right]]
        of_silence = silent * (~has - nothing)[:, None]
        slope = np.concatenate([(share[:, None] * of_answers).sum(axis=0), (share[:, None] * of_silence).sum(axis=0)])
        penalty = _REGULARITY * weights
        return float(-share @ np.log(np.maximum(likely, 1e-12)) + penalty @ weights), 2 * penalty - slope

    start = np.zeros(size + silent.shape[1])
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x)


def _chances(
    answers: NDArray[np.float64],
    exists: NDArray[np.bool_],
    silent: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Returns the probability of each candidate, and of silence."""
    size = answers.shape[2]
    scores = np.where(exists, answers @ weights[:size], -1e9)
    nothing = silent @ weights[size:]
    top = np.maximum(scores.max(axis=1), nothing)
    scores, nothing = np.exp(scores - top[:, None]), np.exp(nothing - top)
    total = scores.sum(axis=1) + nothing
    return scores / total[:, None], nothing / total


def held_out(examples: Examples, folds: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Returns the likeliest candidate of each sample and its probability, by weights fitted on the other folds."""
    best = np.zeros(len(folds), np.intp)
    sure = np.zeros(len(folds))
    for fold in range(_FOLDS):
        here = np.flatnonzero(folds == fold)
        weights = fit(examples, np.flatnonzero(folds != fold))
        chances, _ = _chances(examples.answers[here], examples.exists[here], examples.silence[here], weights)
        best[here], sure[here] = chances.argmax(axis=1), chances.max(axis=1)
    return best, sure


def _show(told: Sequence[Sample], examples: Examples) -> None:
    best, sure = held_out(examples, np.array([sample.fold for sample in told]))
    kinds = np.array([sample.kind for sample in told])
    table = Table("kind", "messages", *(f"right / wrong / silent from {limit}" for limit in _LIMITS))
    for kind in _SHARES:
        here = kinds == kind
        shares = []
        for limit in _LIMITS:
            given = here & (sure >= limit)
            right = (given & (best == examples.target)).sum()
            counts = (right, given.sum() - right, here.sum() - given.sum())
            shares.append(" / ".join(f"{100 * count / max(here.sum(), 1):.1f}" for count in counts))
        table.add_row(kind, str(here.sum()), *shares)
    Console().print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; with `--write`, writes the weights fitted on everything."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.answers", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.relative_to(ROOT)}")
    options = parser.parse_args(arguments)
    model = Parser(MODEL)
    knowledge = load_knowledge(KNOWLEDGE)
    questions = load_questions(knowledge.addresses, QUESTIONS)
    context = Context(knowledge, ReplyBuilder(knowledge, {}))
    near = Nearest(knowledge, questions)
    told = list(samples(knowledge, questions))
    parses: dict[str, Any] = {}
    messages = []
    for sample in told:
        if sample.text not in parses:
            parses[sample.text] = message_from_parse(model.parse(sample.text)[0], knowledge.wording.rejections)
        messages.append(replace(parses[sample.text], asked_answers=near(sample.text, sample.fold)))
    clear = [is_clear(context, sample, message) for sample, message in zip(told, messages, strict=True)]
    told, messages = list(compress(told, clear)), list(compress(messages, clear))
    examples = as_numbers(context, told, messages)
    _show(told, examples)
    if options.write:
        weights = fit(examples, np.arange(len(told)))
        names = examples.names
        rounded = [round(float(weight), 2) for weight in weights]
        written = {
            "answer": dict(zip(names[0], rounded, strict=False)),
            "silence": dict(zip(names[1], rounded[len(names[0]) :], strict=True)),
        }
        WEIGHTS.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
