"""Every tool says how it is used, and takes nothing that it does not know."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence

import pytest

TOOLS = ("chat", "check_knowledge", "new_procedure", "run", "serve_engine", "test_lanes", "train")
# Its arguments go to Rasa, which judges them.
PASSES_ON = ("serve_engine",)
REQUIRED = {"new_procedure": ["name"]}


def main_of(tool: str) -> Callable[[Sequence[str]], int]:
    main: Callable[[Sequence[str]], int] = importlib.import_module(f"scripts.{tool}").main
    return main


@pytest.mark.parametrize("tool", TOOLS)
def test_help_names_the_command(tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main_of(tool)(["--help"])
    assert end.value.code == 0
    assert f"python -m scripts.{tool}" in capsys.readouterr().out


@pytest.mark.parametrize("tool", sorted(set(TOOLS) - set(PASSES_ON)))
def test_an_unknown_option_is_refused(tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main_of(tool)([*REQUIRED.get(tool, []), "--nonsense"])
    assert end.value.code == 2
    assert "--nonsense" in capsys.readouterr().err
