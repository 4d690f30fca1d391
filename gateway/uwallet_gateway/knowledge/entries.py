"""The entries of a bundle: what a content owner edits one at a time, and the files that they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from uwallet_gateway.knowledge.bundles import Files
from uwallet_gateway.knowledge.yaml_edits import UneditableError, line_of_item, read, with_fields, with_item, written
from uwallet_gateway.protocol.knowledge import (
    EntryChange,
    EntryKind,
    EntryProblem,
    FaqValue,
    HotQuestionsValue,
    NoticeValue,
    TextValue,
)

_KNOWLEDGE = "data/knowledge/"
_FAQ = "data/knowledge/faq/"
_NOTICES = "data/knowledge/notices.yml"
_ORGANISATION = "data/knowledge/organisation.yml"
_HOT_QUESTIONS = "data/knowledge/widget/hot_questions.yml"
_WORDING = ("wording", "safety", "danger", "crisis")
_FOLDERS: Mapping[str, EntryKind] = {
    "data/questions/": "questions",
    "data/nlu/": "examples",
    "data/lexicon/": "lexicon",
}
_MODELS: Mapping[str, type[BaseModel]] = {
    "faq": FaqValue,
    "notice": NoticeValue,
    "hot_questions": HotQuestionsValue,
    "wording": TextValue,
    "examples": TextValue,
    "lexicon": TextValue,
}
# Whole files.
_TEXTS = frozenset({"wording", "examples", "lexicon"})
# Fields of a faq that say where it stands.
_PLACE = ("category", "category_title")

Key = tuple[EntryKind, str]


class EntryError(ValueError):
    """An entry cannot be put into the files."""

    def __init__(self, problems: list[EntryProblem]) -> None:
        """Keeps what is wrong."""
        super().__init__("; ".join(f"{it.kind}/{it.id}: {it.field}: {it.message}" for it in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a bundle.

    Attributes:
        kind: What it is.
        id: Its name among those of its kind.
        title: What it is about, as far as its content says so.
        file: Where it stands.
        value: Its content as JSON.
        category: Of a faq, the id of its category.
    """

    kind: EntryKind
    id: str
    title: str
    file: str
    value: dict[str, Any]
    category: str | None = None


def entries_of(files: Files) -> dict[Key, Entry]:
    """All entries; a file that cannot be read is one entry with its text."""
    return {(entry.kind, entry.id): entry for path, text in files.items() for entry in _of_file(path, text)}


def categories_of(files: Files) -> dict[str, str]:
    """The titles of the categories of faqs by id."""
    found: dict[str, str] = {}
    for path, text in files.items():
        if path.startswith(_FAQ):
            found[_stem(path)] = str(_fields(text).get("category") or _stem(path))
    return found


