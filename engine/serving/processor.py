"""Handles messages with the prediction graph and the custom actions of this package."""

from __future__ import annotations

import logging
import os
import tarfile
from pathlib import Path

from rasa.core.actions.action import Action
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ModelNotFound
from rasa.model import get_latest_model
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from engine.serving.actions import with_fast_check
from engine.serving.graph_runner import OrderedGraphRunner
from engine.serving.model_storage import ServingModelStorage
from engine.serving.upstream import replaces

logger = logging.getLogger(__name__)


class ServingProcessor(MessageProcessor):
    """Rasa's MessageProcessor with `ServingModelStorage`, `OrderedGraphRunner` and `CheckedAction`."""

    @staticmethod
    @replaces(MessageProcessor._load_model, "17f24faf9681")
    def _load_model(model_path: str | Path) -> tuple[str, ModelMetadata, GraphRunner]:
        # The classes of storage and graph runner are written out in Rasa's method; the rest is the same.
        archive = str(model_path) if Path(model_path).is_file() else get_latest_model(str(model_path))
        if not archive:
            raise ModelNotFound(f"No model found at path '{model_path}'.")
        logger.info("Loading model %s ...", archive)
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            try:
                metadata, runner = loader.load_predict_graph_runner(
                    Path(folder), Path(archive), ServingModelStorage, OrderedGraphRunner
                )
            except tarfile.ReadError as error:
                raise ModelNotFound(f"Model {model_path} can not be loaded.") from error
        return os.path.basename(archive), metadata, runner  # noqa: PTH119 - as Rasa names it

    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """Predicts the next action (see parent class)."""
        action, prediction = super().predict_next_with_tracker_if_should(tracker)
        return with_fast_check(action), prediction

    def _get_action(self, action_name: str) -> Action:
        return with_fast_check(super()._get_action(action_name))
