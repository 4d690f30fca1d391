"""The `rasa` command tells a content owner what is wrong, and nothing that nobody can act on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import copy_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project without what set-up and training have made."""
    return copy_project(tmp_path / "project")


def rasa(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/rasa_cli.py", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("command", [("train",), ("run", "actions", "--port", "0")])
def test_a_broken_knowledge_file_stops_with_file_line_and_reason(project: Path, command: tuple[str, ...]) -> None:
    path = project / "data" / "knowledge" / "support_hours.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("kind: answer", "kind: answr"), encoding="utf-8")
    result = rasa(project, *command)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"{path}:2: kind: Input should be")
    assert "Traceback" not in result.stderr


def test_a_broken_lexicon_file_stops_with_file_and_reason(project: Path) -> None:
    path = project / "data" / "lexicon" / "aliases.yml"
    path.write_text("- yzm\n", encoding="utf-8")
    result = rasa(project, "train")
    reason = f"{path}:1: expected a mapping of fields, found list"
    assert (result.returncode, result.stderr.splitlines()[-1]) == (1, reason)
