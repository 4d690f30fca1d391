"""Custom actions: run in this process without writing the conversation out, and checked by a compiled validator."""

from __future__ import annotations

import logging
from collections import UserDict, UserList
from collections.abc import Callable, Iterable
from functools import cache, cached_property, lru_cache
from typing import Any

import fastjsonschema
import rasa
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa_sdk.interfaces import ActionExecutionRejection as Rejection

from engine.serving.events import read_events
from engine.serving.local_actions import LocalActionEndpoint, as_json
from engine.upstream import replaces

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _event_schemas() -> dict[str, dict[str, Any]]:
    """Returns the schema of each kind of event.

    Rasa's schema lets each event match exactly one of some twenty kinds, which name their event as a constant; trying
    only those with the right name gives the same result.
    """
    item = RemoteAction.action_response_format_spec()["properties"]["events"]["items"]
    common = {name: value for name, value in item.items() if name != "oneOf"}
    kinds: dict[str, list[Any]] = {}
    for kind in item["oneOf"]:
        kinds.setdefault(kind["properties"]["event"]["const"], []).append(kind)
    return {name: {**common, "oneOf": branches} for name, branches in kinds.items()}


@cache
def _event_check(name: str) -> Callable[[Any], Any]:
    return fastjsonschema.compile(_event_schemas()[name])


def is_valid(result: Any) -> bool:
    """Returns whether what an action returned has the shape that Rasa asks for."""
    try:
        for event in result.get("events", ()):
            _event_check(event["event"])(event)
        responses = result.get("responses", [])
        return isinstance(responses, list) and all(isinstance(response, dict) for response in responses)
    except (fastjsonschema.JsonSchemaException, AttributeError, KeyError, TypeError):
        return False


class _LazyEvents(UserList[Any]):
    """The events of a conversation as JSON, written out when an action looks at them."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._events = list(events)

    @cached_property
    def data(self) -> list[Any]:  # type: ignore[override]
        return list(as_json([event.as_dict() for event in self._events]))


class _LazyDomain(UserDict[str, Any]):
    """The domain as JSON, written out when an action looks at it."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]
        return dict(as_json(self._domain.as_dict()))


class ServingAction(RemoteAction):
    """Rasa's RemoteAction with two differences.

    The response is checked by compiled validators. Rasa calls `jsonschema.validate`, which for each response first
    validates the schema itself against the metaschema and then interprets it: three quarters of a turn.

    Where the action runs in this process, all events and the domain are written out only if the action reads them.
    Rasa sends them with each call: in a long conversation that is most of a turn.
    """

    @replaces(RemoteAction._validate_action_result, "f8cdb4be6812")
    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        # Rasa's own check says what is wrong in the words that its documentation explains.
        return is_valid(result) or bool(super()._validate_action_result(result))

    @replaces(RemoteAction.run, "ccabf6f1160d")
    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """Runs the action (see parent class).

        Raises:
            ActionExecutionRejection: The action rejected to run.
            RasaException: The action does not exist or failed.
        """
        endpoint = self.action_endpoint
        if not isinstance(endpoint, LocalActionEndpoint):
            return list(await super().run(output_channel, nlg, tracker, domain))
        try:
            result = await endpoint.execute(self._local_call(tracker, domain))
        except Rejection as rejection:
            error = ActionExecutionRejection(rejection.action_name, rejection.message)
            logger.error(error.message)
            raise error from rejection
        except Exception as failure:
            raise RasaException(f"Failed to execute custom action '{self.name()}'") from failure
        self._validate_action_result(result)
        messages = await self._utter_responses(result.get("responses", []), output_channel, nlg, tracker)
        return [*messages, *read_events(result.get("events", []))]

    @replaces(RemoteAction._action_call_format, "428795b944f2")
    def _local_call(self, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
        state = as_json(tracker.current_state(EventVerbosity.NONE))
        state["events"] = _LazyEvents(tracker.events)
        call = {"next_action": self.name(), "sender_id": tracker.sender_id, "tracker": state}
        if not self._is_selective_domain_enabled() or domain.does_custom_action_explicitly_need_domain(self.name()):
            call["domain"] = _LazyDomain(domain)
        return {**call, "version": rasa.__version__}


def serving_action(action: Action) -> Action:
    """Returns the action, a custom one as `ServingAction`."""
    if type(action) is RemoteAction:
        return ServingAction(action.name(), action.action_endpoint)
    return action
