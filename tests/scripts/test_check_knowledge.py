"""Every data file is checked; a mistake is told with file, line and reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts import check_knowledge
from scripts.check_knowledge import check
from tests.paths import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The data files of this checkout."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "domain.yml", tmp_path)
    return tmp_path


def test_the_data_of_this_checkout_are_right_and_finished() -> None:
    assert check_knowledge.main(["--strict"]) == 0


def test_every_kind_of_file_is_checked_and_all_mistakes_are_told_at_once(checkout: Path) -> None:
    def append(path: str, text: str) -> int:
        """Adds lines to a file and returns the number of the first."""
        file = checkout / path
        before = file.read_text(encoding="utf-8").rstrip("\n")
        file.write_text(f"{before}\n{text}", encoding="utf-8")
        return before.count("\n") + 2

    knowledge = append("data/knowledge/support_hours.yml", "colour: red\n")
    organisation = append("data/knowledge/organisation.yml", "tax: 1\n")
    alias = append("data/lexicon/aliases.yml", "密码: mima\n")
    append("data/lexicon/operators.yml", "wishes: [想]\n")
    situated = append("data/situated/leave_wait.yml", "  - 1\n")
    alarm = append("data/alarms/crisis.yml", "- 在吗\n- [x]\n")
    nlu = append("data/nlu/social.yml", "- intent: no_such\n  examples: |\n    - 喂喂喂喂\n    * 啊\n")
    (checkout / "data" / "situated" / "new.yml").write_text("# x\nlabel: dnoe\nexamples: [好嘞]\n", encoding="utf-8")
    found = "\n".join(check(checkout).problems).replace(f"{checkout}/data/", "")
    for expected in (
        f"knowledge/support_hours.yml:{knowledge}: colour: unknown field",
        f"knowledge/organisation.yml:{organisation}: tax: unknown field",
        f"lexicon/aliases.yml:{alias}: 密码: expected latin letters",
        "lexicon/operators.yml:",
        f"situated/leave_wait.yml:{situated}: examples",
        "situated/new.yml:2: label: 'dnoe' is none of",
        f"alarms/crisis.yml:{alarm + 1}: examples[",
        f"nlu/social.yml:{nlu + 2}: no intent of domain.yml is named 'no_such'",
        f"nlu/social.yml:{nlu + 3}: nlu[",
    ):
        assert expected in found


def test_a_question_for_an_answer_that_is_not_there(checkout: Path) -> None:
    (checkout / "data" / "questions" / "support_hours.yml").write_text(
        "topic:\n  nowhere:\n  - 在吗\n", encoding="utf-8"
    )
    [problem] = check(checkout).problems
    assert problem.endswith("questions/support_hours.yml:2: topic.nowhere: no answer has this id there")


def test_a_text_under_two_labels(checkout: Path) -> None:
    (checkout / "data" / "nlu" / "x.yml").write_text(
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - 登不了了 密码记岔了！\n', encoding="utf-8"
    )
    (checkout / "data" / "situated" / "x.yml").write_text("label: trouble\nexamples:\n- 填好，啦\n", encoding="utf-8")
    problems = check(checkout).problems
    assert len(problems) == 2
    assert any("situated/x.yml:3: examples[0]: '填好，啦' stands under 'done'" in problem for problem in problems)
    assert any("stands under" in problem and "x.yml:5" in problem for problem in problems)


def test_an_intent_without_examples_and_a_topic_that_nothing_opens(checkout: Path) -> None:
    (checkout / "data" / "nlu" / "verification_code.yml").unlink()
    domain = checkout / "domain.yml"
    domain.write_text(domain.read_text(encoding="utf-8").replace("- support_hours\n", ""), encoding="utf-8")
    problems = "\n".join(check(checkout).problems)
    assert "support_hours.yml: nothing opens this topic" in problems


def test_the_exit_status(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_knowledge.main(["--root", str(checkout)]) == 0
    (checkout / "data" / "alarms" / "none.yml").write_text("[", encoding="utf-8")
    assert check_knowledge.main(["--root", str(checkout)]) == 1
    assert capsys.readouterr().err.startswith("data/alarms/none.yml:1: not valid YAML")
