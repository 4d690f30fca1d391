"""How long each class of data is kept: for all sites by settings, for one by a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import record
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.identity.sites import SiteError

# A hundred years; more overflows dates.
LONGEST = 36_500


class DataClass(StrEnum):
    """What has a period of its own. The audit log has none: its chain would break."""

    MESSAGES = "messages"
    PICTURES = "pictures"
    TICKETS = "tickets"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Periods:
    """Days by class; 0: for ever, None: as messages."""

    messages: int
    pictures: int | None = None
    tickets: int | None = None
    engine: int | None = None

    def of(self, data_class: DataClass) -> int:
        """The days of one class."""
        days: int | None = getattr(self, data_class.value)
        return self.messages if days is None else days

    def changed(self, own: Mapping[str, int]) -> Periods:
        """These with a site's own ones in their place."""
        return Periods(**{name.value: own.get(name.value, getattr(self, name.value)) for name in DataClass})


@dataclass(frozen=True, slots=True)
class Retention:
    """The periods at one moment.

    Attributes:
        default: Of sites that have none of their own.
        sites: Those that have, by key.
        moment: From which is counted.
    """

    default: Periods
    sites: Mapping[str, Periods]
    moment: datetime

    @classmethod
    async def read(cls, transaction: AsyncSession, default: Periods, moment: datetime) -> Retention:
        """Reads what sites have of their own."""
        own: dict[str, dict[str, int]] = {}
        for row in await transaction.scalars(select(tables.SiteRetention)):
            own.setdefault(row.site_key, {})[row.data_class] = row.days
        return cls(default, {key: default.changed(days) for key, days in own.items()}, moment)

    def before(self, data_class: DataClass, periods: Periods | None = None) -> datetime | None:
        """The moment before which data is too old; None: nothing is."""
        days = (periods or self.default).of(data_class)
        return self.moment - timedelta(days=days) if days else None

    def expired(self, data_class: DataClass, at: Any, conversation_id: Any) -> ColumnElement[bool]:
        """Tells rows that are too old.

        Args:
            data_class: Theirs.
            at: The column with their time.
            conversation_id: The column that says whose they are.
        """
        if not self.sites:
            before = self.before(data_class)
            return false() if before is None else at < before
        site_key = tables.Conversation.site_key
        groups = [
            (site_key.not_in(self.sites), self.before(data_class)),
            *((site_key == key, self.before(data_class, periods)) for key, periods in self.sites.items()),
        ]
        return or_(
            false(),
            *(
                and_(at < before, conversation_id.in_(select(tables.Conversation.id).where(condition)))
                for condition, before in groups
                if before is not None
            ),
        )


async def set_retention(database: Database, key: str, own: Mapping[DataClass, int]) -> None:
    """Replaces what a site has of its own; none: it is kept as everywhere.

    Raises:
        SiteError: There is no such site.
    """
    async with database.write() as transaction:
        if await transaction.get(tables.Site, key) is None:
            raise SiteError(f"there is no site {key!r}")
        await transaction.execute(delete(tables.SiteRetention).where(tables.SiteRetention.site_key == key))
        transaction.add_all(
            tables.SiteRetention(site_key=key, data_class=data_class.value, days=days)
            for data_class, days in own.items()
        )
        record(transaction, Action.SITE_CHANGED, key, retention={name.value: days for name, days in own.items()})
