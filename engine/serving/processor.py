"""Handles messages with the prediction graph and the custom actions of this package."""

from __future__ import annotations

import logging
import os
import tarfile
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ModelNotFound
from rasa.model import get_latest_model
from rasa.shared.core.events import ActionExecutionRejected, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from common.tracing import span
from engine.serving.actions import serving_action
from engine.serving.graph_runner import ServingGraphRunner
from engine.serving.model_storage import ServingModelStorage
from engine.serving.unpacked_models import unpacked
from engine.upstream import replaces

logger = logging.getLogger(__name__)
_rasa_logger = logging.getLogger("rasa")


class ServingProcessor(MessageProcessor):
    """Rasa's MessageProcessor with `ServingModelStorage`, `ServingGraphRunner` and `ServingAction`."""

    @staticmethod
    @replaces(MessageProcessor._load_model, "17f24faf9681")
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        # The classes of storage and graph runner are written out in Rasa's method; the rest is the same.
        archive = str(model_path) if Path(model_path).is_file() else get_latest_model(str(model_path))
        if not archive:
            raise ModelNotFound(f"No model found at path '{model_path}'.")
        logger.info("Loading model %s ...", archive)
        try:
            with (
                TempDirectoryPath(get_temp_dir_name()) as folder,
                unpacked(Path(archive), ServingModelStorage._extract_archive_to_directory) as copy,
            ):
                metadata, runner = loader.load_predict_graph_runner(
                    Path(folder), copy or Path(archive), ServingModelStorage, ServingGraphRunner
                )
        except tarfile.ReadError as error:
            raise ModelNotFound(f"Model {model_path} can not be loaded.") from error
        return os.path.basename(archive), metadata, runner  # noqa: PTH119 - as Rasa names it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Loads the model (see parent class)."""
        super().__init__(*args, **kwargs)
        self._known_intents = frozenset(self.domain.intents)
        self._known_entities = frozenset(self.domain.entities)

    async def parse_message(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Interprets a message, in a span of its own (see parent class)."""
        with span("parse"):
            parse: dict[str, Any] = await super().parse_message(*args, **kwargs)
            return parse

    @replaces(MessageProcessor._check_for_unseen_features, "286ab49de966")
    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        # Rasa compares the whole domain with an empty one for each message.
        is_known = parse_data["intent"]["name"] in self._known_intents and all(
            entity["entity"] in self._known_entities for entity in parse_data["entities"] or ()
        )
        if not is_known:
            super()._check_for_unseen_features(parse_data)

    @staticmethod
    @replaces(MessageProcessor._log_slots, "cfc60d6857d3")
    def _log_slots(tracker: DialogueStateTracker) -> None:
        # Rasa writes all slots out before it finds that nobody wants to see them.
        if _rasa_logger.isEnabledFor(logging.DEBUG):
            MessageProcessor._log_slots(tracker)

    @replaces(MessageProcessor._log_action_on_tracker, "d973d12a6d0a")
    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: list[Event] | None, prediction: PolicyPrediction
    ) -> None:
        # Rasa makes deep copies of all events for a debug log that is off: as long as it takes to choose the action.
        if _rasa_logger.isEnabledFor(logging.DEBUG):
            super()._log_action_on_tracker(tracker, action, events, prediction)
            return
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """Predicts the next action (see parent class)."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return serving_action(action), prediction

    def _get_action(self, action_name: str) -> Action:
        return serving_action(super()._get_action(action_name))
