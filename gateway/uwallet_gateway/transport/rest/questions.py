"""What users may ask: suggestions while they type, and what is asked most. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from uwallet_gateway.identity.admission import admit
from uwallet_gateway.identity.sites import Site
from uwallet_gateway.insight.questions import LONGEST, MOST
from uwallet_gateway.protocol.base import API
from uwallet_gateway.protocol.messages import HotQuestionsView, HotQuestionView, QuestionsView, QuestionView
from uwallet_gateway.scripts import to_traditional
from uwallet_gateway.services import Services
from uwallet_gateway.transport.client import address_of, origin_of, own_origin
from uwallet_gateway.transport.http import ServicesNeeded, responses
from uwallet_gateway.transport.languages import script_of

router = APIRouter(prefix=API)
# Browsers ask again after this. Seconds.
_CACHED = "private, max-age=300"
_SiteKey = Annotated[str | None, Query(max_length=64, description="Public key; without it the one site of the origin")]

_Lang = Annotated[str | None, Query(max_length=35, description="Language of the window, such as zh-TW")]


@router.get("/associate", responses=responses(403, 404, 422, 429, 503))
async def associate(
    request: Request,
    response: Response,
    services: ServicesNeeded,
    q: Annotated[str, Query(max_length=LONGEST, description="What is typed so far")],
    site: _SiteKey = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 5,
    lang: _Lang = None,
) -> QuestionsView:
    """Returns questions like what is typed: words, pinyin, initials, misspelt or in traditional characters."""
    found = await _admitted(services, request, site)
    response.headers["Cache-Control"] = _CACHED
    if found.key in services.settings.sites_without_suggestions:
        return QuestionsView(questions=[], enabled=False)
    written = _written(lang)
    questions = services.questions.index.find(q, limit)
    return QuestionsView(questions=[QuestionView(text=written(it.text), topic=it.topic) for it in questions])


@router.get("/questions", responses=responses(403, 404, 422, 429, 503))
async def read_questions(
    request: Request, response: Response, services: ServicesNeeded, site: _SiteKey = None, lang: _Lang = None
) -> HotQuestionsView:
    """Returns what is asked most on the site: pinned questions first, then by use."""
    found = await _admitted(services, request, site)
    response.headers["Cache-Control"] = _CACHED
    written = _written(lang)
    return HotQuestionsView(
        questions=[
            HotQuestionView(text=written(it.question.text), topic=it.question.topic, at_welcome=it.at_welcome)
            for it in await services.questions.hot(found.key)
        ]
    )


async def _admitted(services: Services, request: Request, key: str | None) -> Site:
    scope = request.scope
    await services.rate_limits.check("suggestions", address=address_of(scope))
    return await admit(services.sites, key, origin_of(scope), own_origin(scope, services.settings.public_url))


def _written(lang: str | None) -> Callable[[str], str]:
    return to_traditional if script_of(lang) == "traditional" else str
