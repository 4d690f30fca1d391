"""Tests of the lines by which a training tells how far it is."""

from __future__ import annotations

from engine.progress_lines import progress_line, share_done


def test_what_is_told_is_understood() -> None:
    assert share_done(progress_line(3, 12) + "\n") == 0.25


def test_another_line_says_nothing() -> None:
    assert share_done("Training NLU model") is None
