"""Files for spreadsheets: CSV, or Excel with a sheet for each table."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from fastapi.responses import StreamingResponse

from uwallet_gateway.insight.csv_export import Cell, to_csv
from uwallet_gateway.insight.excel_export import pieces, to_xlsx

FileFormat = Annotated[Literal["csv", "xlsx"], Path()]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, _XLSX: {}}, "description": "The file"}}
Table = Sequence[Sequence[Cell]]


async def file_response(file_format: str, name: str, sheets: Sequence[tuple[str, Table]]) -> Response:
    """A file to download; CSV has the first table only.

    Args:
        file_format: `csv` or `xlsx`.
        name: Of the file, without its ending.
        sheets: The name of each table, and its rows.
    """
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{file_format}"',
        "Cache-Control": "no-store",
    }
    if file_format == "csv":
        data = await asyncio.to_thread(to_csv, sheets[0][1])
        return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
    file = await asyncio.to_thread(to_xlsx, sheets)
    return StreamingResponse(pieces(file), media_type=_XLSX, headers=headers)
