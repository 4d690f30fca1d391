"""Erases and tells what the tracker store holds of conversations, on request of the gateway."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore

from engine.serving.tracker_store import ServingSQLTrackerStore


class CannotForgetError(Exception):
    """The configured tracker store has no way to erase."""


def forget(
    store: TrackerStore,
    senders: Iterable[str],
    before: float | None = None,
    keep: Sequence[str] = (),
    of: Sequence[str] = (),
) -> int:
    """Erases whole conversations and old events; returns how many events (of a store in memory: conversations).

    Args:
        store: The engine's.
        senders: Conversations to erase.
        before: Seconds since 1970; events of any conversation from before are erased, too.
        keep: Conversations whose old events stay.
        of: Conversations whose old events are erased; none: of all.

    Raises:
        CannotForgetError: The store is neither SQL nor in memory.
    """
    store = _innermost(store)
    if isinstance(store, ServingSQLTrackerStore):
        return store.erase(senders, before, keep, of)
    if isinstance(store, InMemoryTrackerStore):
        return sum(store.store.pop(sender, None) is not None for sender in senders)
    raise CannotForgetError(f"{type(store).__name__} cannot erase; erase there by its own means.")


async def events_of(store: TrackerStore, sender: str) -> list[dict[str, Any]]:
    """Returns all events of a conversation, oldest first.

    Raises:
        CannotForgetError: The store is neither SQL nor in memory.
    """
    store = _innermost(store)
    if isinstance(store, ServingSQLTrackerStore):
        return store.all_events(sender)
    tracker = await store.retrieve_full_tracker(sender)
    return [event.as_dict() for event in tracker.events] if tracker else []


def _innermost(store: TrackerStore) -> TrackerStore:
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store
