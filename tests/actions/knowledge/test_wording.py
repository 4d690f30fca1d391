"""wording.yml: short answers are read, mistakes are told with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.dialogue.state import AttemptOutcome, HandoffReason
from actions.knowledge import Knowledge, KnowledgeError, load_knowledge


@pytest.mark.parametrize(
    ("text", "value"),
    [("第二个", "2"), ("1", "1"), ("选3", "3"), ("就第一个吧", "1"), ("第二步", None), ("第四个", None), ("", None)],
)
def test_ordinals(knowledge: Knowledge, text: str, value: str | None) -> None:
    assert knowledge.wording.choices.ordinals.read(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5分", "5"),
        ("给你5分好评", "5"),
        ("满分", "5"),
        ("三星", "3"),
        ("第一步怎么弄", None),
        ("55", None),
        ("", None),
    ],
)
def test_ratings(knowledge: Knowledge, text: str, value: str | None) -> None:
    assert knowledge.wording.rating.read(text) == value


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{reason}", "{reasno}", "handoff_summary.reason: unknown placeholder {reasno}, expected one of reason"),
        ("none_of_these:", "none_of_this:", "choices.none_of_this: unknown field"),
        ("list_separator: 、", "", "list_separator: required, but missing"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_reason(knowledge_folder: Path, old: str, new: str, problem: str) -> None:
    path = knowledge_folder / "wording.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(knowledge_folder)
    assert any(line.startswith(f"{path}:") and line.endswith(problem) for line in error.value.problems)


def test_a_missing_file_is_told(knowledge_folder: Path) -> None:
    (knowledge_folder / "wording.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"wording\.yml: the file is missing"):
        load_knowledge(knowledge_folder)


def test_every_reason_outcome_and_mood_has_words(knowledge: Knowledge) -> None:
    words = knowledge.wording.handoff_summary
    assert set(words.reasons) == {reason.value for reason in HandoffReason}
    assert set(words.outcomes) == {outcome.value for outcome in AttemptOutcome}
    assert set(words.moods) == {"calm", "frustrated", "distressed", "in_crisis"}
