"""Pictures to upload."""

from __future__ import annotations

import io

from PIL import Image


def png(width: int = 20, height: int = 10, color: str = "red") -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, "PNG")
    return buffer.getvalue()
