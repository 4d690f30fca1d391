"""Questions of `data/knowledge/faq/`: told where they are asked, and only when and where they hold."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any

import pytest

from actions.dialogue.acts import Act, act_of
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import AnswerBand, UserMessage, folded, payload
from actions.dialogue.state import Alarm, DialogueState, Offer, Walk, with_alarm
from actions.dialogue.turn import Turn
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge
from actions.knowledge.faqs import Faq
from tests.conftest import PLACEHOLDERS

TEXT = "哪个客服来得快一点呢"
NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.timezone.utc)
YESTERDAY, TOMORROW = NOW.date() - datetime.timedelta(days=1), NOW.date() + datetime.timedelta(days=1)


@pytest.fixture
def talk(knowledge: Knowledge) -> Talk:
    return Talk(knowledge)


class Talk:
    """A dialogue whose questions a test may change."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def change(self, **fields: Any) -> None:
        faq = Faq.model_validate({**self._knowledge.faqs["fastest_channel"].model_dump(), **fields})
        self._knowledge = replace(self._knowledge, faqs={**self._knowledge.faqs, faq.id: faq})

    def hears(
        self, share: float, state: DialogueState | None = None, intent: str = "out_of_scope", **more: Any
    ) -> Turn:
        message = UserMessage(
            intent=intent, text=TEXT, key=folded(TEXT), faqs={"fastest_channel": share}, said_at=NOW, **more
        )
        dialogue = Dialogue(self._knowledge, PLACEHOLDERS)
        return dialogue.respond(state or DialogueState(), act_of(intent, self._knowledge), message)

    def is_told(self, turn: Turn) -> bool:
        return any(str(self._knowledge.faqs["fastest_channel"].answer) in str(reply.values) for reply in turn.replies)


def test_it_is_told_with_buttons_for_what_it_points_to(talk: Talk) -> None:
    turn = talk.hears(0.9)
    assert talk.is_told(turn)
    payloads = [button.payload for button in turn.replies[0].buttons]
    assert payloads[0] == "/contact_support"
    assert '/faq{"faq": "online_or_hotline"}' in payloads
    assert (turn.events[0].topic, turn.interpretation and turn.interpretation.chosen.act) == (
        "faq/fastest_channel",
        Act.FAQ,
    )


def test_what_is_less_likely_is_offered_beside_the_topics(talk: Talk) -> None:
    turn = talk.hears(0.5)
    assert turn.state.offer is Offer.CHOICE
    assert turn.state.choice
    assert turn.state.choice.options == ("faq/fastest_channel",)
    doubtful: dict[str, Any] = {
        "band": AnswerBand.CHOICE,
        "choices": (("contact_support", 0.45), ("support_hours", 0.2)),
    }
    turn = talk.hears(0.5, intent="contact_support", confidence=0.45, **doubtful)
    assert turn.state.choice
    assert turn.state.choice.options == (
        "faq/fastest_channel",
        "contact_support",
        "support_hours",
    )
    # And taken by its button or its number.
    pressed = UserMessage(intent="faq/fastest_channel", text=payload("faq/fastest_channel"), is_payload=True)
    assert talk.is_told(Dialogue(talk._knowledge, PLACEHOLDERS).respond(turn.state, Act.FAQ, pressed))
    first = UserMessage(intent="out_of_scope", text="第一个", key="第一个")
    assert talk.is_told(Dialogue(talk._knowledge, PLACEHOLDERS).respond(turn.state, Act.OUT_OF_SCOPE, first))


def test_what_is_unlikely_changes_nothing(talk: Talk) -> None:
    assert talk.hears(0.2).replies == talk.hears(0.0).replies


@pytest.mark.parametrize(
    ("fields", "place", "told"),
    [
        ({"valid_until": YESTERDAY}, {}, False),
        ({"valid_from": TOMORROW}, {}, False),
        ({"valid_from": YESTERDAY, "valid_until": NOW.date()}, {}, True),
        ({"sites": ["shop"]}, {"site": "demo"}, False),
        ({"sites": ["shop"]}, {"site": "shop"}, True),
        ({"channels": ["api"]}, {"channel": "widget"}, False),
    ],
)
def test_it_is_told_only_when_and_where_it_holds(
    talk: Talk, fields: dict[str, Any], place: dict[str, Any], told: bool
) -> None:
    talk.change(**fields)
    assert talk.is_told(talk.hears(0.9, **place)) is told


def test_what_is_over_is_said_to_be_if_there_are_words_for_it(talk: Talk) -> None:
    talk.change(valid_until=YESTERDAY, outdated="这个活动已经结束了。")
    assert talk.hears(0.9).replies[0].values["answer"] == "这个活动已经结束了。"


def test_a_card_stands_under_it(talk: Talk) -> None:
    talk.change(link={"url": "https://example.com/help", "title": "查看说明"})
    card = talk.hears(0.9).replies[0].card
    assert card
    assert card.picture is None
    assert card.link == {"url": "https://example.com/help", "title": "查看说明"}


def test_a_walkthrough_is_left_for_a_plain_question_only(talk: Talk) -> None:
    state = DialogueState(walk=Walk("forgot_password", 2))
    assert not talk.is_told(talk.hears(0.85, state))
    turn = talk.hears(0.95, state)
    assert talk.is_told(turn)
    assert turn.state.walk
    assert turn.state.walk.step == 2


def test_danger_comes_first(talk: Talk) -> None:
    assert not talk.is_told(talk.hears(0.99, with_alarm(DialogueState(), Alarm.FRAUD, "他让我转钱")))
    assert not talk.is_told(talk.hears(0.99, intent="account_compromised"))
    assert not talk.is_told(talk.hears(0.99, intent="human_handoff"))


def test_the_button_of_one_that_is_gone_is_not_understood(talk: Talk) -> None:
    pressed = UserMessage(intent="faq/gone", text='/faq{"faq": "gone"}', is_payload=True)
    turn = Dialogue(talk._knowledge, PLACEHOLDERS).respond(DialogueState(), Act.FAQ, pressed)
    assert turn.replies[0].response == "utter_not_understood"


def test_the_entity_of_a_button_names_it() -> None:
    parse = {
        "text": '/faq{"faq": "elderly"}',
        "intent": {"name": "faq", "confidence": 1.0},
        "entities": [{"entity": "faq", "value": "elderly", "start": 0, "end": 5}],
        "metadata": {"site": "shop", "channel": "widget"},
    }
    message = message_from_parse(parse, ())
    assert (message.intent, message.is_payload) == ("faq/elderly", True)
    assert (message.site, message.channel) == ("shop", "widget")
