"""Days as people count them: in the organisation's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Of one request: a leap year.
MOST_DAYS = 366
# Nobody had a bot before; and the calendar of the library ends somewhere.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2999, 12, 31)


class PeriodError(ValueError):
    """The days asked for are none, or too many."""


@dataclass(frozen=True)
class Period:
    """Some days in a row.

    Attributes:
        first: The first day.
        last: The last one, included.
        zone: Where the days are counted.
    """

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Checks the order and the length.

        Raises:
            PeriodError: The last day is before the first, they are more than `MOST_DAYS`, or of another age.
        """
        if self.first < _EARLIEST or self.last > _LATEST:
            msg = f"from {self.first} to {self.last} is too long ago, or too far away"
            raise PeriodError(msg)
        if not self.first <= self.last < self.first + timedelta(days=MOST_DAYS):
            msg = f"from {self.first} to {self.last} is not 1 to {MOST_DAYS} days"
            raise PeriodError(msg)

    @property
    def days(self) -> list[date]:
        """All of them, in order."""
        return [self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1)]

    @property
    def before(self) -> Period:
        """As many days that end where these begin.

        Raises:
            PeriodError: They are too long ago.
        """
        count = len(self.days)
        return Period(self.first - timedelta(days=count), self.last - timedelta(days=count), self.zone)

    @property
    def start(self) -> datetime:
        """The moment in UTC at which the first day begins."""
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """The moment in UTC at which the last day has ended."""
        return self._midnight(self.last + timedelta(days=1))

    def spans(self) -> Iterator[tuple[date, datetime, datetime]]:
        """Each day with the moments in UTC at which it begins and has ended; not all have 24 hours."""
        for day in self.days:
            yield day, self._midnight(day), self._midnight(day + timedelta(days=1))

    def day_of(self, moment: datetime) -> date:
        """The day in which a moment is."""
        return moment.astimezone(self.zone).date()

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)
