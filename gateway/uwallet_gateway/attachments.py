"""Stores users' pictures: decoded, re-encoded, written outside of any web root or into a bucket (picture_bucket.py)."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import io
import math
import os
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import structlog
from pi_heif import register_heif_opener  # type: ignore[import-untyped]  # shipped without types
from PIL import Image, ImageOps

from uwallet_gateway.errors import ErrorCode, InputError

# What Pillow may try to read, and nothing else that it can.
_FORMATS = ("PNG", "JPEG", "WEBP", "HEIF")
# Pixels. Cameras of phones make 12 to 50 million; more is refused before it is decoded.
_MOST_PIXELS = 50_000_000
# What is kept: enough to read a long screenshot, 1080 × 11,000.
_KEPT_PIXELS = 12_000_000
# Of what is larger than is kept. Screenshots with much white have some 30, photos fewer than 20.
_MOST_PIXELS_PER_BYTE = 64
_LONGEST_EDGE = 16_000
# A progressive JPEG of few bytes can ask for thousands of passes over all its pixels; cameras make about ten.
_MOST_SCANS = 100
_START_OF_SCAN = b"\xff\xda"
_JPEG_QUALITY = 85
# Pictures that are decoded at the same time; each takes up to some 400 MB for a moment.
_AT_ONCE = 2
_ID = re.compile(r"[0-9a-f]{32}")
_PART = ".part"
# Bytes in which a picture is sent: a slow line must not hold whole ones in memory.
PIECE = 64 * 1024
_WHITE = (255, 255, 255)
_log = structlog.get_logger()

register_heif_opener()


@dataclass(frozen=True, slots=True)
class StoredImage:
    """A picture as it is stored.

    Attributes:
        id: Names it; 32 hexadecimal digits that nobody can guess.
        content_type: `image/png` or `image/jpeg`, whatever it came as.
        width: Pixels.
        height: Pixels.
        size: Bytes.
    """

    id: str
    content_type: str
    width: int
    height: int
    size: int


class AttachmentStore(abc.ABC):
    """Pictures with random names that only the gateway may read. All but `save` block: call them in a thread."""

    def __init__(self, max_bytes: int) -> None:
        """Touches nothing yet; `max_bytes` is what a picture may have when it comes."""
        self._max_bytes = max_bytes
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def save(self, source: BinaryIO | bytes) -> StoredImage:
        """Stores a picture drawn anew: upright, without metadata, an animation as its first frame, huge ones smaller.

        Args:
            source: PNG, JPEG, WebP or HEIC, known by its content; read when it is its turn.

        Raises:
            InputError: `attachment_too_large` (bytes or pixels), `attachment_type` if it is no such picture or broken,
                `unavailable` if it cannot be written.
        """
        file = io.BytesIO(source) if isinstance(source, bytes) else source
        async with self._slots:
            return await asyncio.to_thread(self._save, file)

    @abc.abstractmethod
    def read(self, attachment_id: str) -> Iterator[bytes] | None:
        """Returns a picture in pieces, None if there is none.

        Raises:
            InputError: `not_found` if this is no id, `unavailable` if it cannot be read now.
        """

    @abc.abstractmethod
    def delete(self, attachment_id: str) -> None:
        """Removes a picture; nothing happens if there is none.

        Raises:
            InputError: `not_found` if this is no id.
            OSError: It cannot be removed now.
        """

    @abc.abstractmethod
    def older_than(self, moment: datetime) -> Iterator[str]:
        """Yields the ids of pictures that were written before a moment (with a time zone), in no order."""

    @abc.abstractmethod
    def remove_leftovers(self, before: datetime) -> int:
        """Removes what was begun before a moment and never finished, because of a crash. Returns how many."""

    @abc.abstractmethod
    def write(self, attachment_id: str, data: bytes) -> None:
        """Writes a picture as it is, whole or not at all.

        Raises:
            OSError: It cannot be written.
        """

    def _save(self, source: BinaryIO) -> StoredImage:
        data = source.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            raise InputError(ErrorCode.ATTACHMENT_TOO_LARGE)
        image, content_type = _decoded(data)
        drawn = _encoded(image, content_type)
        if len(drawn) > self._max_bytes and content_type == "image/png":
            content_type = "image/jpeg"
            drawn = _encoded(_on_white(image), content_type)
        attachment_id = secrets.token_hex(16)
        try:
            self.write(attachment_id, drawn)
        except OSError as error:
            _log.exception("attachment.not_written")
            raise InputError(ErrorCode.UNAVAILABLE) from error
        return StoredImage(attachment_id, content_type, image.width, image.height, len(drawn))


class FolderStore(AttachmentStore):
    """Pictures as files of a folder."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        """Touches nothing yet; the folder is made when the first picture comes."""
        super().__init__(max_bytes)
        self._folder = folder

    def path(self, attachment_id: str) -> Path:
        """Returns where a picture is, if there is one of this id.

        Raises:
            InputError: `not_found` if this is no id.
        """
        return self._folder / checked_id(attachment_id)

    def read(self, attachment_id: str) -> Iterator[bytes] | None:
        """See parent class."""
        path = self.path(attachment_id)
        return _pieces(path) if path.is_file() else None

    def delete(self, attachment_id: str) -> None:
        """See parent class."""
        self.path(attachment_id).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """See parent class."""
        for file in self._files_before(moment):
            if is_id(file.name):
                yield file.name

    def remove_leftovers(self, before: datetime) -> int:
        """See parent class."""
        leftovers = [file for file in self._files_before(before) if file.name.endswith(_PART)]
        for file in leftovers:
            file.unlink(missing_ok=True)
        return len(leftovers)

    def write(self, attachment_id: str, data: bytes) -> None:
        """See parent class."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._folder / f"{attachment_id}{_PART}"
        try:
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._folder / attachment_id)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

    def _files_before(self, moment: datetime) -> Iterator[Path]:
        if not self._folder.is_dir():
            return
        for file in self._folder.iterdir():
            # One that is gone meanwhile was deleted by somebody else.
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < moment.timestamp():
                    yield file


