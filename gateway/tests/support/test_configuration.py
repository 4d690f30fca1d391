"""What an admin changes at the desk holds at once, in every process, and can be taken back."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from tests.helpers.office import Office
from tests.support.conftest import OfficeFactory
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.protocol.configuration import HoursValue, QueueValue, TimersValue, WelcomeValue
from uwallet_gateway.support.official_holidays import YearUnknownError, official_holidays
from uwallet_gateway.transcript.messages import GREETING_PAYLOAD

WEEK = {day: ["09:00-18:00"] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [], "sun": []}


async def test_hours_hold_for_everybody_and_the_bot_is_told(make_office: OfficeFactory) -> None:
    office, other = await make_office(), await make_office()
    day_off = {"date": "2026-11-23", "until": "2026-11-24", "name": "店庆", "hours": []}
    hours = HoursValue.model_validate({"opening_hours": WEEK, "holidays": [day_off]})
    await office.services.configuration.change("hours", hours, "管理员")
    await other.services.configuration.reload()
    conversation_id = await office.user()
    for place in (office, other):
        # It is Monday, 10 o'clock, and a day off.
        assert (await place.state(conversation_id)).available is False
        assert place.services.opening_hours.spans_on(date(2026, 11, 25)) == ["09:00-18:00"]
    await office.say(conversation_id, "转人工")
    assert "25日" in (await office.last(conversation_id)).text
    assert office.engine.metadata[-1]["hours"]["holidays"][0]["name"] == "店庆"
    setting = (await office.services.configuration.read())[0]
    assert (setting.source, setting.changed_by, setting.fallback.opening_hours) == ("desk", "管理员", None)
    await office.services.configuration.reset("hours")
    assert (await office.services.configuration.read())[0].source == "file"
    await office.say(conversation_id, "你好")
    assert "hours" not in office.engine.metadata[-1]
    entry = await office.services.audit.last(Action.CONFIGURATION_RESET)
    assert entry
    assert entry.details["before"]["holidays"][0]["name"] == "店庆"


async def test_timers_and_the_limit_of_the_queue(office: Office) -> None:
    admin = await office.agent("管理员", role="admin")
    configuration = office.services.configuration
    timers = (await configuration.read())[1]
    assert timers.source == "default"
    shorter = TimersValue(**{**dict(timers.value), "user_remind_after": 30, "user_left_after": 60})
    await configuration.change("timers", shorter, "管理员")
    conversation_id, ticket = await office.chat(admin)
    await office.agents.say(ticket.id, admin, text="您好")
    await office.later(seconds=30)
    assert (await office.kinds(conversation_id))[-1] == "user_reminder"
    with pytest.raises(ValidationError):
        TimersValue(**{**dict(timers.value), "user_left_after": timers.value.user_remind_after})
    await configuration.change("queue", QueueValue(limit=1), "管理员")
    _, first = await office.waiting_ticket()
    full, second = await office.waiting_ticket()
    assert (first.status, second.status) == ("queued", "message")
    assert "排队的人" in (await office.last(full)).text
    # Who cannot wait is not turned away.
    _, urgent = await office.waiting_ticket("account_compromised")
    assert urgent.status == "queued"


async def test_the_greeting_is_the_admins_and_what_else_the_bot_says_stays(office: Office) -> None:
    await office.services.configuration.change("welcome", WelcomeValue(text="  欢迎来到商城  "), "管理员")
    greeting = {"text": "您好，我是机器人", "metadata": {"response": "utter_greet"}}
    answer = {"messages": [greeting, {"text": "接着来"}], "understood": None}
    office.engine.answers = {GREETING_PAYLOAD: answer, "你好": answer}
    conversation_id = await office.user()
    await office.press(conversation_id, GREETING_PAYLOAD)
    assert [message.text for message in (await office.messages(conversation_id))[1:]] == ["欢迎来到商城", "接着来"]
    # A greeting in the middle is the bot's.
    await office.say(conversation_id, "你好")
    assert (await office.messages(conversation_id))[4].text == "您好，我是机器人"


def test_the_official_calendar_has_ranges_and_working_weekends() -> None:
    found = official_holidays(2026, ["09:00-18:00"], "{name}调休上班")
    national = next(holiday for holiday in found if holiday.name == "国庆节")
    assert (national.date, national.until, national.hours) == (date(2026, 10, 1), date(2026, 10, 7), [])
    worked = [holiday.date for holiday in found if holiday.name == "国庆节调休上班"]
    assert worked == [date(2026, 9, 20), date(2026, 10, 10)]
    # Each day once: what can be stored.
    assert HoursValue(opening_hours=None, holidays=found).holidays == found
    with pytest.raises(YearUnknownError):
        official_holidays(2999, [], "")
