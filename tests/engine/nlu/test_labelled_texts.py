"""Examples with labels of their own: each text under one label, and none of them in a test set."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.shared.exceptions import InvalidConfigException

from actions.reading.labels import ALARM_LABELS, SITUATED_LABELS
from actions.reading.on_screen import _ACTS
from engine.nlu.labelled_texts import SaidText, read_labelled_texts, read_said_texts
from language.text_normalization import normalize
from tests.paths import ROOT

TEST_SETS = sorted((ROOT / "tests" / "nlu").glob("*.tsv"))
FOLDERS = [ROOT / "data" / "situated", ROOT / "data" / "alarms"]


def folded(text: str) -> str:
    return "".join(character for character in normalize(text).lower() if character.isalnum())


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_lists_and_lists_by_topic(tmp_path: Path) -> None:
    write(tmp_path, "a.yml", "label: done\nexamples: [好了]\n")
    write(tmp_path, "b.yml", "label: trouble\nexamples: {any: [不行], forgot_password: [收不到]}\n")
    assert read_labelled_texts(tmp_path) == {"好了": "done", "不行": "trouble", "收不到": "trouble"}


@pytest.mark.parametrize(
    "text",
    [
        "label: done\n",
        "label: done\nexamples: [好了]\nmore: 1\n",
        "label: done\nexamples: 好了\n",
        "label: done\nexamples: {any: 好了}\n",
        "label: done\nexamples: ['']\n",
        "label: done\nexamples: [1]\n",
        "- 好了\n",
    ],
)
def test_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, "a.yml", text)
    with pytest.raises(InvalidConfigException):
        read_labelled_texts(tmp_path)


def test_no_files_and_two_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="found none"):
        read_labelled_texts(tmp_path)
    write(tmp_path, "a.yml", "label: done\nexamples: [好了]\n")
    write(tmp_path, "b.yml", "label: trouble\nexamples: [好了]\n")
    with pytest.raises(InvalidConfigException, match="好了"):
        read_labelled_texts(tmp_path)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_text_stands_under_two_labels_however_it_is_written(folder: Path) -> None:
    labels: dict[str, tuple[str, str]] = {}
    twice = []
    for text, label in read_labelled_texts(folder).items():
        key = folded(text)
        if not key:
            continue
        text_before, label_before = labels.setdefault(key, (text, label))
        if label_before != label:
            twice.append((text_before, label_before, text, label))
    assert not twice


@pytest.mark.parametrize("path", TEST_SETS, ids=lambda path: path.stem)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_no_example_is_in_a_test_set(folder: Path, path: Path) -> None:
    examples = {folded(text) for text in read_labelled_texts(folder)}
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert [line for line in lines if folded(line.split("\t")[0]) in examples - {""}] == []


def test_the_labels_are_those_that_the_reading_knows() -> None:
    assert set(read_labelled_texts(FOLDERS[0]).values()) == SITUATED_LABELS
    assert set(read_labelled_texts(FOLDERS[1]).values()) == ALARM_LABELS
    assert set(_ACTS) <= SITUATED_LABELS


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_label_has_enough_examples(folder: Path) -> None:
    labels = list(read_labelled_texts(folder).values())
    assert all(labels.count(label) >= 50 for label in set(labels)), {
        label: labels.count(label) for label in set(labels)
    }


def test_all_that_a_text_says_is_read(tmp_path: Path) -> None:
    write(tmp_path, "danger_2.yml", "situations:\n  call:\n    挂了 报警了: [a, b]\n    嗯: []\n")
    assert read_said_texts(tmp_path) == [
        SaidText("挂了 报警了", ("a", "b"), "danger_2:call", "danger"),
        SaidText("嗯", (), "danger_2:call", "danger"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("examples: []\n", "situations"),
        ("situations:\n  call: [嗯]\n", "situations.call"),
        ("situations:\n  call:\n    嗯: a\n", "嗯"),
        ("situations:\n  call:\n    嗯: [a]\n  other:\n    嗯: [b]\n", "other labels"),
    ],
)
def test_what_has_another_shape_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "danger.yml").write_text(content, encoding="utf-8")
    with pytest.raises(InvalidConfigException, match=message):
        read_said_texts(tmp_path)


def test_an_empty_folder_of_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfigException, match="found none"):
        read_said_texts(tmp_path)
