"""Canned replies on both databases, and those that a desk begins with."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from uwallet_gateway import clock
from uwallet_gateway.agents.canned_replies import (
    CannedReplies,
    CannedRepliesError,
    ReplyContent,
    count_use,
    read_first_ones,
)
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.csv_export import load_export_texts
from uwallet_gateway.insight.reply_files import read_replies, replies_csv


async def new_agent(database: Database, name: str) -> int:
    async with database.write() as transaction:
        row = tables.Agent(
            username=name, name=name, role="agent", password_hash="-", max_chats=5, created_at=clock.now()
        )
        transaction.add(row)
    return row.id


VARIABLES = ("称呼", "工单号")
TEXTS = load_export_texts()


@pytest.mark.both_databases
async def test_of_those_that_take_a_shortcut_at_one_moment_one_gets_it(database: Database) -> None:
    replies = CannedReplies(database, VARIABLES)
    adding = (replies.add(ReplyContent("退款", "原路返回。", "tk")) for _ in range(5))
    found = await asyncio.gather(*adding, return_exceptions=True)
    refused = [str(it.code) for it in found if isinstance(it, InputError)]
    assert refused == ["shortcut_taken"] * 4


@pytest.mark.both_databases
async def test_from_the_first_to_the_last(database: Database) -> None:
    replies = CannedReplies(database, VARIABLES)
    await replies.add_first_ones()
    await replies.add_first_ones()
    assert len(await replies.all(1)) == len(read_first_ones())
    agent, other = [await new_agent(database, name) for name in ("小林", "小王")]
    added = await replies.add(ReplyContent("退款", "退款一般原路返回。", "tk"))
    with pytest.raises(InputError, match="shortcut_taken"):
        await replies.add(ReplyContent("别的", "别的", "tk"))
    # An agent may call their own as they like, and nobody else sees it.
    own = await replies.add(ReplyContent("我的", "{称呼}，您好", "tk", "常用"), agent)
    assert own in await replies.all(agent)
    assert own not in await replies.all(other)
    for reply_id, share, code in (
        (own.id, True, "not_found"),
        (added.id, False, "forbidden"),
        (999, True, "not_found"),
    ):
        with pytest.raises(InputError, match=code):
            await replies.change(reply_id, ReplyContent("x", "y"), other, may_share=share, owner_id=None)
    with pytest.raises(InputError, match="not_found"):
        await replies.remove(own.id, other, may_share=True)
    with pytest.raises(InputError, match="forbidden"):
        await replies.change(own.id, ReplyContent("x", "y"), agent, may_share=False, owner_id=None)
    with pytest.raises(InputError, match="unknown_variable") as refused:
        await replies.add(ReplyContent("x", "您好{name}"))
    assert refused.value.details == {"variable": "name"}
    macro = ReplyContent("退款到账", "一般原路返回。", "tk", None, ("退款",), "follow_up", 24)
    changed = await replies.change(added.id, macro, agent, may_share=True, owner_id=None)
    assert (changed.labels, changed.ending, changed.follow_up_hours) == (["退款"], "follow_up", 24)
    async with database.write() as transaction:
        for _ in range(2):
            await count_use(transaction, own.id, agent)
        await count_use(transaction, own.id, other)
    assert (await replies.find(own.id, agent)).uses == 2
    clock.set_time(clock.now() + timedelta(days=30))
    assert (await replies.find(own.id, agent)).uses == 0
    for _ in range(2):
        await replies.remove(own.id, agent, may_share=False)
    with pytest.raises(InputError, match="not_found"):
        await replies.find(own.id, agent)


async def test_a_file_is_taken_over_whole_or_not_at_all(database: Database) -> None:
    replies = CannedReplies(database, VARIABLES)
    old = await replies.add(ReplyContent("退款", "旧的", "tk", "支付", ("a", "b"), "follow_up", 2))
    await replies.add(ReplyContent("危险", "=1+1", None))
    data = replies_csv(await replies.all(1), TEXTS)
    rows = read_replies(data, TEXTS)
    assert {row.text for row in rows if isinstance(row, ReplyContent)} == {"=1+1", "旧的"}
    # As spreadsheets on Chinese computers store it.
    text = data.decode("utf-8-sig").replace("旧的", "新的") + "支付,运费,yf,运费自理,,结束会话,,\r\n"
    contents = [row for row in read_replies(text.encode("gb18030"), TEXTS) if isinstance(row, ReplyContent)]
    assert await replies.take_over(contents, None) == (1, 2)
    assert (await replies.find(old.id, 1)).text == "新的"
    assert [reply.ending for reply in await replies.all(1) if reply.title == "运费"] == ["close"]
    with pytest.raises(InputError, match="shortcut_taken") as refused:
        await replies.take_over([ReplyContent("新", "新"), ReplyContent("又", "又", "yf")], None)
    assert (refused.value.details or {})["row"] == 1
    assert len(await replies.all(1)) == 3


@pytest.mark.parametrize(
    "line", [",,x,y,,,,", ",x,,,,,,", ",x,a b,y,,,,", ",x,,y,,归档,,", ",x,,y,,稍后跟进,,", ",x,,y,,,一天,"]
)
def test_rows_that_say_nothing_usable_are_refused(line: str) -> None:
    head = ",".join(TEXTS.replies.values())
    assert isinstance(read_replies(f"{head}\n{line}\n".encode(), TEXTS)[0], InputError)


@pytest.mark.parametrize("data", [b"", b"a,b\nc,d\n", b"\x89PNG\r\n\x1a\n\0\xff\xff", '标题,内容\n"x'.encode()])
def test_what_is_no_table_of_replies_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="file_unreadable"):
        read_replies(data, TEXTS)


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
