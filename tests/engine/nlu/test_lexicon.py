"""The lexicon is read, or refused with file and reason."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.nlu.lexicon import LexiconError, lexicon_fingerprint, lexicon_problems, read_lexicon
from tests.paths import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "data" / "lexicon", tmp_path / "lexicon"))


def test_a_dialect_word_that_grows_is_told_with_its_file(folder: Path) -> None:
    file = folder / "dialects.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("  冇: 没", "  冇: 没有", 1), encoding="utf-8")
    problems = lexicon_problems(folder)
    assert len(problems) == 1
    assert "dialects.yml" in problems[0]


def test_the_lexicon_of_the_bot(folder: Path) -> None:
    lexicon = read_lexicon(folder)
    assert "u钱包" in lexicon.words
    assert lexicon.aliases["yzm"] == "验证码"
    assert lexicon.entity_values["payment_cause"] == ("balance", "network", "bank", "limit", "account_hold")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("aliases.yml", "密码: mima", "密码: expected latin letters mapped to a Chinese word"),
        ("aliases.yml", "- yzm", "expected a mapping"),
        ("contrast.yml", "fillers: 我", "fillers: expected a list of words"),
        ("contrast.yml", "{fillers: [我], rejections: [别], pivots: [是]}", "shortest_request: expected a number"),
        ("requests.yml", "{connectors: [另外]}", "joiners: expected a list of words"),
        ("requests.yml", "{connectors: [另外], joiners: [和], others: [x]}", "others: unknown field"),
        ("entities.yml", "amount: 3", "amount: expected a list of groups"),
        ("entities.yml", "amount: [{words: [元]}]", r"amount\[0\]: expected a mapping with value, phrases, patterns"),
        ("entities.yml", "amount: [{value: yuan}]", r"amount\[0\]: expected at least one phrase or pattern"),
        ("entities.yml", "amount: [{phrases: [400]}]", r"amount\[0\]\.phrases: expected non-empty texts, found 400"),
        (
            "entities.yml",
            "amount: [{patterns: [元]}]",
            r"amount\[0\]\.patterns: expected lists of spaCy token patterns",
        ),
    ],
)
def test_broken_files(folder: Path, name: str, content: str, reason: str) -> None:
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=rf"{name}:1: {reason}"):
        read_lexicon(folder)


def test_the_line_of_the_field_is_told(folder: Path) -> None:
    content = "amount:\n- phrases: [元]\n- value: x\n  phrases:\n  - 400\n"
    (folder / "entities.yml").write_text(content, encoding="utf-8")
    with pytest.raises(LexiconError, match=r"entities\.yml:4: amount\[1\]\.phrases: expected non-empty"):
        read_lexicon(folder)


def test_every_broken_file_is_told(folder: Path) -> None:
    for name in ("aliases.yml", "operators.yml"):
        (folder / name).write_text("- x\n", encoding="utf-8")
    assert lexicon_problems(folder) == [
        f"{folder / name}:1: expected a mapping of fields, found list" for name in ("aliases.yml", "operators.yml")
    ]


def test_missing_file(folder: Path) -> None:
    (folder / "words.txt").unlink()
    with pytest.raises(LexiconError, match=r"words\.txt:1: cannot be read: No such file"):
        read_lexicon(folder)


def test_fingerprint_follows_the_content(folder: Path) -> None:
    before = lexicon_fingerprint(folder)
    assert lexicon_fingerprint(folder) == before
    with (folder / "words.txt").open("a", encoding="utf-8") as file:
        file.write("新词\n")
    assert lexicon_fingerprint(folder) != before
