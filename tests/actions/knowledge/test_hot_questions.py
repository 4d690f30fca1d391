"""What the window shows as asked most: everything that is named there is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.knowledge import KnowledgeError, load_knowledge
from actions.knowledge.hot_questions import FILE

TEXT = """days: 7
pinned:
- answer: payment_failure
  valid_from: 2026-03-01
  valid_until: 2026-03-31
  sites: [shop]
- answer: faq/before_paying
  question: 付款之前要看什么
  at_welcome: false
hidden: [account_closure, faq/before_paying]
"""


@pytest.fixture
def path(knowledge_folder: Path) -> Path:
    path = knowledge_folder / FILE
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_file_that_is_right_is_taken_and_none_is_needed(knowledge_folder: Path, path: Path) -> None:
    load_knowledge(knowledge_folder)
    path.unlink()
    load_knowledge(knowledge_folder)


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("answer: payment_failure", "answer: nowhere", 3, "pinned[0].answer: no topic is named 'nowhere'"),
        ("answer: faq/before_paying", "answer: faq/none", 7, "pinned[1].answer: no question is named 'none'"),
        ("[account_closure,", "[nowhere,", 10, "hidden[0]: no topic is named 'nowhere'"),
        ("valid_until: 2026-03-31", "valid_until: 2026-02-01", 3, "lies before valid_from"),
        ("days: 7", "days: 700", 1, "days: "),
        ("sites: [shop]", "site: shop", 6, "pinned[0].site: unknown field"),
        ("answer: payment_failure", "answer: closure_consequences", 3, "has no questions: write one"),
        ("pinned:", "pinned: [", 1, "not valid YAML"),
    ],
)
def test_every_mistake_is_told_with_its_place(path: Path, old: str, new: str, line: int, reason: str) -> None:
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    if "no questions" in reason:
        topic = path.parents[1] / "closure_consequences.yml"
        lines = topic.read_text(encoding="utf-8").splitlines(keepends=True)
        topic.write_text("".join(it for it in lines if not it.startswith("questions:")), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(path.parents[1])
    (problem,) = caught.value.problems
    assert problem.startswith(f"{path}:")
    assert reason in problem
    if "YAML" not in reason:
        assert problem.startswith(f"{path}:{line}: ")
