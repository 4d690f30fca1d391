"""The questions of the answers are read; a mistake is told with file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.knowledge import Knowledge, KnowledgeError
from actions.knowledge.questions import load_questions

ADDRESSES = frozenset({"refund/topic/cost", "refund/ask/why", "refund/ask/where"})


def loaded(folder: Path, text: str) -> list[str]:
    (folder / "refund.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_questions(ADDRESSES, folder)
    return [problem.replace(f"{folder}/", "") for problem in caught.value.problems]


def test_questions_are_kept_by_address_and_the_unanswered_by_place(tmp_path: Path) -> None:
    (tmp_path / "refund.yml").write_text(
        "ask:\n  why:\n  - 图啥\n  - 凭啥问\n  unanswered:\n  - 天气咋样\ntopic:\n  cost:\n  - 图啥\n", encoding="utf-8"
    )
    questions = load_questions(ADDRESSES, tmp_path)
    assert questions.by_answer == {"refund/ask/why": ["图啥", "凭啥问"], "refund/topic/cost": ["图啥"]}
    assert questions.unanswered == {"refund/ask": ["天气咋样"]}


def test_a_file_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "refund.yml"
    for text in ("图啥", "凭啥問"):
        file.write_text(f"ask:\n  why:\n  - {text}\n", encoding="utf-8")
        assert load_questions(ADDRESSES, tmp_path).by_answer == {"refund/ask/why": [text]}
    assert load_questions(ADDRESSES, tmp_path).normalized == {"refund/ask/why": ["凭啥问"]}
    file.unlink()
    assert not load_questions(ADDRESSES, tmp_path).by_answer


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("nowhere:\n  why:\n  - 图啥\n", "refund.yml:1: nowhere: refund has no answers at such a place"),
        ("ask:\n  how:\n  - 咋弄\n", "refund.yml:2: ask.how: no answer has this id there"),
        ("ask:\n- 咋弄\n", "refund.yml:1: ask: expected questions by the id of their answer"),
        ("ask:\n  why:\n", "refund.yml:2: ask.why: expected a list of questions"),
        ("ask:\n  why:\n  - 图啥\n  - ' '\n", "refund.yml:4: ask.why[1]: expected a question, found ' '"),
        ("ask:\n  why:\n  - 图啥\n  - 图啥\n", "refund.yml:4: ask.why[1]: '图啥' stands under why too"),
        (
            "ask:\n  why:\n  - 图啥\n  where:\n  - 图啥\n",
            "refund.yml:5: ask.where[0]: '图啥' stands under why too",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    assert loaded(tmp_path, text) == [problem]


def test_every_answer_can_be_asked_for(knowledge: Knowledge) -> None:
    questions = load_questions(knowledge.addresses).by_answer
    assert {address: len(questions.get(address, ())) for address in knowledge.answers} == {
        address: found for address in knowledge.answers if (found := len(questions.get(address, ()))) >= 6
    }
