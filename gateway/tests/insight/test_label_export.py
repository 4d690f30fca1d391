"""Labels become examples for review: nothing twice, nothing private, nothing that contradicts what is there."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import SettingsFactory
from tests.helpers.tickets import add_conversation
from tests.insight.rows import add, said, understood
from uwallet_gateway.cli.main import main
from uwallet_gateway.database.connection import Database, database_url
from uwallet_gateway.database.migrate import migrate
from uwallet_gateway.insight.label_export import (
    Known,
    LabelExportError,
    normalised,
    read_known,
    review,
    write_examples,
)
from uwallet_gateway.insight.misunderstood import Labelled
from uwallet_gateway.settings import REPOSITORY

KNOWN = Known(
    frozenset({"greet", "forgot_password", "cancel"}),
    {normalised("你好"): frozenset({"greet"}), normalised("算了"): frozenset({"cancel"})},
    frozenset({normalised("密码忘光了")}),
)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_new_examples_stand_under_their_intents_once() -> None:
    found = review(
        [
            Labelled("登不上去了", "forgot_password"),
            Labelled("登不上去了！！", "forgot_password"),
            Labelled("哈喽", "greet"),
            Labelled("你好。", "greet"),
            Labelled("密码 忘光了", "forgot_password"),
        ],
        KNOWN,
    )
    assert dict(found.examples) == {"forgot_password": ["登不上去了"], "greet": ["哈喽"]}
    assert (found.known, found.held_out, found.count) == (2, 1, 2)


@pytest.mark.parametrize("text", ["我的号码是138****8000", "密码是******", "打13800138000", "卡号6222021234567890128"])
def test_what_was_masked_or_ought_to_be_is_left_out(text: str) -> None:
    found = review([Labelled(text, "greet")], KNOWN)
    assert (found.masked, found.count) == (1, 0)


@pytest.mark.parametrize(
    "text", ["？？？", "长" * 201, "[密码](detail)忘了", '[密码]{"entity": "x"}', "  ", "😀", "/greet"]
)
def test_what_is_no_example_is_left_out(text: str) -> None:
    found = review([Labelled(text, "greet")], KNOWN)
    assert (found.unfit, found.count) == (1, 0)


def test_contradictions_are_told_and_left_out() -> None:
    found = review(
        [
            Labelled("不弄了", "cancel"),
            Labelled("不弄了。", "greet"),
            Labelled("算了", "greet"),
            Labelled("嗨", "greet"),
        ],
        KNOWN,
    )
    assert found.contradictions == {
        "不弄了": ["cancel", "greet"],
        "不弄了。": ["cancel", "greet"],
        "算了": ["cancel", "greet"],
    }
    assert dict(found.examples) == {"greet": ["嗨"]}


def test_labels_that_are_no_intents_are_refused_by_name() -> None:
    with pytest.raises(LabelExportError) as caught:
        review(
            [Labelled("a", "gret"), Labelled("b", "gret"), Labelled("c", "old_topic"), Labelled("d", "greet")], KNOWN
        )
    assert str(caught.value) == (
        "gret: no such intent; 2 messages have this label\nold_topic: no such intent; 1 message has this label"
    )


@given(st.lists(st.text(), max_size=10))
def test_whatever_was_typed_the_file_holds_just_the_examples(texts: list[str]) -> None:
    found = review([Labelled(text, "greet") for text in texts], KNOWN)
    block = "".join(f"    - {text}\n" for text in found.examples["greet"])
    content = yaml.safe_load(f"examples: |\n{block}" if block else "examples: ''")
    assert [line.removeprefix("- ") for line in content["examples"].splitlines()] == found.examples["greet"]


def test_files_are_written_anew_and_others_are_let_be(tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    write_examples(folder, {"greet": ["哈喽", "': [x"], "cancel": ["不弄了"]})
    (path,) = write_examples(folder, {"greet": ["哈喽"]})
    assert list(folder.iterdir()) == [path]
    assert yaml.safe_load(path.read_text()) == {
        "version": "3.1",
        "nlu": [{"intent": "greet", "examples": "- 哈喽\n"}],
    }
    (folder / "mine.yml").write_text("nlu: []\n")
    with pytest.raises(LabelExportError, match=r"mine\.yml: was not written by an export"):
        write_examples(folder, {})
    assert path.exists()


def test_what_the_bot_is_trained_on_is_read() -> None:
    known = read_known(REPOSITORY / "domain.yml", REPOSITORY / "data" / "nlu", REPOSITORY / "tests" / "nlu")
    assert {"greet", "forgot_password", "out_of_scope"} <= known.intents
    assert len(known.examples) > 9000
    # Frequent questions are found by their wordings, so nothing is trained for them.
    assert {intent for intents in known.examples.values() for intent in intents} == known.intents - {"faq"}
    assert len(known.held_out) > 1000


def test_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(LabelExportError, match=r"domain\.yml: No such file"):
        read_known(tmp_path / "domain.yml", tmp_path, tmp_path)
    (tmp_path / "domain.yml").write_text("intents: [greet]\n")
    with pytest.raises(LabelExportError, match="nlu: there is no such folder"):
        read_known(tmp_path / "domain.yml", tmp_path / "nlu", tmp_path)
    (tmp_path / "domain.yml").write_text("intent: [greet]\n")
    with pytest.raises(LabelExportError, match="not in Rasa's format"):
        read_known(tmp_path / "domain.yml", tmp_path, tmp_path)


async def _label(database: Database, *labels: tuple[str, str]) -> None:
    await migrate(database)
    conversation_id = await add_conversation(database)
    for number, (text, label) in enumerate(labels, 1):
        await add(
            database,
            said(conversation_id, number, text, NOON),
            understood(conversation_id, number, NOON, trouble="not_understood", label=label, labelled_at=NOON),
        )
    await database.close()


@pytest.mark.parametrize("label", ["forgot_password", "no_intent"])
async def test_command_writes_files_for_review(
    make_settings: SettingsFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    await _label(
        Database(database_url(make_settings())),
        ("口令丢到爪哇国去啦", label),
        ("打13800138000", "greet"),
        ("您好", "greet"),
    )
    monkeypatch.setenv("UWALLET_DEVELOPMENT", "true")
    monkeypatch.setenv("UWALLET_DATA_DIR", str(tmp_path / "var"))
    output = tmp_path / "labels"

    def run() -> Result:
        return CliRunner().invoke(main, ["export-labels", "--output", str(output)])

    result = await asyncio.to_thread(run)
    if label == "no_intent":
        assert result.exit_code == 1
        assert "no_intent: no such intent" in result.output
        assert not output.exists()
    else:
        assert result.exit_code == 0, result.output
        assert "口令丢到爪哇国去啦" in (output / "forgot_password.yml").read_text()
        assert "1 new examples; left out: 1 known already" in result.output
        assert "1 with something masked" in result.output
