"""Writes Excel files row by row: however many rows there are, one at a time is in memory.

XlsxWriter takes a fifth of a second to import, which every start would spend: it is when somebody wants such a file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, TYPE_CHECKING

from uwallet_gateway.insight.csv_export import Cell, is_formula

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

# What a cell of Excel takes; a name of a sheet takes less.
_LONGEST = 32_767
_CHUNK = 64 * 1024
# Characters; wide enough for most, and not wider than a screen.
_WIDTH = 20
# All that a text could be taken for besides a text. Wrong addresses would stop the file.
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
Rows = Iterable[Sequence[Cell]]


def to_xlsx(sheets: Sequence[tuple[str, Rows]]) -> IO[bytes]:
    """An Excel file, open at its beginning, which is gone once it is closed.

    A text that begins like a formula is a text with Excel's own mark for that, the apostrophe that no cell shows. It
    stays one when somebody edits it.

    Args:
        sheets: The name of each, and its rows; the first row is the heading.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - see above

    # Closed by whoever sends it.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    with Workbook(file, _OPTIONS) as book:
        heading, quoted = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for number, row in enumerate(rows):
                if number == 0:
                    sheet.set_column(0, len(row) - 1, _WIDTH)
                for column, cell in enumerate(row):
                    _write(sheet, number, column, cell, heading if number == 0 else None, quoted)
    file.seek(0)
    return file


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of a file, which is closed at the end."""
    with file:
        while piece := file.read(_CHUNK):
            yield piece


def _write(sheet: Worksheet, row: int, column: int, cell: Cell, look: Format | None, quoted: Format) -> None:
    if cell is None:
        return
    if not isinstance(cell, str):
        sheet.write_number(row, column, cell, look)
        return
    # A message may hold half of a character; a file may not.
    text = cell.replace("\0", "").encode(errors="replace").decode()[:_LONGEST]
    sheet.write_string(row, column, text, quoted if is_formula(text) else look)
