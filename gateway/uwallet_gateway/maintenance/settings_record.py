"""Records in the audit log that the gateway runs with other settings than before."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.audit.log import AuditLog
from uwallet_gateway.settings import Settings

# Differ between processes of one deployment, or with each start of a test.
_LEFT_OUT = {"host", "port", "clock"}
# May hold a password.
_SECRET = {"database_url"}


async def record_settings(settings: Settings, audit: AuditLog) -> None:
    """Adds an entry if a setting differs from the last entry; of secrets it keeps a keyed digest only.

    Raises:
        DatabaseUnavailableError: It cannot be stored.
    """
    last = await audit.last(Action.SETTINGS_CHANGED)
    before: dict[str, str] = last.details["settings"] if last else {}
    current = {
        name: _shown(audit, name, getattr(settings, name))
        for name in type(settings).model_fields
        if name not in _LEFT_OUT
    }
    changed = sorted(name for name in {*before, *current} if before.get(name) != current.get(name))
    if changed:
        await audit.write(Action.SETTINGS_CHANGED, changed=changed if before else None, settings=current)


def _shown(audit: AuditLog, name: str, value: Any) -> str:
    if isinstance(value, tuple) and any(isinstance(item, SecretStr) for item in value):
        value = SecretStr("\n".join(item.get_secret_value() for item in value))
    if name in _SECRET and value:
        value = SecretStr(value)
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return f"digest {audit.pseudonym(secret)}" if secret else ""
    return str(value)
