"""Filters of lists that agents have saved (docs/support/desk-api.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.base import Request, View

Place = Literal["tickets", "conversations"]
MOST_OF_NAME, _MOST_OF_VALUE = 40, 100
_SHARED_FILTERS = {"query", "agent_id", "topic", "site", "rating", "from", "to", "last_days"}
# What a list may be filtered by. `last_days` stands for the days up to today, on whatever day the view is opened.
FILTERS: Mapping[Place, frozenset[str]] = {
    "tickets": frozenset(_SHARED_FILTERS | {"status", "priority", "group_id", "label"}),
    "conversations": frozenset(_SHARED_FILTERS | {"outcome", "contains"}),
}


class SavedView(View):
    """Filters of a list under a name."""

    id: int
    place: Place
    name: str
    is_shared: bool = Field(description="Everybody's who sees the list; otherwise the agent's own")
    filters: dict[str, str] = Field(description="As in the query of the list; `last_days`: so many days up to today")


class SavedViewRequest(Request):
    """A view to keep."""

    place: Place
    name: str
    is_shared: bool = False
    filters: Annotated[dict[str, str], Field(min_length=1)]

    def cleaned(self) -> SavedViewRequest:
        """The same as it is stored.

        Raises:
            InputError: empty, too_long, malformed (also of a filter that the list does not have).
        """
        name = clean(self.name, MOST_OF_NAME).replace("\n", " ")
        if not FILTERS[self.place].issuperset(self.filters):
            raise InputError(ErrorCode.MALFORMED)
        filters = {key: clean(value, _MOST_OF_VALUE) for key, value in self.filters.items()}
        return self.model_copy(update={"name": name, "filters": filters})
