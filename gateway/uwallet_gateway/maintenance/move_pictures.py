"""Moves pictures from the data directory into the bucket, for a gateway that has got one."""

from __future__ import annotations

from datetime import UTC, datetime

from uwallet_gateway.attachments import FolderStore
from uwallet_gateway.picture_bucket import bucket_store
from uwallet_gateway.settings import PREFIX, Settings, SettingsError


def move_pictures(settings: Settings) -> int:
    """Moves them one by one; what is interrupted goes on with the next call. Returns how many were moved.

    Args:
        settings: Of the gateway, which may run: it reads from the bucket only.

    Raises:
        SettingsError: There is no bucket.
        OSError: One cannot be read or written.
    """
    if not settings.pictures_bucket:
        raise SettingsError(f"{PREFIX}PICTURES_BUCKET is not set")
    bucket = bucket_store(settings)
    folder = FolderStore(settings.data_dir / "attachments", settings.attachment_bytes)
    moved = 0
    for attachment_id in list(folder.older_than(datetime.now(UTC))):
        pieces = folder.read(attachment_id)
        if pieces is not None:
            bucket.write(attachment_id, b"".join(pieces))
            folder.delete(attachment_id)
            moved += 1
    return moved
