"""Opening hours and other settings, put into words."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.knowledge import Knowledge
from actions.knowledge.organisation import describe_hours, placeholder_values, setting_line
from actions.knowledge.schema import Organisation

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAY = ["09:00-12:00", "13:30-24:00"]
WEEK = {
    "mon": WORKDAY,
    "tue": WORKDAY,
    "wed": WORKDAY,
    "thu": WORKDAY,
    "fri": WORKDAY,
    "sat": ["10:00-16:00"],
    "sun": [],
}


def organisation(knowledge: Knowledge, **changes: Any) -> Organisation:
    return Organisation.model_validate({**knowledge.organisation.model_dump(), **changes})


@pytest.fixture
def open_weekdays(knowledge: Knowledge) -> Organisation:
    holidays = [{"date": "2027-01-01", "name": "元旦", "hours": []}]
    return organisation(knowledge, opening_hours=WEEK, holidays=holidays)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:59", False),
        ("2026-11-23T09:00", True),
        ("2026-11-23T12:00", False),
        ("2026-11-23T23:59", True),
        ("2026-11-28T09:30", False),
        ("2026-11-28T15:59", True),
        ("2026-11-29T12:00", False),
        ("2027-01-01T10:00", False),
    ],
)
def test_is_open(open_weekdays: Organisation, moment: str, expected: bool) -> None:
    assert open_weekdays.hours.is_open(datetime.datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)) is expected


def test_hours_are_meant_in_the_time_zone_of_the_organisation(open_weekdays: Organisation) -> None:
    assert open_weekdays.hours.is_open(datetime.datetime(2026, 11, 23, 1, 30, tzinfo=datetime.timezone.utc)) is True
    assert open_weekdays.hours.is_open(datetime.datetime(2026, 11, 22, 16, 30, tzinfo=datetime.timezone.utc)) is False


def test_hours_in_words(open_weekdays: Organisation) -> None:
    assert describe_hours(open_weekdays) == (
        "周一至周五 09:00-12:00、13:30-24:00；周六 10:00-16:00；周日 休息；2027-01-01（元旦）休息"
    )


def test_unset_settings_are_said_honestly(knowledge: Knowledge) -> None:
    now = datetime.datetime(2026, 11, 23, tzinfo=SHANGHAI)
    values = placeholder_values(organisation(knowledge), now)
    # The public lines of mainland China stand in until a deployment sets others.
    lines = {"police": "110", "ambulance": "120", "anti_fraud": "96110", "psychological_aid": "12356"}
    notice = str(knowledge.organisation.privacy_notice.text)
    assert values == {"brand_name": "u钱包", "privacy_notice": notice, **lines}
    hotline = next(item for item in knowledge.topics["contact_support"].items if item.value == "hotline")
    assert setting_line(hotline.settings[0], values) == hotline.settings[0].unknown
    assert "官网底部或APP内" in hotline.settings[0].unknown


def test_settings_that_are_filled_in(knowledge: Knowledge, open_weekdays: Organisation) -> None:
    filled = organisation(
        knowledge,
        hotline="95000",
        site_url="https://wallet.example",
        social_accounts=[{"platform": "微信公众号", "name": "u钱包服务"}],
        opening_hours=WEEK,
    )
    values = placeholder_values(filled, datetime.datetime(2026, 11, 23, 10, tzinfo=SHANGHAI))
    assert values["hotline"] == "95000"
    assert values["social_accounts"] == "微信公众号 u钱包服务"
    assert values["open_now"] == filled.hours_wording.open_now
    hours = knowledge.topics["support_hours"].settings[0]
    assert "周六 10:00-16:00" in setting_line(hours, values)


def test_how_long_chats_are_kept_is_told_only_where_it_is_set(knowledge: Knowledge) -> None:
    now = datetime.datetime(2026, 11, 23, tzinfo=SHANGHAI)
    line = next(item for item in knowledge.topics["chat_privacy"].items if item.value == "kept_for").settings[0]
    assert "没有登记" in setting_line(line, placeholder_values(organisation(knowledge), now))
    notice = {**knowledge.organisation.privacy_notice.model_dump(), "kept_for": "聊天记录保存180天。"}
    filled = placeholder_values(organisation(knowledge, privacy_notice=notice), now)
    assert setting_line(line, filled) == "聊天记录保存180天。"
