"""Handles messages with the prediction graph and the custom actions of this package."""

from __future__ import annotations

import logging
import os
import tarfile
from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExtractSlots, ActionListen
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelMetadata
from rasa.exceptions import ActionLimitReached, ModelNotFound
from rasa.model import get_latest_model
from rasa.shared.core.constants import ACTION_VALIDATE_SLOT_MAPPINGS, DEFAULT_SLOT_NAMES, SlotMappingType
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, Event
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from common.tracing import span
from engine.serving.actions import ServingAction, serving_action
from engine.serving.graph_runner import ServingGraphRunner
from engine.serving.model_storage import ServingModelStorage
from engine.serving.parses import RememberedParses
from engine.serving.unpacked_models import unpacked
from engine.upstream import replaces

logger = logging.getLogger(__name__)
_rasa_logger = logging.getLogger("rasa")
# Actions that are the same from one turn to the next; a form is not.
_STATELESS = (ServingAction, ActionListen)


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
        self._fills_slots = _fills_slots(self.domain)
        self._actions: dict[str, Action] = {}
        metadata = self.model_metadata
        self._parses = RememberedParses(metadata.predict_schema, metadata.nlu_target)

    async def parse_message(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Interprets a message, in a span of its own (see parent class)."""
        with span("parse"):
            parse: dict[str, Any] = await super().parse_message(*args, **kwargs)
            return parse

    @replaces(MessageProcessor._parse_message_with_graph, "0bd50a53b5c0")
    def _parse_message_with_graph(
        self, message: UserMessage, tracker: DialogueStateTracker, only_output_properties: bool = True
    ) -> dict[str, Any]:
        text = message.text or ""
        parse = self._parses.get(text, only_output_properties) if text else None
        if parse is None:
            parse = super()._parse_message_with_graph(message, tracker, only_output_properties)
            if text:
                self._parses.keep(text, only_output_properties, parse)
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

    @replaces(MessageProcessor.predict_next_with_tracker_if_should, "7ef2b933ac1e")
    def predict_next_with_tracker_if_should(self, tracker: DialogueStateTracker) -> tuple[Action, PolicyPrediction]:
        """Predicts the next action (see parent class)."""
        # Rasa makes all default actions anew for each prediction, to look one up.
        should_predict = self.should_predict_another_action(tracker.latest_action_name)
        if self.is_action_limit_reached(tracker, should_predict):
            raise ActionLimitReached("The limit of actions to predict has been reached.")
        prediction = self._predict_next_with_tracker(tracker)
        return self._get_action(self.domain.action_names_or_texts[prediction.max_confidence_index]), prediction

    @replaces(MessageProcessor._get_action, "7fbb1ce3c43f")
    def _get_action(self, action_name: str) -> Action:
        action = self._actions.get(action_name)
        if action is None:
            action = serving_action(super()._get_action(action_name))
            if type(action) in _STATELESS:
                self._actions[action_name] = action
        return action

    @replaces(MessageProcessor.run_action_extract_slots, "ff52049be97d")
    @replaces(ActionExtractSlots.run, "13487835d751")
    async def run_action_extract_slots(
        self, output_channel: OutputChannel, tracker: DialogueStateTracker
    ) -> DialogueStateTracker:
        """Fills slots from a message (see parent class)."""
        # Rasa looks through all slots in each turn, also where no mapping can fill any.
        if self._fills_slots:
            return await super().run_action_extract_slots(output_channel, tracker)
        return tracker


def _fills_slots(domain: Domain) -> bool:
    """Whether a message can fill a slot: all others are only set by custom actions."""
    mappings = (mapping for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for mapping in slot.mappings)
    is_custom = all(one.get("type") == SlotMappingType.CUSTOM.value and not one.get("action") for one in mappings)
    return not is_custom or ACTION_VALIDATE_SLOT_MAPPINGS in domain.user_actions
