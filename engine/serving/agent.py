"""Loads the agent with which the server answers."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from rasa.core.agent import Agent, load_agent, load_from_server
from rasa.core.brokers.broker import EventBroker
from rasa.core.channels.channel import UserMessage
from rasa.core.http_interpreter import RasaNLUHttpInterpreter
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.core.domain import Domain

from actions.knowledge.bundle import Bundle, current_bundle, turn_with
from engine.serving.local_actions import LocalActionEndpoint
from engine.serving.lock_store import create_lock_store
from engine.serving.processor import ServingProcessor
from engine.serving.tracker_store import ServingSQLTrackerStore, create_tracker_store
from engine.upstream import replaces

# Any text will do: it makes every part of a turn run once.
_WARM_UP_TEXT = "warm up"


class ServingAgent(Agent):
    """Rasa's Agent with `ServingProcessor`: the one whose model was trained for the bundle of this turn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Has no model yet (see parent class)."""
        self._own: ServingProcessor | None = None
        self._own_domain: Domain | None = None
        self._trained: WeakKeyDictionary[Bundle, ServingProcessor] = WeakKeyDictionary()
        super().__init__(*args, **kwargs)

    @property
    def processor(self) -> ServingProcessor | None:
        """The processor for the bundle of this turn; outside of any turn, of what is served."""
        # Most never publish what has to be trained, and some have no bundle here at all (actions elsewhere).
        return self._trained.get(current_bundle(), self._own) if self._trained else self._own

    @processor.setter
    def processor(self, processor: ServingProcessor | None) -> None:
        self._own = processor

    @property
    def domain(self) -> Domain | None:
        """The domain of the model of this turn; outside of any turn, of what is served."""
        return self.processor.domain if self._trained and self.processor else self._own_domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._own_domain = domain

    @property
    def own_processor(self) -> ServingProcessor:
        """The processor of the model that the server was started with."""
        assert self._own is not None, "loaded before the server starts"
        return self._own

    def trained_processor(self, model_path: Path) -> ServingProcessor:
        """Returns a processor of another model, beside those that serve; not in the thread that serves."""
        return self._processor_of(model_path)

    def use_for(self, bundle: Bundle, processor: ServingProcessor) -> None:
        """Handles the turns of a bundle by a processor of its own, as long as somebody has the bundle."""
        self._trained[bundle] = processor

    def has_own_model(self, bundle: Bundle) -> bool:
        """Returns whether a processor of its own handles the turns of a bundle."""
        return bundle in self._trained

    def _processor_of(self, model_path: str | Path) -> ServingProcessor:
        return ServingProcessor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
            http_interpreter=self.http_interpreter,
        )

    @replaces(Agent.load_model, "f4c1ab4c5c7a")
    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Loads a model (see parent class)."""
        # The class of the processor is written out in Rasa's method; the rest is the same.
        self.processor = self._processor_of(model_path)
        self.domain = self.own_processor.domain
        self._set_fingerprint(fingerprint)
        self.tracker_store.domain = self.domain
        if isinstance(self.nlg, TemplatedNaturalLanguageGenerator):
            self.nlg.responses = self.domain.responses if self.domain else {}

    @staticmethod
    @replaces(Agent._create_tracker_store, "97499b594b45")
    def _create_tracker_store(store: TrackerStore | None, domain: Domain | None) -> TrackerStore:
        # Without Rasa's FailSafeTrackerStore, to which a conversation that cannot be read is a new one, and which keeps
        # in memory what cannot be written: the user would begin anew, and the turn be lost with the process.
        store = store or InMemoryTrackerStore(domain)
        store.domain = domain
        return store

    async def handle_message(self, message: UserMessage) -> list[dict[str, Any]] | None:
        """Handles a message (see parent class), with one bundle of knowledge from its beginning to its end."""
        with turn_with():
            found: list[dict[str, Any]] | None = await super().handle_message(message)
        return found

    async def parse_message(self, message_data: str) -> dict[str, Any]:
        """Returns what the NLU makes of a text (see parent class), with one bundle of knowledge."""
        with turn_with():
            return dict(await super().parse_message(message_data))

    def use_stores(self, tracker_store: TrackerStore, lock_store: LockStore) -> None:
        """Keeps conversations and locks in these stores from now on."""
        self.tracker_store: TrackerStore = self._create_tracker_store(tracker_store, self.domain)
        self.lock_store: LockStore = lock_store
        if self.processor:
            self.processor.tracker_store, self.processor.lock_store = self.tracker_store, lock_store

    async def warm_up(self) -> None:
        """Plays one turn that is kept nowhere, so that the first user does not wait for caches to fill.

        Actions that run elsewhere are not called: their server may start later.
        """
        if self.processor is None:
            return
        if not isinstance(self.action_endpoint, LocalActionEndpoint):
            await self.parse_message(_WARM_UP_TEXT)
            return
        processor = copy.copy(self.processor)
        processor.tracker_store = InMemoryTrackerStore(self.domain)
        await processor.handle_message(UserMessage(_WARM_UP_TEXT))


def load_serving_agent(
    model_path: str, endpoints: AvailableEndpoints, remote_storage: str | None = None
) -> ServingAgent:
    """Returns an agent that needs only its stores to answer; its model may still have to come from a model server.

    Args:
        model_path: A model or the folder whose latest model is taken.
        endpoints: What `endpoints.yml` says; its stores are not opened here.
        remote_storage: Where to fetch the model that `model_path` names, as for `rasa run`.

    Raises:
        RasaException: The model cannot be loaded. Rasa would log that and serve without a model.
    """
    agent = ServingAgent(
        generator=endpoints.nlg,
        action_endpoint=endpoints.action,
        model_server=endpoints.model,
        remote_storage=remote_storage,
        http_interpreter=RasaNLUHttpInterpreter(endpoints.nlu) if endpoints.nlu else None,
    )
    if endpoints.model is None and remote_storage is not None:
        agent.load_model_from_remote_storage(model_path)
    elif endpoints.model is None:
        agent.load_model(model_path)
    return agent


@replaces(load_agent, "abc2a4cb13cb")
async def open_stores(agent: ServingAgent, endpoints: AvailableEndpoints) -> None:
    """Connects the agent with its stores and its model server. To be called in the process that serves.

    Raises:
        RasaException: A store, the broker or the model server cannot be reached.
    """
    broker = await EventBroker.create(endpoints.event_broker)
    tracker_store = create_tracker_store(endpoints.tracker_store, agent.domain, broker)
    lock_store = create_lock_store(endpoints.lock_store)
    if isinstance(tracker_store, ServingSQLTrackerStore):
        tracker_store.is_shared = not isinstance(lock_store, InMemoryLockStore)
    agent.use_stores(tracker_store, lock_store)
    if endpoints.model is not None:
        await load_from_server(agent, endpoints.model)
        await agent.warm_up()
