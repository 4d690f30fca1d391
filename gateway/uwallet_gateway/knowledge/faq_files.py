"""Questions with one answer as rows of a table, out and in again (docs/support/knowledge-api.md)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.knowledge.store import EntryEdit
from uwallet_gateway.protocol.knowledge import Category, EntryProblem, EntryView, FaqImportProblem
from uwallet_gateway.yaml_files import load_yaml

# Rows of a file, with its headings: more than any deployment has.
MOST_ROWS = 2001
_REQUIRED = ("category", "question", "similar", "answer")
_FILE = Path(__file__).with_name("faq_files.yml")
_LONGEST_ID = 48
# As a spreadsheet counts: the headings are row 1.
_FIRST_ROW = 2


class FaqFileTextsError(Exception):
    """faq_files.yml is wrong; the text names line, field and reason."""


class FaqFileTexts(BaseModel):
    """What stands in the file beside the questions themselves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    headings: dict[str, str]
    separator: str
    name: str
    example: dict[str, str | dt.date]
    problems: dict[str, str]


@lru_cache(maxsize=1)
def load_faq_file_texts() -> FaqFileTexts:
    """Reads them once.

    Raises:
        FaqFileTextsError: The file is wrong.
    """
    return load_yaml(_FILE, FaqFileTexts, FaqFileTextsError)[0]


class FaqTable:
    """The questions of a version, and what their cells name."""

    def __init__(self, faqs: Iterable[EntryView], topics: Iterable[EntryView], categories: Iterable[Category]) -> None:
        """Keeps them; removed questions are left out."""
        self._texts = load_faq_file_texts()
        self._faqs = {faq.id: faq for faq in faqs if faq.change != "removed"}
        self._topics = {topic.id: topic.title or topic.id for topic in topics}
        self._categories = {category.id: category.title for category in categories}

    def rows(self) -> list[list[str]]:
        """The headings, and a row for each question."""
        return [list(self._texts.headings.values()), *(self._row(faq) for faq in self._faqs.values())]

    def template(self) -> list[list[str]]:
        """The headings, and one row that says what belongs where."""
        example = [str(self._texts.example.get(name, "")) for name in self._texts.headings]
        return [list(self._texts.headings.values()), example]

    def _row(self, faq: EntryView) -> list[str]:
        value = faq.value
        joined = self._texts.separator.join
        cells = {
            "id": faq.id,
            "category": self._categories.get(value["category"], value["category"]),
            "similar": "\n".join(value["similar"]),
            "buttons": joined(self._topics.get(topic, topic) for topic in value.get("buttons") or ()),
            "sites": joined(value.get("sites") or ()),
            "channels": joined(value.get("channels") or ()),
        }
        return [cells.get(name) or str(value.get(name) or "") for name in self._texts.headings]

    def edits(self, rows: Sequence[Sequence[str]]) -> tuple[list[EntryEdit], list[int], list[FaqImportProblem]]:
        """What a file changes.

        Returns:
            The changes, the row of each, and what is wrong with other rows.

        Raises:
            InputError: file_unreadable, if a heading is missing.
        """
        names = {heading: name for name, heading in self._texts.headings.items()}
        columns = [names.get(heading.strip()) for heading in rows[0]] if rows else []
        if any(name not in columns for name in _REQUIRED):
            raise InputError(ErrorCode.FILE_UNREADABLE)
        reader = _Reader(self._texts, self._faqs, self._topics, self._categories)
        edits: list[EntryEdit] = []
        numbers: list[int] = []
        problems: list[FaqImportProblem] = []
        for number, row in enumerate(rows[1:], _FIRST_ROW):
            cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name}
            if not any(cells.values()):
                continue
            found: dict[str, str] = {}
            edit = reader.edit(cells, found.__setitem__)
            if found:
                problems += [self._problem(number, field, text) for field, text in found.items()]
            else:
                edits.append(edit)
                numbers.append(number)
        return edits, numbers, problems

    def located(
        self, problems: Iterable[EntryProblem], edits: Sequence[EntryEdit], numbers: Sequence[int]
    ) -> list[FaqImportProblem]:
        """Problems of entries by the rows that they come from."""
        rows = {edit.key[1]: number for edit, number in zip(edits, numbers, strict=True)}
        return [
            self._problem(rows.get(it.id, 1), re.split(r"[.\[]", it.field, maxsplit=1)[0], it.message)
            for it in problems
        ]

    def _problem(self, row: int, field: str, message: str) -> FaqImportProblem:
        return FaqImportProblem(row=row, column=self._texts.headings.get(field, ""), message=message)


