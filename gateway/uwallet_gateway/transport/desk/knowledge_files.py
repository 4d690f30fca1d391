"""Questions with one answer as a file of a spreadsheet, out and into the draft."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, File, Query, Response, UploadFile

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import to_csv
from uwallet_gateway.insight.spreadsheets import read_table, to_xlsx
from uwallet_gateway.knowledge.faq_files import MOST_ROWS, FaqTable
from uwallet_gateway.protocol.knowledge import EntryProblem, FaqImport
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.guard import EditorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/knowledge")
_LARGEST_FILE = 4 * 1024 * 1024
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(
    "/faqs/file",
    responses=responses(401, 403, 404, 422, 429, 503)
    | {200: {"content": {kind: {} for kind in _TYPES.values()}, "description": "The file"}},
    response_class=Response,
)
async def export_faqs(
    services: ServicesNeeded,
    _session: EditorNeeded,
    ending: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "xlsx",
    template: bool = False,
) -> Response:
    """Returns the questions of the draft, or of what is published, with `template` an example of one row."""
    table = await _table(services)
    rows = table.template() if template else table.rows()
    if not template:
        await services.audit.write(Action.KNOWLEDGE_EXPORTED, "faqs", format=ending)
    data = await asyncio.to_thread(to_csv if ending == "csv" else to_xlsx, rows)
    name = "uwallet_faqs_template" if template else "uwallet_faqs"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "no-store"}
    return Response(data, media_type=_TYPES[ending], headers=headers)


@router.post("/draft/faqs", responses=responses(401, 403, 404, 409, 413, 422, 429, 503))
async def import_faqs(
    services: ServicesNeeded, session: EditorNeeded, file: Annotated[UploadFile, File()]
) -> FaqImport:
    """Takes a CSV or Excel file as it is exported into the draft. A row with an id changes that question.

    All rows are stored or none; `problems` says which are refused and why.
    """
    data = await file.read(_LARGEST_FILE + 1)
    if len(data) > _LARGEST_FILE:
        raise InputError(ErrorCode.TOO_LONG)
    rows = await asyncio.to_thread(read_table, data, MOST_ROWS)
    table = await _table(services)
    edits, numbers, problems = await asyncio.to_thread(table.edits, rows)
    if not problems and edits:
        try:
            await services.knowledge_store.edit(edits, session.agent.name)
        except InputError as error:
            found = (error.details or {}).get("problems")
            if found is None:
                raise
            problems = table.located([EntryProblem(**it) for it in found], edits, numbers)
    if problems:
        return FaqImport(added=0, changed=0, problems=sorted(problems, key=lambda it: it.row))
    added = sum(edit.revision is None for edit in edits)
    return FaqImport(added=added, changed=len(edits) - added, problems=[])


async def _table(services: Services) -> FaqTable:
    views = services.knowledge_views
    faqs = await views.entries("faq", None)
    topics = await views.entries("topic", None)
    return FaqTable(faqs.entries, topics.entries, await views.categories())
