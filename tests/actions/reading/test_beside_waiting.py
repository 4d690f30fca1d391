"""What to prepare, and that all was tried, is not answered by the ticket's status."""

from __future__ import annotations

from actions.dialogue.acts import Act
from actions.dialogue.state import DialogueState
from tests.actions.reading.builders import read, said


def test_what_to_prepare_is_told() -> None:
    chosen = read(said("那我该准备些啥给客服", "ask_ticket_status"), DialogueState(handed_over=True)).chosen
    assert (chosen.act, chosen.message.intent) == (Act.OPEN_TOPIC, "contact_preparation")


def test_who_has_tried_everything_is_offered_a_human() -> None:
    assert read(said("我说过全都试过了", "ask_ticket_status")).chosen.act is Act.TRIED_ALL


def test_the_ticket_is_told_of_to_who_asks_of_it() -> None:
    assert read(said("都查过了吗 我的工单处理完没", "ask_ticket_status")).chosen.act is Act.TICKET_STATUS
