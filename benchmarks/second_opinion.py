"""What EmbeddingSecondOpinion brings and costs: one model, each message parsed without it, with it, and by it alone.

Usage: python -m benchmarks.second_opinion MODEL

MODEL was trained with the component in config.yml (docs/nlu.md). Prints ratios of one run; the ways take turns on each
message, so that whatever else the machine does slows all of them alike. Only the messages of the development sets.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter, defaultdict
from typing import Any

import numpy as np

import engine.serving  # isort: skip  # noqa: F401 - before Rasa: prepares what it needs on this Python

from rasa.core.agent import Agent
from rasa.utils.log_utils import configure_structlog

from engine.nlu.embedding_second_opinion import EmbeddingSecondOpinion
from evaluation.several_requests import read_request_sets
from tests.nlu.examples import held_out_examples

# Limits of doubt that turn the component off, leave it as configured (None), and make it see every message.
WAYS: dict[str, float | None] = {"off": 0.0, "on": None, "always": 1.0}


class Parser:
    """Parses by one model, with a limit of doubt that can be moved."""

    def __init__(self, model: str) -> None:
        """Loads the model."""
        configure_structlog(logging.WARNING)
        self._agent = Agent.load(model)
        self._loop = asyncio.new_event_loop()
        # No public way leads to a component of a loaded model.
        nodes = self._agent.processor.graph_runner._instantiated_nodes.values()
        found = [node._component for node in nodes if isinstance(node._component, EmbeddingSecondOpinion)]
        if not found:
            sys.exit(f"{model} holds no EmbeddingSecondOpinion. docs/nlu.md says how to train one that does.")
        self._config = found[0]._config
        self._configured = self._config["doubt"]

    def parse(self, text: str, way: str) -> tuple[dict[str, Any], float]:
        """Returns what the model makes of a text, and the seconds that took."""
        limit = WAYS[way]
        self._config["doubt"] = self._configured if limit is None else limit
        start = time.perf_counter()
        parsed = self._loop.run_until_complete(self._agent.parse_message(text))
        return dict(parsed), time.perf_counter() - start


def main(model: str) -> None:
    """Measures and prints."""
    parser = Parser(model)
    examples, several = held_out_examples("dev"), read_request_sets()["requests_dev"]
    for example in examples[:20]:
        for way in WAYS:
            parser.parse(example.text, way)

    seconds: dict[str, list[float]] = defaultdict(list)
    right: Counter[str] = Counter()
    bands: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for number, example in enumerate(examples):
        for turn in range(len(WAYS)):
            way = list(WAYS)[(number + turn) % len(WAYS)]
            parsed, taken = parser.parse(example.text, way)
            seconds[way].append(taken)
            likeliest = next(e["name"] for e in parsed["intent_ranking"] if e["name"] != "nlu_fallback")
            right[way] += likeliest == example.intent
            bands[way][parsed["answer_band"], likeliest == example.intent] += 1
    for way in WAYS:
        exact = 0
        for case in several:
            parsed, _ = parser.parse(case.text, way)
            found = [parsed["intent"], *(parsed.get("further_requests") or [])]
            exact += {request["name"] for request in found} == set(case.requests)
        share = exact / len(several)
        times, base = np.array(seconds[way]), np.array(seconds["off"])
        print(
            f"{way:7} accuracy {right[way] / len(examples):.3f}, several requests exact {share:.3f}; time against off:",
            f"mean {times.mean() / base.mean():.2f}, median {np.median(times) / np.median(base):.2f},",
            f"95th percentile {np.percentile(times, 95) / np.percentile(base, 95):.2f}",
        )
        print("        band, right:", dict(sorted(bands[way].items())))


if __name__ == "__main__":
    main(sys.argv[1])
