"""The audit log at the desk (docs/security/audit.md)."""

from __future__ import annotations

from typing import Any

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.actor import ActorKind
from uwallet_gateway.protocol.base import Moment, View


class AuditEntryView(View):
    """One line of the audit log: who did what to what, when and from where."""

    id: int
    at: Moment
    actor_kind: ActorKind
    actor_name: str | None
    address: str | None
    action: Action
    target: str | None
    details: dict[str, Any]
    digest: str


class AuditPage(View):
    """Entries, newest first."""

    entries: list[AuditEntryView]
    has_more: bool


class AuditVerification(View):
    """What came of a check of the whole chain: `problem` is null if nothing is wrong."""

    count: int
    head: int
    digest: str
    problem: str | None
