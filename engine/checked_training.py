"""Trains a model and looks whether it understands what it was taught before anybody is served by it.

Usage: python -m engine.checked_training OUTPUT [REUSED], in the folder that `engine.serving.model_training`
lays out.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import engine.training  # isort: skip  # first: puts off the import of TensorFlow

from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

from engine.paths import ROOT
from engine.serving.processor import ServingProcessor

# Examples of each intent that are asked again, spread over all of them.
_ASKED_OF_EACH = 8
# Of its own examples the model that is delivered takes more than 0.97, of the hardest intent 0.8.
_LEAST, _LEAST_OF_INTENT = 0.9, 0.5


def samples(folder: Path, most: int = _ASKED_OF_EACH) -> dict[str, list[str]]:
    """Returns some examples of each intent."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.rglob("*.yml")):
        for example in RasaYAMLReader().read(path).intent_examples:
            by_intent[example.get("intent")].append(example.get("text"))
    return {intent: texts[:: -(-len(texts) // most)] for intent, texts in by_intent.items()}


def misunderstandings(asked: Mapping[str, Sequence[str]], heard: Mapping[str, str]) -> Iterator[str]:
    """Yields a line for what the model does not understand well enough.

    Args:
        asked: Examples by intent.
        heard: The intent that the model has found in each text.
    """
    right = Counter(intent for intent, texts in asked.items() for text in texts if heard[text] == intent)
    every = sum(map(len, asked.values()))
    if right.total() < _LEAST * every:
        yield f"data/nlu: the model understands {right.total()} of {every} of its own examples"
    for intent, texts in asked.items():
        if right[intent] < _LEAST_OF_INTENT * len(texts):
            others = ", ".join(
                name for name, _ in Counter(heard[it] for it in texts if heard[it] != intent).most_common(2)
            )
            yield f"data/nlu: {intent!r}: {right[intent]} of {len(texts)} examples are understood, others as {others}"


async def _heard(model: Path, texts: Sequence[str]) -> dict[str, str]:
    processor = ServingProcessor(
        model_path=model, tracker_store=InMemoryTrackerStore(Domain.empty()), lock_store=None, generator=None
    )
    return {text: str((await processor.parse_message(UserMessage(text)))["intent"]["name"]) for text in texts}


def main() -> int:
    """Trains and checks; returns the exit status, problems on stderr."""
    status = engine.training.main()
    if status:
        return status
    asked = samples(ROOT / "data" / "nlu")
    heard = asyncio.run(_heard(Path(sys.argv[1]), [text for texts in asked.values() for text in texts]))
    problems = list(misunderstandings(asked, heard))
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
