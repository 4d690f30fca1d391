"""What counts as answered otherwise when a stored conversation is played before a publication."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from uwallet_gateway.engine.knowledge import PlayedTurn
from uwallet_gateway.knowledge.conversations import (
    ConversationsError,
    StoredConversation,
    divergences,
    read_conversations,
)

GREETING = PlayedTurn.model_validate({"messages": [], "understood": None, "reading": None})


def turn(text: str, topic: str | None = "forgot_password", **more: Any) -> PlayedTurn:
    events = [{"kind": "topic_opened", "topic": topic, "step": None}] if topic else []
    message = {"text": text, "metadata": {"response": "utter_answer"}} | more
    return PlayedTurn.model_validate({"messages": [message], "understood": None, "reading": None, "events": events})


def conversation(**criteria: Any) -> StoredConversation:
    return StoredConversation.model_validate({"id": "s/1", "turns": [{"user": "问", **criteria}, {"user": "再问"}]})


@pytest.mark.parametrize(
    ("after", "criteria", "expected"),
    [
        # The owner has edited the text.
        (turn("新的说法"), {}, None),
        # Another topic is told.
        (turn("别的", "faq/other"), {}, False),
        # The criteria that were met are not any more.
        (turn("新的说法"), {"must_any": ["旧的"]}, True),
        (turn("旧的说法，别说这个"), {"must_not": ["别说"]}, True),
        (turn("旧的说法", custom={"type": "handoff"}), {"handoff": False}, True),
        (turn("旧的说法"), {"must_any": ["从来没有"]}, None),
    ],
)
def test_an_answer_is_otherwise_or_worse(after: PlayedTurn, criteria: dict[str, Any], expected: bool | None) -> None:
    same = turn("一样", None)
    before = [GREETING, turn("旧的说法"), same]
    found = list(divergences(conversation(**criteria), before, [GREETING, after, same]))
    assert [(one.turn, one.is_worse) for one in found] == ([] if expected is None else [(1, expected)])


def test_the_first_turn_that_is_worse_is_told_else_the_first_that_differs() -> None:
    before, after = [GREETING, turn("甲"), turn("乙")], [GREETING, turn("甲", "faq/a"), turn("丙", "faq/b")]
    assert [one.turn for one in divergences(conversation(), before, after)] == [1]
    asked = StoredConversation.model_validate(
        {"id": "s/1", "turns": [{"user": "问"}, {"user": "再", "must_any": ["乙"]}]}
    )
    (worse,) = divergences(asked, before, after)
    assert (worse.turn, worse.is_worse, worse.expected) == (2, True, "要说到“乙”中的一个")


def test_sets_are_read_with_their_buttons(tmp_path: Path) -> None:
    (tmp_path / "one.yml").write_text(
        '- {id: "7", kind: k, turns: [{user: "[按钮:下一步]"}, {user: 好}]}\n', encoding="utf-8"
    )
    [found], digest = read_conversations(tmp_path)
    assert found.id == "one/7"
    assert [(it["kind"], it["message"]) for it in found.messages()] == [
        ("payload", "/session_start"),
        ("button", "下一步"),
        ("text", "好"),
    ]
    assert read_conversations(tmp_path / "none")[0] == []
    (tmp_path / "two.yml").write_text("[]\n", encoding="utf-8")
    assert read_conversations(tmp_path)[1] != digest
    (tmp_path / "two.yml").write_text("- {id: 7}\n", encoding="utf-8")
    with pytest.raises(ConversationsError):
        read_conversations(tmp_path)
