"""The drawing of the readers in docs/conversation.md is their order in the code."""

from __future__ import annotations

from tests.actions.dialogue.diagram import DOCUMENT
from tests.actions.reading.precedence import BEGIN, drawn, updated


def test_the_document_shows_the_order_as_it_is() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert BEGIN in document
    assert document == updated(document), "run: python -m tests.actions.reading.precedence"


def test_danger_comes_first_and_the_sentence_last() -> None:
    assert "message --> danger" in drawn()
    assert "unclear -- nothing --> sentence" in drawn()
