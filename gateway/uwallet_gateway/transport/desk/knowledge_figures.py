"""What became of each answer of the knowledge: a list, one answer, a file."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.insight.answer_figures import NOTHING
from uwallet_gateway.insight.answer_figures_file import answer_rows
from uwallet_gateway.insight.csv_export import load_export_texts
from uwallet_gateway.insight.days import Period
from uwallet_gateway.knowledge.known_answers import Address, KnownAnswer, known_answers
from uwallet_gateway.protocol.answer_figures import (
    AnswerFiguresDetail,
    AnswerFiguresList,
    AnswerFiguresRow,
    AnswerName,
    AnswerTrend,
    Granularity,
)
from uwallet_gateway.services import Services
from uwallet_gateway.transport.desk.files import FILE, FileFormat, file_response
from uwallet_gateway.transport.desk.guard import EditorNeeded
from uwallet_gateway.transport.desk.insight import PeriodWanted
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/knowledge")
# As the engine names them; PostgreSQL takes no text with a NUL.
_ID = r"^[0-9A-Za-z_./-]{1,80}$"
_Topic = Annotated[str, Query(pattern=_ID)]
_Place = Annotated[str | None, Query(pattern=_ID)]


@router.get("/figures", responses=responses(401, 403, 422, 429, 503))
async def read_figures(_session: EditorNeeded, services: ServicesNeeded, period: PeriodWanted) -> AnswerFiguresList:
    """Returns how often each answer was shown and what came of it: in the last seven days by default."""
    rows = await _rows(services, period)
    return AnswerFiguresList(first=period.first, last=period.last, time_zone=period.zone.key, answers=rows)


@router.get("/figures/answer", responses=responses(401, 403, 422, 429, 503))
async def read_answer(
    _session: EditorNeeded,
    services: ServicesNeeded,
    period: PeriodWanted,
    topic: _Topic,
    place: _Place = None,
    every: Granularity = "day",
) -> AnswerFiguresDetail:
    """Returns one answer with its trend, the reasons of its 踩, and what users wrote beside them."""
    address = topic, place
    found = await services.answer_figures.one(address, period, every)
    known = (await _known(services)).get(address)
    return AnswerFiguresDetail(
        **_name(address, known).model_dump(),
        now=found.now,
        before=found.before,
        first=period.first,
        last=period.last,
        time_zone=period.zone.key,
        text=known.text if known else None,
        every=every,
        trend=[
            AnswerTrend(first=part.first, last=part.last, now=now, before=before) for part, now, before in found.trend
        ],
        reasons=found.reasons,
        comments=found.comments,
    )


@router.get(
    "/figures/export.{file_format}", responses=responses(401, 403, 422, 429, 503) | FILE, response_class=Response
)
async def export_figures(
    _session: EditorNeeded, services: ServicesNeeded, period: PeriodWanted, file_format: FileFormat
) -> Response:
    """Returns the answers that were shown as a file for spreadsheets, those with the most 踩 first."""
    await services.audit.write(Action.STATISTICS_EXPORTED, first=str(period.first), last=str(period.last))
    texts = load_export_texts()
    shown = [row for row in await _rows(services, period) if row.now.shown or row.now.unhelpful]
    shown.sort(key=lambda row: (-row.now.unhelpful, -row.now.handed_off, row.topic, row.place or ""))
    reasons = await services.answer_figures.reasons(period)
    rows = await asyncio.to_thread(answer_rows, shown, reasons, texts)
    name = f"uwallet_answers_{period.first}_{period.last}"
    return await file_response(file_format, name, [(texts.sheets["answers"], rows)])


async def _rows(services: Services, period: Period) -> list[AnswerFiguresRow]:
    """All that is published in its order, then what is there no more."""
    counted = await services.answer_figures.all(period)
    known = await _known(services)
    has_before = next((before is not None for _, before in counted.values()), True)
    nothing = (NOTHING, NOTHING if has_before else None)
    return [
        AnswerFiguresRow(**_name(address, known.get(address)).model_dump(), now=now, before=before)
        for address in dict.fromkeys([*known, *counted])
        for now, before in [counted.get(address, nothing)]
    ]


async def _known(services: Services) -> dict[Address, KnownAnswer]:
    store = services.knowledge_store
    version = await store.published()
    if version is None:
        return {}
    return await asyncio.to_thread(known_answers, await store.files(version))


def _name(address: Address, known: KnownAnswer | None) -> AnswerName:
    topic, place = address
    if known is None:
        return AnswerName(
            topic=topic,
            place=place,
            kind="gone",
            title=place or topic,
            topic_title=topic if place else None,
            category=None,
            entry_kind=None,
            entry_id=None,
        )
    return AnswerName(
        topic=topic,
        place=place,
        kind=known.kind,
        title=known.title,
        topic_title=known.topic_title,
        category=known.category,
        entry_kind=known.entry_kind,
        entry_id=known.entry_id,
    )
