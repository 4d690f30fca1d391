"""Loads a model in this process and parses labelled messages one after the other, with the time of each."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
from rich.progress import Progress

from evaluation.metrics import Prediction, read_parse
from evaluation.pythons import prepare_rasa
from evaluation.sets import LabelledSet

# Enough that lazily loaded tables are there and caches are warm, as in a server that has run for a minute.
_WARM_UP_MESSAGES = 50


@dataclass(frozen=True)
class LoadedModel:
    """What loading took.

    Attributes:
        seconds: Time of the load, without the import of Rasa before it.
        resident_mib: Resident memory of the process after the load.
    """

    seconds: float
    resident_mib: float


class Parser:
    """Parses texts with a trained model, as a Rasa server would."""

    def __init__(self, model: Path) -> None:
        """Loads the model, quietly."""
        os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        # Rasa and what it pins warn some forty times, and nobody who measures can act on it. Filters do not help:
        # libraries reset them on import.
        with warnings.catch_warnings(record=True):
            prepare_rasa()
            agent = _agent_class()
            from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415 - see above

            configure_structlog(logging.WARNING)
            started = time.perf_counter()
            # `Agent.load` makes an Agent whatever the class is.
            self._agent = agent()
            self._agent.load_model(str(model))
            seconds = time.perf_counter() - started
        self.loaded = LoadedModel(seconds, psutil.Process().memory_info().rss / 2**20)
        self._loop = asyncio.new_event_loop()

    def components(self) -> list[Any]:
        """Returns the components of the pipeline in their order."""
        # No public way leads to a component of a loaded model.
        nodes = self._agent.processor.graph_runner._instantiated_nodes.values()
        return [node._component for node in nodes]

    def parse(self, text: str) -> tuple[dict[str, Any], float]:
        """Returns what the model makes of a text, and the milliseconds it took."""
        started = time.perf_counter()
        parse = self._loop.run_until_complete(self._agent.parse_message(text))
        return dict(parse), (time.perf_counter() - started) * 1000


def _agent_class() -> Any:
    if find_spec("tensorflow"):
        # The environment of the peers.
        from rasa.core.agent import Agent  # noqa: PLC0415 - Rasa takes seconds to import and warns

        return Agent
    from engine.serving.deferred_imports import defer_neural_components  # noqa: PLC0415 - the peers have Rasa as published

    # Rasa names its neural components wherever it reads a model; without TensorFlow none can be in it.
    defer_neural_components(())
    from engine.serving.agent import ServingAgent  # noqa: PLC0415 - as above

    return ServingAgent


def predict(parser: Parser, sets: Sequence[LabelledSet], progress: Progress) -> dict[str, list[Prediction]]:
    """Parses every message of every set.

    Args:
        parser: The loaded model.
        sets: What to parse.
        progress: Shows how far it is.

    Returns:
        The predictions by the name of the set, in the order of the set.
    """
    for message in sets[0].messages[:_WARM_UP_MESSAGES]:
        parser.parse(message.text)
    found = {}
    for labelled in sets:
        found[labelled.name] = [
            _predict_one(parser, message.text, message.intent, message.group)
            for message in progress.track(labelled.messages, description=f"parsing {labelled.name}")
        ]
    return found


def _predict_one(parser: Parser, text: str, label: str, group: str) -> Prediction:
    parse, milliseconds = parser.parse(text)
    return read_parse(parse, text=text, label=label, group=group, milliseconds=milliseconds)
