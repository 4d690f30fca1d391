"""Measures how well a new topic is understood from few examples. Usage: python -m evaluation.new_topic [--examples N].

Each topic in turn plays the new one: all but N of its examples are left out, the classifier is fitted again, and the
topic's messages in all labelled sets are counted. N-gram weights stay those of the whole training data, which a new
topic changes little; everything else is as a deployment would have it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.sparse import csr_matrix

from engine.nlu.linear_intent_classifier import LinearIntentClassifier
from engine.nlu.linear_model import LinearModel, sparse_features
from engine.nlu.message_parts import MessageParts
from engine.nlu.normalized_spacy_nlp import NormalizedSpacyNLP
from evaluation import environment
from evaluation.metrics import OUT_OF_SCOPE, Share, share
from evaluation.neighbours import read_training_examples
from evaluation.paths import MODEL, OUTPUT, shown
from evaluation.predict import Parser
from evaluation.progress import progress_bars
from evaluation.report import format_figure
from evaluation.sets import read_sets

# What a deployment adds is a procedure or a piece of information; control words and manners are there already.
TOPICS = (
    "forgot_password", "payment_failure", "account_security", "account_closure", "transaction_dispute",
    "contact_support", "support_hours", "contact_preparation", "human_handoff", "account_compromised",
    "verification_code_issue", "closure_consequences", "dispute_outcome", "ask_ticket_status", "chat_privacy",
)  # fmt: skip
EXAMPLES, _SEED = 40, 0


@dataclass(frozen=True)
class NewTopic:
    """What became of a topic's messages, and of those of all others."""

    name: str
    understood: Share
    refused: Share
    others: Share


def features_of(parser: Parser, texts: list[str]) -> csr_matrix:
    """Returns the features that the loaded model's featurizers give to texts, one row each."""
    from rasa.shared.nlu.constants import TEXT  # noqa: PLC0415 - Rasa takes seconds to import
    from rasa.shared.nlu.training_data.message import Message  # noqa: PLC0415 - see above

    messages = [Message(data={TEXT: text}) for text in texts]
    for component in parser.components():
        if isinstance(component, LinearIntentClassifier):
            break
        if isinstance(component, NormalizedSpacyNLP):
            # The graph hands this one its own model.
            messages = component.process(messages, component.provide())
        elif not isinstance(component, MessageParts) and hasattr(component, "process"):
            messages = component.process(messages) or messages
    return sparse_features(messages)


def kept_rows(labels: np.ndarray[Any, Any], topic: str, examples: int) -> np.ndarray[Any, Any]:
    """Returns the rows of all examples but those of the topic, and `examples` of these, chosen by chance."""
    own = np.flatnonzero(labels == topic)
    chosen = np.random.default_rng(_SEED).choice(own, min(examples, len(own)), replace=False)
    return np.sort(np.concatenate([np.flatnonzero(labels != topic), chosen]))


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--examples", type=int, default=EXAMPLES)
    examples = options.parse_args(arguments).examples
    console = Console()
    sets = read_sets()
    training = read_training_examples()
    labels = np.array(training.intents)
    messages = [(one.text, one.intent) for labelled in sets for one in labelled.messages]
    wanted = np.array([intent for _, intent in messages])
    parser = Parser(MODEL)
    known = features_of(parser, training.texts)
    asked = features_of(parser, [text for text, _ in messages])
    config = LinearIntentClassifier.get_default_config()
    found = []
    with progress_bars(console) as progress:
        for topic in progress.track(TOPICS, description="leaving one topic out"):
            rows = kept_rows(labels, topic, examples)
            model = LinearModel.fit(known[rows], labels[rows].tolist(), config)
            scores = asked @ model.weights.astype(np.float32) + model.bias
            said = np.array(model.intents)[scores.argmax(axis=1)]
            own = wanted == topic
            found.append(
                NewTopic(
                    topic,
                    share((said[own] == topic).tolist()),
                    share((said[own] == OUT_OF_SCOPE).tolist()),
                    share((said[~own] == wanted[~own]).tolist()),
                )
            )
    console.print(_table(found, examples))
    OUTPUT.mkdir(parents=True, exist_ok=True)
    document = {
        "schema_version": 1,
        "commit": environment.commit(),
        "examples": examples,
        "topics": [asdict(one) for one in found],
    }
    (OUTPUT / "new_topic.json").write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    console.print(f"Written to {shown(OUTPUT / 'new_topic.json')}.")
    return 0


def _table(found: list[NewTopic], examples: int) -> Table:
    table = Table(title=f"A new topic with {examples} examples")
    for column in ("", "messages", "understood", "refused", "others right"):
        table.add_column(column, justify="right" if column else "left")
    for one in found:
        shares = (one.understood, one.refused, one.others)
        table.add_row(one.name, str(one.understood.n), *(format_figure(each.value) for each in shares))
    hits, n = sum(one.understood.hits for one in found), sum(one.understood.n for one in found)
    table.add_row("all", str(n), format_figure(hits / n), "", "")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
