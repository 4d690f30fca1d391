"""The files of tickets: their columns, what stands in them, and what one ticket's own file tells."""

from __future__ import annotations

from datetime import UTC, datetime

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
        "来自网站": "商城",
        "用户": f"访客 {conversation_id[-4:].upper()}",
        "事项": "找回登录密码",
        "转接原因": "用户要求转人工",
        "优先级": "普通",
        "标签": "回访；退款",
        "技能组": None,
        "状态": "已结束",
        "结果": "已解决",
        "客服": "小林",
        "跟进时间": None,
        "首次回复时限": None,
        "首次回复达标": None,
        "解决时限": None,
        "解决达标": None,
        "评分": None,
        "评价": None,
        "联系方式（已隐去一部分）": "138****8000",
        "留言": "=请回电",
        "结束备注": "已回电",
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


async def test_supervisors_and_what_was_agreed_are_told_as_they_are(office: Office) -> None:
    lin, chen = await office.agent("小林"), await office.agent("陈主管", role="supervisor")
    conversation_id, ticket = await office.chat(lin)
    await office.services.supervision.whisper(ticket.id, chen, "先安抚")
    await office.services.supervision.barge_in(ticket.id, chen, text="我来看看", client_id="1")
    await office.agents.label(ticket.id, chen, labels=["回访"])
    due = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
    put_off = await office.agents.follow_up(ticket.id, lin, due_at=due)
    zone = office.services.opening_hours.zone
    head, row = ticket_rows([put_off], zone, TEXTS)
    told = dict(zip(head, row, strict=True))
    assert (told["状态"], told["跟进时间"]) == ("待跟进", "2026-11-24 10:30:00")
    details = await office.tickets.details(ticket.id)
    rows = ticket_log_rows(await office.messages(conversation_id), details.events, zone, TEXTS)
    log = [tuple(row[1:]) for row in rows]
    assert ("主管提醒", "主管", "陈主管", "小林；先安抚") in log
    assert ("说话", "主管", "陈主管", "我来看看") in log
    assert ("标签", "主管", "陈主管", "回访") in log
    assert ("约好再跟进", "客服", "小林", "约在2026-11-24 10:30:00") in log


async def test_who_wanted_a_human_and_left_nothing_left_no_message(office: Office) -> None:
    conversation_id = await office.user()
    await office.say(conversation_id, "转人工")
    ticket = await office.ticket(conversation_id)
    assert (ticket.status, ticket.message, ticket.contact) == ("message", None, None)
    counts = await office.tickets.counts(0)
    assert (counts.messages, counts.requests) == (0, 1)
    head, row = ticket_rows([ticket], office.services.opening_hours.zone, TEXTS)
    assert dict(zip(head, row, strict=True))["状态"] == "未留言"


def test_everything_that_can_happen_has_a_name() -> None:
    assert set(TEXTS.words.ticket_events) == set(EventKind)
