"""The Chinese pages have the headings, tables and code of the English ones, so that neither falls behind unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.paths import ROOT

CHINESE = ROOT / "docs" / "zh-CN"
PAGES = sorted(CHINESE.rglob("*.md"))
# Pages of docs/support that supervisors and admins read; the others are for who changes or connects to the gateway.
FOR_DESKS = ("configuration", "customers", "replies", "routing", "supervision", "targets")


def outline(path: Path) -> list[str]:
    """Returns the levels of headings, the fields that rows of tables are about, and blocks of code, in order."""
    text = path.read_text(encoding="utf-8")
    parts = re.findall(r"^#+(?= )|^\| `[^|`]+`(?= \|)|^\| \[[^\]]+\]|^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    # Comments in code are translated.
    return [re.sub(r"\s+#.*", "", part) if part.startswith("```") else part for part in parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHINESE)))
def test_both_languages_correspond(page: Path) -> None:
    assert outline(page) == outline(ROOT / "docs" / page.relative_to(CHINESE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHINESE)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_there_are_chinese_pages() -> None:
    assert {CHINESE / "support" / f"{name}.md" for name in FOR_DESKS} < set(PAGES)
