"""Takes over from a trained model what other examples of the intents change little or not at all.

What a message gives away beside its intent is learnt from files that are not edited at the desk; the examples of
intents are only what it is told from. That, and reading texts whose vectors are known, takes two thirds of a training
and most of its memory.
"""

from __future__ import annotations

import contextlib
import json
import re
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR
from rasa.engine.storage.resource import Resource

from engine.nlu.example_classifier import ExampleClassifier
from engine.nlu.kept_vectors import KeptVectors
from engine.nlu.said_classifier import SaidClassifier
from engine.nlu.sentence_encoder import sentence_encoder

_REUSED: tuple[type[Any], ...] = (ExampleClassifier, SaidClassifier)
_OF_REUSED = re.compile(
    rf"train_({'|'.join(f'{it.__module__}.{it.__name__}' for it in _REUSED)})\d+".replace(".", r"\.")
)


@contextlib.contextmanager
def reusing(model: Path, storage: Path) -> Iterator[None]:
    """Lets components that a training makes now take what they have learnt from another model.

    Args:
        model: The archive of a model of the same configuration.
        storage: Where the training stores components.
    """
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(model, "r|gz") as archive:
            archive.extractall(name, filter="data")
        components = Path(name) / MODEL_ARCHIVE_COMPONENTS_DIR
        for folder in components.iterdir():
            if (folder / KeptVectors.TEXTS_FILE).exists():
                texts = json.loads((folder / KeptVectors.TEXTS_FILE).read_text(encoding="utf-8"))
                vectors = np.load(folder / KeptVectors.VECTORS_FILE, allow_pickle=False)
                sentence_encoder().know_examples(texts, vectors)
            elif _OF_REUSED.fullmatch(folder.name):
                folder.rename(storage / folder.name)
    with contextlib.ExitStack() as patches:
        for component in _REUSED:
            patches.enter_context(mock.patch.object(component, "train", _reused(component, storage)))
        yield


def _reused(component: type[Any], storage: Path) -> Any:
    train = component.train

    def take(self: Any, training_data: Any) -> Resource:
        resource: Resource = self._resource
        # A component that the other model lacks is trained.
        return resource if (storage / resource.name).exists() else train(self, training_data)

    return take
