"""The files of tickets: their columns, what stands in them, and what one ticket's own file tells."""

from __future__ import annotations

from tests.helpers.office import Office
from uwallet_gateway.insight.csv_export import (
    event_rows,
    load_export_texts,
    ticket_log_rows,
    ticket_rows,
    transcript_rows,
)
from uwallet_gateway.protocol.tickets import EventKind

TEXTS = load_export_texts()


async def test_a_ticket_is_told_column_by_column(office: Office) -> None:
    lin = await office.agent("小林")
    conversation_id, ticket = await office.waiting_ticket()
    await office.users.leave_message(conversation_id, text="=请回电", contact="13800138000")
    await office.agents.claim(ticket.id, lin)
    await office.agents.say(ticket.id, lin, text="您好")
    await office.agents.label(ticket.id, lin, labels=["退款", "回访"])
    closed = await office.agents.close(ticket.id, lin, disposition="solved", note="已回电")
    head, row = ticket_rows([closed], office.services.opening_hours.zone, TEXTS)
    told = dict(zip(head, row, strict=True))
    day = "2026-11-23 10:00"
    assert {name: told[name] for name in head if name not in {"建立时间", "接待时间", "首次回复时间", "结束时间"}} == {
        "工单号": closed.number,
        "站点": "商城",
        "用户": None,
        "事项": "找回登录密码",
        "转人工原因": "用户要找人工",
        "标签": "回访；退款",
        "技能组": None,
        "状态": "已结束",
        "结果": "已解决",
        "客服": "小林",
        "首次回复时限": None,
        "首次回复达标": None,
        "解决时限": None,
        "解决达标": None,
        "评分": None,
        "评价": None,
        "联系方式（已隐去一部分）": "138****8000",
        "留言": "=请回电",
        "备注": "已回电",
    }
    for name in ("建立时间", "接待时间", "首次回复时间", "结束时间"):
        assert str(told[name]).startswith(day), name


async def test_what_was_said_and_done_stands_in_the_order_of_time(office: Office) -> None:
    lin = await office.agent("小林")
    conversation_id, ticket = await office.chat(lin)
    await office.pass_time(minutes=1)
    await office.agents.note(ticket.id, lin, text="老用户")
    await office.pass_time(minutes=1)
    await office.agents.say(ticket.id, lin, text="您好")
    await office.pass_time(minutes=1)
    await office.agents.close(ticket.id, lin, disposition="solved")
    details = await office.tickets.details(ticket.id)
    messages, zone = await office.messages(conversation_id), office.services.opening_hours.zone
    head, *rows = ticket_log_rows(messages, details.events, zone, TEXTS)
    assert head == ["时间", "事情", "谁", "客服", "内容"]
    told = [list(row[1:]) for row in rows if row[3] == "小林" and row[2] == "客服"]
    assert told[-3:] == [
        ["内部备注", "客服", "小林", "老用户"],
        ["说话", "客服", "小林", "您好"],
        ["结束", "客服", "小林", "已解决"],
    ]
    assert [row[0] for row in rows] == sorted(str(row[0]) for row in rows)
    assert len(rows) == len(event_rows(details.events, zone, TEXTS)) + len(transcript_rows(messages, zone, TEXTS)) - 2


def test_everything_that_can_happen_has_a_name() -> None:
    assert set(TEXTS.ticket_events) == set(EventKind)
