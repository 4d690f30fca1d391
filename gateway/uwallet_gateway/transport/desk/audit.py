"""The audit log, for admins."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Response

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import ActorKind
from uwallet_gateway.audit.log import AuditFilter
from uwallet_gateway.database import tables
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.insight.csv_export import audit_csv, load_export_texts
from uwallet_gateway.protocol.audit import AuditEntryView, AuditPage, AuditVerification
from uwallet_gateway.protocol.base import MAX_ID
from uwallet_gateway.transport.desk.guard import AdminNeeded
from uwallet_gateway.transport.http import ServicesNeeded, responses

router = APIRouter(prefix="/audit")
# Entries in one file, the newest.
_MOST_IN_FILE = 50_000


def _filter(
    services: ServicesNeeded,
    action: Action | None = None,
    actor: Annotated[str | None, Query(max_length=64)] = None,
    target: Annotated[str | None, Query(max_length=255)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> AuditFilter:
    """What is asked for; days are those of the organisation's time zone, both included.

    Raises:
        InputError: malformed.
    """
    zone = services.opening_hours.zone
    try:
        return AuditFilter(
            action=action,
            actor=_text(actor),
            target=_text(target),
            first=datetime.combine(first, time(), zone) if first else None,
            end=datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
        )
    except OverflowError as error:
        raise InputError(ErrorCode.MALFORMED) from error


_FilterWanted = Annotated[AuditFilter, Depends(_filter)]


@router.get("", responses=responses(401, 403, 422, 429, 503))
async def read_audit(
    _session: AdminNeeded,
    services: ServicesNeeded,
    wanted: _FilterWanted,
    before: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AuditPage:
    """Returns entries of the audit log, newest first."""
    entries, has_more = await services.audit.page(wanted, before=before, limit=limit)
    return AuditPage(entries=[_view(entry) for entry in entries], has_more=has_more)


@router.get("/verification", responses=responses(401, 403, 429, 503))
async def verify_audit(_session: AdminNeeded, services: ServicesNeeded) -> AuditVerification:
    """Checks that no entry was changed or removed in the middle, as `verify-audit` does."""
    result = await services.audit.verify()
    return AuditVerification(count=result.count, head=result.head.id, digest=result.head.digest, problem=result.problem)


@router.get(
    "/export.csv",
    responses=responses(401, 403, 422, 429, 503) | {200: {"content": {"text/csv": {}}, "description": "The file"}},
    response_class=Response,
)
async def export_audit(_session: AdminNeeded, services: ServicesNeeded, wanted: _FilterWanted) -> Response:
    """Returns the entries as a CSV file, in which no cell is a formula. That is an entry, too."""
    await services.audit.write(Action.AUDIT_EXPORTED)
    entries, _ = await services.audit.page(wanted, limit=_MOST_IN_FILE)
    data = audit_csv([_view(entry) for entry in entries], services.opening_hours.zone, load_export_texts())
    headers = {"Content-Disposition": 'attachment; filename="uwallet_audit.csv"', "Cache-Control": "no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


def _text(value: str | None) -> str | None:
    # No database stores NUL in text.
    return value.replace("\0", "") or None if value else None


def _view(entry: tables.AuditEntry) -> AuditEntryView:
    return AuditEntryView(
        id=entry.id,
        at=entry.created_at,
        actor_kind=cast("ActorKind", entry.actor_kind),
        actor_name=entry.actor_name,
        address=entry.address,
        action=Action(entry.action),
        target=entry.target,
        details=entry.details,
        digest=entry.digest,
    )
