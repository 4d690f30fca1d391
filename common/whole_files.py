"""Files that nobody finds half written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

# The image of a server is made by another user than the one that serves.
_READABLE = 0o644


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Opens a file to be written; it has its name, in place of what was there, once all of it is on the disk.

    If the block fails, nothing has changed.

    Raises:
        OSError: It cannot be written there, or there is no such folder.
    """
    handle, name = tempfile.mkstemp(prefix=".", dir=path.parent)
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(_READABLE)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)
