"""Accuracy of the trained model on messages that training never saw does not fall under what was once reached."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.conversations.bot import Bot
from tests.nlu.examples import Example, held_out_examples

# A little under what was measured when the floor was last set (docs/nlu.md), to leave room for a neutral change.
FLOORS = {"accuracy": 0.965, "out_of_scope recall": 0.955, "worst style": 0.90, "worst main intent": 0.92}
CEILINGS = {"wrongly refused": 0.02, "dangerous": 0.01}
MAIN = {
    "forgot_password", "payment_failure", "account_security", "account_closure", "transaction_dispute",
    "contact_support", "support_hours", "contact_preparation", "human_handoff", "account_compromised",
}  # fmt: skip


@pytest.fixture(scope="module")
def predictions(bot: Bot) -> list[tuple[Example, str]]:
    """The test set with what the model makes of it; not understood counts as out of scope."""
    names = [(example, bot.parse(example.text)["intent"]["name"]) for example in held_out_examples("test")]
    return [(example, "out_of_scope" if name == "nlu_fallback" else name) for example, name in names]


def share(hits: list[bool]) -> float:
    return sum(hits) / len(hits)


def is_dangerous(example: Example, predicted: str) -> bool:
    """Starting a closure nobody asked for; missing a stolen account; missing a request for a human."""
    closes = predicted == "account_closure" and example.intent not in {"account_closure", "closure_consequences"}
    misses = example.intent in {"account_compromised", "human_handoff"} and predicted != example.intent
    return closes or misses


def test_accuracy(predictions: list[tuple[Example, str]]) -> None:
    by_style, by_intent = defaultdict(list), defaultdict(list)
    for example, predicted in predictions:
        by_style[example.origin].append(example.intent == predicted)
        by_intent[example.intent].append(example.intent == predicted)
    measured = {
        "accuracy": share([example.intent == predicted for example, predicted in predictions]),
        "out_of_scope recall": share(by_intent["out_of_scope"]),
        "worst style": min(share(hits) for hits in by_style.values()),
        "worst main intent": min(share(by_intent[intent]) for intent in MAIN),
    }
    errors = {
        "wrongly refused": share([p == "out_of_scope" for e, p in predictions if e.intent != "out_of_scope"]),
        "dangerous": share([is_dangerous(example, predicted) for example, predicted in predictions]),
    }
    print({name: round(value, 3) for name, value in {**measured, **errors}.items()})
    print("by style", {style: round(share(hits), 3) for style, hits in sorted(by_style.items())})
    print("by intent", {intent: round(share(hits), 3) for intent, hits in sorted(by_intent.items())})
    assert {name: value for name, value in measured.items() if value < FLOORS[name]} == {}
    assert {name: value for name, value in errors.items() if value > CEILINGS[name]} == {}
