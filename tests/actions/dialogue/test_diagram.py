"""The drawing in docs/conversation.md is what the code does."""

from __future__ import annotations

import pytest

from actions.dialogue.state import DialogueState, Offer, Walk
from actions.knowledge import Knowledge
from tests.actions.dialogue.diagram import DOCUMENT, drawn, phase, transitions, updated


def test_the_document_shows_the_state_machine_as_it_is(knowledge: Knowledge) -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == updated(document, drawn(knowledge)), "run: python -m tests.actions.dialogue.diagram"


def test_every_question_has_a_way_out(knowledge: Knowledge) -> None:
    found = transitions(knowledge)
    phases = {name for arrow in found for name in arrow} - {"handed_off"}
    assert all(any(before == name for before, _ in found) for name in phases)
    assert {"idle", "start", "step", "detail", "warning", "outcome", "choice", "rating"} <= phases


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="begin"):
        updated("nothing", "x")


def test_an_offer_is_a_phase_of_its_own() -> None:
    assert phase(DialogueState(walk=Walk("forgot_password", 2), offer=Offer.HUMAN)) == "human_offered"
