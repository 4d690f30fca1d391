"""Opening hours; the cases are shared with the bot's tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from uwallet_gateway.settings import REPOSITORY, Settings
from uwallet_gateway.support.hours import OpeningHours, OrganisationError, load_opening_hours

SHARED = REPOSITORY / "tests" / "shared" / "opening_hours.yml"


def shared_cases() -> list[Any]:
    return [
        pytest.param(group["organisation"], case, id=f"{group['name']} {case['at']}")
        for group in yaml.safe_load(SHARED.read_text(encoding="utf-8"))
        for case in group["cases"]
    ]


@pytest.mark.parametrize(("organisation", "case"), shared_cases())
def test_open_and_next_opening(organisation: dict[str, Any], case: dict[str, Any]) -> None:
    hours = OpeningHours.model_validate(organisation)
    moment = datetime.fromisoformat(case["at"])
    assert hours.is_open(moment) is case["open"]
    opening = hours.next_opening(moment)
    assert (opening.isoformat(timespec="minutes") if opening else None) == case["next"]


def test_the_file_of_the_repository_is_read() -> None:
    hours = load_opening_hours(Settings.model_fields["organisation_file"].default)
    assert hours.time_zone == "Asia/Shanghai"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"time_zone": "Asia/Nowhere"}, "time_zone: expected an IANA time zone"),
        ({"opening_hours": {"mon": []}}, "opening_hours: weekday tue is missing"),
        (
            {"holidays": [{"date": "2027-01-01", "name": "x", "hours": ["9-12"]}]},
            "holidays[0].hours[0]: expected a span",
        ),
        ({"holidays": [{"date": "2027-01-01", "name": "x", "hours": ["12:00-09:00"]}]}, "a start before the end"),
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
