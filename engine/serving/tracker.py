"""A conversation whose cost for a turn does not grow with its length."""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from typing import Any

from rasa.shared.constants import DEFAULT_SENDER_ID
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    Event,
    FollowupAction,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from engine.upstream import replaces


@dataclasses.dataclass
class _History:
    """The dialogue states before the latest actions, and the tracker that has come as far as they have.

    Copies of a conversation share it until one of them goes on: most are made for an action and thrown away.
    """

    domain: Domain
    tracker: DialogueStateTracker
    position: int
    states: deque[State]
    is_shared: bool = False

    def copy(self) -> _History:
        return _History(self.domain, _copy_state(self.tracker), self.position, self.states.copy())


class ServingTracker(DialogueStateTracker):
    """Rasa's tracker without the replays of the whole conversation.

    Rasa replays all events for each copy (one per action), filters all events whenever it asks which of them count
    (five times per turn), and replays them again for each prediction. This class keeps what they led to.

    Attributes:
        stored_events: How many of the events the tracker store is known to hold.
        last_id: What the store calls the last event that it had of the conversation; 0: it had none; None: unknown.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Makes an empty tracker (see parent class)."""
        self._is_updating = False
        self._is_followup_cleared = False
        self._applied: list[Event] | None = []
        self._applied_until = 0
        self._has_loops = False
        self._history: _History | None = None
        self.stored_events = 0
        self.last_id: int | None = None
        super().__init__(*args, **kwargs)

    def update(self, event: Event, domain: Domain | None = None) -> None:
        """Modifies the state by an event (see parent class)."""
        self._is_updating = True
        try:
            super().update(event, domain)
        finally:
            self._is_updating = False
        if isinstance(event, ActionExecuted | FollowupAction | Restarted | SessionStarted):
            self._is_followup_cleared = False
        self._note_applied(event)

    def clear_followup_action(self) -> None:
        """Forgets the follow-up action (see parent class)."""
        # The processor does so without an event: a replay would bring the follow-up action back.
        if not self._is_updating and self.followup_action:
            self._is_followup_cleared = True
        super().clear_followup_action()

    @replaces(DialogueStateTracker.copy, "dfa48dca9f35")
    @replaces(DialogueStateTracker.travel_back_in_time, "09d16f28f007")
    @replaces(DialogueStateTracker.init_copy, "429fcd2243b9")
    def copy(self) -> DialogueStateTracker:
        """Returns what replaying all events in a new tracker would give."""
        if self._is_followup_cleared:
            return super().copy()
        duplicate = _copy_state(self)
        duplicate._applied = None if self._applied is None else self._applied.copy()
        if self._history:
            self._history.is_shared = True
        duplicate.sender_id = self.sender_id or DEFAULT_SENDER_ID
        duplicate.sender_source = duplicate.model_id = duplicate.assistant_id = None
        return duplicate

    @replaces(DialogueStateTracker.applied_events, "764d5065ea99")
    def applied_events(self) -> list[Event]:
        """Returns the events that count (see parent class)."""
        return list(self._applied_events())

    def _applied_events(self) -> list[Event]:
        if self._applied is None or self._applied_until != len(self.events) or self._max_event_history is not None:
            self._applied = super().applied_events()
            self._applied_until = len(self.events)
            self._has_loops = any(isinstance(event, ActiveLoop) and event.name for event in self.events)
            self._history = None
        return self._applied

    def _note_applied(self, event: Event) -> None:
        """Takes the event just added into account, or leaves it to `applied_events` to begin anew."""
        if self._applied is None:
            return
        is_loop = isinstance(event, ActiveLoop) and bool(event.name)
        if (
            self._applied_until != len(self.events) - 1
            or isinstance(event, ActionReverted | UserUtteranceReverted)
            or is_loop
            or (self._has_loops and isinstance(event, ActionExecuted))
        ):
            self._applied = None
            return
        if isinstance(event, Restarted | SessionStarted):
            self._applied, self._history = [], None
        else:
            self._applied.append(event)
        self._applied_until += 1

    @replaces(DialogueStateTracker.past_states, "5463eefb5c69")
    @replaces(DialogueStateTracker.generate_all_prior_trackers, "a1f6954347b5")
    @replaces(Domain.states_for_tracker_history, "035111ce73ac")
    def recent_states(self, domain: Domain, length: int) -> list[State]:
        """Returns the last `length` of `past_states(domain)`, which the caller may change."""
        applied = self._applied_events()
        history = self._history
        if history is None or history.domain is not domain or history.states.maxlen != length:
            # The first state that is asked for may be the present one.
            history = self._history = _History(domain, self.init_copy(), 0, deque(maxlen=length))
        if history.is_shared and history.position < len(applied):
            history = self._history = history.copy()
        for event in itertools.islice(applied, history.position, None):
            if isinstance(event, ActionExecuted):
                history.states.append(domain.get_active_state(history.tracker))
            event.apply_to(history.tracker)
        history.position = len(applied)
        states = [*history.states, domain.get_active_state(history.tracker)][-length:]
        return [{name: dict(part) for name, part in state.items()} for state in states]

    def keep_up_with(self, other: ServingTracker) -> None:
        """Works out the recent states that `other`, a copy with the same events, was asked for."""
        if other._history:
            self.recent_states(other._history.domain, other._history.states.maxlen or 0)


def _shallow_copy(original: Slot | DialogueStateTracker) -> Any:
    # What copy.copy does by way of pickling's protocol, in a sixth of the time.
    duplicate = object.__new__(type(original))
    duplicate.__dict__.update(original.__dict__)
    return duplicate


def _copy_state(tracker: DialogueStateTracker) -> Any:
    duplicate = _shallow_copy(tracker)
    duplicate.events = tracker.events.copy()
    duplicate.slots = {name: _shallow_copy(slot) for name, slot in tracker.slots.items()}
    duplicate.latest_action = dict(tracker.latest_action) if tracker.latest_action is not None else None
    duplicate.active_loop = tracker.active_loop and dataclasses.replace(tracker.active_loop)
    return duplicate
