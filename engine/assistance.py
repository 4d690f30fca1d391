"""What the knowledge says beside any conversation: to agents who answer, and to who labels messages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from actions.base import knowledge
from actions.knowledge.organisation import placeholder_values
from actions.suggestions import Suggestion, intent_titles, suggestions


def suggestions_for(parse: Mapping[str, Any]) -> list[Suggestion]:
    """Returns what the knowledge says now to a message that the NLU has parsed, best first."""
    return suggestions(knowledge(), _values(), parse)


def titles_of(intents: Iterable[str]) -> dict[str, str]:
    """Returns the Chinese titles of intents that a message can be labelled with."""
    return intent_titles(knowledge(), intents, _values())


def _values() -> dict[str, str]:
    return placeholder_values(knowledge().organisation, datetime.datetime.now(datetime.timezone.utc))
