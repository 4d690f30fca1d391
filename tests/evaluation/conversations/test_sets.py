"""Sets of conversations: what is read, and how they are played."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.conversations.__main__ import changes
from evaluation.conversations.play import pressed
from evaluation.conversations.sets import SetError, default_sets, read_set


def test_the_sets_of_the_project_can_be_read() -> None:
    assert default_sets()
    assert all(read_set(path) for path in default_sets())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: a\n  kind: b\n  turns:\n  - {user: c, must: [d]}\n", "must"),
        ("- id: a\n  kind: b\n  turns: []\n- id: a\n  kind: b\n  turns: []\n", "occurs twice"),
        ("- id: [", "while parsing"),
    ],
)
def test_a_mistake_in_a_set_is_told(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "set.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetError, match=problem):
        read_set(path)


def test_a_button_is_pressed_by_its_title() -> None:
    assert pressed("[按钮:下一步]", {"下一步": "/next_step"}) == "/next_step"
    assert pressed("[按钮:下一步]", {}) == "下一步"
    assert pressed("下一步", {"下一步": "/next_step"}) == "下一步"


def test_turns_that_changed_are_told() -> None:
    def document(*faults: list[str]) -> dict[str, object]:
        turns = [{"user": f"u{number}", "faults": list(fault)} for number, fault in enumerate(faults)]
        return {"conversations": [{"id": "A", "turns": turns}]}

    told = changes(document([], ["no reply"], ["no reply"]), document(["no reply"], [], ["no reply"]))
    assert [line.split()[0] for line in told] == ["better", "WORSE"]