def is_id(name: str) -> bool:
    """Whether a picture may have this name."""
    return _ID.fullmatch(name) is not None


def checked_id(attachment_id: str) -> str:
    """Returns the id.

    Raises:
        InputError: `not_found` if this is no id.
    """
    if not is_id(attachment_id):
        raise InputError(ErrorCode.NOT_FOUND)
    return attachment_id


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _decoded(data: bytes) -> tuple[Image.Image, str]:
    """Returns the picture, upright and of a size to keep, and the type as which it is to be stored."""
    if data.count(_START_OF_SCAN) > _MOST_SCANS and data.startswith(b"\xff\xd8"):
        raise InputError(ErrorCode.ATTACHMENT_TYPE)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
            pixels = opened.width * opened.height
            if pixels > _MOST_PIXELS or _is_bomb(opened.format, pixels, len(data)):
                raise InputError(ErrorCode.ATTACHMENT_TOO_LARGE)
            kind = opened.format
            size = _kept_size(opened.width, opened.height)
            # JPEG is decoded at a half or a quarter at once where that is enough.
            opened.draft("RGB", size)
            image = _plain(opened)
            orientation = opened.getexif()
        image.info = {"exif": orientation.tobytes()}
        image = ImageOps.exif_transpose(image)
        image.thumbnail(_kept_size(image.width, image.height), Image.Resampling.LANCZOS, reducing_gap=1.0)
        # Pillow would write some of it into the new file.
        image.info = {}
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError(ErrorCode.ATTACHMENT_TOO_LARGE) from error
    except Exception as error:  # whatever decoders raise on broken files
        _log.info("attachment.not_decoded", error=type(error).__name__)
        raise InputError(ErrorCode.ATTACHMENT_TYPE) from error
    # Photos stay JPEG; screenshots keep sharp letters as PNG, and see-through parts need it.
    is_photo = kind in ("JPEG", "HEIF") or (kind == "WEBP" and image.mode == "RGB")
    return (_on_white(image), "image/jpeg") if is_photo else (image, "image/png")


def _is_bomb(kind: str | None, pixels: int, size: int) -> bool:
    """Whether a few bytes would have very many pixels drawn. JPEG is decoded smaller at once, which costs little."""
    return kind != "JPEG" and pixels > _KEPT_PIXELS and pixels > size * _MOST_PIXELS_PER_BYTE


def _kept_size(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(_KEPT_PIXELS / (width * height)), _LONGEST_EDGE / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _plain(image: Image.Image) -> Image.Image:
    """Returns the pixels in one of the modes L, RGB, RGBA."""
    if image.mode.startswith("I") or image.mode == "F":
        # 16 bits of grey; Pillow would clip instead of scale.
        return image.convert("I").point([value // 256 for value in range(65_536)], "L")
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    white = Image.new("RGB", image.size, _WHITE)
    white.paste(image, mask=image.getchannel("A"))
    return white


def _encoded(image: Image.Image, content_type: str) -> bytes:
    output = io.BytesIO()
    if content_type == "image/png":
        image.save(output, "PNG")
    else:
        image.save(output, "JPEG", quality=_JPEG_QUALITY)
    return output.getvalue()
