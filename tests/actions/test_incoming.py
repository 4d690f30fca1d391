"""What the NLU says becomes a message."""

from __future__ import annotations

from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.state import Request
from actions.incoming import message_from_parse


def test_entities_keep_their_order_each_once() -> None:
    parse = {
        "text": "昨天扣了200，又扣了200，还有300",
        "intent": {"name": "transaction_dispute", "confidence": 0.9},
        "entities": [{"entity": "amount", "value": value} for value in ("200", "200", "300")],
    }
    message = message_from_parse(parse, [])
    assert message.entities == {"amount": ("200", "300")}
    assert (message.intent, message.is_payload, message.confidence) == ("transaction_dispute", False, 0.9)
    assert (message.band, message.choices, message.further_requests) == (AnswerBand.ANSWER, (), ())


def test_a_button_is_a_payload() -> None:
    parse = {"text": '/forgot_password{"detail": "x"}', "intent": {"name": "forgot_password", "confidence": 1.0}}
    assert message_from_parse(parse, []).is_payload


def test_bands_choices_and_further_requests() -> None:
    parse = {
        "text": "那个",
        "intent": {"name": "forgot_password", "confidence": 0.4},
        "answer_band": "choice",
        "choices": [{"name": "forgot_password", "confidence": 0.4}],
        "further_requests": [
            {"name": "support_hours", "text": "几点", "entities": [{"entity": "amount", "value": "2"}]}
        ],
    }
    message = message_from_parse(parse, [])
    assert (message.band, message.choices) == (AnswerBand.CHOICE, (("forgot_password", 0.4),))
    assert message.further_requests == (Request("support_hours", "几点", {"amount": ("2",)}),)


def test_what_the_reading_goes_by() -> None:
    parse = {
        "text": "我没被骗",
        "situated_acts": [{"name": "other", "confidence": 0.7}, {"name": "done", "confidence": 0.1}],
        "alarms": [{"name": "none", "confidence": 0.8}, {"name": "fraud_underway", "confidence": 0.2}],
        "operators": [{"name": "negated", "matter": "fraud", "start": 1, "end": 4}],
    }
    message = message_from_parse(parse, [])
    assert message.acts == {"other": 0.7, "done": 0.1}
    assert message.alarms == {"none": 0.8, "fraud_underway": 0.2}
    assert (message.matters("negated"), message.matters("past"), message.matters()) == (("fraud",), (), ("fraud",))
    assert message.syllables == ("wo", "mei", "bei", "pian")


def test_the_key_folds_spelling_and_punctuation() -> None:
    assert message_from_parse({"text": "密碼，忘了！ A"}, []).key == "密码忘了a"


def test_a_value_after_a_rejection_is_rejected() -> None:
    text = "金额是200不是300"
    entities = [
        {"entity": "amount", "value": value, "start": text.index(value), "end": text.index(value) + 3}
        for value in ("200", "300")
    ]
    assert message_from_parse({"text": text, "entities": entities}, ["不是"]).rejected == {"amount": ("300",)}


def test_an_empty_parse_is_an_empty_message() -> None:
    assert message_from_parse({}, []) == UserMessage(confidence=0)


def test_whether_somebody_is_there_is_told_by_the_gateway() -> None:
    told = message_from_parse({"text": "好", "metadata": {"support": {"available": False, "queued": True}}}, [])
    assert (told.human_available, told.is_queued) == (False, True)
    untold = message_from_parse({"text": "好", "metadata": {"support": "?"}}, [])
    assert (untold.human_available, untold.is_queued) == (None, False)


def test_a_human_in_between_is_told_by_the_gateway() -> None:
    assert message_from_parse({"text": "好", "metadata": {"after_agent": True}}, []).after_agent
    for metadata in (None, {}, {"after_agent": False}, {"after_agent": "no"}):
        assert not message_from_parse({"text": "好", "metadata": metadata}, []).after_agent
