"""Opening hours as organisation.yml gives them; what they mean is tested in tests/common."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from uwallet_gateway.settings import Settings
from uwallet_gateway.support.hours import OrganisationError, load_opening_hours


def test_the_file_of_the_repository_is_read() -> None:
    hours = load_opening_hours(Settings.model_fields["organisation_file"].default)
    assert hours.zone.key == "Asia/Shanghai"


def test_hours_and_holidays(tmp_path: Path) -> None:
    path = tmp_path / "organisation.yml"
    weekly = {day: ["09:00-12:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    holidays = [{"date": "2027-01-01", "until": "2027-01-03", "name": "元旦", "hours": []}]
    content = {"time_zone": "Asia/Shanghai", "opening_hours": weekly, "holidays": holidays, "hotline": "for the bot"}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    hours = load_opening_hours(path)
    zone = ZoneInfo("Asia/Shanghai")
    assert hours.is_open(datetime(2026, 12, 31, 9, tzinfo=zone))
    assert not hours.is_open(datetime(2027, 1, 1, 9, tzinfo=zone))
    assert hours.next_opening(datetime(2026, 12, 31, 9, tzinfo=zone)) == datetime(2027, 1, 4, 9, tzinfo=zone)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time_zone": "Asia/Nowhere"}, "time_zone: expected an IANA time zone"),
        ({"opening_hours": {"mon": []}}, "opening_hours: weekday tue is missing"),
        (
            {"holidays": [{"date": "2027-01-01", "name": "x", "hours": ["9-12"]}]},
            "holidays[0].hours[0]: expected a span",
        ),
        ({"holidays": [{"date": "2027-01-01", "name": "x", "hours": ["09:00-09:00"]}]}, "a start and another end"),
        (
            {"holidays": [{"date": "2027-01-01", "name": "x", "hours": ["09:00-12:00", "11:30-21:00"]}]},
            "holidays[0].hours: expected spans that do not overlap",
        ),
        ({"holidays": [{"date": "2027-01-02", "until": "2027-01-01", "name": "x", "hours": []}]}, "a last day within"),
        ({"holidays": [{"date": "soon", "name": "x", "hours": []}]}, "holidays[0].date"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_key(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    path = tmp_path / "organisation.yml"
    content = {"time_zone": "Asia/Shanghai", "opening_hours": None, "holidays": [], **change}
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(OrganisationError) as error:
        load_opening_hours(path)
    assert str(path) in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize("content", [None, "[", "- 1", "\xff"])
def test_file_that_cannot_be_read(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "organisation.yml"
    if content is not None:
        path.write_bytes(content.encode("latin-1"))
    with pytest.raises(OrganisationError, match=r"organisation\.yml"):
        load_opening_hours(path)
