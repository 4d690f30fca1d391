"""The Chinese pages have the headings, tables and code of the English ones, so that neither falls behind unnoticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.paths import ROOT

CHINESE = ROOT / "docs" / "zh-CN"
PAGES = sorted(CHINESE.rglob("*.md"))
# Pages of docs/support for who works at the desk; the others are for who changes or connects to the gateway.
FOR_DESKS = (
    "accounts",
    "configuration",
    "customers",
    "devices",
    "exports",
    "first-day",
    "replies",
    "routing",
    "serving",
    "statistics",
    "studio",
    "supervision",
    "targets",
    "tickets",
)


def outline(path: Path) -> list[str]:
    """Returns the levels of headings, the fields that rows of tables are about, and blocks of code, in order."""
    text = path.read_text(encoding="utf-8")
    rows = r"^\| `[^|`]+`(?= \|)|^\| (?:\[[^\]]+\]|\*\*[^*]+\*\*)"
    parts = re.findall(rf"^#+(?= )|{rows}|^```.*?^```$", text, re.MULTILINE | re.DOTALL)
    # Comments in code are translated.
    return [re.sub(r"\s+#.*", "", part) if part.startswith("```") else part for part in parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(CHINESE)))
def test_both_languages_correspond(page: Path) -> None:
    assert outline(page) == outline(ROOT / "docs" / page.relative_to(CHINESE))


def anchors(path: Path) -> set[str]:
    """Returns what links to headings of a page say: the words, without punctuation."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(
    "page",
    [*PAGES, *(ROOT / "docs" / "support" / f"{name}.md" for name in FOR_DESKS)],
    ids=lambda page: str(page.relative_to(ROOT / "docs")),
)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)(?:#([^):]+))?\)", page.read_text(encoding="utf-8"))
    targets = [(page.parent / target if target else page, anchor) for target, anchor in links]
    lost = [(path.name, anchor) for path, anchor in targets if not path.exists()]
    lost += [
        (path.name, anchor)
        for path, anchor in targets
        if path.suffix == ".md" and path.exists() and anchor not in {"", *anchors(path)}
    ]
    assert lost == []


def test_there_are_chinese_pages() -> None:
    assert {CHINESE / "support" / f"{name}.md" for name in FOR_DESKS} < set(PAGES)
