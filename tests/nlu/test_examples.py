"""The examples are enough, do not contradict each other, and the held-out ones are really held out."""

from __future__ import annotations

from collections import Counter

import pytest

from actions.knowledge.yaml_files import read_mapping
from evaluation.metrics import MAIN_INTENTS
from evaluation.several_requests import read_request_set
from tests.nlu.examples import Example, held_out_examples, training_examples
from tests.paths import ROOT

TRAINING = training_examples()


def test_enough_examples() -> None:
    counts = Counter(example.intent for example in TRAINING)
    too_few = {name: n for name, n in counts.items() if n < (60 if name in MAIN_INTENTS else 30)}
    assert too_few == {}
    assert counts["out_of_scope"] >= 200


def test_no_text_under_two_intents() -> None:
    intents: dict[str, set[str]] = {}
    for example in TRAINING:
        intents.setdefault(example.key or example.text, set()).add(example.intent)
    assert {text: names for text, names in intents.items() if len(names) > 1} == {}


def test_no_text_twice() -> None:
    counts = Counter((example.text, example.intent) for example in TRAINING)
    assert [text for text, n in counts.items() if n > 1] == []


@pytest.mark.parametrize("name", ["dev", "test"])
def test_training_never_saw_the_held_out_examples(name: str) -> None:
    seen = {example.key for example in TRAINING}
    assert [example.text for example in held_out_examples(name) if example.key in seen] == []


# Two people who say 「转人工」 say it in the same words; what is longer than that is no chance.
_INEVITABLE = 5


@pytest.mark.parametrize("name", ["written_2", "written_3", "traps"])
def test_training_never_saw_what_strangers_wrote(name: str) -> None:
    seen = {example.key for example in TRAINING if len(example.key) > _INEVITABLE}
    assert [example.text for example in held_out_examples(name) if example.key in seen] == []


@pytest.mark.parametrize("name", ["requests_dev", "requests_test"])
def test_training_never_saw_the_messages_with_several_requests(name: str) -> None:
    seen = {example.key for example in TRAINING}
    messages = read_request_set(ROOT / "tests" / "nlu" / f"{name}.tsv")
    assert [message.text for message in messages if Example(message.text, "", "").key in seen] == []


def test_development_and_test_set_share_nothing() -> None:
    development = {example.key for example in held_out_examples("dev")}
    assert [example.text for example in held_out_examples("test") if example.key in development] == []


def test_test_set_covers_every_intent_and_style() -> None:
    examples = held_out_examples("test")
    counts = Counter(example.intent for example in examples)
    assert {name: n for name, n in counts.items() if n < (40 if name in MAIN_INTENTS else 15)} == {}
    # Frequent questions are found by their wordings.
    assert set(counts) == set(read_mapping(ROOT / "domain.yml")["intents"]) - {"faq"}
    assert min(Counter(example.origin for example in examples).values()) >= 45
