"""Stores an uploaded picture, for users and agents alike."""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from fastapi import UploadFile

from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.keys import PictureReader
from uwallet_gateway.protocol.messages import AttachmentView
from uwallet_gateway.services import Services
from uwallet_gateway.transcript.messages import Picture

_log = structlog.get_logger()


async def store_upload(
    services: Services, conversation_id: str, file: UploadFile, reader: PictureReader
) -> AttachmentView:
    """Draws the picture anew, stores it, and returns how it is shown.

    Raises:
        InputError: attachment_too_large, attachment_type, or unavailable when all pictures together have their quota.
    """
    quota = services.settings.attachments_quota_bytes
    if await services.transcript.picture_bytes() + services.settings.attachment_bytes > quota:
        _log.error("attachments.quota_reached", quota=quota)
        raise InputError(ErrorCode.UNAVAILABLE)
    stored = await services.attachments.save(file.file)
    picture = Picture(stored.id, stored.content_type, stored.width, stored.height, stored.size)
    try:
        await services.conversations.add_picture(conversation_id, picture)
    except BaseException:
        # What cannot be deleted has no row, and goes with the next purge.
        with contextlib.suppress(OSError):
            await asyncio.to_thread(services.attachments.delete, stored.id)
        raise
    return services.presentation.attachment(picture, reader)
