"""Trains the model as `rasa train --force` does, without what Rasa does for a cache that is not asked.

Usage: python -m engine.training OUTPUT [REUSED], in the project's folder; of the model REUSED is taken over what other
examples of the intents change little.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import itertools
import logging
import os
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from unittest import mock

import engine.serving  # isort: skip  # noqa: F401 - first: puts off the import of TensorFlow

import rasa.engine.validation
from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext, GraphModelConfiguration, GraphNodeHook, GraphSchema
from rasa.engine.recipes.recipe import Recipe
from rasa.engine.storage.local_model_storage import MODEL_ARCHIVE_COMPONENTS_DIR, LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.engine.training.graph_trainer import GraphTrainer
from rasa.engine.training.hooks import LoggingHook
from rasa.model_training import _train_graph
from rasa.shared.core.domain import Domain
from rasa.shared.data import TrainingType
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.constants import ACTION_NAME, ACTION_TEXT, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.utils.common import TempDirectoryPath, configure_logging_and_warnings, get_temp_dir_name
from rasa.utils.log_utils import configure_structlog

from actions.knowledge import KnowledgeError
from engine.nlu.lexicon import LexiconError
from engine.nlu.side_by_side import on_cores
from engine.progress_lines import progress_line
from engine.reused_parts import reusing
from engine.serving.deferred_imports import defer_neural_components
from engine.serving.graph_runner import OrderedGraphRunner
from engine.upstream import replaces
from engine.useful_warnings import show_only_useful

_COMPRESSION = 4
# Properties of examples; equal examples have equal ones.
_TELLING = (TEXT, INTENT, ACTION_NAME, ACTION_TEXT)


class ProgressHook(GraphNodeHook):
    """Says on stdout how many of the components are done, as `engine/serving/model_training.py` reads it."""

    def __init__(self, schema: GraphSchema) -> None:
        """Counts the components."""
        self._all = len(schema.nodes)
        self._done = 0

    def on_before_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        received_inputs: dict[str, Any],
    ) -> dict[str, Any]:
        """Needs nothing (see parent class)."""
        return {}

    def on_after_node(
        self,
        node_name: str,
        execution_context: ExecutionContext,
        config: dict[str, Any],
        output: Any,
        input_hook_data: dict[str, Any],
    ) -> None:
        """Counts a component that is done (see parent class)."""
        self._done += 1
        print(progress_line(self._done, self._all), flush=True)


class QuicklyPackedStorage(LocalModelStorage):
    """Packs the model with little effort of gzip; Rasa's highest takes many times as long to save three percent."""

    @replaces(LocalModelStorage.create_model_package, "160e32783576")
    def create_model_package(
        self, model_archive_path: str | Path, model_configuration: GraphModelConfiguration, domain: Domain
    ) -> ModelMetadata:
        """Writes the archive (see parent class)."""
        metadata = self._create_model_metadata(domain, model_configuration)
        with tempfile.TemporaryDirectory() as folder:
            self._persist_metadata(metadata, Path(folder))
            with tarfile.open(model_archive_path, "w:gz", compresslevel=_COMPRESSION) as archive:
                archive.add(folder, arcname="")
                archive.add(self._storage_path, arcname=MODEL_ARCHIVE_COMPONENTS_DIR)
        return metadata


@replaces(TrainingData.merge, "29a2ae274e01")
def _merge(self: TrainingData, *others: TrainingData | None) -> TrainingData:
    """Returns the data together, without the copies that Rasa makes in each of the seven merges of its importers."""
    found = [data for data in (self, *others) if data and not _is_empty(data)]
    if len(found) == 1:
        return found[0]
    responses = {name: variants for data in found for name, variants in data.responses.items()}
    synonyms = {text: value for data in found for text, value in data.entity_synonyms.items()}
    merged = TrainingData(
        None,
        synonyms,
        list(itertools.chain.from_iterable(data.regex_features for data in found)),
        list(itertools.chain.from_iterable(data.lookup_tables for data in found)),
        responses,
    )
    merged.training_examples = _without_repetitions([data.training_examples for data in found])
    merged._fill_response_phrases()
    return merged


