"""One person's data, for admins."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter, Response

from uwallet_gateway.maintenance.persons import Person
from uwallet_gateway.protocol.persons import ErasedView, PersonRequest
from uwallet_gateway.transport.desk.guard import RecentAdminNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/persons")


@router.post(
    "/export",
    responses=responses(401, 403, 404, 422, 429, 503)
    | {200: {"content": {"application/zip": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_person(body: PersonRequest, services: ServicesNeeded, _session: RecentAdminNeeded) -> Response:
    """Returns all that is kept of a person: rows, pictures, the engine's events."""
    data = await services.persons.export(_person(body))
    headers = {"Content-Disposition": 'attachment; filename="person.zip"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/zip", headers=headers)


@router.post("/erase", responses=responses(401, 403, 404, 409, 422, 429, 503))
async def erase_person(body: PersonRequest, services: ServicesNeeded, _session: RecentAdminNeeded) -> ErasedView:
    """Erases all that is kept of a person, for good. `conflict` while a legal hold forbids it."""
    return ErasedView(**asdict(await services.persons.erase(_person(body))))


def _person(body: PersonRequest) -> Person:
    return Person(body.site, body.user_id, body.conversation_id)
