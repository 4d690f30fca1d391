"""Pictures in a bucket of an S3-compatible store, for gateways on several machines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store

from uwallet_gateway.attachments import PIECE, AttachmentStore, checked_id, is_id
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.settings import Settings

# A user waits: less than the library's ten retries in three minutes.
_RETRIES, _RETRY_FOR, _TIMEOUT = 3, timedelta(seconds=10), timedelta(seconds=15)
_log = structlog.get_logger()


class BucketStore(AttachmentStore):
    """One object for each picture. What it is, the database says; nobody but the gateway needs to read the bucket."""

    def __init__(self, store: S3Store, max_bytes: int) -> None:
        """Touches nothing yet."""
        super().__init__(max_bytes)
        self._store = store

    def read(self, attachment_id: str) -> Iterator[bytes] | None:
        """See parent class."""
        try:
            found = self._store.get(checked_id(attachment_id))
        except FileNotFoundError:
            return None
        except BaseError as error:
            _log.error("attachment.not_read", error=type(error).__name__)
            raise InputError(ErrorCode.UNAVAILABLE) from error
        return (bytes(piece) for piece in found.stream(min_chunk_size=PIECE))

    def delete(self, attachment_id: str) -> None:
        """See parent class."""
        try:
            self._store.delete(checked_id(attachment_id))
        except FileNotFoundError:
            return
        except BaseError as error:
            raise _os_error(error) from error

    def older_than(self, moment: datetime) -> Iterator[str]:
        """See parent class."""
        try:
            for part in self._store.list():
                for entry in part:
                    if is_id(entry["path"]) and entry["last_modified"] < moment:
                        yield entry["path"]
        except BaseError as error:
            raise _os_error(error) from error

    def remove_leftovers(self, before: datetime) -> int:  # an object is there whole or not at all
        """See parent class."""
        return 0

    def write(self, attachment_id: str, data: bytes) -> None:
        """See parent class."""
        try:
            # In one request, so that nothing half is left.
            self._store.put(checked_id(attachment_id), data, use_multipart=False)
        except BaseError as error:
            raise _os_error(error) from error


def bucket_store(settings: Settings) -> BucketStore:
    """The bucket that the settings name. Without keys those of the machine are used, as AWS's own tools find them."""
    endpoint = settings.pictures_endpoint
    keys = {
        "access_key_id": settings.pictures_access_key.get_secret_value(),
        "secret_access_key": settings.pictures_secret_key.get_secret_value(),
        "endpoint": endpoint,
    }
    store = S3Store(
        settings.pictures_bucket,
        prefix=settings.pictures_prefix.strip("/") or None,
        region=settings.pictures_region,
        # What is no AWS seldom has names for buckets.
        virtual_hosted_style_request=not endpoint,
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": _TIMEOUT},
        retry_config={"max_retries": _RETRIES, "retry_timeout": _RETRY_FOR},
        **{name: value for name, value in keys.items() if value},  # type: ignore[arg-type]  # texts, all of them
    )
    return BucketStore(store, settings.attachment_bytes)


def _os_error(error: BaseError) -> OSError:
    # Its text quotes the request.
    return OSError(f"the bucket of pictures: {type(error).__name__}")
