"""What windows show as asked most, as the draft has it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.hot_questions import read_hot_rules
from uwallet_gateway.insight.questions import KnowledgeFilesError, read_questions
from uwallet_gateway.knowledge.bundles import written_folder
from uwallet_gateway.protocol.knowledge import HotCandidate, HotPreview, ShownQuestion
from uwallet_gateway.transport.desk.guard import EditorNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/knowledge")
_WEEK, _MONTH = 7, 30


@router.get("/hot-questions", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def preview_hot_questions(
    services: ServicesNeeded,
    _session: EditorNeeded,
    site: Annotated[str | None, Query(max_length=64, description="By default the first one")] = None,
) -> HotPreview:
    """Returns what the windows of a site would show, of the draft, or of what is published while there is none."""
    store = services.knowledge_store
    version = await store.draft() or await store.published()
    sites = sorted(it.key for it in await services.sites.all())
    if version is None or (site is not None and site not in sites):
        raise InputError(ErrorCode.NOT_FOUND)
    files = await store.files(version)
    with written_folder(files) as folder:
        try:
            questions = await asyncio.to_thread(read_questions, folder)
            rules = await asyncio.to_thread(read_hot_rules, folder)
        except KnowledgeFilesError as error:
            raise InputError(ErrorCode.KNOWLEDGE_BROKEN, details={"problems": [str(error)]}) from error
    key = site or next(iter(sites), "")
    week, month = await services.questions.uses(None, _WEEK), await services.questions.uses(None, _MONTH)
    main: dict[str, str] = {}
    for question in questions:
        main.setdefault(question.topic, question.text)
    candidates = [
        HotCandidate(answer=name, text=text, week=week.get(name, 0), month=month.get(name, 0))
        for name, text in main.items()
    ]
    shown = await services.questions.hot_of(questions, rules, key)
    return HotPreview(
        site=key,
        sites=sites,
        days=rules.days,
        shown=[
            ShownQuestion(
                answer=it.question.topic,
                text=it.question.text,
                pinned=it.pinned,
                at_welcome=it.at_welcome,
                count=it.count,
            )
            for it in shown
        ],
        candidates=sorted(candidates, key=lambda it: -it.month),
    )
