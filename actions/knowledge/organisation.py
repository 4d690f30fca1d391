"""Puts what the deployment has filled in into words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from pydantic import ValidationError

from actions.knowledge.hours import describe_hours
from actions.knowledge.schema import Organisation, Setting


def placeholder_values(organisation: Organisation, now: datetime.datetime, question: str = "") -> dict[str, str]:
    """Returns the value of every placeholder that the deployment has filled in.

    Args:
        organisation: The settings.
        now: A time with a time zone, for `open_now`.
        question: What the user has said, for `opening_hours`: a day that it names is answered first.
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
        today = now.astimezone(organisation.hours.zone).date()
        values["opening_hours"] = describe_hours(organisation, today, question)
        values["open_now"] = wording.open_now if open_now else wording.closed_now
    return values


def with_told_hours(organisation: Organisation, told: object) -> Organisation:
    """Returns the settings with the opening hours that the gateway tells with a message, where they were changed there.

    Args:
        organisation: The settings of the file.
        told: `hours` of the message's metadata, unchecked; what is wrong or missing changes nothing.
    """
    if not isinstance(told, Mapping):
        return organisation
    changed = {name: told[name] for name in ("opening_hours", "holidays") if name in told}
    try:
        return Organisation.model_validate({**dict(organisation), **changed})
    except ValidationError:
        return organisation


def setting_line(setting: Setting, values: dict[str, str]) -> str:
    """Returns the line for a setting: its value in words, or that it is not known."""
    return (setting.known if setting.name in values else setting.unknown).format_map(values)