def _without_repetitions(parts: list[list[Message]]) -> list[Message]:
    """Returns the examples of all parts, none of which has an example twice.

    Rasa hashes all that an example has, of all examples in each merge; what can be no repetition is told by less.
    """
    seen: set[tuple[Any, ...]] = set()
    are_disjoint = True
    for part in parts:
        keys = {tuple(example.get(key) for key in _TELLING) for example in part}
        are_disjoint = are_disjoint and seen.isdisjoint(keys)
        seen |= keys
    together = itertools.chain.from_iterable(parts)
    return list(together) if are_disjoint else list(dict.fromkeys(together))


def _is_empty(data: TrainingData) -> bool:
    return not (
        data.training_examples or data.entity_synonyms or data.regex_features or data.lookup_tables or data.responses
    )


@replaces(GraphTrainer.train, "61837cd6d73a")
def train_graph(
    configuration: GraphModelConfiguration,
    importer: TrainingDataImporter,
    output: Path,
    reused: Path | None = None,
    cores: int = 1,
) -> None:
    """Trains all components and packs the model.

    Rasa's GraphTrainer computes a fingerprint of all training data after each component, to find its output in a cache
    the next time: more than half of the time. Everything is trained in less.

    Args:
        configuration: The graphs of training and prediction.
        importer: Gives the training data.
        output: The archive to write.
        reused: A model whose parts are taken over where the examples of intents matter little.
        cores: How many processes may fit at once.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(TrainingData, "merge", _merge))
        folder = stack.enter_context(TempDirectoryPath(get_temp_dir_name()))
        if reused is not None:
            stack.enter_context(reusing(reused, Path(folder)))
        domain = copy.deepcopy(importer.get_domain())
        storage = QuicklyPackedStorage(Path(folder))
        context = ExecutionContext(graph_schema=configuration.train_schema)
        schema = configuration.train_schema
        hooks: list[GraphNodeHook] = [LoggingHook(schema), *([ProgressHook(schema)] if reused else [])]
        runner = OrderedGraphRunner.create(schema, storage, context, hooks=hooks)
        with on_cores(cores):
            runner.run(inputs={PLACEHOLDER_IMPORTER: importer})
        # Packed beside and then renamed: a model that is being served is replaced at once or not at all.
        packed = output.with_name(f"{output.name}.new")
        storage.create_model_package(packed, configuration, domain)
        packed.replace(output)


@replaces(_train_graph, "ed075d720e33")
def train(
    output: Path,
    config: str = "config.yml",
    domain: str = "domain.yml",
    data: str = "data",
    *,
    reused: Path | None = None,
    cores: int = 1,
) -> None:
    """Trains the model of a Rasa project from scratch.

    Args:
        output: The archive to write.
        config: The project's configuration.
        domain: Its domain, a file or folder.
        data: Its training data, a file or folder.
        reused: A model of the same configuration, of which all is taken over that other examples change little.
        cores: How many processes may fit at once. Beside a server one, whatever the machine has.

    Raises:
        RasaException: The configuration or the data is not usable.
        KnowledgeError: A knowledge file is broken.
        LexiconError: A file of the lexicon is broken.
    """
    importer = TrainingDataImporter.load_from_config(config, domain, [data])
    settings = importer.get_config()
    recipe = Recipe.recipe_for_name(settings.get("recipe"))
    settings, _, _ = recipe.auto_configure(importer.get_config_file_for_auto_config(), settings, TrainingType.BOTH)
    defer_neural_components(entry["name"] for key in ("pipeline", "policies") for entry in settings.get(key) or ())
    configuration = recipe.graph_config_for_recipe(settings, {}, training_type=TrainingType.BOTH, is_finetuning=False)
    rasa.engine.validation.validate(configuration)
    output.parent.mkdir(parents=True, exist_ok=True)
    train_graph(configuration, importer, output, reused, cores)


def main(cores: int = 1) -> int:
    """Trains the project in the working directory with so many cores; returns the exit status."""
    # Most of what is made stays until the end: looking through it for garbage takes a fifteenth of the time.
    gc.disable()
    show_only_useful()
    configure_logging_and_warnings(logging.WARNING)
    configure_structlog(logging.WARNING)
    # Components are named by their modules in this folder.
    sys.path.insert(0, str(Path.cwd()))
    try:
        train(Path(sys.argv[1]), reused=Path(sys.argv[2]) if len(sys.argv) > 2 else None, cores=cores)
    except (KnowledgeError, LexiconError, RasaException) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    # What this process may use, where a container is given less than the machine has.
    sys.exit(main(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))
