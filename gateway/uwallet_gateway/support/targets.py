"""Service targets: until when a ticket must have its first reply and its end. Opening hours may be all that counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from common.opening_hours import OpeningHours
from uwallet_gateway.database import tables
from uwallet_gateway.protocol.service import ServiceTargets

# Days ahead that are searched for open time.
_FURTHEST = 400
_DAY = timedelta(days=1)


class TargetClock:
    """Counts the time that counts for targets."""

    def __init__(self, targets: ServiceTargets, hours: OpeningHours) -> None:
        """Keeps targets and hours. Hours that are not filled in restrict nothing."""
        self._targets = targets
        self._hours = hours if targets.opening_hours_only and hours.weekly is not None else None

    def begin(self, ticket: tables.Ticket) -> None:
        """Sets what is due of a ticket that is new, is queued for the first time, or has become more urgent.

        What is due already becomes due earlier, never later.
        """
        reply, resolution = (
            self._targets.first_reply.of(ticket.priority),
            self._targets.resolution.of(ticket.priority),
        )
        if reply is not None and ticket.queued_at is not None and ticket.first_reply_at is None:
            ticket.reply_due_at = _earlier(ticket.reply_due_at, self.after(ticket.queued_at, reply))
        if resolution is not None:
            ticket.resolve_due_at = _earlier(ticket.resolve_due_at, self.after(ticket.created_at, resolution))

    def reopen(self, ticket: tables.Ticket, due_at: datetime) -> None:
        """Begins the time of a closed ticket anew, from when somebody is to come back to it."""
        resolution = self._targets.resolution.of(ticket.priority)
        ticket.resolve_due_at = None if resolution is None else self.after(due_at, resolution)
        ticket.resolve_missed = False
        if ticket.first_reply_at is None:
            # Nobody waits for it in the queue any more.
            ticket.reply_due_at = None

    def pause(self, ticket: tables.Ticket, moment: datetime, until: datetime) -> None:
        """Stops the clock of the resolution between two moments: the user knows until when nothing happens.

        Without effect on what is missed already. An `until` that lies before `moment` takes a pause back.
        """
        if ticket.resolve_due_at is not None and ticket.resolve_due_at > moment:
            remaining = self.between(moment, ticket.resolve_due_at)
            ticket.resolve_due_at = self.after(until, remaining.total_seconds())

    def after(self, start: datetime, seconds: float) -> datetime:
        """The moment when so much counted time has gone by."""
        remaining = timedelta(seconds=seconds)
        for begins, ends in self._open(start):
            if ends - begins >= remaining:
                return begins + remaining
            remaining -= ends - begins
        # Never open, or all the time.
        return start + timedelta(seconds=seconds)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The counted time between two moments."""
        if self._hours is None:
            return end - start
        counted = timedelta()
        for begins, ends in self._open(start):
            if begins >= end:
                break
            counted += min(ends, end) - begins
        return counted

    def _open(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Spans of open time from a moment on, in order, in UTC: local times are no measure when clocks change."""
        if self._hours is None:
            return
        first = start.astimezone(self._hours.zone).date() - _DAY
        for number in range(_FURTHEST):
            day = first + number * _DAY
            for span in sorted(self._hours.spans_on(day) or ()):
                begins, ends = self._span(day, span)
                if ends > start:
                    yield max(begins, start.astimezone(UTC)), ends

    def _span(self, day: date, span: str) -> tuple[datetime, datetime]:
        assert self._hours is not None
        opens, closes = span.split("-")
        last = day + _DAY if closes <= opens or closes == "24:00" else day
        zone = self._hours.zone
        begins = datetime.combine(day, time.fromisoformat(opens), zone)
        ends = datetime.combine(last, time.fromisoformat("00:00" if closes == "24:00" else closes), zone)
        return begins.astimezone(UTC), ends.astimezone(UTC)


def _earlier(existing: datetime | None, wanted: datetime) -> datetime:
    return wanted if existing is None else min(existing, wanted)