class _Reader:
    """Reads the rows of one file."""

    def __init__(
        self,
        texts: FaqFileTexts,
        faqs: Mapping[str, EntryView],
        topics: Mapping[str, str],
        categories: Mapping[str, str],
    ) -> None:
        self._texts, self._faqs = texts, faqs
        self._topics = {**{title: name for name, title in topics.items()}, **{name: name for name in topics}}
        self._categories = {**{title: name for name, title in categories.items()}, **{it: it for it in categories}}
        self._taken = set(faqs)
        self._seen: set[str] = set()
        self._new_categories: dict[str, str] = {}

    def edit(self, cells: Mapping[str, str], tell: Callable[[str, str], None]) -> EntryEdit:
        """What a row changes; `tell` is called with the field and the reason where something is wrong."""
        problems = self._texts.problems
        for name in _REQUIRED:
            if not cells.get(name):
                tell(name, problems["missing"])
        existing = self._existing(cells.get("id", ""), tell)
        name = existing.id if existing else _free_id(cells.get("question", ""), self._taken)
        self._taken.add(name)
        self._seen.add(name)
        value = {**(existing.value if existing else {}), **self._value(cells, tell)}
        return EntryEdit(("faq", name), existing.revision if existing else None, value)

    def _existing(self, name: str, tell: Callable[[str, str], None]) -> EntryView | None:
        if name and name not in self._faqs:
            tell("id", self._texts.problems["unknown_id"])
        elif name in self._seen:
            tell("id", self._texts.problems["repeated_id"])
        return self._faqs.get(name)

    def _value(self, cells: Mapping[str, str], tell: Callable[[str, str], None]) -> dict[str, Any]:
        value: dict[str, Any] = {name: cells[name] for name in ("question", "answer") if name in cells}
        value |= self._category(cells.get("category", ""))
        value["similar"] = list(dict.fromkeys(filter(None, map(str.strip, cells.get("similar", "").splitlines()))))
        # A column that the file has not leaves what there is.
        for name in ("sites", "channels"):
            if name in cells:
                value[name] = self._parts(cells[name])
        for name in ("outdated", "source"):
            if name in cells:
                value[name] = cells[name] or None
        if "buttons" in cells:
            value["buttons"] = []
            for part in self._parts(cells["buttons"]):
                if part in self._topics:
                    value["buttons"].append(self._topics[part])
                else:
                    tell("buttons", self._texts.problems["no_topic"].format(name=part))
        for name in ("valid_from", "valid_until"):
            if name in cells:
                value[name] = cells[name].replace("/", "-") or None
                if value[name] and not _is_day(value[name]):
                    tell(name, self._texts.problems["no_day"])
        return value

    def _category(self, title: str) -> dict[str, Any]:
        if title in self._categories:
            return {"category": self._categories[title]}
        if title and title not in self._new_categories:
            taken = {*self._categories.values(), *self._new_categories.values()}
            self._new_categories[title] = _free_id(title, taken)
        return {"category": self._new_categories.get(title, ""), "category_title": title}

    def _parts(self, cell: str) -> list[str]:
        return [part.strip() for part in re.split(rf"[{self._texts.separator};,，\n]", cell) if part.strip()]


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _free_id(title: str, taken: Iterable[str]) -> str:
    """An id that says in pinyin what it is about."""
    # A third of a second, which commands need not spend.
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    sound = re.sub(r"[^a-z0-9]+", "_", "_".join(lazy_pinyin(title)).lower()).strip("_")[:_LONGEST_ID].strip("_")
    name = sound if sound[:1].isalpha() else f"q_{sound}".strip("_")
    others = set(taken)
    number = 1
    while (found := name if number == 1 else f"{name}_{number}") in others:
        number += 1
    return found
