"""What the deployment announces (公告): `data/knowledge/notices.yml`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from actions.knowledge.schema import Text

if TYPE_CHECKING:
    # In `typing` since 3.11.
    from typing_extensions import Self


def _moment(value: Any) -> Any:
    """Returns the first moment of a day that is named without an hour."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time())
    return value


def _last_moment(value: Any) -> Any:
    """Returns the last moment of a day that is named without an hour: it holds all that day."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return datetime.datetime.combine(value, datetime.time.max)
    return value


def _without_zone(value: datetime.datetime) -> datetime.datetime:
    if value.tzinfo is not None:
        raise ValueError("expected a time without a zone: that of organisation.yml holds")
    return value


_From = Annotated[datetime.datetime, BeforeValidator(_moment), AfterValidator(_without_zone)]
_Until = Annotated[datetime.datetime, BeforeValidator(_last_moment), AfterValidator(_without_zone)]


class Notice(BaseModel):
    """One notice.

    Attributes:
        id: Its name.
        text: What is said.
        priority: The highest comes first.
        valid_from, valid_until: Days, or times of the zone of `organisation.yml`; None without a limit.
        explains: Ids of topics with steps of which it may be the cause: it is said before they begin.
        sites, channels: Where it is said; none for all.
        source: Who has announced it, for whoever checks it; never said.
    """

    id: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    text: Text
    priority: int = 0
    valid_from: _From | None = None
    valid_until: _Until | None = None
    explains: list[str] = []
    sites: list[str] = []
    channels: list[str] = []
    source: Text | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until: lies before valid_from")
        return self

    def holds(self, moment: datetime.datetime | None, site: str | None, channel: str | None) -> bool:
        """Whether it is said at a moment and a place; without a moment only what has no limit is."""
        if (self.sites and site not in self.sites) or (self.channels and channel not in self.channels):
            return False
        if moment is None:
            return self.valid_from is None and self.valid_until is None
        local = moment.replace(tzinfo=None)
        return (self.valid_from is None or self.valid_from <= local) and (
            self.valid_until is None or local <= self.valid_until
        )


class Notices(BaseModel):
    """The file."""

    notices: list[Notice] = []

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    @field_validator("notices")
    @classmethod
    def _unique_ids(cls, notices: list[Notice]) -> list[Notice]:
        names = [notice.id for notice in notices]
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"id {repeated[0]!r} occurs twice")
        return notices

    @property
    def ranked(self) -> tuple[Notice, ...]:
        """The notices, the most important first."""
        return tuple(sorted(self.notices, key=lambda notice: -notice.priority))
