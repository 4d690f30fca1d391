"""Canned replies on both databases, and those that a desk begins with."""

from __future__ import annotations

from pathlib import Path

import pytest

from uwallet_gateway.agents.canned_replies import CannedReplies, CannedRepliesError, read_first_ones
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError


@pytest.mark.both_databases
async def test_from_the_first_to_the_last(database: Database) -> None:
    replies = CannedReplies(database)
    await replies.add_first_ones()
    await replies.add_first_ones()
    first = await replies.all()
    assert len(first) == len(read_first_ones())
    added = await replies.add("退款", "退款一般原路返回。", "tk")
    with pytest.raises(InputError, match="shortcut_taken"):
        await replies.add("别的", "别的", "tk")
    without = await replies.add("没有快捷词", "……", None)
    assert without.shortcut is None
    await replies.add("也没有", "……", None)
    with pytest.raises(InputError, match="shortcut_taken"):
        await replies.change(without.id, "x", "y", "tk")
    changed = await replies.change(added.id, "退款到账", "一般原路返回。", "tk")
    assert changed in await replies.all()
    await replies.remove(added.id)
    await replies.remove(added.id)
    with pytest.raises(InputError, match="not_found"):
        await replies.change(added.id, "x", "y", None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- {title: 问候, text: 您好}", r":1: \[0\]\.shortcut"),
        ("- {title: '', text: 您好, shortcut: nh}", r":1: \[0\]\.title"),
        ("- {title: a, text: b, shortcut: x}\n- {title: c, text: d, shortcut: x}", "'x' stands twice"),
        ("a: b", ":1: .*valid list"),
        ("[", "yml"),
    ],
)
def test_wrong_file_is_refused_with_place_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "canned_replies.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CannedRepliesError, match=reason):
        read_first_ones(file)


def test_first_ones_promise_nothing_that_is_not_known() -> None:
    for reply in read_first_ones():
        assert not any(character.isdigit() for character in reply.text), reply.title
        assert "http" not in reply.text
