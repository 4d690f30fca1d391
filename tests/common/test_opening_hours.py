"""When human support is open, for bot and gateway alike."""

from __future__ import annotations

import ast
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

import common
from common.opening_hours import OpeningHours

FOLDER = Path(__file__).parent


def cases() -> list[Any]:
    return [
        pytest.param(group["organisation"], case, id=f"{group['name']} {case['at']}")
        for group in YAML(typ="safe").load(FOLDER / "opening_hours.yml")
        for case in group["cases"]
    ]


@pytest.mark.parametrize(("organisation", "case"), cases())
def test_open_and_next_opening(organisation: dict[str, Any], case: dict[str, Any]) -> None:
    holidays: dict[date, list[str]] = {holiday["date"]: holiday["hours"] for holiday in organisation["holidays"]}
    hours = OpeningHours(ZoneInfo(organisation["time_zone"]), organisation["opening_hours"], holidays)
    moment = datetime.fromisoformat(case["at"])
    assert hours.is_open(moment) is case["open"]
    opening = hours.next_opening(moment)
    assert (opening.isoformat(timespec="minutes") if opening else None) == case["next"]


def test_the_package_needs_the_standard_library_only() -> None:
    # Tracing loads OpenTelemetry when it is on, and only then (test_tracing.py).
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for folder in common.__path__
        for path in Path(folder).rglob("*.py")
        if path.name != "tracing.py"
    ]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    assert modules
    assert {module.split(".")[0] for module in modules} <= sys.stdlib_module_names | {"common"}
