"""Reads events from JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from rasa.shared.core.events import Event, deserialise_events

from engine.upstream import replaces

# Rasa looks for the class of each single event by walking through all subclasses of Event: more than half of the time
# that it takes to read a conversation.
_find_class: Callable[[str, type[Event] | None], type[Event] | None] = Event.resolve_by_type


@cache
@replaces(Event.resolve_by_type, "b5cf570fa7f2")
def _event_class(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    return _find_class(type_name, default)


# Also where Rasa's own stores read.
Event.resolve_by_type = staticmethod(_event_class)


@replaces(Event.from_parameters, "0cd3c87e5812")
def read_events(serialised: Iterable[dict[str, Any]]) -> list[Event]:
    """Returns the events that the dictionaries describe, as `rasa.shared.core.events.deserialise_events` does.

    Raises:
        ValueError: The name of an event is unknown.
    """
    found: list[Event] = []
    for parameters in serialised:
        event_class = _event_class(parameters["event"]) if parameters.get("event") else None
        event = event_class._from_parameters(parameters) if event_class else None
        # What Rasa reads in another way, or warns of.
        found += [event] if event else deserialise_events([parameters])
    return found
