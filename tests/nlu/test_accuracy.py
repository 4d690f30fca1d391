"""Accuracy of the trained model on messages that training never saw does not fall under what was once reached."""

from __future__ import annotations

import pytest

from evaluation.metrics import Figures, measure, read_parse
from evaluation.several_requests import found_requests, measure_requests, read_request_sets
from tests.conversations.bot import Bot
from tests.nlu.examples import held_out_examples

# A little under what was measured when the floor was last set (docs/nlu.md), to leave room for a neutral change.
FLOORS = {"accuracy": 0.97, "out_of_scope_recall": 0.955, "worst_group": 0.92, "worst_main_intent": 0.92}
CEILINGS = {"refused": 0.02, "dangerous": 0.01}
# Messages with several requests: the right one served first, all of them found, none invented.
SERVED_FIRST, ALL_FOUND, INVENTED = 0.85, 0.65, 0.1


@pytest.fixture(scope="module")
def figures(bot: Bot) -> Figures:
    """The figures of the test set; `evaluation.metrics` says what each means."""
    return measure([
        read_parse(bot.parse(example.text), text=example.text, label=example.intent, group=example.origin)
        for example in held_out_examples("test")
    ])  # fmt: skip


def test_accuracy(figures: Figures) -> None:
    values = figures.values()
    print({name: round(values[name], 3) for name in (*FLOORS, *CEILINGS)})
    print("by style", {style: round(share.value or 0, 3) for style, share in figures.by_group.items()})
    print("by intent", {intent: round(share.value or 0, 3) for intent, share in figures.by_intent.items()})
    assert {name: values[name] for name, floor in FLOORS.items() if values[name] < floor} == {}
    assert {name: values[name] for name, ceiling in CEILINGS.items() if values[name] > ceiling} == {}


def test_several_requests(bot: Bot) -> None:
    messages = read_request_sets()["requests_test"]
    measured = measure_requests("test", messages, [found_requests(bot.parse(message.text)) for message in messages])
    print(measured)
    assert (measured.served_first.value or 0) >= SERVED_FIRST
    assert (measured.all_found.value or 0) >= ALL_FOUND
    assert (measured.invented.value or 0) <= INVENTED
