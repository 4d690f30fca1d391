"""What an index is made of is told by content, variables of the environment included."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.nlu import sources
from engine.nlu.sources import sources_digest


def test_a_changed_file_and_a_changed_variable_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KNOWLEDGE", "QUESTIONS", "LEXICON"):
        monkeypatch.setattr(sources, name, tmp_path)
    monkeypatch.setenv("HOURS", "9")
    file = tmp_path / "topic.yml"
    file.write_text("hours: ${HOURS}", encoding="utf-8")
    first = sources_digest()
    assert sources_digest() == first
    monkeypatch.setenv("HOURS", "10")
    second = sources_digest()
    assert second != first
    file.write_text("hours: ${HOURS}!", encoding="utf-8")
    assert sources_digest() not in {first, second}
