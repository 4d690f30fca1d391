"""Questions as a file of a spreadsheet, out and in again."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from uwallet_gateway.errors import InputError
from uwallet_gateway.insight.csv_export import to_csv
from uwallet_gateway.insight.spreadsheets import read_table, to_xlsx
from uwallet_gateway.knowledge.faq_files import FaqTable, load_faq_file_texts
from uwallet_gateway.protocol.knowledge import Category, EntryProblem, EntryView

HEADINGS = list(load_faq_file_texts().headings.values())


def entry(kind: Any, name: str, title: str, **value: Any) -> EntryView:
    return EntryView(
        kind=kind,
        id=name,
        title=title,
        category=value.get("category"),
        file="",
        value=value,
        revision=3,
        change=None,
        changed_by=None,
        changed_at=None,
    )


@pytest.fixture
def table() -> FaqTable:
    faq = entry(
        "faq",
        "invoice",
        "能开发票吗",
        category="bills",
        question="能开发票吗",
        similar=["发票怎么开", "=1+1"],
        answer="可以。",
        buttons=["payment_failure"],
        link={"title": "官网", "url": "https://example.com"},
    )
    topic = entry("topic", "payment_failure", "付款失败")
    return FaqTable([faq], [topic], [Category(id="bills", title="账单")])


@pytest.mark.parametrize("write", [to_csv, to_xlsx])
def test_what_goes_out_comes_in_unchanged(table: FaqTable, write: Any) -> None:
    rows = read_table(write(table.rows()), 10)
    [edit], numbers, problems = table.edits(rows)
    assert (numbers, problems) == ([2], [])
    assert (edit.key, edit.revision) == (("faq", "invoice"), 3)
    assert edit.value is not None
    assert edit.value["similar"] == ["发票怎么开", "=1+1"]
    # What has no column stays.
    assert edit.value["link"]["title"] == "官网"
    assert (edit.value["category"], edit.value["buttons"]) == ("bills", ["payment_failure"])


def test_new_questions_and_mistakes_by_row_and_column(table: FaqTable) -> None:
    names = ("编号", "分类", "问题", "相似问法", "回答", "后续按钮", "结束")
    rows = [
        list(names),
        ["", "账单", "怎么开票", "票怎么开\n票在哪开", "在账单页。", "付款失败", "2026/03/01"],
        ["", "新分类", "怎么开票", "开票", "同上。", "", ""],
        [""] * len(names),
        ["nobody", "账单", "", "a", "b", "什么", "明天"],
    ]
    edits, numbers, problems = table.edits(rows)
    assert numbers == [2, 3]
    assert [edit.key[1] for edit in edits] == ["zen_me_kai_piao", "zen_me_kai_piao_2"]
    assert edits[0].value is not None
    assert (edits[0].revision, edits[0].value["valid_until"]) == (None, "2026-03-01")
    assert edits[1].value is not None
    assert (edits[1].value["category"], edits[1].value["category_title"]) == ("xin_fen_lei", "新分类")
    assert {(it.row, it.column) for it in problems} == {(5, it) for it in ("编号", "问题", "后续按钮", "结束")}
    refused = [EntryProblem(kind="faq", id="zen_me_kai_piao_2", field="similar[0]", message="太长")]
    assert [(it.row, it.column) for it in table.located(refused, edits, numbers)] == [(3, "相似问法")]


def test_what_is_no_such_file_is_refused(table: FaqTable) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (65 * 1024 * 1024))
    for data, most in ((b"PK\x03\x04nothing", 9), (b"\xff\xfe\x00", 9), (bomb.getvalue(), 9), (b"a\nb\nc", 2)):
        with pytest.raises(InputError):
            read_table(data, most)
    with pytest.raises(InputError, match="file_unreadable"):
        table.edits([["问题"]])
    assert table.template()[0] == HEADINGS
