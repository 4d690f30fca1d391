"""What counts as worse when the draft takes the place of what is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.conversations import StoredConversation
from uwallet_gateway.knowledge.entries import Entry, Key
from uwallet_gateway.knowledge.finding_texts import finding_texts
from uwallet_gateway.knowledge.labelled_sets import (
    LabelledMessage,
    LabelledSetsError,
    is_right,
    outcome_of,
    read_sets,
)
from uwallet_gateway.knowledge.regressions import (
    compare_conversations,
    compare_messages,
    reworded,
    tells_any,
    titles_of,
    wordings_of,
)
from uwallet_gateway.settings import REPOSITORY


def turn(intent: str = "forgot_password", topic: str | None = None, **more: Any) -> PlayedTurn:
    events = [{"kind": "topic_opened", "topic": topic, "step": None}] if topic else []
    message = {"text": f"答{topic or intent}", "metadata": {"response": "utter_answer"}}
    told = {"messages": [message], "understood": {"intent": intent}, "reading": None, "events": events}
    return PlayedTurn.model_validate(told | more)


def faq(name: str, **fields: Any) -> Entry:
    value = {"category": "payment", "question": f"{name}？", "similar": ["别的说法"], "answer": "答"} | fields
    return Entry("faq", name, value["question"], "data/knowledge/faq/payment.yml", value, "payment")


def entries(*found: Entry) -> dict[Key, Entry]:
    return {(it.kind, it.id): it for it in found}


FORGOT = Entry("topic", "forgot_password", "找回登录密码", "f", {"title": "找回登录密码"})
SILENT = turn("out_of_scope", events=[{"kind": "not_understood", "topic": None, "step": None}])
HANDED = turn("human_handoff", messages=[{"text": "好", "custom": {"type": "handoff"}}])
ALARM = turn("out_of_scope", reading={"act": "alarm"})


@pytest.mark.parametrize(
    ("played", "outcome", "right", "wrong"),
    [
        (turn(topic="forgot_password"), "forgot_password", "forgot_password", "out_of_scope"),
        (turn("forgot_password", "faq/x"), "faq/x", "faq/x", "forgot_password"),
        (SILENT, "out_of_scope", "out_of_scope", "forgot_password"),
        (HANDED, "human_handoff", "human_handoff", "forgot_password"),
        (ALARM, "alarm", "alarm", "forgot_password"),
        # What was understood is right, and its danger is told first.
        (turn("account_compromised", reading={"act": "alarm"}), "alarm", "account_compromised", "forgot_password"),
        (turn("x", understood={"intent": "x", "answer_band": "not_understood"}), "nlu_fallback", "nlu_fallback", "x"),
    ],
)
def test_what_a_message_was_answered_as(played: PlayedTurn, outcome: str, right: str, wrong: str) -> None:
    assert outcome_of(played) == outcome
    assert is_right(LabelledMessage("s", "问", (right,)), played)
    assert not is_right(LabelledMessage("s", "问", (wrong,)), played)


def test_only_an_alarm_is_wrong_where_none_is_expected() -> None:
    harmless = LabelledMessage("alarms", "问", ())
    assert is_right(harmless, SILENT)
    assert not is_right(harmless, ALARM)


def compared(message: LabelledMessage, old: PlayedTurn, new: PlayedTurn, *found: Entry) -> list[Any]:
    known = entries(FORGOT, *found)
    titles = titles_of(known, {}, finding_texts())
    return list(compare_messages([message], [[old]], [[new]], known, titles, finding_texts()))


def test_a_question_that_takes_over_is_worse_with_what_was_said() -> None:
    asked = LabelledMessage("dev", "密码忘了", ("forgot_password",))
    (found,) = compared(asked, turn(topic="forgot_password"), turn(topic="faq/new"), faq("new"))
    assert found.severity == "warning"
    assert "找回登录密码" in found.message
    assert "new？" in found.message
    (worse,) = found.worse
    assert (worse.text, worse.expected, worse.source) == ("密码忘了", "找回登录密码", "dev")
    assert "答faq/new" in worse.after


def test_what_was_wrong_before_or_is_right_again_is_none() -> None:
    asked = LabelledMessage("dev", "密码忘了", ("forgot_password",))
    assert compared(asked, SILENT, turn(topic="faq/new")) == []
    assert compared(asked, turn(topic="forgot_password"), turn()) == []


def test_an_answer_by_a_question_counts_although_the_label_names_a_topic() -> None:
    asked = LabelledMessage("dev", "密码忘了", ("forgot_password",))
    taken = compared(asked, turn(topic="faq/old"), turn(topic="faq/new"), faq("old"), faq("new"))
    assert "old？" in taken[0].message
    # The owner has taken it out.
    assert compared(asked, turn(topic="faq/old"), turn(topic="faq/new"), faq("new")) == []


def test_of_a_blind_set_only_the_count_is_told() -> None:
    asked = LabelledMessage("test", "密码忘了", ("forgot_password",), blind=True)
    (found,) = compared(asked, turn(topic="forgot_password"), SILENT)
    assert found.worse == ()
    assert "test 1" in found.message
    assert "密码忘了" not in found.message


def test_wordings_that_the_draft_still_has_must_find_their_question() -> None:
    before = entries(faq("old"))
    first, second = wordings_of(before, ["old"])
    assert (first.text, second.text) == ("old？", "别的说法")
    told, lost = turn(topic="faq/old"), turn(topic="faq/new")
    assert "old？" in compared(second, told, lost, faq("old"))[0].message
    # It was taken out, or is one of the buttons.
    assert compared(second, told, lost, faq("old", similar=["另外的说法"])) == []
    offered = {"text": "您是不是想问", "buttons": [{"title": "old？", "payload": '/faq{"faq": "old"}'}]}
    assert compared(second, told, turn(messages=[offered]), faq("old")) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([faq("a")], [faq("a", answer="另一个答")], {"faq/a"}),
        ([faq("a")], [faq("a")], set()),
        ([faq("a")], [faq("a", similar=["又一种说法"])], None),
        ([faq("a")], [faq("a", valid_until="2026-01-01")], None),
        ([faq("a")], [faq("a"), faq("b")], None),
        ([FORGOT], [Entry("topic", "forgot_password", "x", "f", {"title": "x"})], None),
    ],
)
def test_only_answers_have_changed(before: list[Entry], after: list[Entry], expected: set[str] | None) -> None:
    assert reworded(entries(*before), entries(*after)) == expected


def test_a_conversation_that_tells_or_offers_an_answer_is_played_again() -> None:
    offered = turn(messages=[{"text": "", "buttons": [{"title": "a？", "payload": '/faq{"faq": "a"}'}]}])
    names = frozenset({"faq/a"})
    assert [tells_any([it], names) for it in (turn(topic="faq/a"), offered, turn(topic="faq/b"))] == [True, True, False]


def test_a_text_that_drops_what_a_conversation_asks_for_is_worse() -> None:
    stored = StoredConversation.model_validate({"id": "s/1", "turns": [{"user": "问", "must_any": ["营业厅"]}]})
    greeting = turn()
    old = turn(messages=[{"text": "请到营业厅办理", "metadata": {"response": "utter_answer"}}])
    new = turn(messages=[{"text": "请去办理", "metadata": {"response": "utter_answer"}}])
    (found,) = compare_conversations([stored], [[greeting, old]], [[greeting, new]], finding_texts())
    assert found.severity == "warning"
    (worse,) = found.worse
    assert (worse.turn, worse.text, worse.before, worse.after) == (1, "问", "请到营业厅办理", "请去办理")
    assert "营业厅" in worse.expected


def test_of_a_users_conversation_no_words_are_kept() -> None:
    values = {"id": "c", "conversation_id": "c", "turns": [{"user": "我叫王小明"}]}
    stored = StoredConversation.model_validate(values)
    old, new = turn(topic="forgot_password"), turn(topic="faq/new")
    (found,) = compare_conversations([stored], [[turn(), old]], [[turn(), new]], finding_texts())
    (worse,) = found.worse
    assert (found.severity, worse.conversation_id, worse.turn) == ("warning", "c", 1)
    assert (worse.text, worse.before, worse.after) == ("", "forgot_password", "faq/new")


def test_the_sets_of_the_repository_are_read() -> None:
    messages = read_sets(REPOSITORY / "evaluation" / "sets.yml")
    by_set = {it.set: it for it in messages}
    assert {"dev", "test", "requests_dev", "alarms"} <= by_set.keys()
    assert by_set["test"].blind
    assert not by_set["dev"].blind
    assert any(len(it.expected) > 1 for it in messages if it.set == "requests_dev")
    assert {it.expected for it in messages if it.set == "alarms"} == {("alarm",), ()}


def test_sets_of_a_deployment_stand_beside_their_file(tmp_path: Path) -> None:
    file = tmp_path / "sets.yml"
    assert read_sets(file) == []
    file.write_text("sets: [{name: own, path: own.tsv}]\n", encoding="utf-8")
    with pytest.raises(LabelledSetsError, match=r"own\.tsv is missing"):
        read_sets(file)
    (tmp_path / "own.tsv").write_text("怎么充值\tpayment_failure\n", encoding="utf-8")
    assert read_sets(file) == [LabelledMessage("own", "怎么充值", ("payment_failure",))]
    (tmp_path / "own.tsv").write_text("怎么充值\n", encoding="utf-8")
    with pytest.raises(LabelledSetsError, match="a tab and a label"):
        read_sets(file)
