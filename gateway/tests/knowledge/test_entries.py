"""One entry is changed, and every other line of the files stays."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest

from uwallet_gateway.knowledge.bundles import packed, read_folder
from uwallet_gateway.knowledge.entries import EntryError, Key, checked, entries_of, place_of, with_entry
from uwallet_gateway.settings import REPOSITORY

KNOWLEDGE = REPOSITORY / "data" / "knowledge"
FAQ = """# Kept as it is.
category: 付款
faqs:
- id: first   # a comment
  question: 第一个问题
  similar: [甲, 乙]
  answer: 答一

# Before the second.
- id: second
  question: 第二个问题
  similar:
  - 丙
  answer: |
    答二
    第二行
"""
VALUE: dict[str, Any] = {"category": "pay", "question": "新问题", "similar": ["丁"], "answer": "答三"}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return read_folder(KNOWLEDGE)


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def test_files_of_the_project_are_entries(files: dict[str, str]) -> None:
    entries = entries_of(files)
    kinds = {kind for kind, _ in entries}
    assert kinds == {"faq", "topic", "organisation", "hot_questions", "wording", "questions", "examples", "lexicon"}
    assert entries["topic", "forgot_password"].value["kind"] == "procedure"
    assert entries["faq", "before_paying"].category == "payment"
    assert {entry.file for entry in entries.values()} == {path for path in files if not path.endswith("notices.yml")}


def test_one_question_is_changed_and_nothing_else() -> None:
    files = {"data/knowledge/faq/pay.yml": FAQ}
    value = entries_of(files)["faq", "first"].value | {"answer": "答一，改过"}
    after = with_entry(files, ("faq", "first"), value)["data/knowledge/faq/pay.yml"]
    assert "- id: second\n  question: 第二个问题\n" in after
    assert after.startswith("# Kept as it is.\n")
    assert "\n\n# Before the second.\n" in after
    assert entries_of({"data/knowledge/faq/pay.yml": after})["faq", "first"].value["answer"] == "答一，改过"


@pytest.mark.parametrize("gone", ["first", "second"])
def test_a_question_is_added_moved_and_taken_out(gone: str) -> None:
    path, other = "data/knowledge/faq/pay.yml", "data/knowledge/faq/other.yml"
    files = with_entry({path: FAQ}, ("faq", "third"), VALUE)
    assert changed_lines(FAQ, files[path]) == [
        "+ - id: third",
        "+   question: 新问题",
        "+   similar:",
        "+   - 丁",
        "+   answer: 答三",
    ]
    moved = with_entry(files, ("faq", gone), VALUE | {"category": "other", "category_title": "其他"})
    assert set(moved) == {path, other}
    assert ("faq", gone) in entries_of({other: moved[other]})
    assert ("faq", gone) not in entries_of({path: moved[path]})
    left = with_entry(moved, ("faq", gone), None)
    assert set(left) == {path}
    assert {entry_id for _, entry_id in entries_of(left)} == {"first", "second", "third"} - {gone}


def test_a_new_category_needs_a_title() -> None:
    with pytest.raises(EntryError, match="category_title"):
        with_entry({}, ("faq", "third"), VALUE)


def test_notices_come_and_go(files: dict[str, str]) -> None:
    value = checked(
        "notice", "bank", {"text": "今晚维护", "valid_until": "2026-03-02", "explains": ["payment_failure"]}
    )
    after = with_entry(files, ("notice", "bank"), value)
    text = after["data/knowledge/notices.yml"]
    # A day without quotes: it ends with its end, which a text would not.
    assert "valid_until: 2026-03-02\n" in text
    assert text.startswith("# What is announced")
    assert with_entry(after, ("notice", "bank"), None)["data/knowledge/notices.yml"].endswith("notices: []\n")


def test_fields_of_a_topic_that_are_the_same_stay_as_they_are(files: dict[str, str]) -> None:
    path = "data/knowledge/forgot_password.yml"
    value = entries_of(files)["topic", "forgot_password"].value
    assert with_entry(files, ("topic", "forgot_password"), value) == files
    after = with_entry(files, ("topic", "forgot_password"), value | {"title": "找回密码"})[path]
    assert changed_lines(files[path], after) == [f"- title: {value['title']}", "+ title: 找回密码"]


@pytest.mark.parametrize(
    ("kind", "value", "field"),
    [
        ("faq", VALUE | {"similar": []}, "similar"),
        ("faq", VALUE | {"valid_from": "2026-03-02", "valid_until": "2026-03-01"}, ""),
        ("faq", VALUE | {"picture": {"url": "http://x", "alt": "图"}}, "picture.url"),
        ("faq", VALUE | {"colour": "red"}, "colour"),
        ("notice", {"text": "好", "valid_from": "明天"}, "valid_from"),
        ("lexicon", {}, "text"),
        ("topic", {}, ""),
    ],
)
def test_what_an_entry_cannot_have(kind: Any, value: dict[str, Any], field: str) -> None:
    with pytest.raises(EntryError) as caught:
        checked(kind, "x", value)
    assert [problem.field for problem in caught.value.problems] == [field]


def test_the_entry_of_a_line_is_known() -> None:
    files = {"data/knowledge/faq/pay.yml": FAQ, "data/knowledge/notices.yml": "notices: []\n"}
    assert place_of(files, "data/knowledge/faq/pay.yml", 6) == ("faq", "first")
    assert place_of(files, "data/knowledge/faq/pay.yml", 12) == ("faq", "second")
    assert place_of(files, "data/knowledge/faq/pay.yml", 2) is None


def test_a_bundle_is_what_the_export_writes(files: dict[str, str], tmp_path: Path) -> None:
    data = packed(files, "7")
    assert data == packed(dict(reversed(files.items())), "7")
    assert data[:2] == b"PK"


def test_what_windows_show_is_one_entry(files: dict[str, str]) -> None:
    path = "data/knowledge/widget/hot_questions.yml"
    key: Key = ("hot_questions", "hot_questions")
    value = entries_of(files)[key].value
    stored = checked(*key, value | {"pinned": [{"answer": "faq/before_paying", "valid_until": "2026-03-01"}]})
    after = with_entry(files, key, stored)
    assert after[path].splitlines()[1:] == [
        "days: 30",
        "pinned:",
        "- answer: faq/before_paying",
        "  valid_until: 2026-03-01",
    ]
    assert after[path].splitlines()[0] == files[path].splitlines()[0]
    assert entries_of(after)[key].value == stored
    # A bundle from before there was such a file gets one.
    others = {name: text for name, text in files.items() if name != path}
    assert with_entry(others, key, stored)[path].startswith("days: 30\npinned:\n")
    with pytest.raises(EntryError, match=r"pinned\[0\].answer"):
        checked(*key, {"days": 7, "pinned": [{"answer": "../x"}]})
    assert checked(*key, {"days": 30}) == {"days": 30}
