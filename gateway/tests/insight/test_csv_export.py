"""No cell of a CSV file is a formula, and all of them come back as they were."""

from __future__ import annotations

import csv
import dataclasses
import io
from datetime import UTC, date, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.insight.csv_export import load_export_texts, misunderstood_csv, statistics_csv, to_csv
from uwallet_gateway.insight.days import Period
from uwallet_gateway.insight.figures import Talk, TicketFacts, overview
from uwallet_gateway.insight.statistics import Insight
from uwallet_gateway.protocol.insight import Line, MisunderstandingKind, Misunderstandings, MisunderstoodMessage
from uwallet_gateway.transcript.messages import Author

TEXTS = load_export_texts()
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(st.lists(st.text(), min_size=1, max_size=5), max_size=5))
def test_no_text_begins_as_a_formula_and_none_is_lost(rows: list[list[str]]) -> None:
    found = read(to_csv(rows))
    assert len(found) == len(rows)
    for row, cells in zip(rows, found, strict=True):
        for text, cell in zip(row, cells, strict=True):
            assert not cell.startswith(DANGEROUS)
            shown = text.replace("\0", "").encode(errors="replace").decode()
            assert cell in {shown, f"'{shown}"}


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        '=HYPERLINK("http://evil.example","x")',
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+cmd",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "　=1",
        "\u200b=1",
        "\ufeff=1",
        "\0=1",
        "＝1+1",
        "＠x",
    ],
)
def test_known_attacks(text: str) -> None:
    ((cell,),) = read(to_csv([[text]]))
    assert cell.startswith("'")


def test_numbers_stay_numbers_and_text_stays_as_it_is() -> None:
    assert (
        to_csv([[-1, 1.5, None, "a=b", '你好,「」"x"']])
        == b"\xef\xbb\xbf" + '-1,1.5,,a=b,"你好,「」""x"""\r\n'.encode()
    )


def test_separators_cannot_make_new_cells_or_rows() -> None:
    assert read(to_csv([["a,=1", 'b";=1', "c\n=1"], ["d"]])) == [["a,=1", 'b";=1', "c\n=1"], ["d"]]


def test_statistics_have_a_row_for_each_day_and_topic() -> None:
    talks = [Talk(DAY, "a"), Talk(DAY, "a", "password", "topic_opened"), Talk(DAY, "a", "password", "solved")]
    tickets = [TicketFacts(DAY, None, "user_request"), TicketFacts(DAY, None, "of a later bot")]
    misunderstood = Misunderstandings(0, 0, 0, 0, 0, 0, 0, 0)
    insight = Insight(Period(DAY, DAY, ZONE), overview([DAY], talks, [], tickets), [], [], misunderstood, {})
    head, whole, topic, none = read(statistics_csv(insight, {"password": "=找回"}, TEXTS))
    assert head[:4] == ["日期", "事项编号", "事项", "会话"]
    assert whole[:5] == ["2026-11-23", "", "全部", "1", "1"]
    assert topic[:5] == ["2026-11-23", "password", "'=找回", "1", "1"]
    assert none[2] == "没有具体事项"
    assert none[head.index("转接原因")] == "用户要求转人工1次；of a later bot1次"
    assert len({len(row) for row in (head, whole, topic, none)}) == 1


def test_misunderstood_messages_are_told_in_local_time() -> None:
    message = MisunderstoodMessage(
        *(
            "c",
            1,
            "=密码",
            [Line("bot", "您好"), Line("user", "=1")],
            "greet",
            0.12345,
            MisunderstandingKind.NOT_MEANT,
            None,
        ),
        datetime(2026, 11, 22, 16, tzinfo=UTC),
    )
    head, row = read(misunderstood_csv([message], ZONE, TEXTS))
    assert len(head) == len(row)
    assert row[:2] == ["2026-11-23 00:00:00", "用户选了“都不是”"]
    assert row[2:] == ["'=密码", "机器人：您好\n用户：=1", "greet", "0.123", "", ""]


def test_texts_are_complete() -> None:
    assert set(TEXTS.words.kinds) == set(MisunderstandingKind)
    assert set(TEXTS.authors) == set(get_args(Author))
    assert len(TEXTS.statistics) == 21
    assert len(TEXTS.misunderstood) == len(dataclasses.fields(MisunderstoodMessage)) - 2
