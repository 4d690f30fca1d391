"""Service targets: until when a ticket is due, what happens when it is late, and how often targets are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from common.opening_hours import WEEKDAYS, OpeningHours
from tests.helpers.office import MONDAY, Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway import clock
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import AuditFilter
from uwallet_gateway.database import tables
from uwallet_gateway.hooks.outbox import Outbox
from uwallet_gateway.insight.service import TargetFacts, counted
from uwallet_gateway.protocol.service import Kept, PriorityTargets, ServiceTargets
from uwallet_gateway.settings import SettingsError, load_settings
from uwallet_gateway.support.targets import TargetClock

SHANGHAI = ZoneInfo("Asia/Shanghai")


def hours(spans: list[str] | None, holidays: dict[date, list[str]] | None = None) -> OpeningHours:
    return OpeningHours(SHANGHAI, None if spans is None else dict.fromkeys(WEEKDAYS, spans), holidays or {})


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def target_clock(opening: OpeningHours, *, only: bool = True) -> TargetClock:
    none = PriorityTargets()
    return TargetClock(ServiceTargets(first_reply=none, resolution=none, opening_hours_only=only), opening)


@pytest.mark.parametrize(
    ("opening", "start", "minutes", "due"),
    [
        (hours(["09:00-18:00"]), local(23, 10), 30, local(23, 10, 30)),
        (hours(["09:00-18:00"]), local(23, 17, 50), 30, local(24, 9, 20)),
        (hours(["09:00-18:00"]), local(23, 3), 30, local(23, 9, 30)),
        (hours(["09:00-12:00", "13:00-18:00"]), local(23, 11, 50), 30, local(23, 13, 20)),
        # The night of the day before, and midnight.
        (hours(["22:00-06:00"]), local(23, 5, 50), 30, local(23, 22, 20)),
        (hours(["00:00-24:00"]), local(23, 23, 50), 30, local(24, 0, 20)),
        (hours(["09:00-18:00"], {date(2026, 11, 24): []}), local(23, 17, 50), 30, local(25, 9, 20)),
        # Hours that are not filled in, or never.
        (hours(None), local(23, 3), 30, local(23, 3, 30)),
        (hours([]), local(23, 3), 30, local(23, 3, 30)),
    ],
)
def test_only_the_time_within_opening_hours_counts(
    opening: OpeningHours, start: datetime, minutes: int, due: datetime
) -> None:
    counting = target_clock(opening)
    assert counting.after(start, minutes * 60) == due
    if opening.weekly and any(opening.weekly.values()):
        assert counting.between(start, due) == timedelta(minutes=minutes)
    assert target_clock(opening, only=False).after(start, minutes * 60) == start + timedelta(minutes=minutes)


async def set_targets(office: Office, *, first_reply: int | None = 60, resolution: int | None = 3600) -> None:
    rule = ServiceTargets(
        first_reply=PriorityTargets(urgent=30, normal=first_reply),
        resolution=PriorityTargets(normal=resolution),
        opening_hours_only=False,
    )
    await office.services.desk_rules.set_targets(rule)


async def due(office: Office, ticket_id: int) -> tuple[datetime | None, datetime | None]:
    ticket = await office.tickets.ticket(ticket_id)
    return ticket.reply_due_at, ticket.resolve_due_at


async def missed(office: Office, ticket_id: int) -> list[Any]:
    events = (await office.tickets.details(ticket_id)).events
    return [event.details["target"] for event in events if event.kind == "target_missed"]


async def test_without_targets_nothing_is_due(office: Office) -> None:
    await office.agent("小林")
    _, ticket = await office.waiting_ticket()
    assert await due(office, ticket.id) == (None, None)
    await office.later(days=3)
    assert await missed(office, ticket.id) == []


@pytest.mark.both_databases
async def test_what_is_late_is_told_once(office: Office) -> None:
    lin = await office.agent("小林")
    await set_targets(office)
    conversation_id, ticket = await office.waiting_ticket()
    began = ticket.queued_at
    assert began is not None
    assert await due(office, ticket.id) == (began + timedelta(minutes=1), ticket.created_at + timedelta(hours=1))
    # Of urgent ones another target holds, as soon as it is known that they are.
    await office.say(conversation_id, "转人工：account_compromised")
    assert (await due(office, ticket.id))[0] == began + timedelta(seconds=30)
    await office.later(seconds=31)
    await office.round()
    assert await missed(office, ticket.id) == ["first_reply"]
    await office.agents.claim(ticket.id, lin)
    await office.agents.keep_open(ticket.id, lin, kept_open=True)
    await office.agents.say(ticket.id, lin, text="您好")
    await office.later(hours=1)
    assert await missed(office, ticket.id) == ["first_reply", "resolution"]


async def test_a_reply_in_time_is_not_late(office: Office) -> None:
    lin = await office.agent("小林")
    await set_targets(office)
    _, ticket = await office.chat(lin)
    await office.pass_time(seconds=30)
    await office.agents.say(ticket.id, lin, text="您好")
    await office.later(minutes=1)
    assert await missed(office, ticket.id) == []


async def test_the_clock_stands_while_a_ticket_is_put_off(office: Office) -> None:
    lin = await office.agent("小林")
    await set_targets(office)
    _, ticket = await office.chat(lin)
    _, at_first = await due(office, ticket.id)
    assert at_first is not None
    await office.pass_time(minutes=20)
    tomorrow = clock.now() + timedelta(days=1)
    # The clock of the test goes on: the moment of a command lies between two looks.
    before = clock.now()
    await office.agents.follow_up(ticket.id, lin, due_at=tomorrow)
    after = clock.now()
    _, put_off = await due(office, ticket.id)
    assert put_off is not None
    assert tomorrow + (at_first - after) <= put_off <= tomorrow + (at_first - before)
    # Put off again: what is left of the hour stays what it is.
    await office.agents.follow_up(ticket.id, lin, due_at=tomorrow + timedelta(days=1))
    assert (await due(office, ticket.id))[1] == put_off + timedelta(days=1)
    # The agent comes back to it sooner.
    await office.pass_time(minutes=10)
    before = clock.now()
    await office.agents.claim(ticket.id, lin)
    after = clock.now()
    _, in_the_end = await due(office, ticket.id)
    assert in_the_end is not None
    assert before + (put_off - tomorrow) <= in_the_end <= after + (put_off - tomorrow)


async def test_a_reopened_ticket_begins_anew(office: Office) -> None:
    lin = await office.agent("小林")
    await set_targets(office)
    _, ticket = await office.chat(lin)
    await office.agents.close(ticket.id, lin, disposition="solved")
    await office.pass_time(days=2)
    tomorrow = clock.now() + timedelta(days=1)
    await office.agents.follow_up(ticket.id, lin, due_at=tomorrow)
    assert (await due(office, ticket.id))[1] == tomorrow + timedelta(hours=1)
    await office.round()
    assert await missed(office, ticket.id) == []


async def test_a_missed_target_is_a_hook_event(office: Office) -> None:
    class Robot:
        name, site, events = "robot", None, frozenset({"sla_breached"})

    await office.agent("小林")
    await set_targets(office)
    steps = office.services.support_scheduler._steps
    steps._record = Outbox(office.services.database, [Robot()]).record  # type: ignore[list-item]  # a set of names
    _, ticket = await office.waiting_ticket()
    await office.later(minutes=2)
    async with office.services.database.read() as session:
        [delivery] = await session.scalars(select(tables.HookDelivery))
    assert (delivery.event, delivery.body["target"]) == ("sla_breached", "first_reply")
    assert delivery.body["ticket"]["number"] == ticket.number


async def test_targets_of_the_settings_hold_until_others_are_set(make_office: OfficeFactory) -> None:
    office: Office = await make_office(target_first_reply="60,180,0", target_resolution="3600,7200,86400")
    targets = await office.services.desk_rules.targets()
    assert targets.first_reply == PriorityTargets(urgent=60, high=180, normal=None)
    assert (targets.resolution.normal, targets.opening_hours_only) == (86400, True)
    await set_targets(office)
    entries, _ = await office.services.audit.page(AuditFilter(action=Action.TARGETS_CHANGED), limit=1)
    assert entries[0].details["after"]["first_reply"]["urgent"] == 30
    for wrong in ("60", "60,180,5", "60,180,-1"):
        with pytest.raises(SettingsError, match="TARGET_FIRST_REPLY"):
            load_settings(development=True, target_first_reply=wrong)


def test_kept_missed_and_open_are_counted_by_group() -> None:
    moment = MONDAY
    early, late = moment - timedelta(minutes=5), moment + timedelta(minutes=5)
    pay, none = (1, "支付组"), (None, None)

    def facts(group: Any, due_at: datetime | None, **more: datetime | None) -> TargetFacts:
        return TargetFacts(group, due_at, more.get("replied_at"), more.get("resolve_due_at"), more.get("closed_at"))

    figures = counted(
        [
            facts(pay, moment, replied_at=early),
            facts(pay, early, replied_at=moment),
            facts(none, late),
            facts(none, early),
            # Gone before it was due: nobody's merit and nobody's fault.
            facts(none, late, closed_at=moment),
            facts(none, None, resolve_due_at=late, closed_at=moment),
        ],
        moment,
    )
    assert figures.first_reply == Kept(kept=1, missed=2, open=1)
    assert figures.resolution == Kept(kept=1, missed=0, open=0)
    assert [(group.name, group.first_reply.kept, group.first_reply.missed) for group in figures.groups] == [
        ("支付组", 1, 1),
        (None, 0, 1),
    ]
    assert moment.tzinfo is UTC
