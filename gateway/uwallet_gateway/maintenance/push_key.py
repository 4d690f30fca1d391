"""The key that push services know the gateway by, generated once on a developer's machine."""

from __future__ import annotations

from uwallet_gateway.hooks.push import new_push_key
from uwallet_gateway.maintenance.secret_key import development_key
from uwallet_gateway.settings import Settings

_FILE = "development_push_key"


def push_key(settings: Settings) -> str | None:
    """The key; None: there is none, and nothing is pushed.

    In development a missing key is generated into the data directory, which git ignores, and read from there later.
    """
    key = settings.push_key.get_secret_value()
    if key or not settings.development:
        return key or None
    return development_key(settings.data_dir / _FILE, new_push_key)


def push_contact(settings: Settings) -> str:
    """Where push services write if something goes wrong."""
    return settings.push_contact or settings.public_url or "https://localhost"
