"""Accuracy of the trained model on messages that training never saw does not fall under what was once reached."""

from __future__ import annotations

import pytest

from evaluation.metrics import Figures, measure, read_parse
from tests.conversations.bot import Bot
from tests.nlu.examples import held_out_examples

# A little under what was measured when the floor was last set (docs/nlu.md), to leave room for a neutral change.
FLOORS = {"accuracy": 0.965, "out_of_scope_recall": 0.955, "worst_group": 0.90, "worst_main_intent": 0.92}
CEILINGS = {"refused": 0.02, "dangerous": 0.01}


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
