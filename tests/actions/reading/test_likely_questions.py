"""After a fraud or a theft, questions that may have been meant are offered and picked."""

from __future__ import annotations

import pytest

from actions.dialogue.acts import Act
from actions.dialogue.state import Alarm, ListedOption
from actions.reading.hearing import hear
from actions.reading.likely_questions import likely_questions, question_titled
from tests.actions.reading.builders import KNOWLEDGE, read, said, told

DANGER = KNOWLEDGE.danger
ASKED, TITLE = "asks_bank_say", DANGER.titles["asks_bank_say"]
OFFERED = tuple(ListedOption(title, title) for title in (DANGER.titles["asks_card"], TITLE))
AFTER_FRAUD = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD, shown=OFFERED, lists=(OFFERED,), list_is_fresh=True)


def offered(shares: dict[str, float], *answered: str, sure: float = 0.5) -> tuple[str, ...]:
    message = said("柜台那边要我咋弄呢", said=shares, is_listened=True)
    return likely_questions(DANGER, message, answered, dict.fromkeys(answered, sure))


def test_the_likeliest_that_were_not_answered_are_offered() -> None:
    shares = {"asks_unbind": 0.3, ASKED: 0.35, "asks_card": 0.6, "asks_sim": 0.07, "asks_id": 0.06}
    assert offered(shares, "asks_card") == (ASKED, "asks_unbind", "asks_sim")
    assert offered(shares, "about_bank")[0] == "asks_card"


def test_nothing_is_offered_beside_what_was_surely_asked() -> None:
    assert offered({ASKED: 0.3, "asks_card": 0.9}, "asks_card", sure=0.9) == ()


def test_what_has_no_chance_is_not_offered() -> None:
    assert offered({ASKED: 0.04, "lost": 0.9}, "about_bank") == ()


def test_what_is_hardly_likely_is_offered_and_not_heard() -> None:
    heard = hear(DANGER, said("柜台那边要我咋弄呢", said={ASKED: 0.09}, is_listened=True))
    assert ASKED not in heard.questions


@pytest.mark.parametrize("text", [TITLE, f"{TITLE}？", "跟銀行怎麼說", "第二个", "2"])
def test_a_question_is_picked_however_it_is_typed(text: str) -> None:
    reading = read(said(text, "out_of_scope"), AFTER_FRAUD).chosen
    assert reading is not None
    assert reading.act is Act.ALARM
    assert reading.arguments["follow_up"] == ASKED
    assert hear(DANGER, reading.message).questions == (ASKED,)


def test_nothing_is_picked_from_what_is_no_longer_shown() -> None:
    state = told(Alarm.FRAUD, open_alarm=Alarm.FRAUD, lists=(OFFERED,))
    reading = read(said("2", "out_of_scope"), state).chosen
    assert reading is None or reading.arguments.get("follow_up") != ASKED


def test_a_title_names_its_question_however_it_is_written() -> None:
    assert question_titled(DANGER, f" {TITLE}!") == ASKED
    assert question_titled(DANGER, f"{TITLE}{TITLE}") is None
