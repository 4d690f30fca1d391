"""docs/security/asvs.md names tests that exist, and counts right."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security" / "asvs.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| [12] \| ([a-z ]+) \| (.*) \|$", TEXT, re.MULTILINE)


def test_counts_are_those_of_the_rows() -> None:
    told = {state: int(number) for state, number in re.findall(r"^\| ([a-z ]+) \| (\d+) \|$", TEXT, re.MULTILINE)}
    assert told == Counter(state for _, state, _ in ROWS)
    assert len({number for number, _, _ in ROWS}) == len(ROWS) == 70 + 183


def test_each_state_has_what_shows_it() -> None:
    for number, state, shown in ROWS:
        assert shown.strip(), number
        named = re.findall(r"`([\w/]+\.py)::(\w+)`", shown)
        assert (state == "test") <= bool(named), number
        for path, name in named:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{number}: {name} is gone from {path}"


def test_tests_that_are_named_without_their_file_exist() -> None:
    named = {name for _, _, shown in ROWS for name in re.findall(r"`(test_\w+)`", shown)}
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "gateway" / "tests").rglob("test_*.py")]
    found = {name for file in files for name in re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8"))}
    assert named
    assert named <= found
