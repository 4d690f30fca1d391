"""The files of a new procedure are made, and the check of the knowledge accepts them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from actions.knowledge import load_knowledge
from scripts import new_procedure
from scripts.check_knowledge import check
from scripts.new_procedure import ScaffoldError, make_procedure
from tests.paths import ROOT

NAME, TITLE = "refund_progress", "查退款进度"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The data files of this checkout."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "domain.yml", tmp_path)
    (tmp_path / "tests" / "conversations" / "scripts").mkdir(parents=True)
    return tmp_path


def test_the_check_accepts_what_is_made_and_tells_what_is_left(checkout: Path) -> None:
    make_procedure(checkout, NAME, TITLE)
    findings = check(checkout)
    assert findings.problems == []
    assert [note for note in findings.notes if f"knowledge/{NAME}.yml:5: still to be written" in note]
    assert [note for note in findings.notes if f"8 examples for the intent {NAME!r}" in note]
    topic = load_knowledge(checkout / "data" / "knowledge").topics[NAME]
    assert (topic.title, len(topic.steps)) == (TITLE, 2)


def test_nothing_is_overwritten(checkout: Path) -> None:
    make_procedure(checkout, NAME, TITLE)
    before = {path: path.read_bytes() for path in checkout.rglob("*.yml")}
    with pytest.raises(ScaffoldError, match=f"data/knowledge/{NAME}.yml, data/nlu/{NAME}.yml"):
        make_procedure(checkout, NAME, TITLE)
    assert {path: path.read_bytes() for path in checkout.rglob("*.yml")} == before


@pytest.mark.parametrize(
    ("name", "title", "reason"),
    [("Refund", TITLE, "snake_case"), ("../x", TITLE, "snake_case"), (NAME, "查: 退款", "without punctuation")],
)
def test_names_that_do_not_fit(checkout: Path, name: str, title: str, reason: str) -> None:
    with pytest.raises(ScaffoldError, match=reason):
        make_procedure(checkout, name, title)


def test_the_command(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [NAME, TITLE, "--root", str(checkout)]
    assert new_procedure.main(command) == 0
    assert f"data/nlu/{NAME}.yml\n" in capsys.readouterr().out
    assert new_procedure.main(command) == 1
    assert "There is already" in capsys.readouterr().err


def test_without_a_title_it_is_to_be_written(checkout: Path) -> None:
    assert new_procedure.main([NAME, "", "--root", str(checkout)]) == 0
    findings = check(checkout)
    assert findings.problems == []
    assert [note for note in findings.notes if f"nlu/{NAME}.yml:6: still to be written" in note]
