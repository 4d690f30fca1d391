"""Puts what the deployment has filled in into words."""

from __future__ import annotations

import datetime
from itertools import groupby

from actions.knowledge.schema import Organisation, Setting
from common.opening_hours import WEEKDAYS


def _describe_spans(organisation: Organisation, spans: list[str]) -> str:
    wording = organisation.hours_wording
    return wording.span_separator.join(spans) if spans else wording.closed


def describe_hours(organisation: Organisation) -> str:
    """Returns the week's opening hours in words, days with the same hours together, then the holidays."""
    wording = organisation.hours_wording
    hours = organisation.opening_hours or {}
    parts = []
    for spans, group in groupby(WEEKDAYS, key=lambda day: hours.get(day, [])):
        days = list(group)
        name = wording.weekdays[days[0]]
        if len(days) > 1:
            name = wording.weekday_range.format(first=name, last=wording.weekdays[days[-1]])
        parts.append(f"{name} {_describe_spans(organisation, spans)}")
    parts += [
        wording.holiday.format(
            date=holiday.date.isoformat(), name=holiday.name, hours=_describe_spans(organisation, holiday.hours)
        )
        for holiday in organisation.holidays
    ]
    return wording.day_separator.join(parts)


def placeholder_values(organisation: Organisation, now: datetime.datetime) -> dict[str, str]:
    """Returns the value of every placeholder that the deployment has filled in.

    Args:
        organisation: The settings.
        now: A time with a time zone, for `open_now`.
    """
    lines = {name: str(number) for name, number in organisation.emergency_lines}
    notice = organisation.privacy_notice
    values = {"brand_name": str(organisation.brand_name), "privacy_notice": str(notice.text), **lines}
    if notice.policy_url:
        values["policy_url"] = notice.policy_url
    if notice.kept_for:
        values["kept_for"] = notice.kept_for
    if organisation.site_url:
        values["site_url"] = organisation.site_url
    if organisation.hotline:
        values["hotline"] = organisation.hotline
    if organisation.social_accounts:
        values["social_accounts"] = organisation.hours_wording.span_separator.join(
            f"{account.platform} {account.name}" for account in organisation.social_accounts
        )
    open_now = organisation.hours.is_open(now)
    if organisation.opening_hours is not None and open_now is not None:
        wording = organisation.hours_wording
        values["opening_hours"] = describe_hours(organisation)
        values["open_now"] = wording.open_now if open_now else wording.closed_now
    return values


def setting_line(setting: Setting, values: dict[str, str]) -> str:
    """Returns the line for a setting: its value in words, or that it is not known."""
    return (setting.known if setting.name in values else setting.unknown).format_map(values)
