"""Files of spreadsheets as rows of text: CSV and Excel, in and out.

openpyxl takes a third of a second to import, which every start would spend: it is when somebody wants such a file.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import unquoted

# What spreadsheets on Chinese computers write: with and without a mark, and what Windows there calls ANSI.
_ENCODINGS = ("utf-8-sig", "gb18030")
_ZIP = b"PK\x03\x04"
# What a file may hold when it is unpacked: a small one may hide gigabytes.
_LARGEST_CONTENT = 64 * 1024 * 1024
_MOST_COLUMNS = 100
_WIDTHS = (28, 18, 36, 48, 60)


def read_table(data: bytes, most: int) -> list[list[str]]:
    """The rows of a CSV file, or of the first sheet of an Excel file.

    Args:
        data: The file.
        most: Rows that are taken.

    Raises:
        InputError: file_unreadable; too_long, with more rows.
    """
    rows = _excel_rows(data, most) if data.startswith(_ZIP) else csv_rows(data)
    if len(rows) > most:
        raise InputError(ErrorCode.TOO_LONG)
    return rows


def to_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """An Excel file; the first row are headings. Every cell is text, so none is a formula."""
    from openpyxl import Workbook  # noqa: PLC0415 - see above

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDE"[number]].width = width
    for number, row in enumerate(rows):
        sheet.append([_cell(sheet, text, is_heading=number == 0) for text in row])
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def _cell(sheet: Any, text: str, *, is_heading: bool) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - see above
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 - see above
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - see above

    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    # The library takes 「=1+1」 for a formula.
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_heading:
        cell.font = Font(bold=True)
    return cell


def csv_rows(data: bytes) -> list[list[str]]:
    """The rows of a CSV file, without the apostrophes that make text of what looks like a formula.

    Raises:
        InputError: file_unreadable.
    """
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(ErrorCode.FILE_UNREADABLE)
    try:
        return [[unquoted(cell) for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
    except csv.Error as error:
        raise InputError(ErrorCode.FILE_UNREADABLE) from error


def _excel_rows(data: bytes, most: int) -> list[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - see above
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415 - see above

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST_CONTENT:
                raise InputError(ErrorCode.TOO_LONG)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=most + 1, max_col=_MOST_COLUMNS, values_only=True)
        return [[_text(value) for value in row] for row in rows]
    except InputError:
        raise
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, SyntaxError) as error:
        # What is no workbook fails at any of its parts; ElementTree's error is a SyntaxError.
        raise InputError(ErrorCode.FILE_UNREADABLE) from error


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return str(value.date()) if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