def checked(kind: EntryKind, entry_id: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """The value of an entry as it is stored.

    Raises:
        EntryError: It is not what such an entry has.
    """
    model = _MODELS.get(kind)
    if model is None:
        if not value:
            raise EntryError([EntryProblem(kind=kind, id=entry_id, field="", message="must not be empty")])
        return dict(value)
    try:
        parsed = model.model_validate(value)
    except ValidationError as error:
        raise EntryError(
            [
                EntryProblem(
                    kind=kind,
                    id=entry_id,
                    field=_field(mistake["loc"]),
                    message=mistake["msg"].removeprefix("Value error, "),
                )
                for mistake in error.errors(include_url=False, include_input=False, include_context=False)
            ]
        ) from error
    return parsed.model_dump(mode="json", exclude_defaults=True)


def with_entry(files: Files, key: Key, value: Mapping[str, Any] | None) -> dict[str, str]:
    """The files with another value of an entry; None takes it out, an unknown one is added.

    Raises:
        EntryError: The files cannot have such an entry.
    """
    kind, entry_id = key
    changed = dict(files)
    try:
        if kind == "faq":
            _put_faq(changed, entry_id, value)
        elif kind == "notice":
            item = None if value is None else {"id": entry_id, **value}
            changed[_NOTICES] = with_item(changed.get(_NOTICES) or "notices: []\n", "notices", entry_id, item)
        elif value is None:
            changed.pop(path_of(key, files))
        else:
            path = path_of(key, files)
            if kind in _TEXTS:
                changed[path] = value["text"] if value["text"].endswith("\n") else value["text"] + "\n"
            else:
                changed[path] = with_fields(changed[path], value) if path in changed else written(value)
    except UneditableError as error:
        raise EntryError([EntryProblem(kind=kind, id=entry_id, field="", message=str(error))]) from error
    return dict(sorted(changed.items()))


def path_of(key: Key, files: Files) -> str:
    """Where an entry stands, or would stand."""
    kind, entry_id = key
    if kind == "faq":
        return next((path for path in files if path.startswith(_FAQ) and _has_faq(files[path], entry_id)), _FAQ)
    if kind == "notice":
        return _NOTICES
    if kind == "hot_questions":
        return _HOT_QUESTIONS
    folder = next((name for name, of in _FOLDERS.items() if of == kind), _KNOWLEDGE)
    known = f"{folder}{entry_id}.txt"
    return known if known in files else f"{folder}{entry_id}.yml"


def place_of(files: Files, file: str, line: int | None) -> Key | None:
    """The entry that stands in a line of a file; None if the file has none there."""
    entries = list(_of_file(file, files.get(file, "")))
    if len(entries) == 1 and entries[0].kind not in {"faq", "notice"}:
        return entries[0].kind, entries[0].id
    found: Key | None = None
    for entry in entries:
        begins = line_of_item(files[file], "faqs" if entry.kind == "faq" else "notices", entry.id)
        if begins is not None and line is not None and begins <= line:
            found = entry.kind, entry.id
    return found


def change_of(before: Entry | None, after: Entry | None) -> EntryChange | None:
    """How an entry differs; None if it does not."""
    if before is None:
        return "added" if after else None
    if after is None:
        return "removed"
    return None if before.value == after.value else "changed"


def _put_faq(files: dict[str, str], entry_id: str, value: Mapping[str, Any] | None) -> None:
    present = path_of(("faq", entry_id), files)
    target = None if value is None else f"{_FAQ}{value['category']}.yml"
    if present in files and present != target:
        files[present] = with_item(files[present], "faqs", entry_id, None)
        if not _fields(files[present]).get("faqs"):
            del files[present]
    if value is None or target is None:
        return
    title = value.get("category_title")
    if target not in files:
        if not title:
            problem = EntryProblem(
                kind="faq", id=entry_id, field="category_title", message="required for a new category"
            )
            raise EntryError([problem])
        files[target] = written({"category": title, "faqs": []})
    elif title and title != _fields(files[target]).get("category"):
        files[target] = with_fields(files[target], {**_fields(files[target]), "category": title})
    item = {"id": entry_id, **{name: content for name, content in value.items() if name not in _PLACE}}
    files[target] = with_item(files[target], "faqs", entry_id, item)


@lru_cache(maxsize=512)
def _of_file(path: str, text: str) -> tuple[Entry, ...]:
    stem = _stem(path)
    if path.startswith(_FAQ):
        return tuple(
            Entry(
                "faq",
                str(faq["id"]),
                str(faq.get("question") or faq["id"]),
                path,
                {"category": stem, **{name: value for name, value in faq.items() if name != "id"}},
                stem,
            )
            for faq in _items(text, "faqs")
        )
    if path == _NOTICES:
        return tuple(
            Entry("notice", str(it["id"]), str(it.get("text") or it["id"])[:60], path, _without_id(it))
            for it in _items(text, "notices")
        )
    if path == _HOT_QUESTIONS:
        return (Entry("hot_questions", stem, stem, path, _fields(text)),)
    kind = next((of for folder, of in _FOLDERS.items() if path.startswith(folder)), None)
    if kind is None:
        kind = "organisation" if path == _ORGANISATION else "wording" if stem in _WORDING else "topic"
    if kind in _TEXTS:
        return (Entry(kind, stem, stem, path, {"text": text}),)
    fields = _fields(text)
    return (Entry(kind, stem, str(fields.get("title") or stem), path, fields),)


def _items(text: str, field: str) -> list[dict[str, Any]]:
    items = _fields(text).get(field)
    return [it for it in items if isinstance(it, dict) and "id" in it] if isinstance(items, list) else []


def _has_faq(text: str, entry_id: str) -> bool:
    return any(it["id"] == entry_id for it in _items(text, "faqs"))


def _fields(text: str) -> dict[str, Any]:
    try:
        return read(text)
    except UneditableError:
        return {}


def _without_id(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != "id"}


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _field(location: tuple[int | str, ...]) -> str:
    name = ""
    for part in location:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else str(part)
    return name
