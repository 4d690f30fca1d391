"""The knowledge that is kept is that of the files, and nothing else is taken from there."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import Any

import pytest

from actions.knowledge import Knowledge, load_knowledge
from actions.knowledge.kept import files_digest, kept


def never() -> Any:
    pytest.fail("read again")


def test_what_is_kept_is_what_was_read(tmp_path: Path) -> None:
    read = load_knowledge()
    assert kept("1", Knowledge, lambda: read, tmp_path) is read
    found = kept("1", Knowledge, never, tmp_path)
    assert found == read
    assert found is not read


def test_one_is_kept(tmp_path: Path) -> None:
    for digest in "12":
        kept(digest, Knowledge, load_knowledge, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["2.pickle"]


class Malice:
    """What runs a command when it is taken from a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Returns the command."""
        return subprocess.check_call, (["false"],)


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps(Malice()), pickle.dumps({"a": 1})])
def test_what_is_no_knowledge_is_read_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1.pickle").write_bytes(content)
    read = load_knowledge()
    assert kept("1", Knowledge, lambda: read, tmp_path) is read


def test_what_a_module_of_ours_imports_is_not_called(tmp_path: Path) -> None:
    # os.abort by the way of a module that imports os.
    (tmp_path / "1.pickle").write_bytes(b"\x80\x04\x8c\x16actions.knowledge.kept\x8c\x08os.abort\x93)R.")
    read = load_knowledge()
    assert kept("1", Knowledge, lambda: read, tmp_path) is read


def test_where_nothing_can_be_written_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    read = load_knowledge()
    assert kept("1", Knowledge, lambda: read, tmp_path / "file") is read


def test_a_changed_file_and_a_changed_variable_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOURS", "9")
    file = tmp_path / "topic.yml"
    file.write_text("hours: ${HOURS}", encoding="utf-8")
    first = files_digest(tmp_path)
    assert files_digest(tmp_path) == first
    monkeypatch.setenv("HOURS", "10")
    second = files_digest(tmp_path)
    assert second != first
    file.write_text("hours: ${HOURS}!", encoding="utf-8")
    assert files_digest(tmp_path) not in {first, second}
