"""What is bold on the pages for people at the desk stands on the screen: none tells of a button that is gone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.docs.test_translations import FOR_DESKS
from tests.paths import ROOT

PAGES = [ROOT / "docs" / folder / f"{name}.md" for folder in ("support", "zh-CN/support") for name in FOR_DESKS]
HEADINGS = ROOT / "gateway/uwallet_gateway/insight/texts.yml"
# The parts of it that are headings of files, which exports.md explains.
FILES = (
    "tickets",
    "ticket_history",
    "conversations",
    "transcript",
    "statistics",
    "misunderstood",
    "performance",
    "answers",
    "replies",
    "audit",
)
# A text with less than this beside its gaps fits anything.
LEAST_WORDS = 2


def texts_of(value: object) -> Iterator[str]:
    """Yields every text in a file of texts, names of texts left out."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)


@cache
def headings() -> dict[str, dict[str, str]]:
    """Returns the headings and words of exported files, by part."""
    found: dict[str, dict[str, str]] = YAML(typ="safe").load(HEADINGS)
    return found


@cache
def on_screen() -> re.Pattern[str]:
    """Returns what fits a whole text of the desk or of an exported file, its gaps filled with anything."""
    files = [*(ROOT / "web/desk/src/i18n").glob("*.json")]
    texts = [text for file in files for text in texts_of(json.loads(file.read_text(encoding="utf-8")))]
    parts = [re.split(r"\{\w+\}", text) for text in [*texts, *texts_of(headings())]]
    named = [words for words in parts if len(words) == 1 or len(re.findall(r"\w", "".join(words))) >= LEAST_WORDS]
    return re.compile("|".join(".+".join(map(re.escape, words)) for words in named))


def bold(path: Path) -> list[str]:
    """Returns what stands in bold on a page, in order."""
    text = re.sub(r"^```.*?^```$|`[^`\n]+`", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)


def strangers(words: Iterable[str]) -> set[str]:
    """Returns those that stand nowhere on the screen; two words say what bold means."""
    return {word for word in words if word not in {"粗体", "bold"} and not on_screen().fullmatch(word)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "docs")))
def test_what_is_bold_stands_on_the_screen(page: Path) -> None:
    assert strangers(bold(page)) == set()


def test_a_wrong_name_is_found() -> None:
    assert strangers(["接待下一位", "接待下一位（3人在等）", "接待下一个", "没听懂的消息", "3人"]) == {
        "接待下一个",
        "没听懂的消息",
        "3人",
    }


@pytest.mark.parametrize("folder", ["support", "zh-CN/support"])
def test_each_column_of_exported_files_is_explained(folder: str) -> None:
    explained = set(bold(ROOT / "docs" / folder / "exports.md"))
    assert {name for part in FILES for name in headings()[part].values()} - explained == set()
