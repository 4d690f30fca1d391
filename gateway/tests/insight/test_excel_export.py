"""No cell of an Excel file is a formula, and all of them come back as they were."""

from __future__ import annotations

from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from uwallet_gateway.insight.csv_export import Cell
from uwallet_gateway.insight.excel_export import pieces, to_xlsx


def cells(*rows: list[Cell]) -> list[list[Any]]:
    with to_xlsx([("表", rows)]) as file:
        book = openpyxl.load_workbook(file)
        return [list(row) for row in book["表"].iter_rows()]


# What XML cannot hold is written as _x0001_, which the reader of this test does not undo.
_TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cn", "Co"]), min_size=1, max_size=20)


@given(st.lists(_TEXT, min_size=1, max_size=5))
def test_no_text_is_a_formula_and_none_is_lost(texts: list[str]) -> None:
    [row] = cells(list(texts))
    for text, cell in zip(texts, row, strict=True):
        assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1+cmd", "@SUM(A1)", "\t=1", " =1", "　=1", "＝1+1", "=cmd|' /C calc'!A0"]
)
def test_known_attacks_are_marked_as_text(text: str) -> None:
    [row] = cells([text, "a=b"])
    assert [(cell.data_type, cell.value, cell.quotePrefix) for cell in row] == [("s", text, True), ("s", "a=b", False)]


def test_numbers_addresses_and_what_no_file_can_hold() -> None:
    heading, row = cells(
        ["数", "空", "址", "长", "坏"], [-1.5, None, "https://example.com/", "长" * 40_000, "\0半\ud800"]
    )
    assert [cell.font.b for cell in heading] == [True] * 5
    assert [cell.data_type for cell in row] == ["n", "n", "s", "s", "s"]
    assert [cell.value for cell in row[:3]] == [-1.5, None, "https://example.com/"]
    assert row[2].hyperlink is None
    assert (len(row[3].value), row[4].value) == (32_767, "半?")


def test_a_file_is_sent_in_pieces_and_closed() -> None:
    file = to_xlsx([("一", [["a"]]), ("二", ([number, "x" * 200] for number in range(5_000)))])
    sizes = [len(piece) for piece in pieces(file)]
    assert file.closed
    assert max(sizes) <= 64 * 1024
