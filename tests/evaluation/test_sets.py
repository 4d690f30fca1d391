"""Sets are read as the scorers read them; what is wrong in them is told with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluation.report import FIGURE_NAMES
from evaluation.sets import SetError, read_set, read_sets, read_targets


def write(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_project_sets() -> None:
    dev, test, written, later, traps = read_sets()
    assert (written.blind, later.blind, traps.blind) == (True, True, True)
    assert len(written.messages) >= 600
    assert len(later.messages) >= 300
    assert len(traps.messages) >= 400
    assert (dev.name, dev.blind, dev.grouping) == ("dev", False, "style")
    assert (test.name, test.blind, test.grouping) == ("test", True, "style")
    assert min(len(dev.messages), len(test.messages)) >= 500


def test_further_sets_may_be_blind(tmp_path: Path) -> None:
    path = write(tmp_path / "more.tsv", "你好\tgreet\n")
    assert [one.blind for one in read_sets([str(path)])] == [False, True, True, True, True, False]
    assert read_sets([f"{path}:blind"])[-1].blind
    assert read_sets([str(path)])[-1].path == "more.tsv"


@pytest.mark.parametrize(
    ("content", "grouping", "groups"),
    [
        ("utterance\tintent\tstyle\n你好\tgreet\tplain\n", "style", ["plain"]),
        ("utterance\tlabel\tsource\n你好\tgreet\tATEC\n\n再见\tgoodbye\n", "source", ["ATEC", ""]),
        ("utterance\tintent\n你好\tgreet\n", "", [""]),
        ("你好\tgreet\tplain\n", "style", ["plain"]),
        ("你好\tgreet\n", "", [""]),
    ],
)
def test_columns(tmp_path: Path, content: str, grouping: str, groups: list[str]) -> None:
    found = read_set(write(tmp_path / "a.tsv", content))
    assert found.grouping == grouping
    assert [message.group for message in found.messages] == groups
    assert (found.messages[0].text, found.messages[0].intent) == ("你好", "greet")


@pytest.mark.parametrize("content", ["utterance\tintent\n你好 greet\n", "\n\n你好\tgreet\n再见\t\n"])
def test_line_without_intent(tmp_path: Path, content: str) -> None:
    path = write(tmp_path / "a.tsv", content)
    with pytest.raises(SetError, match=rf"a\.tsv:{len(content.splitlines())}: expected utterance"):
        read_set(path)


def test_missing_empty_and_same_name(tmp_path: Path) -> None:
    with pytest.raises(SetError, match=r"none\.tsv: cannot be read"):
        read_set(tmp_path / "none.tsv")
    with pytest.raises(SetError, match="holds no messages"):
        read_set(write(tmp_path / "empty.tsv", "utterance\tintent\n"))
    with pytest.raises(SetError, match="Two sets are named 'dev'"):
        read_sets([str(write(tmp_path / "dev.tsv", "你好\tgreet\n"))])


def test_targets_are_of_known_figures() -> None:
    targets = read_targets()
    assert set(targets) == {"style", "source", "none"}
    assert {name for group in targets.values() for name in group} <= set(FIGURE_NAMES)
    assert {kind for group in targets.values() for one in group.values() for kind in one} == {"at_least", "at_most"}
