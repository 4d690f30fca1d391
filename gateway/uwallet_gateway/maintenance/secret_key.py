"""The secret key, generated once on a developer's machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from uwallet_gateway.settings import Settings

_FILE = "development_secret_key"


def secret_keys(settings: Settings) -> list[str]:
    """The current key and then the former ones.

    In development a missing key is generated into the data directory, which git ignores, and read from there later.
    """
    current = settings.secret_key.get_secret_value() or development_key(
        settings.data_dir / _FILE, lambda: secrets.token_hex(32)
    )
    return [current, *(key.get_secret_value() for key in settings.old_secret_keys)]


def development_key(file: Path, make: Callable[[], str]) -> str:
    """The key of a file that only this user may read; made if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if key := file.read_text().strip():
            return key
        file.unlink()
        return development_key(file, make)
    with os.fdopen(descriptor, "w") as opened:
        key = make()
        opened.write(key + "\n")
    return key
