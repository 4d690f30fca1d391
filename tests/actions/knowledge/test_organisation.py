"""Opening hours and other settings, put into words."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.knowledge import Knowledge
from actions.knowledge.hours import describe_hours
from actions.knowledge.loader import as_filled_in
from actions.knowledge.organisation import placeholder_values, setting_line, with_told_hours
from actions.knowledge.schema import Organisation
from common.opening_hours import WEEKDAYS

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A Saturday.
TODAY = datetime.date(2026, 11, 28)
IN_WORDS = "周一至周五 09:00-12:00、13:30-24:00；周六 10:00-16:00；周日 休息"
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
    assert describe_hours(open_weekdays, TODAY) == f"{IN_WORDS}；2027年1月1日（元旦）休息"


def test_only_the_next_holidays_are_told_in_ranges_and_by_date(knowledge: Knowledge) -> None:
    spring = [{"date": f"2027-02-{day:02}", "name": "春节", "hours": []} for day in range(6, 12)]
    holidays = [
        *reversed(spring),
        {"date": "2027-02-12", "until": "2027-02-14", "name": "春节", "hours": ["10:00-16:00"]},
        {"date": "2026-10-01", "until": "2026-10-07", "name": "国庆节", "hours": []},
        {"date": "2027-05-01", "until": "2027-05-05", "name": "劳动节", "hours": []},
        {"date": "2027-01-01", "name": "元旦", "hours": []},
    ]
    told = describe_hours(organisation(knowledge, opening_hours=WEEK, holidays=holidays), TODAY)
    assert told.removeprefix(IN_WORDS) == (
        "；2027年1月1日（元旦）休息；2027年2月6日至2月11日（春节）休息；2027年2月12日至2月14日（春节）10:00-16:00"
    )


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("你们元旦上班吗", "2027年1月1日（元旦）休息"),
        ("国庆有人吗", "国庆有没有另外的安排，这里没有登记"),
        ("明天有客服吗", "明天（11月29日）休息"),
        ("周六几点上班", "周六（11月28日）10:00-16:00"),
        ("下周六呢", "周六（12月5日）10:00-16:00"),
        ("周末有人工吗", "周六（11月28日）10:00-16:00；周日（11月29日）休息"),
        ("1月1号上班不", "2027年1月1日休息"),
    ],
)
def test_the_day_that_is_asked_about_is_answered(open_weekdays: Organisation, question: str, answer: str) -> None:
    assert describe_hours(open_weekdays, TODAY, question) == f"{answer}。平时：{IN_WORDS}"


def test_what_is_generally_so_is_not_said_once_the_hours_are_known(
    knowledge: Knowledge, open_weekdays: Organisation
) -> None:
    topic = knowledge.topics["support_hours"]
    assert as_filled_in(topic, organisation(knowledge)) is topic
    filled = as_filled_in(topic, open_weekdays)
    assert "一般来说" not in str(filled.text)
    assert "{opening_hours}" in str(filled.text)
    # These say that nothing is known.
    assert filled.answers == []
    # Hours that an admin sets at the desk count as much as those of the file, and may be taken back.
    told = knowledge.filled_in(open_weekdays)
    assert told.topics["support_hours"] == filled
    assert told.filled_in(knowledge.organisation).topics["support_hours"] == topic
    assert knowledge.filled_in(knowledge.organisation) is knowledge
    # So do answers within another topic.
    in_app = told.topics["contact_in_app"]
    parts = [in_app.answers, *(step.answers for step in in_app.steps)]
    about_hours = [answer for answers in parts for answer in answers if answer.id == "hours"]
    assert ["{opening_hours}" in answer.text for answer in about_hours] == [True] * 3
    assert len(in_app.answers) == len(knowledge.topics["contact_in_app"].answers)


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


def test_hours_changed_at_the_desk_are_told_and_broken_ones_change_nothing(knowledge: Knowledge) -> None:
    now = datetime.datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
    week = {day: ["09:00-18:00"] for day in WEEKDAYS}
    party = {"date": "2026-11-23", "until": "2026-11-24", "name": "店庆", "hours": []}
    told = with_told_hours(organisation(knowledge), {"opening_hours": week, "holidays": [party]})
    assert "店庆" in placeholder_values(told, now)["opening_hours"]
    unchanged = organisation(knowledge)
    wrong: list[object] = [None, "x", {"opening_hours": {"mon": []}}, {"holidays": [{"date": "soon"}]}]
    for broken in wrong:
        assert with_told_hours(unchanged, broken) == unchanged
