"""Keeps models unpacked beside their archives: a start maps what it needs of them, and a machine has it once."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER = ".unpacked"
# Counted up when what is kept changes.
_FORMAT = 1
# Bytes at either end of an archive. The last ones hold the checksum of all that is packed.
_END = 64 * 1024
_SCRATCH = "new-"
# Somebody may remove a copy between two looks at it.
_TRIES = 3


@contextlib.contextmanager
def unpacked(archive: Path, unpack: Callable[[str | Path, Path], None]) -> Iterator[Path | None]:
    """Unpacks a model unless that was done before; whoever reads the copy within the context reads all of it.

    Args:
        archive: The packed model.
        unpack: Unpacks an archive into a folder.

    Yields:
        The folder; None where none can be kept, as on a system of files that is read-only.
    """
    place = archive.parent / FOLDER
    try:
        folder = place / f"{archive.name}-{_key(archive)}"
        lock = _locked(folder, lambda: _lay_out(archive, folder, unpack))
    except OSError as error:
        logger.info("%s cannot hold an unpacked copy (%s): a start takes longer.", place, error)
        yield None
        return
    try:
        yield folder
    finally:
        os.close(lock)


def _key(archive: Path) -> str:
    """Returns what differs for each content, without reading all of it."""
    with archive.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        digest = hashlib.sha256(f"{_FORMAT} {size} ".encode() + file.read(_END))
        file.seek(max(size - _END, 0))
        digest.update(file.read())
    return digest.hexdigest()[:16]


def _locked(folder: Path, make: Callable[[], None]) -> int:
    """Returns a handle of a folder that nobody removes until it is closed; makes the folder if it is missing."""
    for _ in range(_TRIES):
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError:
            make()
            continue
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_SH)
            if folder.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        os.close(handle)
    raise FileNotFoundError(f"{folder} was removed again and again")


def _lay_out(archive: Path, folder: Path, unpack: Callable[[str | Path, Path], None]) -> None:
    folder.parent.mkdir(exist_ok=True)
    # Written beside and then renamed: nobody finds half of it, and two that unpack do not meet.
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=folder.parent))
    lock = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH)
        unpack(archive, scratch)
        scratch.chmod(0o755)
        # Otherwise a name may survive a power failure, and what it names may not.
        for path in scratch.rglob("*"):
            _write_through(path)
        _rename(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        os.close(lock)
    _remove_others(archive.name, folder)


def _rename(scratch: Path, folder: Path) -> None:
    try:
        scratch.rename(folder)
    except OSError:
        if folder.exists():
            # Somebody was quicker.
            return
        raise


def _write_through(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_others(name: str, kept: Path) -> None:
    """Removes the copies of what the archive was before, and what unpackings that were killed have left."""
    for folder in kept.parent.iterdir():
        if folder == kept or not folder.name.startswith((f"{name}-", _SCRATCH)):
            continue
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                # Fails while somebody reads it. What is mapped stays readable when its file is gone.
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)
