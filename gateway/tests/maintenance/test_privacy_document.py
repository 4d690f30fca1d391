"""docs/privacy.md, in both languages, names every table and every class of what is masked."""

from __future__ import annotations

import re

import pytest

from uwallet_gateway.database.tables import Table
from uwallet_gateway.redaction.kinds import Kind, Sensitivity
from uwallet_gateway.settings import REPOSITORY


@pytest.mark.parametrize("name", ["privacy.md", "privacy.zh-CN.md"])
def test_each_table_and_each_level_is_told(name: str) -> None:
    document = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z_]+)`", document))
    assert set(Table.metadata.tables) - named == set()
    levels = re.findall(r"^\| (C[123])\b", document, re.MULTILINE)
    assert {kind.sensitivity.value for kind in Kind} | {"C1"} == set(levels)
    # What proves who somebody is stands nowhere.
    [secrets] = re.findall(rf"^\| {Sensitivity.C3.value}.*$", document, re.MULTILINE)
    assert secrets.count("never" if name == "privacy.md" else "从不") == 3
